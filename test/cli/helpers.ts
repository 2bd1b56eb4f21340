import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import path from "node:path";

export const root = path.join(__dirname, "..", "..");

/** A running `telephony`. */
export interface Running {
  stdout(): string;
  stderr(): string;
  /** Resolves to everything printed so far, once it matches. */
  printed(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** The exit code. */
  exited: Promise<number | null>;
}

const running = new Set<ChildProcessWithoutNullStreams>();

/** Starts the built command as a process of its own. `undefined` takes a variable away. */
export function telephony(args: string[], env: Record<string, string | undefined> = {}): Running {
  const merged: NodeJS.ProcessEnv = { ...process.env, FORCE_COLOR: undefined, ...env };
  for (const [key, value] of Object.entries(merged)) if (value === undefined) delete merged[key];
  const child = spawn(process.execPath, [path.join(root, "dist", "cli", "main.js"), ...args], { env: merged });
  running.add(child);
  let out = "";
  let err = "";
  const waiting = new Set<() => void>();
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  void exited.then(() => running.delete(child));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  return {
    stdout: () => out,
    stderr: () => err,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(out)) return;
          waiting.delete(look);
          resolve(out);
        };
        waiting.add(look);
        void exited.then((code) => reject(new Error(`ended with ${code} and never printed ${pattern}:\n${out}${err}`)));
        look();
      }),
    kill: (signal) => void child.kill(signal),
    exited,
  };
}

/** For `afterEach`: a test that failed leaves no process behind. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}
