/** A process that runs engine operations, one after the other, until somebody kills it. */
import { type EngineKind, type EngineOptions, type EngineResult, openEngine, type OperationOptions } from "pulumi-telephony/testing";
import { declare, PASSPHRASE, type ProgramSpec } from "./spec.js";

export interface Job {
  engine: EngineKind;
  operation: "preview" | "up" | "refresh" | "destroy";
  options?: OperationOptions;
  program: ProgramSpec;
  projectDir: string;
  stack: string;
  backendDir: string;
  env: Record<string, string>;
  config?: EngineOptions["config"];
}

/** What comes back: the result, and everything that was said, at any severity. */
export type Answer = EngineResult & { said: string[] };

export async function run(job: Job): Promise<Answer> {
  const said: string[] = [];
  const engine = openEngine({
    engine: job.engine,
    projectDir: job.projectDir,
    stack: job.stack,
    backendDir: job.backendDir,
    passphrase: PASSPHRASE,
    env: job.env,
    config: job.config,
    program: () => {
      declare(job.program);
      return Promise.resolve();
    },
    onEvent: (event) => said.push(JSON.stringify(event)),
  });
  return { ...(await engine[job.operation](job.options)), said };
}

if (require.main === module) {
  process.on("message", (job: Job) => void run(job).then((answer) => process.send!(answer), (error: unknown) => {
    console.error(error);
    process.exit(1);
  }));
  process.on("disconnect", () => process.exit(0));
  process.send!("ready");
}
