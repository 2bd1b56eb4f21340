// A `pulumi up` of a pool in a process of its own: run by number-pool.test.ts, and killed there in the middle.
import * as telephony from "pulumi-telephony";
import { openEngine } from "pulumi-telephony/testing";

const { backend, database, project, size } = JSON.parse(process.argv[2]!) as { backend: string; database: string; project: string; size: number };

const engine = openEngine({
  engine: "embedded",
  backendDir: backend,
  projectDir: project,
  passphrase: "test",
  env: { ...process.env, VOIPBIN_POLL_INTERVAL: "50ms", VOIPBIN_ORDER_WINDOW: "1s" },
  program: () => Promise.resolve({ numbers: new telephony.NumberPool("shops", { platform: "voipbin", search: { country: "US" }, size, database }).numbers }),
});

void engine.up().then((result) => {
  for (const { severity, message } of result.diagnostics) if (severity === "error") console.error(message);
  process.exit(result.ok ? 0 : 1);
});
