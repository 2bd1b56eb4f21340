// A `pulumi up` of a pool in a process of its own: run by number-pool.test.ts, and killed there in the middle.
import * as telephony from "pulumi-telephony";
import { openEngine } from "pulumi-telephony/testing";

/** What a run says that was not killed. */
export interface Told {
  errors: string[];
  numbers: string[];
  /** What a second run, right after, had to do. */
  stepsOfAnother: string[];
}

const { backend, database, project, size } = JSON.parse(process.argv[2]!) as { backend: string; database: string; project: string; size: number };

const engine = openEngine({
  engine: "embedded",
  backendDir: backend,
  projectDir: project,
  passphrase: "test",
  env: { ...process.env, VOIPBIN_POLL_INTERVAL: "50ms", VOIPBIN_ORDER_WINDOW: "1s" },
  program: () => Promise.resolve({ numbers: new telephony.NumberPool("shops", { platform: "voipbin", search: { country: "US" }, size, database }).numbers }),
});

async function main(): Promise<Told> {
  const { outputs, diagnostics } = await engine.up();
  const again = await engine.up();
  return {
    errors: [...diagnostics, ...again.diagnostics].filter((d) => d.severity === "error").map((d) => d.message),
    numbers: outputs["numbers"] as string[],
    stepsOfAnother: again.steps.map((step) => `${step.op} ${step.name}`),
  };
}

void main().then((told) => process.send!(told, () => process.exit()));
