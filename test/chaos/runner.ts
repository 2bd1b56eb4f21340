/** A process that runs engine operations, one after the other, until somebody kills it. */
import path from "node:path";
import { type EngineKind, type EngineOptions, type EngineResult, openEngine, type OperationOptions } from "pulumi-telephony/testing";
import { declare, type ProgramSpec } from "./spec.js";

export interface Job {
  engine: EngineKind;
  operation: "preview" | "up" | "refresh" | "destroy" | "cancel";
  options?: OperationOptions;
  program: ProgramSpec;
  stack: string;
  backendDir: string;
  env: Record<string, string>;
  config?: EngineOptions["config"];
}

/** What comes back: the result, and everything that was said, at any severity. */
export type Answer = EngineResult & { said: string[] };

async function run(job: Job): Promise<Answer> {
  const said: string[] = [];
  const engine = openEngine({
    engine: job.engine,
    projectDir: path.join(__dirname, "..", "programs", "project"),
    stack: job.stack,
    backendDir: job.backendDir,
    passphrase: "chaos",
    env: job.env,
    config: job.config,
    program: () => {
      declare(job.program);
      return Promise.resolve();
    },
    onEvent: (event) => said.push(JSON.stringify(event)),
  });
  if (job.operation === "cancel") {
    await cancel(job);
    return { ok: true, steps: [], summary: {}, diagnostics: [], outputs: {}, said };
  }
  return { ...(await engine[job.operation](job.options)), said };
}

process.on("message", (job: Job) => void run(job).then((answer) => process.send!(answer), (error: unknown) => {
  console.error(error);
  process.exit(1);
}));
process.on("disconnect", () => process.exit(0));
process.send!("ready");

/** For now; the engine's own comes. */
async function cancel(job: Job): Promise<void> {
  const fs = await import("node:fs");
  fs.rmSync(path.join(job.backendDir, ".pulumi", "locks"), { recursive: true, force: true });
}
