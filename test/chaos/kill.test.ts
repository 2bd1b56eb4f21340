import { expect } from "chai";
import { CLI_HINT, enginesPresent } from "pulumi-telephony/testing";
import type { PlatformName } from "../../src/types.js";
import { type KillCase, prepare, type Prepared, runKillCase } from "./kill.js";
import { canFindProcesses, NO_PROCESSES } from "./processes.js";
import { noVerdict, type Snapshot, World } from "./world.js";

type Row = [PlatformName, KillCase["scenario"], string, KillCase["victim"], KillCase["point"]];

/** The ones that cost money first; `npm run chaos` has them all. */
const CASES: Row[] = [
  ["vapi", "create", "POST /phone-number #1", "cli", "before"],
  ["vapi", "create", "POST /phone-number #1", "tree", "committed"],
  ["wiil", "create", "POST /phone-configurations/telephony-provider/purchase #1", "tree", "committed"],
  ["voipbin", "create", "POST /numbers #1", "provider", "answered"],
  ["burki", "create", "POST /api/v1/phone-numbers/purchase #1", "tree", "answered"],
  ["voipbin", "delete", "DELETE /numbers/:id #1", "cli", "committed"],
  ["burki", "replace", "POST /api/v1/phone-numbers/release #1", "tree", "committed"],
];

for (const engine of enginesPresent()) {
  describe(`killed on the ${engine} engine`, () => {
    let world: World;
    let empty: Snapshot;
    const learnt = new Map<string, Promise<Prepared>>();
    const learn = (platform: PlatformName, scenario: KillCase["scenario"]) => {
      const key = `${platform} ${scenario}`;
      const known = learnt.get(key) ?? prepare(world, empty, platform, scenario);
      learnt.set(key, known);
      return known;
    };
    before(async function () {
      if (!canFindProcesses) {
        console.log(`      skipped: ${NO_PROCESSES}`);
        this.skip();
      }
      world = await World.open(engine);
      empty = await world.snapshot();
    });
    after(() => world?.close());

    for (const [platform, scenario, call, victim, point] of CASES) {
      it(`${victim}, at ${platform}'s ${scenario}, ${call} ${point}: bought once, in the state, released once`, async () => {
        const prepared = await learn(platform, scenario);
        const request = prepared.requests.find(({ method, path, nth }) => `${method} ${path} #${nth}` === call);
        expect(request, prepared.requests.map(({ method, path, nth }) => `${method} ${path} #${nth}`).join("\n")).to.exist;
        expect(await runKillCase(world, prepared, { platform, scenario, request: request!, victim, point })).to.deep.equal(noVerdict());
      });
    }
  });
}
if (!enginesPresent().includes("cli")) it(`killed on the cli engine: skipped. ${CLI_HINT}`);
