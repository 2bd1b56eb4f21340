/** Child processes: their output as lines, and their end for certain. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";

/** Calls `onLine` for each line; a last one without a newline counts. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest) onLine(rest);
  });
}

/** Resolves to the exit code once the process is gone and its output is read; -1 if a signal ended it. */
export function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
}

const lazyModules = path.join(__dirname, "lazy-modules.js");
/** Half the start of Pulumi's SDK; absent where this runs from its TypeScript sources. */
const LAZY_MODULES = existsSync(lazyModules) ? ["--require", lazyModules] : [];

const groups = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of groups) killGroup(child);
});

/** Starts a child that leads its own process group, and ends it with this process at the latest (a SIGKILL aside). */
export function spawnGroup(args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
  const child = spawn(process.execPath, [...LAZY_MODULES, ...args], { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
  groups.add(child);
  child.once("exit", () => groups.delete(child));
  return child;
}

/** Ends a child that leads its own process group, and whatever it started. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
  } catch {
    // It ended in the meantime.
  }
}
