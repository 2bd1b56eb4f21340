import { expect } from "chai";
import { change, expectDiscretion, failure, isSteady, make, type Provider, type Props, refresh, type Rig, startRig, ZERO } from "./rig.js";

describe("call flows and their bindings on VoIPBIN", () => {
  let rig: Rig;
  let provider: Provider;
  let serial = 0;
  before(async () => {
    rig = await startRig();
    provider = await rig.start();
  });
  after(async () => {
    expectDiscretion(rig);
    await rig.close();
  });
  afterEach(() => fetch(`${rig.sandbox.url}/_sandbox/faults`, { method: "DELETE" }));

  const next = (word: string) => `${word}-${++serial}`;
  const ACTIONS = [{ type: "answer" }, { type: "talk", option: { text: "Welcome", language: "en-US" } }, { type: "queue_join", option: { queue_id: "c9a2f0de-5a3a-4b6e-9d38-6f1f0b7a2c11" } }];
  const FLOW = { platform: "voipbin", name: "Menu", actions: ACTIONS };
  const flows = async () => ((await rig.voipbin("GET", "/flows?page_size=100"))["result"] as { id: string; name: string; detail: string; actions: Props[]; tm_delete: string }[]).filter((f) => f.tm_delete.startsWith("9999"));
  const flow = async (id: string) => (await flows()).find((f) => f.id === id);
  const makeFlow = (args: Props = {}) => make(provider, "CallFlow", next("flow"), { ...FLOW, ...args });

  describe("a CallFlow", () => {
    it("is made, kept, changed in place and deleted", async () => {
      const state = await makeFlow({ detail: "For Berlin" });
      expect(await flow(state.id)).to.include({ name: "Menu" });
      expect((await flow(state.id))!.detail).to.match(/^For Berlin \[pulumi [0-9a-z]{8}\.1\]$/);
      expect(state.outs).to.deep.include({ ...FLOW, detail: "For Berlin" }); // not what the server filled in
      expect(await isSteady(provider, state)).to.be.true;
      const seen = (await refresh(provider, state))!;
      expect(seen.outs).to.deep.equal(state.outs);
      expect(seen.inputs).to.deep.equal(state.inputs);

      const changed = await change(provider, state, { ...FLOW, name: "Main menu", actions: [...ACTIONS, { type: "hangup" }] });
      expect(changed.outs).to.deep.include({ name: "Main menu" });
      expect((await flow(state.id))!.actions.map((a) => a["type"])).to.deep.equal(["answer", "talk", "queue_join", "hangup"]);
      expect((await flow(state.id))!.detail).to.match(/^\[pulumi /);
      expect((await refresh(provider, changed))!.outs).to.deep.equal(changed.outs);

      await provider.delete(changed.id, changed.outs);
      expect(await flow(state.id)).to.equal(undefined);
      expect(await refresh(provider, changed)).to.equal(undefined);
      await provider.delete(changed.id, changed.outs); // gone already: no error
    });

    it("keeps the ids that a program gives to actions, and the flow that comes after", async () => {
      const after = await makeFlow();
      const id = "11111111-1111-4111-8111-111111111111";
      const state = await makeFlow({ actions: [{ type: "answer", id }, { type: "goto", option: { target_id: id, loop_count: 2 } }], onComplete: after.id });
      const seen = (await refresh(provider, state))!;
      expect(seen.outs).to.deep.equal(state.outs);
      expect(seen.inputs).to.deep.equal(state.inputs);
    });

    it("shows what a person changed in the dashboard, and gets it back", async () => {
      const state = await makeFlow();
      const { detail } = (await flow(state.id))!;
      await rig.voipbin("PUT", `/flows/${state.id}`, { name: "By hand", detail, actions: [{ type: "answer" }, { type: "talk", option: { text: "Hacked", language: "en-US" } }] });
      const seen = (await refresh(provider, state))!;
      expect(seen.inputs).to.deep.include({ name: "By hand", actions: [{ type: "answer" }, { type: "talk", option: { text: "Hacked", language: "en-US" } }] });
      const restored = await change(provider, seen, FLOW);
      expect(restored.outs).to.deep.equal(state.outs);
      expect((await flow(state.id))!.actions[1]!["option"]).to.deep.equal(ACTIONS[1]!.option);
    });

    it("is made once when the answer is lost, and taken up by its mark by a later run", async () => {
      const name = next("lost");
      await rig.fault({ platform: "voipbin", method: "POST", path: "/flows", kind: "drop-after-commit" });
      const state = await make(provider, "CallFlow", name, { ...FLOW, name });
      expect((await flows()).filter((f) => f.name === name)).to.have.length(1);
      const again = await make(provider, "CallFlow", name, { ...FLOW, name });
      expect(again.id).to.equal(state.id);
      expect((await flows()).filter((f) => f.name === name)).to.have.length(1);
      await provider.delete(state.id, state.outs); // the old half of a replacement
      expect(await flow(state.id)).to.exist;
      await provider.delete(again.id, again.outs);
      expect(await flow(state.id)).to.equal(undefined);
    });

    it("that the platform refuses says so in the platform's words", async () => {
      const name = next("refused");
      await rig.fault({ platform: "voipbin", method: "POST", path: "/flows", kind: "status", status: 400 });
      expect((await failure(make(provider, "CallFlow", name, FLOW))).message).to.match(/^voipbin: POST \/flows failed: 400 .*Correct what VoIPBIN names/i);
    });
  });

  describe("a CallFlowBinding", () => {
    const number = async () => (await rig.owned((await newNumber()).outs["number"] as string))!;
    /** As another run does, which has not seen the number bought. */
    const laterRun = async () => void (provider = await rig.start());
    const newNumber = () => make(provider, "PhoneNumber", next("number"), { platform: "voipbin", number: rig.fresh("voipbin") });
    const bind = (id: string, args: Props, name = next("binding")) => make(provider, "CallFlowBinding", name, { phoneNumber: { platform: "voipbin", id }, ...args });
    const bound = async (id: string) => {
      const { call_flow_id, message_flow_id } = await rig.voipbin("GET", `/numbers/${id}`);
      return [call_flow_id, message_flow_id];
    };
    let a: string;
    let b: string;
    before(async () => {
      [a, b] = [(await makeFlow()).id, (await makeFlow()).id];
    });

    it("is made, kept, changed in place and cleared by the zero UUID", async () => {
      const { id } = await number();
      const state = await bind(id, { callFlow: a, messageFlow: b });
      expect(await bound(id)).to.deep.equal([a, b]);
      expect(await isSteady(provider, state)).to.be.true;
      const seen = (await refresh(provider, state))!;
      expect(seen.outs).to.deep.equal(state.outs);
      expect(seen.inputs).to.deep.equal(state.inputs);

      const phoneNumber = { platform: "voipbin", id };
      const changed = await change(provider, state, { phoneNumber, callFlow: b }); // the other slot is given up
      expect(await bound(id)).to.deep.equal([b, ZERO]);
      await provider.delete(changed.id, changed.outs);
      expect(await bound(id)).to.deep.equal([ZERO, ZERO]);
      expect(await refresh(provider, changed)).to.equal(undefined);
    });

    it("takes the number itself for its id", async () => {
      const { id, number: digits } = await number();
      const state = await bind(digits, { callFlow: a });
      expect(await bound(id)).to.deep.equal([a, ZERO]);
      expect((await refresh(provider, state))!.outs).to.deep.equal(state.outs);
      await provider.delete(state.id, state.outs);
      expect(await bound(id)).to.deep.equal([ZERO, ZERO]);
    });

    it("leaves name, mark and the other slot of the number alone", async () => {
      const owner = await newNumber();
      await laterRun();
      await rig.voipbin("PUT", `/numbers/${owner.id}/flow_ids`, { call_flow_id: ZERO, message_flow_id: b });
      const state = await bind(owner.id, { callFlow: a });
      expect(await bound(owner.id)).to.deep.equal([a, b]);
      expect((await refresh(provider, owner))!.outs).to.deep.equal(owner.outs);
      const renamed = await change(provider, owner, { platform: "voipbin", number: owner.outs["number"], name: "Renamed" });
      expect(await bound(owner.id)).to.deep.equal([a, b]);
      await provider.delete(state.id, state.outs);
      expect(await bound(owner.id)).to.deep.equal([ZERO, b]);
      expect((await refresh(provider, renamed))!.outs).to.deep.equal(renamed.outs);
    });

    it("steals no slot that somebody else has filled, unless takeover says so; and clears none", async () => {
      const { id } = await number();
      await laterRun();
      await rig.voipbin("PUT", `/numbers/${id}/flow_ids`, { call_flow_id: b, message_flow_id: ZERO });
      const name = next("binding");
      const refused = await failure(bind(id, { callFlow: a }, name));
      expect(refused.message).to.include(id).and.to.include(b).and.to.match(/which this binding did not set.*takeover: true/);
      expect(await bound(id)).to.deep.equal([b, ZERO]);
      const state = await bind(id, { callFlow: a, takeover: true }, name);
      expect(await bound(id)).to.deep.equal([a, ZERO]);

      await rig.voipbin("PUT", `/numbers/${id}/flow_ids`, { call_flow_id: b, message_flow_id: ZERO });
      const seen = (await refresh(provider, state))!;
      expect(seen.inputs).to.deep.include({ callFlow: b }); // drift, to be seen
      await provider.delete(state.id, state.outs); // what it knows of is not there any more
      expect(await bound(id)).to.deep.equal([b, ZERO]);
    });

    it("is found cleared by a refresh, and put back", async () => {
      const { id } = await number();
      const state = await bind(id, { callFlow: a, messageFlow: b });
      await rig.voipbin("PUT", `/numbers/${id}/flow_ids`, { call_flow_id: a, message_flow_id: ZERO });
      const seen = (await refresh(provider, state))!;
      expect(seen.outs).not.to.have.property("messageFlow");
      const restored = await change(provider, seen, { phoneNumber: { platform: "voipbin", id }, callFlow: a, messageFlow: b });
      expect(restored.outs).to.deep.equal(state.outs);
      expect(await bound(id)).to.deep.equal([a, b]);
    });

    it("of a number that isn't there says so; its delete has nothing to do", async () => {
      const gone = "11111111-1111-4111-8111-111111111111";
      expect((await failure(bind(gone, { callFlow: a }))).message).to.include(`there is no number ${gone} at VoIPBIN`);
      const owner = await newNumber();
      const state = await bind(owner.id, { callFlow: a });
      await provider.delete(owner.id, owner.outs);
      expect(await refresh(provider, state)).to.equal(undefined);
      await provider.delete(state.id, state.outs);
    });

    it("doesn't lose a slot when two bindings of one number go side by side", async () => {
      const { id } = await number();
      const [one, two] = await Promise.all([bind(id, { callFlow: a }), bind(id, { messageFlow: b })]);
      expect(await bound(id)).to.deep.equal([a, b]);
      await Promise.all([provider.delete(one.id, one.outs), provider.delete(two.id, two.outs)]);
      expect(await bound(id)).to.deep.equal([ZERO, ZERO]);
    });
  });
});
