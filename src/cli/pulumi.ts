/** What the commands share that speak to Pulumi: its CLI, run as the user would run it, and where it keeps its things. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** Runs the CLI as the user would. Resolves to what it prints; what it says of itself is shown only when it fails. */
export function pulumi(command: string, cwd: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", PATH: [path.dirname(command), process.env.PATH ?? ""].join(path.delimiter) };
    const child = spawn(command, [...args, "--color", "never"], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve(out);
      // What went wrong in a refresh stands in its display; the start of an export is nobody's business.
      const told = args[0] === "refresh" ? `${out}${said}` : said;
      reject(new Error(`pulumi ${args[0]} ${args[1]} failed: ${told.trim()}`));
    });
  });
}

/** As the CLI finds it. */
export function passphrase(): string {
  const { PULUMI_CONFIG_PASSPHRASE: direct, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  return direct ?? (file ? fs.readFileSync(file, "utf8").trim() : "");
}

/** An s3 or postgres URL may hold one. */
export const withoutPassword = (url: string) => url.replace(/\/\/[^/@]*@/, "//…@").replace(/\?.*$/, "");
