import { expect } from "chai";
import { COUNTEREXAMPLES } from "./counterexamples.js";
import { runModel, tell } from "./model.js";
import { runSteps } from "./model-run.js";
import { canFindProcesses, NO_PROCESSES } from "./processes.js";
import { isBad, type Snapshot, World } from "./world.js";

describe("random programs under random faults and kills", function () {
  this.timeout(240_000);

  before(function () {
    if (canFindProcesses) return;
    console.log(`      skipped: ${NO_PROCESSES}`);
    this.skip();
  });

  it("come to what the plain model says (a fixed seed; npm run chaos takes more)", async () => {
    const row = await runModel({ engine: "embedded", runs: 1, seed: 240 });
    expect(row.failures.join("\n")).to.equal("");
    expect(row.tried).to.be.greaterThan(2);
  });

  describe("what they have found once", () => {
    let world: World;
    let empty: Snapshot;
    before(async () => {
      world = await World.open("embedded");
      empty = await world.snapshot();
    });
    after(() => world.close());

    for (const { title, steps } of COUNTEREXAMPLES)
      it(title, async () => {
        const run = await runSteps(world, empty, steps);
        expect(isBad(run.verdict), `${JSON.stringify(run.verdict, null, 1)}\n${tell(run)}`).to.equal(false);
      });
  });
});
