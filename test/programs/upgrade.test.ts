/**
 * What an earlier version of the library wrote is read by this one. The fixture holds the state that version 0.1.0 of 2026-11-21 (commit
 * 5b08f18) made of the program in kept.ts, on the embedded engine, and what the sandbox had then.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { type Deployment, type EngineResult, enginesPresent, openEngine, type Sandbox, startSandbox } from "pulumi-telephony/testing";
import { everything } from "./kept.js";

const { state, sandbox: world } = JSON.parse(readFileSync(path.join(__dirname, "fixtures", "state-0.1.0.json"), "utf8")) as { state: Deployment; sandbox: object };

describe("a state of an earlier version", () => {
  for (const kind of enginesPresent()) {
    describe(`on the ${kind} engine`, () => {
      let directory: string;
      let sandbox: Sandbox;
      before(async () => {
        directory = mkdtempSync(path.join(tmpdir(), "telephony-upgrade-"));
        writeFileSync(path.join(directory, "sandbox.json"), JSON.stringify(world));
        sandbox = await startSandbox({ dataDir: directory });
      });
      after(async () => {
        await sandbox.close();
        rmSync(directory, { recursive: true, force: true });
      });

      it("has no diff under the new library, no drift, and is destroyed by it", async () => {
        const backendDir = path.join(directory, "backend");
        const stacks = path.join(backendDir, ".pulumi", "stacks", "programs");
        mkdirSync(stacks, { recursive: true });
        writeFileSync(path.join(backendDir, ".pulumi", "meta.yaml"), "version: 1\n");
        writeFileSync(path.join(stacks, "dev.json"), JSON.stringify({ version: 3, checkpoint: { stack: "organization/programs/dev", latest: state.deployment } }));
        const open = () => openEngine({ engine: kind, projectDir: path.join(__dirname, "project"), backendDir, passphrase: "test", env: sandbox.env, program: everything });
        const quiet = (result: EngineResult) => {
          expect(result.ok, JSON.stringify(result.diagnostics)).to.be.true;
          // A number that Vapi picks had a search, which found nothing and was nowhere but in the state. It has none any more.
          const steps = result.steps.filter(({ op, name }) => op !== "refresh" && !(op === "delete" && name === "allocated-search"));
          expect(steps).to.deep.equal([]);
        };
        quiet(await open().refresh());
        quiet(await open().preview());
        quiet(await open().up());
        quiet(await open().refresh());
        quiet(await open().preview());
        const destroyed = await open().destroy();
        expect(destroyed.ok, JSON.stringify(destroyed.diagnostics)).to.be.true;
        expect(await (await fetch(`${sandbox.url}/_sandbox/numbers`)).json()).to.deep.equal([]);
      });
    });
  }
});
