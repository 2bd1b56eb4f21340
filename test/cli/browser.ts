import { existsSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";

export const BROWSER_HINT = "there is no Chromium here; apt-get install chromium, or put chromium or google-chrome on the PATH";

/** The distribution's Chromium, without a window; undefined where there is none. */
export async function openBrowser(): Promise<Browser | undefined> {
  const directories = (process.env["PATH"] ?? "").split(path.delimiter);
  const executablePath = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) => directories.map((d) => path.join(d, name))).find((file) => existsSync(file));
  if (!executablePath) return undefined;
  return chromium.launch({ executablePath, timeout: 100_000, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}
