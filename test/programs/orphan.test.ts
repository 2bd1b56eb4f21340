/** The engine is killed alone, and its provider lives on while the next run begins. */
import { expect } from "chai";
import * as fs from "node:fs";
import { CLI_HINT, enginesPresent } from "pulumi-telephony/testing";
import { errorsOf } from "./bench.js";
import { startVictim, until, type Victim } from "./victim.js";

const ASSISTANT = `new telephony.Assistant("receptionist", { platform: "vapi", model: { provider: "openai", model: "gpt-4o" }, voice: { provider: "11labs", voiceId: "x" } })`;

/** Whose purchase it is, how its platform tells of it, and what is called to make it. */
const CASES = [
  // The platform picks the number: only a mark that is there already keeps the next run from buying.
  { platform: "vapi", path: "/phone-number", program: `exports.number = new telephony.PhoneNumber("shop", { platform: "vapi", search: { country: "US", areaCode: "415" } }).number; exports.assistant = ${ASSISTANT}.id;` },
  // The search is in the state, and so the next run has the same candidates.
  { platform: "voipbin", path: "/numbers", program: `exports.number = new telephony.PhoneNumber("shop", { platform: "voipbin", search: { country: "US" } }).number;` },
];

/** The providers of this victim that live: its environment tells them. */
function providers({ projectDir, env }: Victim): number[] {
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => {
    try {
      const isProvider = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("dynamic-provider");
      return isProvider && (fs.readlinkSync(`/proc/${pid}/cwd`) === projectDir || fs.readFileSync(`/proc/${pid}/environ`, "utf8").includes(env.PULUMI_HOME!));
    } catch {
      return false; // it has ended, or is another user's
    }
  });
}

for (const kind of enginesPresent())
  describe(`a provider whose engine was killed (${kind})`, () => {
    for (const { platform, path, program } of CASES)
      it(`ends its purchase on ${platform} and itself, and the next up, begun at once, adopts the number`, async () => {
        const victim = await startVictim(kind, program);
        try {
          // Held before it is committed: a second purchase would go through.
          const { id } = await victim.control<{ id: number }>("faults", { platform, method: "POST", path, kind: "hang" });
          const run = victim.start();
          await victim.control(`faults/${id}?until=hits`);
          let released = "";
          const release = (why: string) => {
            if (released) return;
            released = why;
            void fetch(`${victim.sandbox.url}/_sandbox/faults/${id}`, { method: "DELETE" });
          };
          const deadline = setTimeout(() => release("the call's own deadline is near"), 20_000);
          const [orphan] = process.platform === "linux" ? providers(victim) : [];
          await run.killEngine();
          await victim.engine().cancel();

          const told: string[] = [];
          const engine = victim.engine({}, (event) => {
            if (event.kind !== "diagnostic") return;
            told.push(event.message);
            if (event.message.includes("the provider of an earlier run is still at work on this")) release("the second run waits");
          });
          const result = await engine.up();
          clearTimeout(deadline);
          release("the second run did not wait");
          if (orphan !== undefined) await until(() => Promise.resolve(!providers(victim).includes(orphan)), "the orphan's end");
          expect(result.ok, errorsOf(result)).to.equal(true);
          const bought = await victim.purchases();
          expect(bought, "one purchase").to.have.length(1);
          expect(result.outputs["number"]).to.equal(bought[0]!.number);
          expect(told.join("\n")).to.match(/adopted (a number|\+\d+), which this account already owns/);
          expect((await engine.preview()).steps).to.deep.equal([]);
          expect((await engine.destroy()).ok).to.equal(true);
          expect(await victim.control("numbers")).to.deep.equal([]);
          if (platform === "vapi") {
            const { VAPI_URL, VAPI_API_KEY } = victim.sandbox.env;
            const left = await fetch(`${VAPI_URL}/assistant`, { headers: { authorization: `Bearer ${VAPI_API_KEY}` } });
            expect(await left.json()).to.deep.equal([]);
          }
        } finally {
          await victim.close();
        }
      });
  });

if (!enginesPresent().includes("cli")) it(`a provider whose engine was killed, on the cli engine: skipped. ${CLI_HINT}`);
