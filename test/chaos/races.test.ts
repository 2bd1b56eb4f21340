import { expect } from "chai";
import { CLI_HINT, enginesPresent } from "pulumi-telephony/testing";
import { RACES, runRace } from "./races.js";

describe("races", function () {
  this.timeout(300_000); // 200 numbers at once, and other test files beside them
  const present = enginesPresent();
  for (const kind of present) {
    describe(`on the ${kind} engine`, () => {
      for (const race of RACES.filter(({ chaosOnly }) => !chaosOnly)) {
        it(race.name, async () => {
          expect((await runRace(race, kind)).failures).to.deep.equal([]);
        });
      }
    });
  }
  if (!present.includes("cli")) it(`on the cli engine: skipped. ${CLI_HINT}`);
});
