// Takes the project that it stands in through its life, with nothing but what is installed there, and prints what came of it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { openEngine, startSandbox } from "pulumi-telephony/testing";

const sandbox = await startSandbox({ purchaseMs: 300 });
const backendDir = mkdtempSync(path.join(tmpdir(), "telephony-installed-"));
const engine = openEngine({ engine: "embedded", projectDir: process.argv[2], backendDir, passphrase: "test", env: { ...sandbox.env, WIIL_POLL_INTERVAL: "50ms" } });
const results = {};
for (const [what, run] of [["preview", () => engine.preview()], ["up", () => engine.up()], ["again", () => engine.preview()], ["destroy", () => engine.destroy()]]) {
  const { ok, summary, outputs, diagnostics } = await run();
  results[what] = { ok, summary, outputs, errors: diagnostics.filter((d) => d.severity === "error" || !ok).map((d) => d.message) };
  if (!ok) break;
}
results.ledger = await (await fetch(`${sandbox.url}/_sandbox/ledger`)).json();
await sandbox.close();
rmSync(backendDir, { recursive: true, force: true });
process.stdout.write(`\n${JSON.stringify(results)}\n`);
