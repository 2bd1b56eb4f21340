/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- a test reads whatever JSON came */
import { expect } from "chai";
import { start, zeroUuid, type TestSandbox } from "./helpers";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("sandbox: VoIPBIN, flows, access keys and billing", () => {
  let s: TestSandbox;
  beforeEach(async () => {
    s = await start();
  });
  afterEach(() => s.sandbox.close());

  const actions = [{ type: "answer" }, { type: "talk", option: { text: "Welcome", language: "en-US" } }];

  describe("flows", () => {
    it("are created, with ids and zero next_ids filled in", async () => {
      const { status, json } = await s.voipbin("POST", "/flows", { name: "IVR", detail: "main menu", actions });
      expect(status).to.equal(200);
      expect(json).to.include({ type: "flow", name: "IVR", detail: "main menu", on_complete_flow_id: zeroUuid, tm_delete: "9999-01-01 00:00:00.000000" });
      expect(json.id).to.match(uuid);
      expect(json.actions).to.have.length(2);
      expect(json.actions[0]).to.have.keys("id", "next_id", "type");
      expect(json.actions[0].id).to.match(uuid);
      expect(json.actions[0].next_id).to.equal(zeroUuid);
      expect(json.actions[1].option).to.deep.equal({ text: "Welcome", language: "en-US" });
    });

    it("keep the action ids that they are given, and drop tm_execute", async () => {
      const id = "11111111-2222-4333-8444-555555555555";
      const { json } = await s.voipbin("POST", "/flows", { name: "", detail: "", actions: [{ id, next_id: id, type: "goto", tm_execute: "2022-01-01 00:00:00.000000" }] });
      expect(json.actions).to.deep.equal([{ id, next_id: id, type: "goto" }]);
    });

    it("need name, detail and actions", async () => {
      for (const body of [{}, { name: "x", detail: "" }, { name: "x", detail: "", actions: [{}] }, { name: "x", detail: "", actions: {} }, "{"]) {
        const answer = await s.voipbin("POST", "/flows", body);
        expect(answer.status).to.equal(400);
        expect(answer.json.error.reason).to.equal("INVALID_JSON_BODY");
      }
      const answer = await s.voipbin("POST", "/flows", { name: "x", detail: "", actions, on_complete_flow_id: "nonsense" });
      expect(answer.json.error.reason).to.equal("INVALID_ID");
    });

    it("are read, listed, changed and deleted", async () => {
      const { id } = (await s.voipbin("POST", "/flows", { name: "one", detail: "d", actions })).json;
      const other = (await s.voipbin("POST", "/flows", { name: "two", detail: "", actions: [] })).json;
      expect((await s.voipbin("GET", `/flows/${id}`)).json.name).to.equal("one");
      const list = (await s.voipbin("GET", "/flows?page_size=1")).json;
      expect(list.result.map((item: any) => item.id)).to.deep.equal([other.id]);
      expect(list.next_page_token).to.equal(other.tm_create);
      const next = (await s.voipbin("GET", `/flows?page_token=${encodeURIComponent(list.next_page_token as string)}`)).json;
      expect(next.result.map((item: any) => item.id)).to.deep.equal([id]);

      const changed = (await s.voipbin("PUT", `/flows/${id}`, { actions: [{ type: "hangup" }], on_complete_flow_id: other.id })).json;
      expect(changed).to.include({ name: "one", detail: "d", on_complete_flow_id: other.id });
      expect(changed.actions.map((item: any) => item.type)).to.deep.equal(["hangup"]);
      expect((await s.voipbin("PUT", `/flows/${id}`, { name: "x" })).status).to.equal(400);

      expect((await s.voipbin("DELETE", `/flows/${id}`)).json.tm_delete).to.not.match(/^9999/);
      for (const [method, body] of [["GET"], ["DELETE"], ["PUT", { actions: [] }]] as const) {
        expect((await s.voipbin(method, `/flows/${id}`, body)).json.error.reason).to.equal("RESOURCE_NOT_FOUND");
      }
      expect((await s.voipbin("GET", "/flows")).json.result).to.have.length(1);
      expect((await s.voipbin("GET", "/flows/abc")).json.error.reason).to.equal("INVALID_ID");
    });

    it("want name and detail in a PUT where the setting says so", async () => {
      const { id } = (await s.voipbin("POST", "/flows", { name: "one", detail: "d", actions })).json;
      await s.control("POST", "/settings", { voipbin: { putMissing: "reject" } });
      expect((await s.voipbin("PUT", `/flows/${id}`, { actions })).status).to.equal(400);
      expect((await s.voipbin("PUT", `/flows/${id}`, { name: "n", detail: "", actions })).status).to.equal(200);
    });

    it("are their customer's alone", async () => {
      const { id } = (await s.voipbin("POST", "/flows", { name: "one", detail: "d", actions })).json;
      const second = s.voipbinAs(s.sandbox.accounts.find((account) => account.platform === "voipbin" && account.account === "second")!.key);
      expect((await second("GET", `/flows/${id}`)).status).to.equal(404);
      expect((await second("GET", "/flows")).json.result).to.deep.equal([]);
    });
  });

  describe("access keys", () => {
    it("are made, work, and stop working when they expire or are deleted", async () => {
      const { json: key } = await s.voipbin("POST", "/accesskeys", { name: "ci", detail: "for the pipeline", expire: 3600 });
      expect(key).to.include({ name: "ci", detail: "for the pipeline" });
      const numbers = async () => (await s.voipbinAs(key.token as string)("GET", "/numbers")).status;
      expect(await numbers()).to.equal(200);
      await s.advance("1h");
      expect(await numbers()).to.equal(401);
      const { json: another } = await s.voipbin("POST", "/accesskeys", { name: "x", detail: "", expire: 3600 });
      expect((await s.voipbin("PUT", `/accesskeys/${another.id}`, { name: "y" })).json).to.include({ name: "y", detail: "" });
      expect((await s.voipbin("GET", `/accesskeys/${another.id}`)).json.name).to.equal("y");
      expect((await s.voipbin("GET", "/accesskeys")).json.result.map((item: any) => item.name)).to.deep.equal(["y", "ci", "default"]);
      await s.voipbin("DELETE", `/accesskeys/${another.id}`);
      expect((await s.voipbinAs(another.token as string)("GET", "/numbers")).status).to.equal(401);
      expect((await s.voipbin("GET", `/accesskeys/${another.id}`)).status).to.equal(404);
    });
  });

  it("tells the balance in micro-dollars, or as the older float", async () => {
    await s.voipbin("POST", "/numbers", { number: "+15551234567" });
    expect((await s.voipbin("GET", "/billing_accounts")).json.result[0].balance_credit).to.equal(99_995_000_000);
    await s.control("POST", "/settings", { voipbin: { billing: "balance" } });
    expect((await s.voipbin("GET", "/billing_accounts")).json).to.include({ balance: 99_995, currency: "USD" });
  });
});
