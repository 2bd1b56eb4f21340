import { expect } from "chai";
import { CLI_HINT, enginesPresent } from "pulumi-telephony/testing";
import type { PlatformName } from "../../src/types.js";
import { badErrors, FAULT_SETTINGS, type FaultName, runFaultCase } from "./faults.js";
import { inlineRunners } from "./inline.js";
import { prepare, type Prepared, type Request } from "./kill.js";
import type { Scenario } from "./programs.js";
import type { Answer } from "./runner.js";
import { noVerdict, type Snapshot, World } from "./world.js";

type Row = [PlatformName, Scenario, string, FaultName];

/** What has failed once, and what costs money; `npm run chaos` has them all. */
const CASES: Row[] = [
  ["vapi", "create", "POST /phone-number #1", "drop after commit"],
  ["vapi", "create", "GET /phone-number/:id #1", "404"],
  ["vapi", "delete", "DELETE /phone-number/:id #1", "404"],
  ["vapi", "delete", "GET /assistant/:id #1", "404"],
  ["wiil", "create", "POST /phone-configurations/telephony-provider/purchase #1", "hang after commit"],
  ["wiil", "create", "POST /phone-configurations/telephony-provider/purchase #1", "402"],
  ["wiil", "delete", "DELETE /instruction-configurations/:id #1", "409"],
  ["voipbin", "create", "POST /numbers #1", "another object"],
  ["voipbin", "create", "GET /numbers #1", "another object"],
  ["vapi", "replace", "PATCH /phone-number/:id #1", "another object"],
  ["vapi", "replace", "GET /phone-number/:id #1", "stale reads"],
  ["burki", "create", "POST /api/v1/phone-numbers/purchase #1", "latency beyond the deadline"],
  ["burki", "delete", "POST /api/v1/phone-numbers/release #1", "404"],
];
/** On an engine of its own process a case takes several times as long. */
const ON_CLI: Row[] = [CASES[0]!];

for (const engine of enginesPresent()) {
  describe(`faults on the ${engine} engine`, () => {
    let world: World;
    let empty: Snapshot;
    const learnt = new Map<string, Promise<Prepared>>();
    const learn = (platform: PlatformName, scenario: Scenario) => {
      const key = `${platform} ${scenario}`;
      const known = learnt.get(key) ?? prepare(world, empty, platform, scenario);
      learnt.set(key, known);
      return known;
    };
    before(async () => {
      world = await World.open(engine, FAULT_SETTINGS, engine === "embedded" ? inlineRunners() : undefined);
      empty = await world.snapshot();
    });
    after(() => world?.close());

    for (const [platform, scenario, call, fault] of engine === "cli" ? ON_CLI : CASES) {
      it(`${fault} at ${platform}'s ${scenario}, ${call}: survived, or told with its remedy, and healed by the next run`, async () => {
        const prepared = await learn(platform, scenario);
        const request = prepared.requests.find(({ method, path, nth }) => `${method} ${path} #${nth}` === call);
        expect(request, prepared.requests.map(({ method, path, nth }) => `${method} ${path} #${nth}`).join("\n")).to.exist;
        expect(await runFaultCase(world, prepared, { platform, scenario, request: request!, fault })).to.deep.equal(noVerdict());
      });
    }
  });
}
if (!enginesPresent().includes("cli")) it(`faults on the cli engine: skipped. ${CLI_HINT}`);

describe("an error that is good enough", () => {
  const request: Request = { method: "POST", path: "/phone-number", nth: 1, status: 201 };
  const line = { type: "PhoneNumber" as const, name: "line", args: {} };
  const urn = "urn:pulumi:dev::programs::pulumi-nodejs:dynamic/telephony:PhoneNumber::line";
  const GOOD = 'vapi: POST /phone-number failed: 402 Payment Required: "no card". Top up the Vapi account, then run pulumi up again.';
  const judge = (message: string, where = urn) => {
    const answer: Answer = { ok: false, steps: [], summary: {}, outputs: {}, said: [], diagnostics: [{ severity: "error", urn: where, message }] };
    return badErrors(answer, { platform: "vapi", request, fault: "402" }, [line]).join();
  };

  it("names the resource, the call, what was met and the remedy", () => {
    expect(judge(GOOD)).to.equal("");
  });

  it("is not one that lacks any of them, or has what only a programmer reads", () => {
    expect(judge(GOOD, "")).to.match(/^no error names a resource/);
    expect(judge(GOOD, urn.replace("line", "other"))).to.match(/^no error names the resource/);
    expect(judge(GOOD.replace("POST /phone-number", "GET /phone-number"))).to.match(/^no error names the call POST \/phone-number/);
    expect(judge(GOOD.replace("/phone-number", "/phone-number/7"))).to.match(/^no error names the call/);
    expect(judge(GOOD.replace("vapi", "wiil"))).to.match(/^no error names the call/);
    expect(judge(GOOD.replace("402 ", ""))).to.match(/^no error names what was met/);
    expect(judge(GOOD.replace("Top up the Vapi account, then ", "Try to "))).to.match(/^no error names the remedy/);
    expect(judge(`${GOOD} undefined`)).to.match(/^the error is not for people/);
    expect(judge(`${GOOD}\n    at create (adapter.js:1:2)`)).to.match(/^the error is not for people/);
  });
});
