/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- a test reads whatever JSON came */
import { expect } from "chai";
import { buyOnWiil, makeAgentOnWiil, start, type TestSandbox } from "./helpers";

describe("sandbox: WIIL, agents and instructions", () => {
  let s: TestSandbox;
  beforeEach(async () => {
    s = await start();
  });
  afterEach(() => s.sandbox.close());

  it("are created, read, listed, updated by a PATCH with the id in the body, and deleted", async () => {
    const { agent, instruction } = await makeAgentOnWiil(s);
    const read = (await s.wiil("GET", `/agent-configurations/${agent}`)).json.data;
    expect(read).to.include({
      id: agent, name: "Harper", modelId: "YUSI21217J1", instructionConfigurationId: instruction, defaultFunctionState: "multi_mode", assistantType: "general",
      usesWiilSupportModel: true, model: null,
    });
    expect((await s.wiil("GET", "/agent-configurations")).json.data.data).to.deep.equal([read]);
    const changed = (await s.wiil("PATCH", "/agent-configurations", { id: agent, name: "Riley", assistantType: "PHONE" })).json.data;
    expect(changed).to.include({ name: "Riley", assistantType: "phone", modelId: "YUSI21217J1" });
    const told = (await s.wiil("PATCH", "/instruction-configurations", { id: instruction, guardrails: "Be safe.", isTemplate: true })).json.data;
    expect(told).to.deep.include({ guardrails: "Be safe.", role: "Support", supportedServices: [], knowledgeSourceIds: [] });
    expect((await s.wiil("GET", "/instruction-configurations/supported-templates")).json.data).to.deep.equal([told]);
    expect((await s.wiil("GET", `/instruction-configurations/${instruction}`)).json.data).to.deep.equal(told);
    expect((await s.wiil("DELETE", `/agent-configurations/${agent}`)).json.data).to.equal(true);
    expect((await s.wiil("DELETE", `/instruction-configurations/${instruction}`)).json.data).to.equal(true);
    for (const path of [`/agent-configurations/${agent}`, `/instruction-configurations/${instruction}`]) {
      for (const method of ["GET", "DELETE"]) expect((await s.wiil(method, path)).status, path).to.equal(404);
    }
  });

  it("want their required fields, a name of at most 30 characters and an instruction that is there", async () => {
    expect((await s.wiil("POST", "/instruction-configurations", {})).json.meta.issues).to.have.length(5);
    expect((await s.wiil("POST", "/agent-configurations", {})).json.meta.issues).to.have.length(3);
    const { instruction } = await makeAgentOnWiil(s);
    const post = (changes: object) => s.wiil("POST", "/agent-configurations", { name: "A", modelId: "m", instructionConfigurationId: instruction, ...changes });
    const long = await post({ name: "x".repeat(31) });
    expect([long.status, long.json.message]).to.deep.equal([400, "name: name must be at most 30 characters"]);
    expect((await post({ assistantType: "pigeon" })).status).to.equal(400);
    const missing = await post({ instructionConfigurationId: "nosuchid" });
    expect([missing.status, missing.json.message]).to.deep.equal([404, "Instruction configuration not found"]);
    expect((await post({ name: "x".repeat(30) })).status).to.equal(201);
  });

  it("are one's own", async () => {
    const { agent } = await makeAgentOnWiil(s);
    const other = s.wiilAs(s.sandbox.accounts.find((item) => item.platform === "wiil" && item.account === "second")!.key);
    expect((await other("GET", `/agent-configurations/${agent}`)).status).to.equal(404);
    expect((await other("GET", "/agent-configurations")).json.data.data).to.deep.equal([]);
  });

  it("can't be deleted while they are in use, unless the setting says so", async () => {
    const { agent, instruction } = await makeAgentOnWiil(s);
    const config = await buyOnWiil(s, "+12125551234");
    await s.wiil("POST", "/deployment-configurations", {
      projectId: "p", deploymentChannelId: config.voiceChannelId, agentConfigurationId: agent, instructionConfigurationId: instruction,
    });
    const held = await s.wiil("DELETE", `/instruction-configurations/${instruction}`);
    expect([held.status, held.json.message]).to.deep.equal([409, "Cannot delete instruction configuration that is referenced by agent configurations"]);
    expect((await s.wiil("DELETE", `/agent-configurations/${agent}`)).status).to.equal(409);
    await s.control("POST", "/settings", { wiil: { deleteInUse: "allow" } });
    expect((await s.wiil("DELETE", `/agent-configurations/${agent}`)).status).to.equal(200);
  });
});
