import { expect } from "chai";
import { make, news, type Provider, type Props, type Rig, startRig, type State, type TypeName, UNKNOWN } from "./rig.js";

/** The same value with every object's keys the other way round: gRPC keeps no order (pulumi#16582). */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([k, v]) => [k, reversed(v)]));
}

describe("the provider's diff", () => {
  let rig: Rig;
  let provider: Provider;
  const states: Record<string, State> = {};
  const ARGS: Record<string, [type: TypeName, args: () => Props, hidden?: Props]> = {
    exact: ["PhoneNumber", () => ({ platform: "wiil", number: "+12125551234", name: "Support", carrier: "signalwire", type: "local", maxMonthlyPrice: { amount: "2.00", currency: "USD" } })],
    searched: ["PhoneNumber", () => ({ platform: "voipbin", search: { country: "US", type: "toll-free" } }), { __offered: [{ number: "+18005551234", country: "US" }], __search: "urn:x" }],
    chosen: ["PhoneNumber", () => ({ platform: "voipbin", candidates: ["+15551234567", { number: "+15551234568", region: "California", monthlyPrice: { amount: "5.00", currency: "USD" } }] })],
    search: ["NumberSearch", () => ({ platform: "voipbin", country: "US", capabilities: ["voice"], limit: 3 })],
    flow: ["CallFlow", () => ({ platform: "voipbin", name: "Menu", actions: [{ type: "answer" }, { type: "talk", option: { text: "Hi", language: "en-US" } }] })],
    binding: ["CallFlowBinding", () => ({ phoneNumber: { platform: "voipbin", id: states["chosen"]!.id }, callFlow: states["flow"]!.id })],
  };

  before(async () => {
    rig = await startRig();
    provider = await rig.start();
    for (const [name, [type, args, hidden]] of Object.entries(ARGS)) states[name] = await make(provider, type, name, args(), hidden);
    await fetch(`${rig.sandbox.url}/_sandbox/requests`, { method: "DELETE" });
  });
  after(() => rig.close());

  /** The diff against other arguments, or another state. */
  const diffOf = async (name: string, changed: Props, { hidden = {}, outs = {}, renamed = name } = {}) => {
    const { type, id, outs: olds } = states[name]!;
    const [, args, ownHidden] = ARGS[name]!;
    const given = Object.fromEntries(Object.entries({ ...args(), ...changed }).filter(([, v]) => v !== undefined));
    const { inputs } = await provider.check(news(type, renamed, given, { ...ownHidden, ...hidden }), states[name]!.inputs);
    const kept = Object.fromEntries(Object.entries({ ...olds, ...outs }).filter(([, v]) => v !== undefined));
    return provider.diff(id, kept, inputs);
  };

  const SAME = { changes: false, replaces: [] };
  const IN_PLACE = { changes: true, replaces: [] };
  const replaced = (property: string) => ({ changes: true, replaces: [property] });

  for (const name of Object.keys(ARGS)) {
    it(`sees no change in ${name} where there is none, in whatever order the keys come`, async () => {
      const { id, outs, inputs } = states[name]!;
      expect(await diffOf(name, {})).to.deep.include(SAME);
      expect(await provider.diff(id, reversed(outs) as Props, reversed(inputs) as Props)).to.deep.include(SAME);
    });
  }

  const cases: [what: string, name: string, changed: Props, wanted: { changes: boolean; replaces: string[] }, more?: Parameters<typeof diffOf>[2]][] = [
    // a number: what changes it, and what only had to do with buying it
    ["another number is another purchase", "exact", { number: "+12125551235" }, replaced("number")],
    ["another platform is another purchase", "exact", { platform: "voipbin", carrier: undefined }, replaced("platform")],
    ["another name is written in place", "exact", { name: "Sales" }, IN_PLACE],
    ["no name is the resource's name", "exact", { name: undefined }, IN_PLACE],
    ["deletionProtection is kept in the state", "exact", { deletionProtection: true }, IN_PLACE],
    ["onDelete is kept in the state", "exact", { onDelete: "retain" }, IN_PLACE],
    ["another carrier has nothing to do any more", "exact", { carrier: "twilio" }, SAME],
    ["another type has nothing to do any more", "exact", { type: "toll-free" }, SAME],
    ["another price limit has nothing to do any more", "exact", { maxMonthlyPrice: { amount: "1.00", currency: "EUR" } }, SAME],
    ["adopt and takeover have nothing to do any more", "exact", { adopt: true, takeover: true }, SAME],
    ["other criteria never buy anew", "searched", { search: { country: "GB", type: "mobile", areaCode: "20" } }, SAME],
    ["another limit never buys anew", "searched", { search: { country: "US", type: "toll-free", limit: 50 } }, SAME],
    ["other candidates never buy anew", "chosen", { candidates: ["+15551234599"] }, SAME],
    ["candidates in another order never buy anew", "chosen", { candidates: ["+15551234568", "+15551234567"] }, SAME],
    ["a search in the place of candidates never buys anew", "chosen", { candidates: undefined, search: { country: "US" } }, SAME],
    ["the number that was bought, now named exactly, is kept", "chosen", { candidates: undefined, number: "+15551234567" }, IN_PLACE],
    ["another number, now named exactly, is another purchase", "chosen", { candidates: undefined, number: "+15551234568" }, replaced("number")],
    ["another search result never buys anew", "searched", {}, SAME, { hidden: { __offered: [{ number: "+18005550000" }] } }],
    ["other timeouts are nothing to do", "exact", {}, SAME, { hidden: { __timeouts: { create: "9m" } } }],
    ["another URN is another mark", "exact", {}, IN_PLACE, { renamed: "renamed" }],
    ["what the server filled in is no change", "exact", {}, SAME, { outs: { status: "suspended", capabilities: ["voice"], channels: {}, monthlyPrice: { amount: "9.00", currency: "USD" }, purchasedAt: "2030-01-01T00:00:00.000Z" } }],
    ["a lost mark is written again", "exact", {}, IN_PLACE, { outs: { __mark: undefined } }],
    ["an unfinished purchase is gone on with", "exact", {}, IN_PLACE, { outs: { __pending: true } }],
    ["a failed purchase is made anew", "exact", {}, replaced("status"), { outs: { status: "failed" } }],
    ["a cancelled purchase is made anew", "exact", {}, replaced("status"), { outs: { status: "cancelled" } }],
    ["a number that is not known yet is no replacement", "exact", { number: UNKNOWN }, SAME],
    ["a platform that is not known yet is no replacement", "exact", { platform: UNKNOWN }, SAME],
    ["a name that is not known yet is an update", "exact", { name: UNKNOWN }, IN_PLACE],
    ["candidates that are not known yet are no change", "chosen", { candidates: UNKNOWN }, SAME],
    ["criteria that are not known yet are no change", "searched", { search: UNKNOWN }, SAME, { hidden: { __offered: UNKNOWN } }],
    // a search
    ["other criteria search anew, in place", "search", { country: "CA" }, IN_PLACE],
    ["one criterion more searches anew", "search", { areaCode: "212" }, IN_PLACE],
    ["what was found is no criterion", "search", {}, SAME, { outs: { numbers: [], searchedAt: "2030-01-01T00:00:00.000Z" } }],
    // a flow
    ["another action is written in place", "flow", { actions: [{ type: "hangup" }] }, IN_PLACE],
    ["an option more is written in place", "flow", { actions: [{ type: "answer" }, { type: "talk", option: { text: "Hi", language: "en-US", async: true } }] }, IN_PLACE],
    ["actions in another order are another flow", "flow", { actions: [{ type: "talk", option: { text: "Hi", language: "en-US" } }, { type: "answer" }] }, IN_PLACE],
    ["an empty detail is none", "flow", { detail: "" }, SAME],
    ["a detail is written in place", "flow", { detail: "For Berlin" }, IN_PLACE],
    ["a flow after it is written in place", "flow", { onComplete: "11111111-1111-4111-8111-111111111111" }, IN_PLACE],
    ["actions that are not known yet are an update", "flow", { actions: UNKNOWN }, IN_PLACE],
    // a binding
    ["another flow is put in its place", "binding", { callFlow: "11111111-1111-4111-8111-111111111111" }, IN_PLACE],
    ["a slot more is filled", "binding", { messageFlow: "11111111-1111-4111-8111-111111111111" }, IN_PLACE],
    ["a flow that is not known yet is put in its place", "binding", { callFlow: UNKNOWN }, IN_PLACE],
    ["another number is another binding", "binding", { phoneNumber: { platform: "voipbin", id: "+15551234568" } }, replaced("phoneNumber")],
    ["a number that is not known yet is another binding", "binding", { phoneNumber: { platform: "voipbin", id: UNKNOWN } }, replaced("phoneNumber")],
    ["a number of which nothing is known is another binding", "binding", { phoneNumber: UNKNOWN }, replaced("phoneNumber")],
  ];
  for (const [what, name, changed, wanted, more] of cases) {
    it(`${name}: ${what}`, async () => {
      expect(await diffOf(name, changed, more)).to.deep.include(wanted);
    });
  }

  it("warns that other search criteria keep the number", () => {
    const warnings = rig.log.filter((l) => l.severity === "warning" && l.urn.endsWith("::searched"));
    expect(warnings).not.to.be.empty;
    for (const { message } of warnings) expect(message).to.match(/the number that was bought is kept/);
  });

  it("asks no platform anything", async () => expect(await rig.control("requests")).to.deep.equal([]));
});
