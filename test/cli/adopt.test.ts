/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- the sandbox answers whatever JSON the platforms have */
import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { enginesPresent, openEngine, type Engine, type EngineResult, type ImportFile } from "pulumi-telephony/testing";
import type { AdoptReport } from "../../src/cli/adopt/command.js";
import { errorsOf } from "../programs/bench.js";
import { buyOnWiil, makeAgentOnWiil, start, type TestSandbox } from "../sandbox/helpers.js";
import { killAll, root, telephony } from "./helpers.js";

const ZERO = "00000000-0000-0000-0000-000000000000";

/** What somebody has made by hand on each platform, and in a second account. */
async function byHand(s: TestSandbox): Promise<void> {
  const id = async (answer: Promise<{ json: any; text: string; status: number }>): Promise<string> => {
    const { json, text, status } = await answer;
    if (status >= 300) throw new Error(text);
    return json.id;
  };
  const receptionist = await id(s.vapi("POST", "/assistant", { name: "Réception", firstMessage: "Grüezi `${you}`\n", model: { provider: "openai", model: "gpt-4o" } }));
  await id(s.vapi("POST", "/assistant", { name: "Keyed", metadata: { crm: { apiKey: "hunter2hunter2" } } }));
  const shop = await id(s.vapi("POST", "/phone-number", { provider: "vapi", name: "24/7 Shop", numberDesiredAreaCode: "415" }));
  await s.vapi("PATCH", `/phone-number/${shop}`, { provider: "vapi", assistantId: receptionist });
  await s.vapi("POST", "/phone-number", { provider: "vapi", name: "24/7 Shop", numberDesiredAreaCode: "415" });
  await s.vapi("POST", "/phone-number", { provider: "vapi", name: "Theirs [pulumi k3f9x2a1.1]", numberDesiredAreaCode: "415" });

  const after = await id(s.voipbin("POST", "/flows", { name: "", detail: "", actions: [{ type: "hangup" }] }));
  const menu = await id(s.voipbin("POST", "/flows", { name: "Menu", detail: "By hand", actions: [{ type: "talk", option: { text: "hello", language: "en-US" } }], on_complete_flow_id: after }));
  const offered = (await s.voipbin("GET", "/available_numbers?country_code=US&type=normal&page_size=1")).json.result[0].number;
  await id(s.voipbin("POST", "/numbers", { number: offered, type: "normal", name: "", detail: "", call_flow_id: menu, message_flow_id: ZERO }));
  const second = s.voipbinAs(s.sandbox.accounts.find(({ platform, account }) => platform === "voipbin" && account === "second")!.key);
  await id(second("POST", "/numbers", { number: "+899100000123", type: "virtual", name: "class", detail: "", call_flow_id: ZERO, message_flow_id: ZERO }));

  const { agent, instruction } = await makeAgentOnWiil(s);
  const line = await buyOnWiil(s, "+12125551234", "Support");
  await s.wiil("POST", "/deployment-configurations", { projectId: "p", deploymentChannelId: line.voiceChannelId, agentConfigurationId: agent, instructionConfigurationId: instruction, isActive: true });

  const desk = await id(s.burki("POST", "/api/v1/assistants", { name: "Desk", llm_settings: { model: "gpt-4o-mini" } }));
  await id(s.burki("POST", "/api/v1/flows", { name: "Hours", base_assistant_id: desk }));
  const found = (await s.burki("POST", "/api/v1/phone-numbers/search", { country_code: "DE", area_code: "30", limit: 1 })).json.numbers[0].phone_number;
  await s.burki("POST", "/api/v1/phone-numbers/purchase", { phone_number: found, provider: "telnyx", friendly_name: "Berlin", assistant_id: desk });
}

for (const kind of enginesPresent())
  describe(`telephony adopt (${kind})`, () => {
    let s: TestSandbox;
    let directory: string;
    let env: Record<string, string | undefined>;
    beforeEach(async () => {
      s = await start();
      directory = fs.mkdtempSync(path.join(os.tmpdir(), "adopt-"));
      const backend = path.join(directory, "state");
      fs.mkdirSync(backend);
      const quick = Object.fromEntries(["WIIL", "VOIPBIN", "VAPI", "BURKI"].map((name) => [`${name}_POLL_INTERVAL`, "50ms"]));
      env = { ...s.sandbox.env, ...quick, PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "test", PULUMI_HOME: path.join(directory, "home"), PULUMI_STACK: undefined };
    });
    afterEach(async () => {
      killAll();
      await s.sandbox.close();
      fs.rmSync(directory, { recursive: true, force: true });
    });

    const out = () => path.join(directory, "phones");
    const adopt = async (...args: string[]) => {
      const run = telephony(["adopt", "--out", out(), "--json", ...args], env);
      const code = await run.exited;
      expect(run.stderr()).to.equal("");
      expect(run.stdout().trim().split("\n")).to.have.length(1);
      return { code, ...(JSON.parse(run.stdout()) as AdoptReport) };
    };
    const writes = async () => ((await s.control("GET", "/requests")).json as { method: string; path: string }[]).filter(({ method }) => method !== "GET");
    const good = (result: EngineResult) => {
      expect(result.ok, errorsOf(result)).to.equal(true);
      return result;
    };

    it("declares what is there: the preview has nothing to change, the first up costs nothing, and no destroy lets a number go", async () => {
      await byHand(s);
      const ledger = (await s.ledger()).length;
      await s.control("DELETE", "/requests");
      const emea = path.join(directory, "emea.env");
      const secondKey = s.sandbox.accounts.find(({ platform, account }) => platform === "voipbin" && account === "second")!.key;
      fs.writeFileSync(emea, `VOIPBIN_ACCESS_KEY=${secondKey}\n`);

      const report = await adopt("--account", `emea=${emea}`);
      expect(report.error).to.equal(undefined);
      expect(report).to.deep.include({ code: 0, stack: "dev", project: "phones", managed: 0, adopted: { Assistant: 3, CallFlow: 3, PhoneNumber: 6, PhoneNumberLink: 3, CallFlowBinding: 1 } });
      expect(report.leftOut.map(({ kind: what, reason }) => [what, reason.split(":")[0]!.replace(/\[.*\]/, "[…]")])).to.deep.equal([
        ["assistant", "metadata.crm.apiKey looks like a secret, which would stand in the program"],
        ["number", "it carries the mark of another Pulumi resource […]"],
      ]);
      expect(await writes(), "only read").to.deep.equal([]);
      const program = fs.readFileSync(report.program!, "utf8");
      expect(program).to.contain("const n247Shop = new telephony.PhoneNumber(").and.to.contain("{ phoneNumber: n247Shop, assistant: reception.id }");
      expect(program).to.contain("agent: harper.id").and.to.contain("instruction: harper.instructionId").and.to.match(/onComplete: flow\w+\.id/);
      expect(program).to.contain('voipbinAccessKey: config.requireSecret("emeaVoipbinAccessKey")').and.to.contain("{ provider: emea }");
      const written = program + fs.readFileSync(report.importFile!, "utf8");
      for (const secret of ["hunter2", ...s.sandbox.accounts.map(({ key }) => key)]) expect(written).to.not.contain(secret);
      expect(report.commands.join("\n")).to.contain("pulumi import -f adopted.import.json --generate-code=false --protect=false --stack dev");

      fs.symlinkSync(path.join(root, "node_modules"), path.join(out(), "node_modules"));
      const config = { "phones:emeaVoipbinAccessKey": { value: secondKey, secret: true as const } };
      // The program's types are checked once, by the preview: that takes longer than all the rest of a run.
      const open = (more: object): Engine => openEngine({ engine: kind, projectDir: out(), backendDir: path.join(directory, "state"), passphrase: "test", env: { ...env, ...more }, config });
      const engine = open({ PULUMI_NODEJS_TRANSPILE_ONLY: "true" });
      const file = JSON.parse(fs.readFileSync(report.importFile!, "utf8")) as ImportFile;
      const refused = await engine.import({ nameTable: {}, resources: [{ ...file.resources[0]!, provider: "nobody" }] });
      expect(errorsOf(refused)).to.contain("nobody").and.to.contain("'nameTable'");
      good(await engine.up({ target: [file.nameTable!["emea"]!] }));
      expect(good(await engine.import(file)).steps.every(({ op }) => op === "import")).to.equal(true);
      expect(good(await open({}).preview()).steps).to.deep.equal([]);
      expect(good(await engine.up()).steps).to.deep.equal([]);
      expect(await writes(), "nothing is written, no mark either").to.deep.equal([]);
      expect(good(await engine.refresh()).steps, "what was imported is what is read").to.deep.equal([]);

      const again = await adopt("--force", "--account", `emea=${emea}`);
      expect(again).to.deep.include({ adopted: {}, managed: 16 });

      const kept = await engine.destroy();
      expect(kept.ok).to.equal(false);
      expect(errorsOf(kept)).to.contain("is not released: deletionProtection is on");
      expect(await s.ledger(), "nothing bought, nothing released").to.have.length(ledger);

      fs.writeFileSync(report.program!, program.replaceAll("deletionProtection: true", "deletionProtection: false"));
      good(await engine.up());
      const marked = ((await s.control("GET", "/numbers")).json as { name: string; detail?: string }[]).filter(({ name, detail }) => /\[pulumi \w+\.0\]/.test(`${name} ${detail}`));
      expect(marked, "the first change writes the marks").to.have.length(6);
      good(await engine.destroy());
      expect(((await s.control("GET", "/numbers")).json as { name: string }[]).map(({ name }) => name)).to.deep.equal(["Theirs [pulumi k3f9x2a1.1]"]);
    }).timeout(240_000);

    it("says what is wrong, and writes over nothing", async () => {
      fs.mkdirSync(out());
      fs.writeFileSync(path.join(out(), "index.ts"), "// mine\n");
      expect(await adopt()).to.deep.include({ code: 1, error: `${path.join(out(), "index.ts")} is there already: move it away, or write over with --force` });
      const none = await adopt("--force");
      expect(none).to.deep.include({ code: 0, adopted: {}, leftOut: [] });
      expect(fs.readFileSync(path.join(out(), "index.ts"), "utf8")).to.equal("// mine\n");
      env = { ...env, VAPI_API_KEY: undefined };
      expect((await adopt("--force", "--platform", "vapi")).error).to.match(/^there is no key for Vapi: set VAPI_API_KEY/);
    });
  });
