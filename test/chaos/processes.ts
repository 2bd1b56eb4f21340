/** Process trees, as Linux tells them in /proc. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface Process {
  pid: number;
  parent: number;
  command: string[];
}

export const canFindProcesses = existsSync("/proc/self/stat");
export const NO_PROCESSES = "finding the engine's and the provider's processes needs Linux's /proc; run it in a Linux container";

function readProcess(pid: number): Process | undefined {
  try {
    // The name stands in parentheses and may hold any character: what counts comes after the last one.
    const [, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    return { pid, parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0") };
  } catch {
    return undefined; // it ended in the meantime
  }
}

/** A process and all that it started, while it lives. */
export function processTree(root: number): Process[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((name) => readProcess(Number(name))).filter((p) => p !== undefined);
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** Sends a signal; false when the process is gone. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
