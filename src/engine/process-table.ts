/** What has become of a process of this machine. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";

/** Clocks are set now and then, and a lock is written a moment after its process has started. */
const TOLERANCE_MS = 5_000;

/** Whether the process that had this number at that time runs still: not one that only waits to be reaped, not a later one of the same number. */
export function runsStill(pid: number, at: Date): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false; // EPERM: it is another user's
  }
  const found = process.platform === "linux" ? fromProc(pid) : process.platform === "win32" ? undefined : fromPs(pid);
  if (!found) return true; // it is there, and no more can be known
  if (found.dead) return false;
  return !(found.started - TOLERANCE_MS > at.getTime());
}

interface Found {
  dead: boolean;
  /** Milliseconds since the epoch. */
  started: number;
}

function fromProc(pid: number): Found | undefined {
  try {
    const [state = "", ...fields] = fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    const booted = Number(/^btime (\d+)$/m.exec(fs.readFileSync("/proc/stat", "utf8"))?.[1]);
    return { dead: "ZX".includes(state), started: (booted + Number(fields[18]) / 100) * 1000 }; // in ticks, of which Linux shows 100 a second
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): Found | undefined {
  try {
    const line = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" }, stdio: ["ignore", "pipe", "ignore"] }).trim();
    const [state = "", ...started] = line.split(/\s+/);
    return { dead: state.startsWith("Z"), started: Date.parse(started.join(" ")) };
  } catch {
    return undefined;
  }
}
