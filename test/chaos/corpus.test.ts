/** A part of the bad input corpus; `npm run chaos` runs all of it. Failures are replayed as corpus.ts says. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { openEngine, startSandbox } from "pulumi-telephony/testing";
import * as telephony from "pulumi-telephony";
import { badArgs } from "./bad-args.js";
import { replayOf, runCorpus } from "./corpus.js";
import { answersOf } from "./answers.js";
import { unfit } from "./words.js";

const SEED = 1;

describe("bad input", () => {
  it("in arguments and settings is refused by check, in words and at its property, and no platform is asked", async () => {
    const row = await runCorpus({ cases: 300, seed: SEED, only: "args" });
    expect(row.failures, "\n" + row.failures.join("\n")).to.deep.equal([]);
    expect(row).to.include({ tried: 300, leaks: 0 });
  });

  it("in a platform's answers ends well or in words, and the next run makes it good", async () => {
    const row = await runCorpus({ cases: 16, seed: SEED, only: "answers" });
    expect(row.failures, "\n" + row.failures.join("\n")).to.deep.equal([]);
    expect(row).to.include({ tried: 16, doublePurchases: 0, orphans: 0, lost: 0 });
  });

  it("is the same from the same seed, and a case of it can be replayed", () => {
    expect(replayOf(badArgs, { seed: 7, path: "41" })).to.deep.equal(replayOf(badArgs, { seed: 7, path: "41" }));
    expect(replayOf(badArgs, { seed: 7, numRuns: 50 })[41]).to.deep.equal(replayOf(badArgs, { seed: 7, path: "41", numRuns: 1 })[0]);
  });

  // Found by the corpus, and put right.
  const found: Parameters<typeof answersOf>[0] = [
    ["PhoneNumber on wiil", "create", { kind: "BOM", sticky: true }],
    ["PhoneNumber on burki", "create", { kind: "wrapped", what: 1, nth: 2 }],
    // the purchase's own id is lost: the next run finds the number by its digits
    ["PhoneNumber on wiil", "create", { kind: "id changed", what: 2, nth: 1 }],
    ["PhoneNumber on wiil", "create", { kind: "huge number", what: 0, nth: 1, sticky: true }],
    ["PhoneNumber on voipbin", "read", { kind: "latin-1", sticky: true }],
    ["PhoneNumber on vapi", "create", { kind: "long text", where: 1, nth: 1, sticky: true }],
  ];
  it("that was found once ends well or in words, and the next run makes it good", async () => {
    expect((await answersOf(found)).failures).to.deep.equal([]);
  });

  describe("in whole programs", () => {
    const programs: [what: string, program: () => void, reason: RegExp][] = [
      ["a number that is none", () => new telephony.PhoneNumber("line", { platform: "wiil", number: "(212) 555-1234" }), /did you mean "\+12125551234"/],
      ["a platform that is none", () => new telephony.PhoneNumber("line", { platform: "__proto__" as "wiil", search: { country: "US" } }), /expected one of "vapi"/],
      ["candidates where there are none", () => new telephony.PhoneNumber("line", { platform: "vapi", candidates: ["+14155550100"] }), /Vapi picks the number itself/],
      ["an amount without an end", () => new telephony.PhoneNumber("line", { platform: "voipbin", search: { country: "US" }, maxMonthlyPrice: { amount: "9".repeat(10_000), currency: "USD" } }), /decimal amount/],
      ["a link to two things", () => new telephony.PhoneNumberLink("link", { phoneNumber: { platform: "vapi", id: "x" }, assistant: "a", squad: "s" }), /exactly one of assistant, squad/],
      ["a graph at VoIPBIN", () => new telephony.CallFlow("menu", { platform: "voipbin", graph: {} }), /has actions, not graph/],
    ];
    it("stops each before anything is bought", async () => {
      const sandbox = await startSandbox();
      const backendDir = mkdtempSync(path.join(tmpdir(), "telephony-corpus-"));
      try {
        for (const [what, program, reason] of programs) {
          const engine = openEngine({ engine: "embedded", backendDir, passphrase: "test", projectDir: path.join(__dirname, "..", "programs", "project"), env: sandbox.env, program: () => Promise.resolve(void program()) });
          const up = await engine.up();
          const errors = up.diagnostics.filter((d) => d.severity === "error").map((d) => d.message).join("\n");
          expect(up.ok, what).to.be.false;
          expect(errors, what).to.match(reason);
          expect(unfit(errors), errors).to.equal(undefined);
        }
        expect(await (await fetch(`${sandbox.url}/_sandbox/ledger`)).json()).to.deep.equal([]);
      } finally {
        await sandbox.close();
        rmSync(backendDir, { recursive: true, force: true });
      }
    });
  });
});
