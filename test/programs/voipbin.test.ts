import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { type Bench, errorsOf, onEveryEngine, type Program, warningsOf } from "./bench.js";

interface Flow { id: string; name: string; actions: { id: string; type: string; option?: Record<string, unknown> }[] }
interface Line { id: string; number: string; status: string; type: string; call_flow_id: string; message_flow_id: string }

const ZERO = "00000000-0000-0000-0000-000000000000";
/** The numbers of VoIPBIN's own document. */
const EXACT = { hotlineNumber: "+18005551234", responderNumber: "+15551234567", labNumber: "+899100000001", bothNumber: "+15551234568" };

const voipbinOf = (bench: Bench) => ({
  line: async (number: unknown) => ((await bench.owned()) as unknown as Line[]).find((n) => n.number === number),
  flows: async () => {
    const { VOIPBIN_URL: url, VOIPBIN_ACCESS_KEY: key } = bench.sandbox.env;
    return ((await (await fetch(`${url}/flows?accesskey=${key}`)).json()) as { result: Flow[] }).result;
  },
  standing: (number: unknown, status: string) => bench.control("voipbin/standing", { number, status }),
});

onEveryEngine("the example voipbin-scenarios", (bench) => {
  const { flows, line, standing } = voipbinOf(bench);
  const open = (config: Record<string, string> = {}) => bench.example("voipbin-scenarios", config);
  const stage = async (config: Record<string, string> = {}) => {
    const result = await open(config).up();
    expect(result.ok, errorsOf(result)).to.be.true;
    return result;
  };

  it("sets up the hotline, the auto-responder, the test number and the number for both", async () => {
    const { outputs } = await stage();
    const { ivrId: ivr, keywordsId: keywords } = outputs;
    expect(outputs["hotlineNumber"]).to.match(/^\+18(00|88|77)/);
    expect(await line(outputs["hotlineNumber"])).to.include({ status: "active", call_flow_id: ivr, message_flow_id: ZERO });
    expect(await line(outputs["responderNumber"])).to.include({ call_flow_id: ZERO, message_flow_id: keywords });
    expect(outputs["labNumber"]).to.match(/^\+899\d{9}$/);
    expect(await line(outputs["labNumber"])).to.include({ type: "virtual", status: "active", call_flow_id: ivr });
    expect(outputs["labPrice"]).to.equal("0.00");
    expect(await line(outputs["bothNumber"])).to.include({ call_flow_id: ivr, message_flow_id: keywords });
    expect((await bench.ledger()).map((l) => l.amount).sort()).to.deep.equal(["0.00", "5.00", "5.00", "5.00"]);

    // The menu leads where it says: each target of a branch is an action of the same flow.
    for (const flow of await flows()) {
      const ids = flow.actions.map((a) => a.id);
      const branch = flow.actions.find((a) => a.type === "branch")!.option!;
      const targets = [...Object.values(branch["target_ids"] as Record<string, string>), branch["default_target_id"]];
      for (const target of targets) expect(ids, flow.name).to.include(target);
    }
    expect((await stage()).steps).to.deep.equal([]);
    expect((await open().refresh()).summary).to.not.have.property("update");

    const changed = await stage({ greeting: "Good morning" });
    expect(changed.steps.map((s) => `${s.op} ${s.name}`)).to.deep.equal(["update ivr"]);
    expect((await flows()).find((f) => f.id === ivr)!.actions[1]!.option).to.include({ text: "Good morning" });

    // Two of the four go; their numbers are released, and what is left goes on.
    await stage({ greeting: "Good morning", scenarios: "hotline,lab" });
    const numbers = (await bench.owned()).map((n) => n.number);
    expect(numbers).to.have.members([outputs["hotlineNumber"], outputs["labNumber"]]);
    const gone = await open().destroy();
    expect(gone.ok, errorsOf(gone)).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
    expect(await flows()).to.deep.equal([]);
  });

  it("buys the very numbers of the document", async () => {
    const { outputs } = await stage(EXACT);
    expect(outputs).to.include(EXACT);
    expect((await bench.owned()).map((n) => n.number)).to.have.members(Object.values(EXACT));
    expect((await bench.ledger()).find((l) => l.number === EXACT.labNumber)).to.include({ amount: "0.00" });
    expect((await stage(EXACT)).steps).to.deep.equal([]);
  });

  it("sees a number that the platform suspended, and buys no other for it", async () => {
    const config = { ...EXACT, scenarios: "hotline" };
    await stage(config);
    await standing(EXACT.hotlineNumber, "suspended");
    const refreshed = await open(config).refresh();
    expect(refreshed.ok, errorsOf(refreshed)).to.be.true;
    expect(warningsOf(refreshed)).to.contain("+18005551234 is suspended at VoIPBIN");
    expect((await stage(config)).outputs["hotlineStatus"]).to.equal("suspended");
    await standing(EXACT.hotlineNumber, "active");
    expect(warningsOf(await open(config).refresh())).to.equal("");
    expect((await stage(config)).outputs["hotlineStatus"]).to.equal("active");
    expect(await bench.ledger()).to.have.length(1);
  });

  for (const status of ["released", "deleted"]) {
    it(`takes a number that the platform ${status} out of the state, and buys it anew`, async () => {
      const config = { ...EXACT, scenarios: "hotline" };
      const { outputs } = await stage(config);
      const before = await line(EXACT.hotlineNumber);
      await standing(EXACT.hotlineNumber, status);
      const refreshed = await open(config).refresh();
      expect(refreshed.ok, errorsOf(refreshed)).to.be.true;
      expect(refreshed.summary.delete, "the number, and what was bound to it").to.equal(2);
      await stage(config);
      const after = await line(EXACT.hotlineNumber);
      expect(after).to.include({ status: "active", call_flow_id: outputs["ivrId"] });
      expect(after!.id).to.not.equal(before!.id);
      expect((await bench.ledger()).map((l) => l.kind)).to.deep.equal(["purchase", "release", "purchase"]);
      expect((await stage(config)).steps).to.deep.equal([]);
      expect((await open(config).refresh()).summary, "the old one doesn't hide the new one").to.not.have.property("delete");
    });
  }
});

onEveryEngine("VoIPBIN", (bench) => {
  const { standing } = voipbinOf(bench);

  it("links no number to an assistant, and has none: the way is a CallFlowBinding", async () => {
    const link: Program = () => {
      new telephony.PhoneNumberLink("link", { phoneNumber: { platform: "voipbin", id: EXACT.labNumber }, assistant: "a" });
      return Promise.resolve();
    };
    const pointer = /property phoneNumber\.platform .*VoIPBIN doesn't link numbers to assistants; bind a flow with CallFlowBinding/s;
    expect(await bench.refuse(link)).to.match(pointer);
    const assistant: Program = () => {
      new telephony.Assistant("desk", { platform: "voipbin" } as unknown as telephony.AssistantArgs);
      return Promise.resolve();
    };
    expect(await bench.refuse(assistant)).to.match(/property platform .*VoIPBIN has no assistants; vapi and wiil and burki have/s);
  });

  it("releases a suspended number like any other", async () => {
    const program: Program = () => {
      const line = new telephony.PhoneNumber("line", { platform: "voipbin", number: EXACT.hotlineNumber });
      return Promise.resolve({ status: line.status });
    };
    await bench.apply(program);
    await standing(EXACT.hotlineNumber, "suspended");
    const gone = await bench.engine(program).destroy();
    expect(gone.ok, errorsOf(gone)).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
  });

  it("allows so many virtual numbers, and says that the limit is the tier's", async () => {
    await bench.control("accounts", { platform: "voipbin", key: bench.sandbox.env["VOIPBIN_ACCESS_KEY"], virtualLimit: 1 });
    const labs: Program = () => {
      for (const name of ["a", "b"]) new telephony.PhoneNumber(name, { platform: "voipbin", search: { type: "virtual" } });
      return Promise.resolve();
    };
    expect(await bench.refuse(labs)).to.match(/resource limit exceeded/i);
    expect(await bench.owned()).to.have.length(1);
  });
});
