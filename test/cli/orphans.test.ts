/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- the sandbox answers whatever JSON the platforms have */
import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openEngine } from "pulumi-telephony/testing";
import type { OrphansReport } from "../../src/cli/orphans/command.js";
import { errorsOf } from "../programs/bench.js";
import { start, type TestSandbox } from "../sandbox/helpers.js";
import { killAll, root, telephony } from "./helpers.js";

const ZERO = "00000000-0000-0000-0000-000000000000";
const PROGRAM = `const telephony = require("pulumi-telephony");
const number = (name, args) => (exports[name] = new telephony.PhoneNumber(name, { platform: "voipbin", search: { country: "US", type: "toll-free" }, ...args }).number);
number("hotline"); number("guarded", { deletionProtection: true }); number("third");
`;

describe("telephony orphans", () => {
  let s: TestSandbox;
  let directory: string;
  let projectDir: string;
  let env: Record<string, string | undefined>;
  beforeEach(async () => {
    s = await start();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "orphans-"));
    projectDir = path.join(directory, "shop");
    const backendDir = path.join(directory, "state");
    for (const made of [projectDir, backendDir]) fs.mkdirSync(made);
    fs.writeFileSync(path.join(projectDir, "Pulumi.yaml"), "name: shop\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n");
    fs.writeFileSync(path.join(projectDir, "package.json"), '{"main":"index.js"}');
    fs.writeFileSync(path.join(projectDir, "index.js"), PROGRAM);
    fs.symlinkSync(path.join(root, "node_modules"), path.join(projectDir, "node_modules"));
    env = { ...s.sandbox.env, VOIPBIN_POLL_INTERVAL: "50ms", PULUMI_BACKEND_URL: `file://${backendDir}`, PULUMI_CONFIG_PASSPHRASE: "test", PULUMI_HOME: path.join(directory, "home"), COLUMNS: undefined };
    const up = await openEngine({ projectDir, backendDir, passphrase: "test", env }).up();
    expect(up.ok, errorsOf(up)).to.equal(true);
  });
  afterEach(async () => {
    killAll();
    await s.sandbox.close();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  const orphans = async (...args: string[]) => {
    const run = telephony(["orphans", "--cwd", projectDir, ...args], env);
    const code = await run.exited;
    return { code, out: run.stdout(), err: run.stderr() };
  };
  const report = async (...args: string[]) => {
    const { code, out, err } = await orphans("--json", ...args);
    expect(out.trim().split("\n"), err).to.have.length(1);
    return { code, ...(JSON.parse(out) as OrphansReport & { failures: { error: string }[] }) };
  };
  const owned = async () => (await s.voipbin("GET", "/numbers?page_size=100")).json.result as { id: string; number: string; name: string; detail: string }[];
  const markOf = async (name: string) => /\[pulumi .*\]/.exec((await owned()).find((n) => n.name === name)!.detail)![0];
  let offered: string[] = [];
  const buy = async (name: string, detail: string) => {
    if (offered.length === 0) offered = (await s.voipbin("GET", "/available_numbers?country_code=US&type=normal&page_size=20")).json.result.map((n: { number: string }) => n.number).reverse();
    const bought = await s.voipbin("POST", "/numbers", { number: offered.pop(), type: "normal", name, detail, call_flow_id: ZERO, message_flow_id: ZERO });
    expect(bought.status, bought.text).to.be.lessThan(300);
    return bought.json.id as string;
  };

  it("tells whose they are, and releases only what the given stacks have left over", async () => {
    offered = [];
    expect((await report("--stack", "dev")), "what the stack has is no orphan").to.deep.include({ code: 0, orphans: [], awaited: [], stacks: ["shop/dev"] });
    expect(await orphans()).to.deep.include({ code: 1, out: "" });

    await buy("copy", await markOf("hotline"));
    const stuck = await buy("stuck", await markOf("hotline"));
    await buy("guarded copy", await markOf("guarded"));
    await buy("theirs", "[pulumi k3f9x2a1.1]");
    await buy("by hand", "");
    const kinds = { copy: "left-over", stuck: "left-over", "guarded copy": "left-over", theirs: "unknown-owner", "by hand": "unmarked" };
    const found = await report("--stack", "dev");
    expect(found.code).to.equal(3);
    expect(Object.fromEntries(found.orphans.map(({ name, kind }) => [name, kind]))).to.deep.equal(kinds);
    expect(found.orphans.find(({ name }) => name === "copy")).to.deep.include({ owner: "shop/dev hotline", monthlyPrice: { amount: "5.00", currency: "USD" } });

    const unasked = await orphans("--stack", "dev", "--release");
    expect(unasked.code, unasked.err).to.equal(2);
    expect(unasked.err).to.contain("nothing was released: there is nobody to ask here");
    expect(unasked.out).to.match(/To be released for good: 2 numbers, USD 10\.00 a month\./).and.to.contain("deletionProtection is on at shop/dev guarded");
    expect(unasked.out).to.contain("Only these stacks were looked at").and.to.contain("--include-unknown").and.to.contain("--include-unmarked");
    expect(await owned()).to.have.length(8);

    await s.control("POST", "/faults", { platform: "voipbin", method: "DELETE", path: `/numbers/${stuck}`, kind: "status", status: 403, times: 9 });
    const partly = await report("--stack", "dev", "--release", "--yes");
    expect(partly.code).to.equal(5);
    expect(partly.orphans.filter(({ released }) => released).map(({ name }) => name)).to.deep.equal(["copy"]);
    expect(partly.failures.map(({ error }) => error).join()).to.contain(found.orphans.find(({ name }) => name === "stuck")!.number);
    await s.control("DELETE", "/faults");

    const all = await report("--stack", "dev", "--release", "--include-unknown", "--include-unmarked", "--yes");
    expect(all.code, "the guarded one stays").to.equal(3);
    expect((await owned()).map(({ name }) => name).sort()).to.deep.equal(["guarded", "guarded copy", "hotline", "third"]);
  }).timeout(180_000);

  it("leaves to the next up what a dead run has bought, and what another state file has", async () => {
    const file = path.join(directory, "export.json");
    const state = JSON.parse(fs.readFileSync(path.join(directory, "state", ".pulumi", "stacks", "shop", "dev.json"), "utf8"));
    const { latest } = state.checkpoint;
    const isThird = ({ urn }: { urn: string }) => urn.endsWith("PhoneNumber::third");
    const write = (resources: unknown[], pending: unknown[] = []) => fs.writeFileSync(file, JSON.stringify({ version: 3, deployment: { ...latest, resources, pending_operations: pending } }));

    write(latest.resources.filter((resource: { urn: string }) => !isThird(resource)));
    const bySearch = await report("--state", file, "--release", "--yes", "--include-unknown");
    expect(bySearch.orphans).to.deep.equal([]);
    expect(bySearch.awaited.map(({ owner }) => owner)).to.deep.equal(["shop/dev third"]);

    const third = latest.resources.find(isThird);
    write(latest.resources.map((resource: { urn: string }) => (isThird(resource) ? { ...third, id: "gone", outputs: { ...third.outputs, number: "+18000000000", platformId: "gone" } } : resource)), [
      { type: "creating", resource: { ...third, id: undefined, outputs: undefined } },
    ]);
    const underWay = await report("--state", file, "--release", "--yes", "--include-unknown");
    expect(underWay.orphans).to.deep.equal([]);
    expect(underWay.awaited.map(({ owner }) => owner)).to.deep.equal(["shop/dev third"]);
    expect(await owned()).to.have.length(3);

    fs.writeFileSync(file, "{}");
    expect(await orphans("--state", file)).to.deep.include({ code: 4, out: "" });
  }).timeout(180_000);
});
