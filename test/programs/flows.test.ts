import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";
import { errorsOf, onEveryEngine, type Program, warningsOf } from "./bench.js";

const ZERO = "00000000-0000-0000-0000-000000000000";
const ACTIONS: telephony.VoipbinAction[] = [{ type: "answer" }, { type: "talk", option: { text: "Hello", language: "en-US" } }];

onEveryEngine("call flows", (bench) => {
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const { VOIPBIN_URL: url, VOIPBIN_ACCESS_KEY: key } = bench.sandbox.env;
    const response = await fetch(`${url}${path}?accesskey=${key}`, { method, headers: { "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    expect(response.status, `${method} ${path}`).to.equal(200);
    return (await response.json()) as T;
  };
  interface Flow { id: string; name: string; detail: string; actions: { id: string; type: string; option?: Record<string, unknown> }[] }
  interface Num { id: string; number: string; name: string; detail: string; call_flow_id: string; message_flow_id: string }
  const flowsAt = async () => (await api<{ result: Flow[] }>("GET", "/flows")).result;
  const numberAt = async () => (await api<{ result: Num[] }>("GET", "/numbers")).result[0]!;

  const flow = (args: Partial<telephony.CallFlowArgs> = {}): Program => () => {
    const ivr = new telephony.CallFlow("ivr", { platform: "voipbin", actions: ACTIONS, ...args });
    return Promise.resolve({ id: ivr.id });
  };

  it("are changed in place, and what the server fills in is no drift", async () => {
    const first = await bench.apply(flow({ detail: "day" }));
    const [made] = await flowsAt();
    expect(made).to.include({ id: first.outputs["id"], name: "ivr" });
    expect(made!.detail).to.match(/^day \[pulumi \w{8}\.1\]$/);
    expect((await bench.engine(flow({ detail: "day" })).refresh()).summary).to.not.have.property("update");
    expect((await bench.engine(flow({ detail: "day" })).preview()).steps).to.deep.equal([]);
    // the same keys in another order are the same flow
    const turned = flow({ detail: "day", actions: [{ type: "answer" }, { option: { language: "en-US", text: "Hello" }, type: "talk" }] });
    expect((await bench.engine(turned).preview()).steps).to.deep.equal([]);
    const second = await bench.apply(flow({ name: "IVR", actions: [...ACTIONS, { type: "hangup" }] }));
    expect(second.outputs["id"]).to.equal(first.outputs["id"]);
    expect((await flowsAt())[0]!.actions.map((a) => a.type)).to.deep.equal(["answer", "talk", "hangup"]);
  });

  it("show what a person changed, and put it back", async () => {
    await bench.apply(flow());
    const [made] = await flowsAt();
    const actions = made!.actions.map((a) => (a.type === "talk" ? { ...a, option: { ...a.option, text: "Go away" } } : a));
    await api("PUT", `/flows/${made!.id}`, { name: made!.name, detail: made!.detail, actions: [...actions, { type: "hangup" }] });
    await bench.engine(flow()).refresh();
    expect((await bench.engine(flow()).preview()).steps.map((s) => `${s.op} ${s.diff?.join()}`)).to.deep.equal(["update actions"]);
    await bench.apply(flow());
    expect((await flowsAt())[0]!.actions.map((a) => a.option?.["text"])).to.deep.equal([undefined, "Hello"]);
  });

  it("pass an unknown action type on, with a warning under the resource", async () => {
    const program = flow({ actions: [...ACTIONS, { type: "teleport", option: { to: "moon" } }] });
    const up = await bench.apply(program);
    expect(warningsOf(up)).to.contain('action type "teleport"');
    expect((await flowsAt())[0]!.actions[2]).to.deep.include({ type: "teleport", option: { to: "moon" } });
    expect(warningsOf(await bench.apply(program)), "said once").to.equal("");
  });

  it("are made once when the answer is lost", async () => {
    await bench.control("faults", { platform: "voipbin", method: "POST", path: "/flows", kind: "drop-after-commit" });
    await bench.apply(flow());
    expect(await flowsAt()).to.have.length(1);
  });

  const hotline = (args: Partial<telephony.CallFlowBindingArgs> = {}, flows: Record<string, telephony.VoipbinAction[]> = { day: ACTIONS, night: ACTIONS, sms: ACTIONS }): Program => () => {
    const made = Object.fromEntries(Object.entries(flows).map(([name, actions]) => [name, new telephony.CallFlow(name, { platform: "voipbin", actions })]));
    const line = new telephony.PhoneNumber("line", { platform: "voipbin", search: { country: "US" } });
    const { callFlow, messageFlow } = args;
    const id = (name: unknown) => (typeof name === "string" ? (made[name]?.id ?? name) : undefined);
    new telephony.CallFlowBinding("flows", { phoneNumber: line, ...args, callFlow: id(callFlow), messageFlow: id(messageFlow) });
    return Promise.resolve(Object.fromEntries(Object.entries(made).map(([name, f]) => [name, f.id])));
  };

  it("are bound, retargeted in place, unbound by the zero UUID, and leave the other slot alone", async () => {
    const { outputs } = await bench.apply(hotline({ callFlow: "day", messageFlow: "sms" }));
    expect(await numberAt()).to.include({ call_flow_id: outputs["day"], message_flow_id: outputs["sms"] });
    const night = await bench.apply(hotline({ callFlow: "night", messageFlow: "sms" }));
    expect(night.steps.map((s) => s.op)).to.deep.equal(["update"]);
    expect(await numberAt()).to.include({ call_flow_id: outputs["night"], message_flow_id: outputs["sms"] });
    const requests = await bench.control<{ method: string; path: string }[]>("requests");
    expect(requests.filter((r) => r.method === "PUT" && r.path.includes("flow_ids")), "one call each, no moment unbound").to.have.length(2);
    await bench.apply(hotline({ callFlow: "night" }));
    expect(await numberAt()).to.include({ call_flow_id: outputs["night"], message_flow_id: ZERO });
    expect((await bench.engine(hotline()).destroy()).ok).to.be.true;
    expect(await flowsAt()).to.deep.equal([]);
  });

  it("are unbound by the zero UUID of the platform's documents too", async () => {
    await bench.apply(hotline({ callFlow: "day", messageFlow: "sms" }));
    const program = hotline({ callFlow: "day", messageFlow: ZERO });
    await bench.apply(program);
    expect((await numberAt()).message_flow_id).to.equal(ZERO);
    await bench.engine(program).refresh();
    expect((await bench.engine(program).preview()).steps).to.deep.equal([]);
  });

  it("stay bound through --replace of the binding", async () => {
    const program = hotline({ callFlow: "day" });
    const { outputs } = await bench.apply(program);
    const urn = "urn:pulumi:dev::programs::pulumi-nodejs:dynamic/telephony:CallFlowBinding::flows";
    expect((await bench.engine(program).up({ replace: [urn] })).ok).to.be.true;
    expect((await numberAt()).call_flow_id).to.equal(outputs["day"]);
  });

  it("of somebody else are neither overwritten nor cleared, unless takeover says so", async () => {
    const { outputs } = await bench.apply(hotline({ callFlow: "day" }));
    const { id } = await numberAt();
    await api("PUT", `/numbers/${id}/flow_ids`, { call_flow_id: outputs["sms"], message_flow_id: ZERO }); // by hand
    expect(await bench.refuse(hotline({ callFlow: "night" }))).to.match(/already points at \S+ \(callFlow\), which this binding did not set.*takeover: true/s);
    await bench.apply(hotline({ callFlow: "night", takeover: true }));
    expect((await numberAt()).call_flow_id).to.equal(outputs["night"]);
    await api("PUT", `/numbers/${id}/flow_ids`, { call_flow_id: outputs["sms"], message_flow_id: ZERO });
    const unbound: Program = () => {
      for (const name of ["day", "night", "sms"]) new telephony.CallFlow(name, { platform: "voipbin", actions: ACTIONS });
      new telephony.PhoneNumber("line", { platform: "voipbin", search: { country: "US" } });
      return Promise.resolve();
    };
    await bench.apply(unbound);
    expect((await numberAt()).call_flow_id, "a delete clears only its own target").to.equal(outputs["sms"]);
  });

  it("follow the number when it is replaced", async () => {
    const program = (number: string): Program => () => {
      const day = new telephony.CallFlow("day", { platform: "voipbin", actions: ACTIONS });
      const line = new telephony.PhoneNumber("line", { platform: "voipbin", number });
      new telephony.CallFlowBinding("flows", { phoneNumber: line, callFlow: day.id });
      return Promise.resolve({ day: day.id });
    };
    await bench.apply(program("+18005551234"));
    const { outputs } = await bench.apply(program("+18002351204"));
    expect(await numberAt()).to.include({ number: "+18002351204", call_flow_id: outputs["day"] });
  });

  it("are bound to a number that is named by platform and id, or in E.164", async () => {
    const { id } = await api<Num>("POST", "/numbers", { number: "+18005551234", name: "by hand", detail: "keep me" });
    for (const reference of [id, "+18005551234"]) {
      const program: Program = () => {
        const day = new telephony.CallFlow("day", { platform: "voipbin", actions: ACTIONS });
        new telephony.CallFlowBinding("flows", { phoneNumber: { platform: "voipbin", id: reference }, callFlow: day.id });
        return Promise.resolve({ day: day.id });
      };
      const { outputs } = await bench.apply(program);
      expect(await numberAt()).to.include({ call_flow_id: outputs["day"], name: "by hand", detail: "keep me" });
      expect((await bench.engine(program).destroy()).ok).to.be.true;
      expect((await numberAt()).call_flow_id).to.equal(ZERO);
    }
    const nowhere: Program = () => {
      new telephony.CallFlowBinding("flows", { phoneNumber: { platform: "voipbin", id: "+18005550000" }, callFlow: id });
      return Promise.resolve();
    };
    expect(await bench.refuse(nowhere)).to.match(/there is no number \+18005550000 at VoIPBIN/);
  });

  it("live in components", async () => {
    class Desk extends pulumi.ComponentResource {
      readonly number: pulumi.Output<string>;
      constructor(name: string) {
        super("test:index:Desk", name);
        const day = new telephony.CallFlow(`${name}-flow`, { platform: "voipbin", actions: ACTIONS }, { parent: this });
        const line = new telephony.PhoneNumber(`${name}-line`, { platform: "voipbin", search: { type: "virtual" } }, { parent: this });
        new telephony.CallFlowBinding(`${name}-flows`, { phoneNumber: line, callFlow: day.id }, { parent: this });
        this.number = line.number;
        this.registerOutputs({ number: line.number });
      }
    }
    const program: Program = () => Promise.resolve({ numbers: ["a", "b"].map((name) => new Desk(name).number) });
    const up = await bench.apply(program);
    expect(new Set(up.outputs["numbers"] as string[]).size).to.equal(2);
    const gone = await bench.engine(program).destroy();
    expect(gone.ok, errorsOf(gone)).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
  });
});
