// The same program twice: with the resources of pulumi-telephony, and (TWIN=1) with pulumi.dynamic.Resource, everything that our
// constructors add written out by hand.
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const twin = process.env.TWIN === "1";
const organization = pulumi.getOrganization();

/** A `pulumi.dynamic.Resource` of the same type. */
class Twin extends pulumi.dynamic.Resource {
  constructor(type, name, outputs, args, opts = {}) {
    const hidden = { __urn: new Promise((resolve) => pulumi.createUrn(name, `pulumi-nodejs:dynamic/telephony:${type}`, opts.parent).apply(resolve)), ...(organization !== "organization" && { __org: organization }) };
    const provider = { create: async (inputs) => ({ id: "1", outs: inputs }) };
    super(provider, name, { ...Object.fromEntries(outputs.map((k) => [k, undefined])), ...args, ...hidden }, opts, "telephony", type);
  }
}

/** Frozen, so that a constructor that writes into its arguments throws. */
function frozen(value) {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value) || pulumi.Resource.isInstance(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

class Shop extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("acme:shop:Shop", name, {}, opts);
  }
}

const emea = twin
  ? new (class extends pulumi.ProviderResource {})("pulumi-nodejs", "emea", {
      "telephony:explicitProvider": "true", "telephony:wiilApiKey": pulumi.secret("key-of-emea"), "telephony:wiilUrl": "https://wiil.test/v1",
      "telephony:voipbinUrl": new pulumi.Config("telephony").get("voipbinUrl") })
  : new telephony.Provider("emea", frozen({ wiilApiKey: "key-of-emea", wiilUrl: "https://wiil.test/v1" }));

const withoutDependency = (output) => new Promise((resolve) => void output.apply(resolve));

/** A number as links and bindings name it. */
const referenced = (phoneNumber, platform) =>
  pulumi.Resource.isInstance(phoneNumber) ? { phoneNumber: { platform, id: phoneNumber.id }, __number: withoutDependency(phoneNumber.urn) } : { phoneNumber };

const make = {
  CallFlow: (name, args, opts) => twin ? new Twin("CallFlow", name, ["name", "detail"], args, opts) : new telephony.CallFlow(name, frozen(args), frozen(opts)),
  NumberSearch: (name, args, opts) => twin ? new Twin("NumberSearch", name, ["numbers", "searchedAt"], args, opts) : new telephony.NumberSearch(name, frozen(args), frozen(opts)),
  Assistant: (name, args, opts) => twin ? new Twin("Assistant", name, ["name", "instructionId"], args, opts) : new telephony.Assistant(name, frozen(args), frozen(opts)),
  PhoneNumberLink: (name, { phoneNumber, ...args }, opts) => twin
    ? new Twin("PhoneNumberLink", name, ["assistant", "squad", "agent"], { ...args, ...referenced(phoneNumber, "wiil") }, { ...opts, deleteBeforeReplace: true })
    : new telephony.PhoneNumberLink(name, frozen({ phoneNumber, ...args }), frozen(opts)),
  CallFlowBinding: (name, { phoneNumber, ...args }, opts) => twin
    ? new Twin("CallFlowBinding", name, ["callFlow", "messageFlow"],
        { ...args, ...referenced(phoneNumber, "voipbin") }, { ...opts, deleteBeforeReplace: true })
    : new telephony.CallFlowBinding(name, frozen({ phoneNumber, ...args }), frozen(opts)),
  PhoneNumber: (name, args, opts) => {
    if (!twin) return new telephony.PhoneNumber(name, frozen(args), frozen(opts));
    const outputs = ["status", "country", "capabilities", "monthlyPrice", "channels", "purchaseId", "purchasedAt", "platformId", "number", "type", "carrier", "candidates", "name"];
    const own = {};
    if (!args.candidates) {
      const what = args.number ? { number: args.number } : { ...args.search };
      const { parent, provider, dependsOn } = opts ?? {};
      const aliases = opts?.aliases?.map((a) => typeof a === "string" ? `${a.replace(":PhoneNumber::", ":NumberSearch::")}-search` : { ...a, name: `${a.name}-search` });
      const search = new Twin("NumberSearch", `${name}-search`, ["numbers", "searchedAt"],
        { platform: args.platform, carrier: args.carrier, ...what, __derived: true }, { parent, provider, dependsOn, aliases });
      own.__search = withoutDependency(search.urn);
      own.__offered = search.numbers;
    } else if (args.candidates === search.numbers) own.__kind = { country: "US" };
    const { create, update, delete: remove } = opts?.customTimeouts ?? {};
    const timeouts = create || update || remove ? { __timeouts: { create, update, delete: remove } } : {};
    return new Twin("PhoneNumber", name, outputs, { ...args, ...own, ...timeouts }, opts);
  },
};

const ivr = make.CallFlow("ivr", { platform: "voipbin", name: "Menu", actions: [{ type: "answer" }, { type: "talk", option: { text: "Hi" } }] });
const reply = make.CallFlow("reply", { platform: "voipbin", detail: ivr.id, actions: pulumi.output([{ type: "answer" }]), onComplete: ivr.id });
const search = make.NumberSearch("many", { platform: "voipbin", country: "US", limit: 3 });
const hotline = make.PhoneNumber("hotline", { platform: "voipbin", search: { country: "US", type: "toll-free" }, name: "Hotline" }, { protect: true, dependsOn: [ivr] });
make.PhoneNumber("picked", { platform: "voipbin", candidates: search.numbers, deletionProtection: true });
const exact = make.PhoneNumber("exact", { platform: "wiil", number: "+12125551234", carrier: "signalwire", type: "local", maxMonthlyPrice: { amount: "2.00", currency: "USD" } },
  { provider: emea, customTimeouts: { create: "5m", delete: "1m" }, retainOnDelete: true, ignoreChanges: ["name"], additionalSecretOutputs: ["purchaseId"] });
make.PhoneNumber("renamed", { platform: "voipbin", search: { country: "US" } }, {
  aliases: [{ name: "old" }, "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/telephony:PhoneNumber::older"] });
make.CallFlowBinding("flows", { phoneNumber: hotline, callFlow: ivr.id, messageFlow: reply.id });
make.CallFlowBinding("night", { phoneNumber: { platform: "voipbin", id: "+15551234567" }, callFlow: ivr.id, takeover: true });

const agent = make.Assistant("agent", { platform: "wiil", modelId: "model-1", firstMessage: "passed on",
  instruction: { role: "Support", introductionMessage: "Hello", instructions: "Help", guardrails: "Be polite" } });
make.PhoneNumberLink("answered", { phoneNumber: exact, agent: agent.id, instruction: "instruction-1", project: "project-1", channels: ["voice", "sms"] });
make.PhoneNumberLink("elsewhere", { phoneNumber: { platform: "vapi", id: "number-1" }, squad: "squad-1" });

const shop = new Shop("berlin");
const floor = new Shop("first-floor", { parent: shop });
const desk = make.CallFlow("desk", { platform: "voipbin", actions: [] }, { parent: floor });
make.PhoneNumber("desk", { platform: "voipbin", search: { country: "DE" } }, { parent: floor });
make.CallFlow("under-desk", { platform: "voipbin", actions: [] }, { parent: desk });

export const refused = twin ? "" : (() => {
  try {
    return `made ${new telephony.CallFlow("imported", { platform: "voipbin", actions: [] }, { import: "flow-1" })}`;
  } catch (error) {
    return error.message;
  }
})();
