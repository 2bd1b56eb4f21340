import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { CLI_HINT, enginesPresent, type Deployment } from "pulumi-telephony/testing";
import type { RecoverReport } from "../../src/cli/recover.js";
import { errorsOf } from "../programs/bench.js";
import { startVictim, until, type Victim } from "../programs/victim.js";
import { killAll, telephony } from "./helpers.js";

const PROGRAM = `
for (const name of ["hotline", "support"]) exports[name] = new telephony.PhoneNumber(name, { platform: "voipbin", search: { country: "US", type: "toll-free" } }).number;
`;
const PURCHASE = { platform: "voipbin", method: "POST", path: "/numbers" };
const urn = (name: string) => `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/telephony:PhoneNumber::${name}`;

for (const kind of enginesPresent()) {
  describe(`telephony recover (${kind})`, () => {
    let victim: Victim;
    beforeEach(async () => void (victim = await startVictim(kind, PROGRAM)));
    afterEach(async () => {
      killAll();
      await victim.close();
    });

    const recover = async (...args: string[]) => {
      const run = telephony(["recover", "--cwd", victim.projectDir, "--engine", kind, ...args], victim.env);
      const code = await run.exited;
      return { code, text: run.stdout(), error: run.stderr() };
    };
    const report = async (...args: string[]) => {
      const { code, text, error } = await recover("--json", ...args);
      expect(error).to.equal("");
      expect(text.trim().split("\n"), text).to.have.length(1);
      return { code, ...(JSON.parse(text) as RecoverReport) };
    };
    /** `up` as a pipeline has it: it asks nothing, and it must do. */
    const up = async () => {
      const result = await victim.engine().up();
      expect(result.ok, errorsOf(result)).to.equal(true);
      return result;
    };
    const writeLock = (content: string | object, name = "0.json") => {
      fs.mkdirSync(victim.lockDir, { recursive: true });
      fs.writeFileSync(path.join(victim.lockDir, name), typeof content === "string" ? content : JSON.stringify(content));
    };
    const locks = () => fs.readdirSync(victim.lockDir).filter((name) => !name.endsWith(".attrs"));
    const holder = (of: object) => ({ username: "ci", hostname: os.hostname(), timestamp: new Date().toISOString(), ...of });

    it("brings a stack that was killed in the middle of its purchases to where up goes on", async () => {
      await victim.control("faults", { ...PURCHASE, kind: "hang-after-commit", times: 2 });
      const run = victim.start();
      await until(async () => (await victim.purchases()).length === 2, "two purchases");
      await run.killEngine();
      const refused = await victim.engine().up();
      expect(errorsOf(refused)).to.contain("the stack is currently locked by 1 lock(s)");

      const { code, text, error } = await recover();
      expect(code, error).to.equal(0);
      expect(text).to.match(/^lock of a dead run taken away: held by process \d+ of .*\n2 operations interrupted:\n {2}creating urn:.*\n {2}creating urn:.*\ncleared: .*\ndev is ready: run pulumi up --yes\n$/);
      expect(locks()).to.deep.equal([]);
      const { outputs, diagnostics } = await up();
      expect(diagnostics.filter(({ severity }) => severity === "warning"), "no word of pending operations").to.deep.equal([]);
      const bought = await victim.purchases();
      expect(bought.map(({ number }) => number).sort()).to.deep.equal([outputs["hotline"], outputs["support"]].sort());

      const again = await report();
      expect(again).to.deep.equal({ code: 0, stack: "dev", engine: kind, ready: true, recovered: false, locks: [], state: "whole", pending: [] });
      expect((await recover()).text).to.equal("dev is healthy: nothing to do\n");
      expect((await victim.engine().preview()).steps).to.deep.equal([]);
    });

    it("reads again what a dead run was deleting, and asks no platform about anything else", async () => {
      const { outputs } = await up();
      const state = JSON.parse(fs.readFileSync(victim.stateFile, "utf8")) as { checkpoint: { latest: Deployment["deployment"] } };
      const { latest } = state.checkpoint;
      const pending = (type: string, name: string) => ({ type, resource: latest.resources!.find((r) => r.urn === urn(name))! });
      latest.pending_operations = [pending("deleting", "hotline"), pending("updating", "support")];
      fs.writeFileSync(victim.stateFile, JSON.stringify(state)); // an import would drop them
      const { VOIPBIN_URL: url, VOIPBIN_ACCESS_KEY: key } = victim.sandbox.env;
      const { id } = (await victim.control<{ number: string; id: string }[]>("numbers")).find(({ number }) => number === outputs["hotline"])!;
      expect((await fetch(`${url}/numbers/${id}?accesskey=${key}`, { method: "DELETE" })).status).to.equal(200); // what the dead run did
      await fetch(`${victim.sandbox.url}/_sandbox/requests`, { method: "DELETE" });

      const found = await report();
      expect(found, found.error).to.include({ code: 0, recovered: true });
      expect(found.pending.map(({ type }) => type)).to.deep.equal(["deleting", "updating"]);
      const asked = await victim.control<{ method: string }[]>("requests");
      expect(new Set(asked.map(({ method }) => method))).to.deep.equal(new Set(["GET"]));
      expect((await victim.engine().preview()).steps.map(({ op, name }) => `${op} ${name}`)).to.deep.equal(["create hotline"]);
    });

    it("leaves the lock of a run that is alive, and one that can't be judged unless told", async () => {
      await up();
      const before = fs.readFileSync(victim.stateFile, "utf8");
      const sleeper = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      await once(sleeper, "spawn");
      writeLock(holder({ pid: sleeper.pid }));
      const alive = await recover("--force");
      expect(alive.code, "not even with --force").to.equal(2);
      expect(alive.error).to.match(new RegExp(`^error: a run of dev is under way: process ${sleeper.pid} of ci@`));
      expect(locks()).to.have.length(1);

      const exited = once(sleeper, "exit");
      sleeper.kill("SIGKILL");
      await exited;
      writeLock(holder({ pid: 7, hostname: "another-runner" }), "1.json");
      const unknown = await report();
      expect(unknown).to.include({ code: 3, ready: false });
      expect(unknown.error).to.match(/another-runner.*--force/s);
      expect(locks(), "nothing is touched before all are judged").to.have.length(2);
      writeLock("", "2.json"); // torn
      writeLock("", "3.json.18c0ffee.tmp");
      writeLock(holder({ pid: process.pid, timestamp: "2020-01-01T00:00:00Z" }), "4.json"); // its number is another process's by now
      const forced = await report("--force");
      expect(forced, forced.error).to.include({ code: 0, recovered: true });
      expect(forced.locks.map(({ state, removed }) => `${state} ${removed}`)).to.deep.equal(["dead true", "elsewhere true", "dead true", "dead true", "dead true"]);
      expect(locks()).to.deep.equal([]);
      expect(fs.readFileSync(victim.stateFile, "utf8")).to.equal(before);
      await up();
    });

    it("repairs the state file", async () => {
      await up();
      const whole = fs.readFileSync(victim.stateFile);

      // What a SIGKILL of the CLI leaves: everything written, the sidecar torn, the rename not done.
      fs.writeFileSync(`${victim.stateFile}.attrs`, "");
      const newer = JSON.parse(whole.toString()) as { checkpoint: { latest: { metadata: unknown } } };
      newer.checkpoint.latest.metadata = { note: "the last write" };
      fs.writeFileSync(`${victim.stateFile}.18c0ffee.tmp`, JSON.stringify(newer));
      if (kind === "cli") expect(errorsOf(await victim.engine().preview())).to.contain("failed to load checkpoint: EOF");
      expect(await report()).to.include({ code: 0, recovered: true, state: "finished" });
      expect(fs.readFileSync(victim.stateFile, "utf8")).to.contain("the last write");

      // What a full disk or a power cut leaves.
      fs.writeFileSync(`${victim.stateFile}.bak`, whole);
      fs.writeFileSync(victim.stateFile, whole.subarray(0, 100));
      expect((await victim.engine().preview()).ok).to.equal(false);
      const { code, text } = await recover();
      expect(code).to.equal(0);
      expect(text).to.match(/^state broken: restored from its copy, \S+\.bak; the broken one is kept as \S+\ndev is ready/);
      expect(fs.readFileSync(victim.stateFile)).to.deep.equal(whole);
      const [kept = ""] = fs.readdirSync(path.dirname(victim.stateFile)).filter((name) => name.includes(".broken-"));
      expect(fs.readFileSync(path.join(path.dirname(victim.stateFile), kept))).to.deep.equal(whole.subarray(0, 100));
      expect((await victim.engine().preview()).steps).to.deep.equal([]);

      fs.writeFileSync(victim.stateFile, "");
      fs.writeFileSync(`${victim.stateFile}.bak`, "");
      const lost = await recover();
      expect(lost.code).to.equal(1);
      expect(lost.error).to.match(/is broken, and so is the copy beside it.*backups.*pulumi stack import/);
    });

    if (kind === "cli")
      it("repairs a compressed state file", async () => {
        const gzip = { PULUMI_DIY_BACKEND_GZIP: "true" };
        await up();
        const before = await victim.engine().exportState();
        await victim.engine(gzip).importState(before);
        const file = `${victim.stateFile}.gz`;
        const text = gunzipSync(fs.readFileSync(file)).toString();
        fs.copyFileSync(file, `${file}.bak`);
        fs.writeFileSync(file, fs.readFileSync(file).subarray(0, 200));
        Object.assign(victim.env, gzip);
        const found = await report();
        expect(found, found.error).to.include({ code: 0, state: "restored" });
        expect(gunzipSync(fs.readFileSync(file)).toString()).to.equal(text);
        expect(await report()).to.include({ code: 0, recovered: false });
      });

    it("says what is missing", async () => {
      const none = await recover("--stack", "prod");
      expect([none.code, none.error]).to.deep.equal([1, `error: no stack named 'prod' of project shop in ${victim.backendDir}\n`]);
      const nowhere = telephony(["recover", "--cwd", os.tmpdir()], victim.env);
      expect(await nowhere.exited).to.equal(1);
      expect(nowhere.stderr()).to.contain("no Pulumi.yaml project file found");
      const elsewhere = telephony(["recover", "--cwd", victim.projectDir, "--engine", "embedded"], { ...victim.env, PULUMI_BACKEND_URL: "s3://bucket?key=hush" });
      expect(await elsewhere.exited).to.equal(1);
      expect(elsewhere.stderr()).to.contain("the backend s3://bucket needs the Pulumi CLI").and.not.contain("hush");
    });
  });
}

if (!enginesPresent().includes("cli")) it(`telephony recover on the cli engine: skipped. ${CLI_HINT}`);
