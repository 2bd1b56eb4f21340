/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- a test reads whatever JSON came */
import { expect } from "chai";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { enginesPresent } from "pulumi-telephony/testing";
import type { Totals } from "../../src/cli/inventory/numbers.js";
import type { OwnedNumber } from "../../src/cli/inventory/owned.js";
import type { PriceRow } from "../../src/cli/inventory/prices.js";
import { errorsOf } from "../programs/bench.js";
import { startVictim, type Victim } from "../programs/victim.js";
import { buyOnWiil, start, type TestSandbox, zeroUuid } from "../sandbox/helpers.js";
import { killAll, telephony } from "./helpers.js";
import { startProxy } from "./proxy.js";

/** Nothing of whoever runs the tests. */
const NOTHING = { VAPI_API_KEY: undefined, WIIL_API_KEY: undefined, VOIPBIN_ACCESS_KEY: undefined, BURKI_API_KEY: undefined, COLUMNS: undefined, PULUMI_BACKEND_URL: undefined };
type Env = Record<string, string | undefined>;

async function run(args: string[], env: Env): Promise<{ code: number | null; out: string; err: string }> {
  const child = telephony(args, { ...NOTHING, ...env });
  const code = await child.exited;
  return { code, out: child.stdout(), err: child.stderr() };
}

async function json<T>(args: string[], env: Env, code = 0): Promise<T> {
  const ended = await run([...args, "--json"], env);
  expect(ended.code, ended.err).to.equal(code);
  expect(ended.out.trim().split("\n")).to.have.length(1);
  return JSON.parse(ended.out) as T;
}

interface Numbers {
  numbers: OwnedNumber[];
  totals: Totals;
  missing: { number: string; resource: string }[];
  failures: { platform: string; account: string; error: string }[];
}

describe("telephony search, prices, regions and numbers", () => {
  let s: TestSandbox;
  const env = (): Env => s.sandbox.env;
  before(async () => void (s = await start({ purchaseMs: 0 })));
  after(() => s.sandbox.close());
  beforeEach(() => s.control("POST", "/reset"));
  afterEach(killAll);

  it("searches all platforms side by side, and says why one can't be searched", async () => {
    const { code, out, err } = await run(["search", "--country", "us", "--area-code", "212", "--limit", "2"], env());
    expect(code, err).to.equal(0);
    const rows = out.trimEnd().split("\n");
    expect(rows[0]).to.match(/^Number +Platform +Country +Type +Region +Capabilities +A month +Once$/);
    expect(rows.slice(1).map((row) => row.split(/ {2,}/).slice(0, 2).join(" ").replace(/\d{7} /, "… "))).to.deep.equal(["+1212… wiil", "+1212… wiil", "+1212… voipbin", "+1212… voipbin", "+1212… burki", "+1212… burki"]);
    expect(rows[1]).to.match(/ US +local +NEW YORK, NY +voice sms mms +USD 1\.50 +unknown$/);
    expect(err).to.equal("note: Vapi can't be searched: it picks a number at the purchase\n");
    const narrow = (await run(["search", "--country", "US", "--limit", "1"], { ...env(), COLUMNS: "64" })).out;
    expect(Math.max(...narrow.split("\n").filter((line) => !line.startsWith("(")).map((line) => line.length)), narrow).to.be.at.most(64);
    expect(narrow).to.match(/^\+\d+ +wiil .*USD 1\.50/m);
    expect(await s.ledger()).to.deep.equal([]);
  });

  it("tells what was found by those that answer, and fails with the others", async () => {
    await s.control("POST", "/faults", { platform: "burki", kind: "status", status: 400, times: 9 });
    const { code, out, err } = await run(["search", "--country", "US", "--type", "toll-free", "--limit", "1", "--platform", "wiil", "burki"], { ...env(), VAPI_API_KEY: undefined });
    expect(code).to.equal(5);
    expect(out).to.match(/^\+18\d+ +wiil/m);
    expect(err).to.match(/^error: Burki: burki: POST \/api\/v1\/phone-numbers\/search failed: 400/);

    const none = await run(["search", "--country", "ZZ", "--platform", "wiil"], env());
    expect(none).to.include({ code: 3, err: "" });
    expect(none.out).to.match(/^None of the \d+ numbers that WIIL offers meets the search: 0 after country\. Loosen country \(offered: US, /);
    expect(await run(["search", "--platform", "voipbin"], env())).to.deep.include({ code: 1, err: "error: nobody can be asked: VoIPBIN is left out: country: VoIPBIN searches by country: expected a two-letter ISO 3166-1 code, for example \"US\"\n" });
    const keyless = await run(["search", "--country", "US", "--platform", "burki"], {});
    expect(keyless).to.deep.include({ code: 1, out: "" });
    expect(keyless.err).to.match(/^error: there is no key for Burki: set BURKI_API_KEY, name the stack .* --stack, or a file with --account NAME=FILE\n$/);
  });

  it("tells prices, and says unknown where nobody does; regions likewise", async () => {
    const { prices } = await json<{ prices: PriceRow[] }>(["prices", "--country", "US", "--type", "toll-free"], env());
    const usd = (amount: string) => ({ amount, currency: "USD" });
    expect(prices.map(({ offered: _, ...row }) => row)).to.deep.equal([
      { platform: "vapi", country: "US", type: "toll-free" },
      { platform: "wiil", country: "US", type: "toll-free", monthlyPrice: usd("2.50") },
      { platform: "voipbin", country: "US", type: "toll-free", monthlyPrice: usd("5.00") },
      { platform: "burki", country: "US", type: "toll-free", monthlyPrice: usd("1.25"), ...(prices[3]?.setupPrice && { setupPrice: prices[3].setupPrice }) },
    ]);

    const regions = await run(["regions"], { ...env(), WIIL_API: "2025-12" });
    expect(regions.code, regions.err).to.equal(0);
    expect(regions.out).to.match(/^wiil +US +United States$/m).and.match(/^burki +US$/m);
    expect(regions.err).to.match(/note: Vapi has no list of regions.*\nnote: VoIPBIN has no list of regions\n/);
  });

  it("shows 500 numbers of several accounts in one table, in few calls", async () => {
    const flow = (await s.voipbin("POST", "/flows", { name: "Hotline menu", detail: "", actions: [{ type: "answer" }] })).json;
    for (const country of ["US", "DE", "GB", "FR", "CA"]) {
      const offered = (await s.voipbin("GET", `/available_numbers?country_code=${country}&page_size=100`)).json.result as { number: string }[];
      for (const { number } of offered) await s.voipbin("POST", "/numbers", { number, type: "normal", name: "Line", detail: "[pulumi k3f9x2a1.3]", call_flow_id: flow.id, message_flow_id: zeroUuid });
    }
    const assistant = (await s.vapi("POST", "/assistant", { name: "Shop \u001b[31mReceptionist" })).json;
    await s.vapi("POST", "/phone-number", { provider: "vapi", numberDesiredAreaCode: "415", name: "shop", assistantId: assistant.id });
    await buyOnWiil(s, "+12125551234");
    const second = s.sandbox.accounts.find(({ platform, account }) => platform === "wiil" && account === "second")!.key;
    const offered = (await s.wiil("GET", "/phone-configurations/telephony-provider/numbers?pageSize=1000")).json.data.data as { phoneNumber: string }[];
    const london = offered.find(({ phoneNumber }) => phoneNumber.startsWith("+4420"))!.phoneNumber;
    await buyOnWiil(s, london, "London", s.wiilAs(second));
    const file = path.join(mkdtempSync(path.join(tmpdir(), "inventory-")), "emea.env");
    writeFileSync(file, `WIIL_API_KEY=${second}\n`);

    await s.control("DELETE", "/requests");
    const all = await json<Numbers>(["numbers", "--account", `emea=${file}`], env());
    expect((await s.control("GET", "/requests")).json).to.have.length.below(16); // of which seven are pages of VoIPBIN's numbers
    expect(all.totals).to.deep.equal({ numbers: 503, monthly: [{ amount: "2503.25", currency: "USD" }], unknownPrice: 1 });
    expect(all.numbers.find(({ platform }) => platform === "voipbin")).to.deep.include({ mark: "k3f9x2a1.3", linkedTo: [{ kind: "call flow", id: flow.id, name: "Hotline menu" }] });

    const { out, err } = await run(["numbers", "--unowned", "--account", `emea=${file}`], { ...env(), COLUMNS: "90" });
    const rows = out.trimEnd().split("\n");
    expect(rows[0], err).to.match(/^Number +Platform +Account +Status +A month +Linked to/);
    expect(rows[1]).to.match(/^\+1415\d+ +vapi +default +active +unknown +assistant Shop �\[31mReceptionist$/);
    expect(rows.slice(2, 4).map((row) => row.split(/ {2,}/).slice(0, 3).join(" "))).to.deep.equal(["+12125551234 wiil default", `${london} wiil emea`]);
    expect(rows.at(-1)).to.equal("3 numbers of 503, USD 3.25 a month, 1 of unknown price");
    expect((await json<Numbers>(["numbers", "--unlinked"], env())).numbers.map(({ number }) => number)).to.deep.equal(["+12125551234"]);
  });

  it("asks for what numbers point at where their list doesn't tell", async () => {
    const { voiceChannelId } = await buyOnWiil(s, "+12125551234");
    const instruction = (await s.wiil("POST", "/instruction-configurations", { instructionName: "Support", role: "r", introductionMessage: "i", instructions: "i", guardrails: "g" })).json.data;
    const agent = (await s.wiil("POST", "/agent-configurations", { modelId: "m", name: "Support", instructionConfigurationId: instruction.id })).json.data;
    const deployed = await s.wiil("POST", "/deployment-configurations", { projectId: "p", deploymentChannelId: voiceChannelId, agentConfigurationId: agent.id, instructionConfigurationId: instruction.id, deploymentName: "d", isActive: true });
    expect(deployed.status, deployed.text).to.equal(201);
    const target = [{ kind: "agent", id: agent.id, name: "Support" }];
    const told = await json<Numbers>(["numbers", "--platform", "wiil"], env());
    expect(told.numbers[0]!.linkedTo).to.deep.equal(target);

    const proxy = await startProxy(s.sandbox.env["WIIL_URL"]!, (answer) => (/^\/phone-configurations[?/]/.test(answer.path) ? { ...answer, body: answer.body.replace(/"(voice|sms)Channel":/g, '"$1ChannelOfOld":') } : answer));
    try {
      const asked = await json<Numbers>(["numbers", "--platform", "wiil"], { ...env(), WIIL_URL: proxy.url });
      expect(asked.numbers[0]!.linkedTo).to.deep.equal(target);
      expect(proxy.paths.some((at) => at.startsWith("/deployment-configurations/by-channel/"))).to.equal(true);
    } finally {
      await proxy.close();
    }
  });
});

for (const kind of enginesPresent()) {
  describe(`telephony numbers beside a stack (${kind})`, function () {
    this.timeout(180_000);
    let victim: Victim;
    before(
      async () =>
        void (victim = await startVictim(
          kind,
          `const emea = new telephony.Provider("emea", { wiilApiKey: process.env.EMEA_KEY });
           const ivr = new telephony.CallFlow("ivr", { platform: "voipbin", name: "Menu", actions: [{ type: "answer" }] });
           const hotline = new telephony.PhoneNumber("hotline", { platform: "voipbin", search: { country: "US", type: "toll-free" } });
           new telephony.CallFlowBinding("hotline-flow", { phoneNumber: hotline, callFlow: ivr.id });
           new telephony.PhoneNumber("desk", { platform: "burki", search: { country: "US", areaCode: "212" } });
           new telephony.PhoneNumber("london", { platform: "wiil", search: { country: "GB" } }, { provider: emea });`,
        )),
    );
    afterEach(killAll);
    after(() => victim.close());

    it("says which stack and resource has which number, and which is gone", async () => {
      const { sandbox, projectDir } = victim;
      const key = (name: string) => sandbox.accounts.find(({ platform, account }) => platform === "wiil" && account === name)!.key;
      const up = await victim.engine({ EMEA_KEY: key("second") }).up();
      expect(up.ok, errorsOf(up)).to.equal(true);
      const env: Env = { ...victim.env, EMEA_KEY: undefined };
      const from = ["--stack", "dev", "--cwd", projectDir];

      const { numbers, totals } = await json<Numbers>(["numbers", ...from], env);
      expect(numbers.map(({ platform, account, owner }) => [platform, account, owner?.stack, owner?.resource])).to.deep.equal([
        ["voipbin", "default", "shop/dev", "hotline"],
        ["burki", "default", "shop/dev", "desk"],
        ["wiil", "emea", "shop/dev", "london"],
      ]);
      expect(numbers[0]!.linkedTo?.map(({ kind, name }) => [kind, name])).to.deep.equal([["call flow", "Menu"]]);
      for (const { mark } of numbers) expect(mark).to.match(/^[0-9a-z]{8}\.1$/);
      expect(totals.unknownPrice).to.equal(0); // Burki's list tells no price: the state has what its search told

      // Another stack takes a number over, and somebody releases one by hand.
      const { number, platformId } = numbers[0]!;
      await fetch(`${env["WIIL_URL"]}/phone-configurations`, {
        method: "PATCH",
        headers: { "content-type": "application/json", "x-wiil-api-key": key("second") },
        body: JSON.stringify({ id: numbers[2]!.platformId, friendlyName: "Theirs [pulumi k3f9x2a1.1]" }),
      });
      await fetch(`${env["VOIPBIN_URL"]}/numbers/${platformId}?accesskey=${env["VOIPBIN_ACCESS_KEY"]}`, { method: "DELETE" });
      const after = await run(["numbers", ...from], env);
      expect(after.code, after.err).to.equal(0);
      expect(after.out).to.match(/ k3f9x2a1\.1 \(another's\) +shop\/dev +london$/m).and.include(`${number} of hotline in stack shop/dev is in no account of VoIPBIN that was asked: it is gone, or another account has it`);

      const doctor = await run(["doctor", ...from], env);
      expect(doctor.code, doctor.out + doctor.err).to.equal(0);
      expect(doctor.out).to.include("WIIL, account emea, key from provider emea of stack dev").and.match(/ok +SDK: @pulumi\/pulumi .*, one copy/);
      for (const { key } of sandbox.accounts) expect(doctor.out + doctor.err).not.to.include(key);

      const wrong = { ...env, PULUMI_CONFIG_PASSPHRASE: "wrong" };
      const closed = await run(["numbers", ...from], wrong);
      expect(closed).to.include({ code: 4, out: "" });
      expect(closed.err).to.match(/^error: .*passphrase/s);
    });
  });
}
