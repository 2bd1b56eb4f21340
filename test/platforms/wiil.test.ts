import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PlatformError } from "../../src/http/index.js";
import type { Mark } from "../../src/mark.js";
import type { NumberRecord, Platform, Slots } from "../../src/platforms/platform.js";
import { wiil } from "../../src/platforms/wiil/definition.js";
import { buyOnWiil, start } from "../sandbox/helpers.js";

type Fields = Record<string, unknown>;
type Row = Fields & { id: string };
interface Seen {
  method: string;
  path: string;
  query: string;
  body: Fields;
}
interface Answer {
  status: number;
  message?: string;
  data?: unknown;
}
/** How the server treats a call: an answer in place of its own, or "drop" to do the work and lose the answer. */
type Fault = (seen: Seen) => { status: number; message: string } | "drop" | undefined;

/** The part of WIIL that assistants and links need (contracts/wiil.md), in memory. */
class FakeWiil {
  readonly seen: Seen[] = [];
  fault: Fault = () => undefined;
  readonly rows: Record<string, Row[]> = {
    "agent-configurations": [],
    "instruction-configurations": [],
    "deployment-configurations": [],
    "phone-configurations": [
      { id: "pc1", phoneNumber: "+14155550101", friendlyName: "Support [pulumi abcdefgh.1]", voiceChannelId: "v1", smsChannelId: "s1" },
      { id: "pc2", phoneNumber: "+14155550102", friendlyName: null, voiceChannelId: "v2", smsChannelId: null },
    ],
  };
  private server!: Server;
  private count = 0;

  get agents() { return this.rows["agent-configurations"]!; }
  get instructions() { return this.rows["instruction-configurations"]!; }
  get deployments() { return this.rows["deployment-configurations"]!; }

  async start(): Promise<Platform> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const url = new URL(request.url!, "http://fake");
        const text = Buffer.concat(chunks).toString();
        const body = (text ? JSON.parse(text) : {}) as Fields;
        const seen = { method: request.method!, path: url.pathname, query: url.search, body };
        this.seen.push(seen);
        const fault = this.fault(seen);
        const answer: Answer = typeof fault === "object" ? fault : this.handle(seen);
        if (fault === "drop") return void request.socket.destroy();
        const failed = answer.status >= 400;
        response.writeHead(answer.status, { "content-type": "application/json" });
        const { status, message, data } = answer;
        response.end(JSON.stringify(failed ? { success: false, status, message } : { success: true, data }));
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return wiil.open({ url: `http://127.0.0.1:${port}`, key: `wiil_proj_${port}`, option: () => undefined });
  }

  stop() { this.server.close(); this.server.closeAllConnections(); }

  /** Method and path of the calls that changed something. */
  writes() { return this.seen.filter((s) => s.method !== "GET").map((s) => `${s.method} ${s.path}`); }

  private handle({ method, path, body }: Seen): Answer {
    const [, collection = "", ...rest] = path.split("/").map(decodeURIComponent);
    const rows = this.rows[collection] ?? [];
    const none = { status: 404, message: "not found" };
    if (method === "POST") {
      const channel = body["deploymentChannelId"];
      if (channel !== undefined && rows.some((r) => r["deploymentChannelId"] === channel)) {
        return { status: 409, message: "The channel already has a deployment" };
      }
      const row = { isPrimary: false, ...body, id: `${collection.slice(0, 2)}${++this.count}`, createdAt: this.count, updatedAt: this.count };
      rows.push(row);
      return { status: 201, data: row };
    }
    if (method === "PATCH") {
      const row = rows.find((r) => r.id === body["id"]);
      return row ? { status: 200, data: Object.assign(row, body, { updatedAt: ++this.count }) } : none;
    }
    if (method === "DELETE") {
      const at = rows.findIndex((r) => r.id === rest[0]);
      if (at < 0) return none;
      rows.splice(at, 1);
      return { status: 200, data: true };
    }
    if (rest.length === 0) {
      return { status: 200, data: { data: rows, meta: { page: 1, totalPages: 1, hasNextPage: false } } };
    }
    if (rest[0] === "by-agent") return { status: 200, data: rows.filter((r) => r["agentConfigurationId"] === rest[1]) };
    const by: Record<string, string> = { "by-channel": "deploymentChannelId", "by-phone-number": "phoneNumber" };
    const row = rows.find((r) => (by[rest[0]!] ? r[by[rest[0]!]!] === rest[1] : r.id === rest[0]));
    return row ? { status: 200, data: row } : none;
  }
}

const mark: Mark = { digest: "k3f9x2a1", generation: 1 };
const wanted = {
  name: "Harper",
  mark,
  fields: {
    modelId: "YUSI21217J1",
    assistantType: "phone",
    someNewField: { x: 1 },
    instruction: {
      role: "Support agent",
      introductionMessage: "Hello!",
      instructions: "Be helpful.",
      guardrails: "Be polite.",
      supportedServices: ["appointment-management"],
      otherNewField: "y",
    },
  },
};
const call = {};
const AGENTS = "/agent-configurations";
const INSTRUCTIONS = "/instruction-configurations";
const DEPLOYMENTS = "/deployment-configurations";

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (e) {
    return e as Error;
  }
  throw new Error("expected a failure");
}

describe("wiil", () => {
  let fake: FakeWiil;
  let platform: Platform;
  beforeEach(async () => {
    fake = new FakeWiil();
    platform = await fake.start();
  });
  afterEach(() => fake.stop());

  it("says that it has assistants, and links numbers to agents", () => {
    expect(wiil.traits.assistant).to.not.equal(undefined);
    expect(wiil.traits.links).to.deep.equal(["agent"]);
  });

  describe("assistants", () => {
    const make = () => platform.assistants!.create(wanted, call);

    it("creates an instruction that carries the mark, then the agent that follows it", async () => {
      const made = await make();
      expect(fake.writes()).to.deep.equal(["POST /instruction-configurations", "POST /agent-configurations"]);
      const [instruction] = fake.instructions;
      expect(instruction).to.deep.include({ ...wanted.fields.instruction, instructionName: "Harper [pulumi k3f9x2a1.1]" });
      expect(fake.agents[0]).to.deep.include({
        name: "Harper", modelId: "YUSI21217J1", assistantType: "phone", someNewField: { x: 1 }, instructionConfigurationId: instruction!.id,
      });
      expect(fake.agents[0]).to.not.have.property("instruction");
      expect(made).to.deep.include({ id: fake.agents[0]!.id, name: "Harper", mark, outputs: { instructionId: instruction!.id } });
      expect(made.fields).to.deep.include({ modelId: "YUSI21217J1", assistantType: "phone", someNewField: { x: 1 } });
      expect(made.fields["instruction"]).to.deep.equal({ ...wanted.fields.instruction, isPrimary: false });
      expect(await platform.assistants!.get(made.id, call)).to.deep.equal(made);
      expect(await platform.assistants!.list(call)).to.deep.equal([made]);
    });

    it("keeps a name of the instruction's own", async () => {
      const fields = { ...wanted.fields, instruction: { ...wanted.fields.instruction, instructionName: "support-l1" } };
      const made = await platform.assistants!.create({ ...wanted, fields }, call);
      expect(fake.instructions[0]!["instructionName"]).to.equal("support-l1 [pulumi k3f9x2a1.1]");
      expect(made.fields["instruction"]).to.have.property("instructionName", "support-l1");
      expect(made.name).to.equal("Harper");
    });

    it("removes the instruction again when the agent is refused", async () => {
      const refusal = { status: 400, message: "Model not found in registry" };
      fake.fault = ({ method, path }) => (method === "POST" && path === AGENTS ? refusal : undefined);
      expect((await failure(make())).message).to.contain("Model not found in registry");
      expect(fake.instructions).to.deep.equal([]);
    });

    it("keeps the instruction when the agent's answer is lost, and finds the agent by it", async () => {
      fake.fault = ({ method, path }) => (method === "POST" && path === AGENTS ? "drop" : undefined);
      const error = await failure(make());
      expect(error).to.be.instanceOf(PlatformError).and.to.have.property("ambiguous", true);
      expect(fake.agents).to.have.length(1);
      fake.fault = () => undefined;
      const [found] = await platform.assistants!.list(call);
      expect(found).to.deep.include({ id: fake.agents[0]!.id, mark });
      expect((await make()).id).to.equal(found!.id);
      expect(fake.agents).to.have.length(1);
      expect(fake.instructions).to.have.length(1);
    });

    it("finds an instruction without an agent, and completes it", async () => {
      fake.instructions.push(
        { id: "left", instructionName: "Old [pulumi k3f9x2a1.1]", role: "Old", tools: ["a"], organizationId: "o1" },
        { id: "foreign", instructionName: "Template" },
      );
      const [left, ...others] = await platform.assistants!.list(call);
      expect(left).to.deep.include({ id: "", name: "Old", mark, outputs: { instructionId: "left" } });
      expect(others).to.deep.equal([]);
      const made = await make();
      expect(fake.writes()).to.deep.equal(["PATCH /instruction-configurations", "POST /agent-configurations"]);
      expect(made.outputs).to.deep.equal({ instructionId: "left" });
      const expected = { instructionName: "Harper [pulumi k3f9x2a1.1]", role: "Support agent", tools: [], organizationId: "o1" };
      expect(fake.instructions[0]).to.deep.include(expected);
    });

    it("lists foreign agents without a mark, and gives the mark of a shared instruction to the agent that it was made for", async () => {
      const made = await make();
      fake.agents.unshift(
        { id: "sharer", name: "Sharer", instructionConfigurationId: made.outputs!["instructionId"], createdAt: 99 },
        { id: "lone", name: "Lone", createdAt: 98 },
      );
      const all = await platform.assistants!.list(call);
      expect(all.map((a) => [a.id, a.mark?.digest])).to.deep.equal([[made.id, "k3f9x2a1"], ["lone", undefined], ["sharer", undefined]]);
    });

    it("updates only what changed, in the object that has it", async () => {
      const made = await make();
      fake.seen.length = 0;
      const update = (fields: Fields, name = "Harper") =>
        platform.assistants!.update({ id: made.id, name, mark, fields }, wanted.fields, call);
      const patches = () => fake.seen.filter((s) => s.method === "PATCH").map((s) => [s.path, s.body]);
      await update(wanted.fields);
      expect(fake.writes()).to.deep.equal([]);
      await update({ ...wanted.fields, modelId: "other" });
      expect(patches()).to.deep.equal([[AGENTS, { id: made.id, modelId: "other" }]]);
      fake.seen.length = 0;
      const instruction = { ...wanted.fields.instruction, guardrails: "None." };
      const renamed = await update({ ...wanted.fields, modelId: "other", instruction }, "Riley");
      expect(patches()).to.deep.equal([
        [INSTRUCTIONS, { id: made.outputs!["instructionId"], guardrails: "None.", instructionName: "Riley [pulumi k3f9x2a1.1]" }],
        [AGENTS, { id: made.id, name: "Riley" }],
      ]);
      expect(renamed).to.deep.include({ name: "Riley", mark });
    });

    it("clears what is declared no more: by its default where the contract has one", async () => {
      const made = await make();
      fake.seen.length = 0;
      const { supportedServices: _s, otherNewField: _o, ...instruction } = wanted.fields.instruction;
      const fields = { modelId: "YUSI21217J1", instruction };
      await platform.assistants!.update({ id: made.id, name: "Harper", mark, fields }, wanted.fields, call);
      expect(fake.seen.filter((s) => s.method === "PATCH").map((s) => s.body)).to.deep.equal([
        { id: made.outputs!["instructionId"], supportedServices: [], otherNewField: null },
        { id: made.id, assistantType: "general", someNewField: null },
      ]);
    });

    it("leaves alone what the server filled in when a found assistant is taken up", async () => {
      const made = await make();
      Object.assign(fake.agents[0]!, { organizationId: "o1", useCustomModel: true });
      const [found] = await platform.assistants!.list(call);
      await platform.assistants!.update({ ...wanted, id: made.id, mark: { ...mark, generation: 2 } }, found!.fields, call);
      expect(fake.agents[0]).to.include({ organizationId: "o1", useCustomModel: false });
      expect((await platform.assistants!.get(made.id, call))!.mark).to.deep.equal({ ...mark, generation: 2 });
    });

    it("makes an instruction anew that was deleted by hand", async () => {
      const made = await make();
      fake.instructions.length = 0;
      const seen = await platform.assistants!.get(made.id, call);
      expect(seen!.fields).to.not.have.property("instruction");
      expect(seen).to.not.have.property("outputs");
      const healed = await platform.assistants!.update({ ...wanted, id: made.id }, wanted.fields, call);
      expect(fake.instructions).to.have.length(1);
      expect(fake.agents[0]!["instructionConfigurationId"]).to.equal(fake.instructions[0]!.id);
      expect(healed.mark).to.deep.equal(mark);
    });

    it("points an agent back at its own instruction, and doesn't write to the other one", async () => {
      const made = await make();
      fake.instructions.push({ id: "foreign", instructionName: "Theirs", role: "Theirs" });
      fake.agents[0]!["instructionConfigurationId"] = "foreign";
      await platform.assistants!.update({ ...wanted, id: made.id }, wanted.fields, call);
      expect(fake.agents[0]!["instructionConfigurationId"]).to.equal(made.outputs!["instructionId"]);
      expect(fake.instructions.find((i) => i.id === "foreign")).to.deep.equal({ id: "foreign", instructionName: "Theirs", role: "Theirs" });
    });

    it("takes over an unmarked instruction, unless another agent follows it, too", async () => {
      fake.instructions.push({ id: "i", instructionName: "By hand" });
      fake.agents.push({ id: "a", name: "By hand", instructionConfigurationId: "i" });
      await platform.assistants!.update({ ...wanted, id: "a" }, {}, call);
      expect(fake.instructions.map((i) => [i.id, i["instructionName"]])).to.deep.equal([["i", "Harper [pulumi k3f9x2a1.1]"]]);
      fake.instructions[0]!["instructionName"] = "By hand";
      fake.agents.push({ id: "b", name: "Other", instructionConfigurationId: "i" });
      await platform.assistants!.update({ ...wanted, id: "a" }, {}, call);
      expect(fake.instructions[0]!["instructionName"]).to.equal("By hand");
      expect(fake.agents[0]!["instructionConfigurationId"]).to.equal(fake.instructions[1]!.id);
    });

    it("deletes the agent, then its instruction, and no number with them; what is gone is fine", async () => {
      const made = await make();
      fake.seen.length = 0;
      await platform.assistants!.delete(made.id, call);
      const { instructionId } = made.outputs!;
      expect(fake.writes()).to.deep.equal([`DELETE ${AGENTS}/${made.id}`, `DELETE ${INSTRUCTIONS}/${instructionId}`]);
      expect(fake.seen.find((s) => s.method === "DELETE")!.query).to.equal("?deletePhoneConfig=false");
      expect(await platform.assistants!.get(made.id, call)).to.equal(undefined);
      await platform.assistants!.delete(made.id, call);
    });

    it("keeps an instruction that another agent follows", async () => {
      const made = await make();
      fake.agents.push({ id: "sharer", name: "Sharer", instructionConfigurationId: made.outputs!["instructionId"] });
      await platform.assistants!.delete(made.id, call);
      expect(fake.agents.map((a) => a.id)).to.deep.equal(["sharer"]);
      expect(fake.instructions).to.have.length(1);
    });

    it("says by which deployments an agent is in use", async () => {
      const made = await make();
      const target = { projectId: "p", agentConfigurationId: made.id, instructionConfigurationId: "i" };
      fake.deployments.push(
        { id: "d1", deploymentChannelId: "c1", deploymentName: "Shop line", isActive: true, ...target },
        { id: "d2", deploymentChannelId: "c2", deploymentName: null, isActive: false, ...target },
      );
      const error = await failure(platform.assistants!.delete(made.id, call));
      expect(error).to.be.instanceOf(PlatformError).and.to.have.property("kind", "conflict");
      expect(error.message).to.contain('in use by the deployments "Shop line" (d1); d2, which is inactive');
      expect(fake.agents).to.have.length(1);
    });

    it("says so as well when a deployment came in between, in WIIL's words", async () => {
      const made = await make();
      fake.fault = ({ method, path }) => {
        if (method !== "DELETE" || !path.startsWith("/agent")) return undefined;
        const target = { projectId: "p", agentConfigurationId: made.id, instructionConfigurationId: "i" };
        fake.deployments.push({ id: "d1", deploymentChannelId: "c1", deploymentName: "Shop line", ...target });
        return { status: 409, message: "The agent is deployed" };
      };
      const { message } = await failure(platform.assistants!.delete(made.id, call));
      expect(message).to.contain("The agent is deployed").and.to.contain('"Shop line" (d1)');
      expect(fake.instructions).to.have.length(1);
    });
  });

  describe("links", () => {
    const target = { agent: "a1", instruction: "i1", project: "p1" };
    const stillActive = { status: 400, message: "Cannot delete active deployment" };
    const spelled = "agent:a1/instruction:i1/project:p1";
    const other = "agent:a2/instruction:i2/project:p1";
    const links = () => platform.pointers!.links!;
    const set = (number: string, next: Slots, now: Slots = {}) => platform.pointers!.set(number, next, now, call);
    const get = (number: string) => platform.pointers!.get(number, call);

    it("spells a target for each channel, and reads it back", () => {
      expect(links().toSlots(target)).to.deep.equal({ voice: spelled });
      expect(links().toSlots({ ...target, channels: ["sms", "voice"] })).to.deep.equal({ voice: spelled, sms: spelled });
      expect(links().toSlots({})).to.deep.equal({});
      for (const channels of [undefined, ["voice"], ["sms"], ["sms", "voice"]]) {
        const args = { ...target, channels };
        expect(links().fromSlots(links().toSlots(args), args)).to.deep.equal(args);
      }
      expect(links().fromSlots({}, target)).to.deep.equal({});
    });

    it("shows what was changed by hand", () => {
      const both = { ...target, channels: ["voice", "sms"] };
      expect(links().fromSlots({ voice: spelled, sms: other }, both)).to.include({ agent: "a2", instruction: "i2" });
      expect(links().fromSlots({ sms: spelled }, both).channels).to.deep.equal(["sms"]);
      expect(links().fromSlots({ voice: `${spelled}/inactive` }, target)).to.deep.equal({ ...target, channels: ["voice (inactive)"] });
      expect(links().toSlots({ ...target, channels: ["voice (inactive)"] })).to.deep.equal({ voice: `${spelled}/inactive` });
    });

    it("deploys where there is nothing, and names the deployment so that a person can read it", async () => {
      expect(await get("+14155550101")).to.deep.equal({});
      await set("+14155550101", links().toSlots({ ...target, channels: ["voice", "sms"] }));
      const ids = { projectId: "p1", agentConfigurationId: "a1", instructionConfigurationId: "i1" };
      expect(fake.seen.filter((s) => s.method === "POST").map((s) => s.body)).to.deep.equal([
        { ...ids, isActive: true, deploymentChannelId: "v1", deploymentName: "Support +14155550101 voice" },
        { ...ids, isActive: true, deploymentChannelId: "s1", deploymentName: "Support +14155550101 sms" },
      ]);
      expect(await get("+14155550101")).to.deep.equal({ voice: spelled, sms: spelled });
      expect(await get("pc1")).to.deep.equal({ voice: spelled, sms: spelled });
      expect(await get("pc2")).to.deep.equal({});
    });

    it("knows no number that WIIL doesn't", async () => {
      expect(await get("+14155550199")).to.equal(undefined);
      expect(await get("pc9")).to.equal(undefined);
      expect((await failure(set("pc9", { voice: spelled }))).message).to.match(/^wiil: GET \/phone-configurations\/pc9 failed: 404/);
    });

    it("retargets in place, sending what changed", async () => {
      await set("pc1", { voice: spelled });
      fake.seen.length = 0;
      await set("pc1", { voice: other }, { voice: spelled });
      expect(fake.seen.filter((s) => s.method !== "GET").map((s) => [s.method, s.path, s.body])).to.deep.equal([
        ["PATCH", DEPLOYMENTS, { id: "de1", agentConfigurationId: "a2", instructionConfigurationId: "i2" }],
      ]);
      expect(await get("pc1")).to.deep.equal({ voice: other });
    });

    it("switches on again what was switched off", async () => {
      await set("pc1", { voice: spelled });
      fake.deployments[0]!["isActive"] = false;
      const now = await get("pc1");
      expect(now).to.deep.equal({ voice: `${spelled}/inactive` });
      await set("pc1", { voice: spelled }, now);
      expect(fake.seen.at(-1)!.body).to.deep.equal({ id: "de1", isActive: true });
    });

    it("deletes the deployment of a slot that goes, and leaves the other alone", async () => {
      const both = { voice: spelled, sms: spelled };
      await set("pc1", both);
      fake.seen.length = 0;
      await set("pc1", { voice: spelled }, both);
      expect(fake.writes()).to.deep.equal(["DELETE /deployment-configurations/de2"]);
      expect(await get("pc1")).to.deep.equal({ voice: spelled });
      await set("pc1", {}, both);
      expect(await get("pc1")).to.deep.equal({});
    });

    it("points before it clears", async () => {
      await set("pc1", { voice: spelled });
      fake.seen.length = 0;
      await set("pc1", { sms: spelled }, { voice: spelled });
      expect(fake.writes()).to.deep.equal(["POST /deployment-configurations", "DELETE /deployment-configurations/de1"]);
    });

    it("switches an active deployment off where WIIL wants that before a delete", async () => {
      await set("pc1", { voice: spelled });
      fake.seen.length = 0;
      fake.fault = ({ method }) => (method === "DELETE" && fake.deployments[0]!["isActive"] ? stillActive : undefined);
      await set("pc1", {}, { voice: spelled });
      expect(fake.writes()).to.deep.equal([`DELETE ${DEPLOYMENTS}/de1`, `PATCH ${DEPLOYMENTS}`, `DELETE ${DEPLOYMENTS}/de1`]);
    });

    it("leaves it on when it can't be deleted all the same", async () => {
      await set("pc1", { voice: spelled });
      fake.fault = ({ method }) => (method === "DELETE" ? stillActive : undefined);
      expect((await failure(set("pc1", {}, { voice: spelled }))).message).to.contain("Cannot delete active deployment");
      expect(await get("pc1")).to.deep.equal({ voice: spelled });
    });

    it("takes a deployment whose answer was lost for made, and makes no second one", async () => {
      fake.fault = ({ method }) => (method === "POST" ? "drop" : undefined);
      await set("pc1", { voice: spelled });
      expect(fake.deployments).to.have.length(1);
      expect(fake.writes()).to.have.length(1);
    });

    it("overwrites and clears nothing that came in between", async () => {
      await set("pc1", { voice: other });
      for (const next of [{ voice: spelled }, {}]) {
        const { message } = await failure(set("pc1", next, { voice: "agent:old/instruction:i/project:p" }));
        expect(message).to.contain(other).and.to.contain("pulumi refresh");
      }
      expect((await failure(set("pc1", { voice: spelled }))).message).to.contain(other);
      expect(await get("pc1")).to.deep.equal({ voice: other });
    });

    it("says that a number has no such channel", async () => {
      expect((await failure(set("+14155550102", { sms: spelled }))).message).to.contain("+14155550102 has no SMS channel");
    });
  });

  it("does all of it against the sandbox", async () => {
    const s = await start();
    try {
      const { WIIL_URL, WIIL_API_KEY } = s.sandbox.env as Record<"WIIL_URL" | "WIIL_API_KEY", string>;
      const { assistants, pointers } = wiil.open({ url: WIIL_URL, key: WIIL_API_KEY, option: () => undefined });
      const { otherNewField: _o, supportedServices: _s, ...instruction } = wanted.fields.instruction;
      const fields = { modelId: "m", assistantType: "phone", instruction };
      const make = (digest: string) => assistants!.create({ name: "Harper", mark: { digest, generation: 1 }, fields }, call);
      const [a, b] = [await make("k3f9x2a1"), await make("k3f9x2a2")];
      expect(await assistants!.get(a.id, call)).to.deep.equal(a);
      expect((await assistants!.list(call)).map((x) => x.id)).to.have.members([a.id, b.id]);
      const found = (await s.wiil("GET", "/phone-configurations/telephony-provider/numbers?areaCode=415")).text;
      const number = /\+1415\d{7}/.exec(found)![0];
      await buyOnWiil(s, number);
      const link = (x: typeof a, channels?: string[]) =>
        pointers!.links!.toSlots({ agent: x.id, instruction: x.outputs!["instructionId"], project: "p1", channels });
      const point = async (next: Slots) => {
        await pointers!.set(number, next, (await pointers!.get(number, call))!, call);
        expect(await pointers!.get(number, call)).to.deep.equal(next);
      };
      await point(link(a, ["voice", "sms"]));
      await point(link(b, ["voice", "sms"]));
      await point(link(b));
      expect((await failure(assistants!.delete(b.id, call))).message).to.contain(`Line ${number} voice`);
      const before = { ...fields, metadata: { team: "x" } };
      await assistants!.update({ id: b.id, name: "Riley", mark: b.mark, fields: before }, fields, call);
      const cleared = await assistants!.update({ id: b.id, name: "Riley", mark: b.mark, fields }, before, call);
      expect(cleared.fields["metadata"]).to.deep.equal({});
      await point({});
      for (const x of [a, b]) await assistants!.delete(x.id, call);
      expect(await assistants!.list(call)).to.deep.equal([]);
    } finally {
      await s.sandbox.close();
    }
  });

  it("takes the number that a listing shows for the end of an order, where the listing tells the mark and the channels", async () => {
    const s = await start();
    try {
      const { WIIL_URL, WIIL_API_KEY } = s.sandbox.env as Record<"WIIL_URL" | "WIIL_API_KEY", string>;
      const platform = wiil.open({ url: WIIL_URL, key: WIIL_API_KEY, option: () => undefined });
      const { numbers } = platform;
      const { candidates } = await platform.search({ country: "US", areaCode: "415", limit: 1 }, call);
      const order = await numbers.buy({ number: candidates[0]!.number, label: { name: "Support", mark: { digest: "k3f9x2a1", generation: 1 } } }, call);
      await s.advance("1h");
      const [shown] = await numbers.list(call);
      /** What is asked for to know the end of the order. */
      const asked = async (record?: NumberRecord) => {
        await s.control("DELETE", "/requests");
        const ended = await numbers.follow(order, call, record);
        expect(ended).to.deep.include({ state: "completed", record: shown });
        const requests = (await s.control("GET", "/requests")).json as { path: string }[];
        return requests.map(({ path }) => path.split("/").at(-2));
      };
      expect(await asked(shown)).to.deep.equal(["purchase-request"]);
      const { mark: _m, ...unmarked } = shown!;
      for (const less of [undefined, unmarked, { ...shown!, channels: {} }]) {
        expect(await asked(less)).to.deep.equal(["purchase-request", "by-phone-number"]);
      }
    } finally {
      await s.sandbox.close();
    }
  });
});
