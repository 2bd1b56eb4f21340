/** Runner processes: one that works, and a spare that has loaded already, since most of them are killed. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { processTree, signal } from "./processes.js";
import type { Answer, Job } from "./runner.js";

export interface Runner {
  readonly pid: number;
  /** undefined when the process died over it. */
  run(job: Job): Promise<Answer | undefined>;
  readonly alive: boolean;
}

export interface Runners {
  /** The runner that works, or a fresh one where that has died. */
  current(): Promise<Runner>;
  close(): void;
}

export function openRunners(env: Record<string, string>): Runners {
  const started = new Set<ChildProcess>();
  const start = async (): Promise<Runner> => {
    const child = fork(path.join(__dirname, "runner.ts"), {
      execArgv: ["--require", require.resolve("tsx/cjs")],
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    started.add(child);
    let errors = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-4_000)));
    let died = false;
    const gone = once(child, "exit").then(([code]) => {
      died = true;
      started.delete(child);
      if (code === 1) throw new Error(`a runner failed: ${errors}`);
      return undefined;
    });
    gone.catch(() => undefined); // said by whoever waits for it
    await Promise.race([once(child, "message"), gone]);
    return {
      pid: child.pid!,
      get alive() {
        return !died;
      },
      async run(job) {
        const answer = once(child, "message").then(([message]) => message as Answer);
        child.send(job);
        return Promise.race([answer, gone]);
      },
    };
  };
  let working = start();
  let spare = start();
  return {
    async current() {
      if (!(await working).alive) {
        working = spare;
        spare = start();
      }
      return working;
    },
    close() {
      for (const child of started) for (const { pid } of processTree(child.pid!)) signal(pid, "SIGKILL");
    },
  };
}
