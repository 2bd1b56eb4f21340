/**
 * Arguments that are invalid by construction: valid ones, with one named thing broken. What is accepted is written down here anew,
 * from the documentation of the resources and not from the provider's schemas, which are what is under test.
 */
import fc from "fast-check";
import { type Props, type TypeName, UNKNOWN } from "../provider/rig.js";

export interface BadArgs {
  /** "PhoneNumber on wiil: number is bad E.164". */
  title: string;
  type: TypeName;
  args: Props;
  hidden: Props;
  /** Where a failure is expected; any of them will do. */
  at: string[];
}

/** What stands in secret inputs: no failure may say it. */
export const SECRETS = ["AC0f9e8d7c6b5a49382716", "tok-4f3e2d1c0b9a8877"];

const repeated = (text: string, times: number) => Array.from({ length: times }, () => text).join("");

/** Strings that nobody expects. None of them is a number, a country, an amount or a word of ours. */
const absurd = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).map((s) => `¿${s}`) },
  { weight: 8, arbitrary: fc.constantFrom(
    "__proto__", "constructor", "toString", "hasOwnProperty", "undefined", "null", "NaN", "[object Object]", " ", "\n", "\u0000", "\u001b[2J\u001b[31mred", "\u202egnirts",
    "💥".repeat(20), "'; DROP TABLE numbers; --", "${process.exit()}", "../../etc/passwd", "<script>alert(1)</script>", "%s%n%x", "ｆｕｌｌ", "sk-live-51H8xQ2eZvKYlo2C", "eyJhbGciOiJIUzI1NiJ9.e30.s",
  ) },
  { weight: 1, arbitrary: fc.constantFrom("x", "9", "é", "\\").map((c) => repeated(c, 1_000_000)) },
);

const numeric = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const nested = fc.object({ maxDepth: 3, maxKeys: 3, values: [fc.boolean(), fc.integer(), fc.string({ maxLength: 8 }), fc.constant(null)] });
const deep = fc.integer({ min: 5, max: 60 }).map((n) => { let value: unknown = "end"; for (let i = 0; i < n; i++) value = i % 2 ? [value] : { a: value }; return [value]; });

const noString = fc.oneof(numeric, fc.boolean(), fc.constant(null), fc.array(fc.integer(), { maxLength: 3 }), nested, deep);
const noFlag = fc.oneof(numeric, fc.constant(null), fc.constantFrom("true", "false", "yes", "", "1"), nested, absurd);
const noObject = fc.oneof(numeric, fc.boolean(), fc.constant(null), absurd, fc.array(fc.integer(), { maxLength: 3 }));
const noList = fc.oneof(numeric, fc.boolean(), fc.constant(null), absurd, nested);

const badE164 = fc.oneof(
  noString,
  absurd,
  fc.constantFrom(
    "", "+", "12125551234", "2125551234", "+1 212 555 1234", "(212) 555-1234", "0012125551234", "+02125551234", "+1212555", "+121255512345678", "+12125551234\n", "+1212555123４",
    "tel:+12125551234", "+12125551234x9", "+1-800-FLOWERS", "+89912345678", "+8991234567890", "+999123456789", "++12125551234", "٢١٢٥٥٥١٢٣٤", "+1212555123e4", "+10005551234",
  ),
);
const badMoney = fc.oneof(
  noObject,
  fc.constantFrom<unknown>({}, { amount: "2.00" }, { currency: "USD" }, { amount: 2, currency: "USD" }, { amount: "-1", currency: "USD" }, { amount: "1e3", currency: "USD" }, { amount: "1,00", currency: "USD" },
    { amount: "", currency: "USD" }, { amount: "0x10", currency: "USD" }, { amount: "NaN", currency: "USD" }, { amount: "Infinity", currency: "USD" }, { amount: "2.", currency: "USD" }, { amount: ".5", currency: "USD" },
    { amount: "2.00", currency: "usd" }, { amount: "2.00", currency: "$" }, { amount: "2.00", currency: "US" }, { amount: "2.00", currency: "USDT" }, { amount: "2.00", currency: "USD", per: "month" }, { amount: "$2.00", currency: "USD" },
    { amount: "٢", currency: "USD" }, { amount: repeated("9", 1_000_000), currency: "USD" }),
  absurd.filter((s) => !/^9+$/.test(s)).map((amount) => ({ amount, currency: "USD" })),
  absurd.map((currency) => ({ amount: "2.00", currency })),
);
const oneOf = () => fc.oneof(noString, absurd, fc.constantFrom("", "Local", "LOCAL", " local", "keep", "wiil ", "WIIL", "aws"));
const badText = fc.oneof(noString, fc.constant(""));
const badLimit = fc.oneof(fc.constantFrom<unknown>(0, -1, 1001, 1.5, 1e300, -1e300, "10", true, null, [], {}), fc.integer({ min: 1001 }), fc.integer({ max: 0 }));
const badCountry = fc.oneof(noString, absurd, fc.constantFrom("", "us", "USA", "U", "1", "United States", "U1", "ÜS", "US "));
const badAreaCode = fc.oneof(noString, absurd.filter((s) => s !== "9"), fc.constantFrom("", "21a", "+1", "-1", "2 1", "1234567", "٢١٢"));
const badContains = fc.oneof(noString, absurd, fc.constantFrom("", "55?5", "[0-9]+", "(1*)*", "abc", "1234567890123456", "5.5"));
const badTexts = fc.oneof(noList, fc.constantFrom<unknown>([1], [""], [null], [["voice"]], [{}]));
const badCandidates = fc.oneof(noList.filter((x) => typeof x !== "object" || x === null || Object.keys(x).length > 0), badE164.filter((x) => typeof x !== "object" || x === null).map((n) => [n]), fc.constantFrom<unknown>([{}], [{ number: 5 }], [[]], [{ number: "junk" }], ["+12125551234", "junk"]));
const badActions = fc.oneof(noList, fc.constantFrom<unknown>([1], ["answer"], [{}], [{ type: 5 }], [{ type: "" }], [null], [{ type: "talk", option: "x" }], [{ type: "talk", option: [1] }], [[{ type: "answer" }]]));
const badDuration = fc.constantFrom<unknown>(" ", "5 minutes", "soon", "-5m", "5", "m5", "forever", "1h 2", 5, true, {}, [], "∞", `${repeated("9", 400)}h`);
const badChannels = fc.oneof(noList, fc.constantFrom<unknown>([], ["fax"], ["voice", "VOICE"], [1], [null], "voice"));
const badReference = fc.oneof(noObject, fc.constantFrom<unknown>({}, { id: "x" }, { platform: "wiil" }, { platform: "wiil", id: "" }, { platform: "aws", id: "x" }, { platform: "wiil", id: 5 }, { platform: "wiil", id: "x", number: "y" }, { platform: "constructor", id: "x" }));

type Bad = fc.Arbitrary<unknown>;

interface Base {
  type: TypeName;
  platform: string;
  args: Props;
  /** What is wrong at which property. */
  bad: Record<string, Bad>;
  required?: string[];
  /** Whether it takes fields that nobody knows. */
  loose?: boolean;
  /** Arguments that contradict each other, and where that is said. */
  against?: [name: string, changes: Props, at: string[]][];
}

const criteria: Record<string, Bad> = {
  country: badCountry, type: oneOf(), areaCode: badAreaCode, contains: badContains, region: badText, locality: badText, postalCode: badText, capabilities: badTexts, limit: badLimit,
};
const within = (prefix: string, of: Record<string, Bad>) => Object.fromEntries(Object.entries(of).map(([key, bad]) => [`${prefix}.${key}`, bad]));
const lineArgs: Record<string, Bad> = {
  name: badText.filter((x) => x !== null), adopt: noFlag, takeover: noFlag, onDelete: oneOf(), deletionProtection: noFlag, maxMonthlyPrice: badMoney, type: oneOf(), carrier: oneOf(),
};
const platform = oneOf();
const NUMBER = "+12125551234";
const ID = "0b5f7c1e-8f2d-4a55-9a41-3f0d0c6b7a10";

const BASES: Base[] = [
  ...["wiil", "voipbin", "burki"].map((name): Base => ({
    type: "PhoneNumber", platform: name, args: { platform: name, number: NUMBER }, bad: { ...lineArgs, platform, number: badE164 }, required: ["platform", "number"],
    against: [
      ["number and search", { search: { country: "US" } }, ["number", "search"]],
      ["number and candidates", { candidates: [NUMBER] }, ["number", "candidates"]],
      ["a carrier's account where none can be brought in", { carrier: "twilio", carrierAccount: { sid: SECRETS[0], token: SECRETS[1] } }, ["carrierAccount"]],
      ["a virtual type", name === "voipbin" ? { number: undefined } : { type: "virtual" }, ["type", "number"]],
    ],
  })),
  ...["wiil", "voipbin"].map((name): Base => ({
    type: "PhoneNumber", platform: name, args: { platform: name, search: { country: "US", type: "local" } }, bad: { ...lineArgs, platform, search: noObject, ...within("search", criteria) }, required: ["platform", "search"],
    against: [["no such criterion", { search: { country: "US", colour: "red" } }, ["search.colour"]], ["nothing to search by country", { search: name === "voipbin" ? {} : { type: "virtual" } }, ["search.country", "search.type"]]],
  })),
  { type: "PhoneNumber", platform: "wiil", args: { platform: "wiil", candidates: [NUMBER, { number: "+13105550100" }] }, bad: { platform, candidates: badCandidates }, required: ["platform", "candidates"],
    against: [["all three ways", { number: NUMBER, search: {} }, ["number", "search", "candidates"]], ["nothing to choose from", { candidates: [] }, ["candidates"]]] },
  { type: "PhoneNumber", platform: "vapi", args: { platform: "vapi", search: { areaCode: "415" } }, bad: { ...lineArgs, platform, search: noObject, ...within("search", { country: badCountry, areaCode: badAreaCode }) }, required: ["platform", "search"],
    against: [
      ["a criterion that Vapi doesn't know", { search: { locality: "Berlin" } }, ["search.locality"]],
      ["an exact number", { search: undefined, number: NUMBER }, ["number"]],
      ["candidates where there can be none", { search: undefined, candidates: [NUMBER] }, ["candidates"]],
      ["a carrier without its account", { carrier: "twilio" }, ["carrier"]],
      ["a carrier's account without its number", { carrier: "twilio", carrierAccount: { sid: SECRETS[0], token: SECRETS[1] } }, ["number", "search"]],
    ] },
  { type: "PhoneNumber", platform: "vapi", args: { platform: "vapi", number: NUMBER, carrier: "twilio", carrierAccount: { sid: SECRETS[0], token: SECRETS[1] } },
    bad: { number: badE164, carrier: oneOf(), carrierAccount: fc.oneof(noObject.filter((x) => x !== null), fc.constantFrom<unknown>({}, { token: SECRETS[1] }, { sid: 5, token: SECRETS[1] }, { sid: { nested: SECRETS[0] }, token: SECRETS[1] }, { sid: "", token: SECRETS[1] })) }, required: ["number", "carrier"],
    against: [["another carrier's account", { carrier: "telnyx" }, ["carrierAccount"]]] },
  ...["wiil", "voipbin", "burki"].map((name): Base => ({
    type: "NumberSearch", platform: name, args: { platform: name, country: "US", type: "local", limit: 3 }, bad: { ...criteria, platform, carrier: oneOf(), number: badE164 }, required: name === "voipbin" ? ["platform", "country"] : ["platform"],
  })),
  { type: "NumberSearch", platform: "vapi", args: { platform: "vapi" }, bad: {}, against: [["a platform that can't be searched", {}, ["platform"]]] },
  { type: "Assistant", platform: "vapi", loose: true, args: { platform: "vapi", name: "Desk", model: { provider: "anthropic", model: "m" } }, required: ["platform"],
    bad: { platform, name: fc.oneof(badText.filter((x) => x !== null), fc.constant(repeated("n", 41))), model: noObject, "model.provider": noString, "model.model": noString, voice: noObject, firstMessage: noString, metadata: noObject,
      maxDurationSeconds: fc.constantFrom<unknown>(9, 43201, -1, "60", null, true), endCallMessage: fc.oneof(noString, fc.constant(repeated("e", 1001))), voicemailMessage: fc.oneof(noString, fc.constant(repeated("v", 1_000_000))), systemPrompt: fc.constantFrom("x", "You are") } },
  { type: "Assistant", platform: "burki", loose: true, args: { platform: "burki", name: "Desk", llm: { system_prompt: "x" } }, required: ["platform"],
    bad: { platform, name: badText.filter((x) => x !== null), llm: noObject, tts: noObject, stt: noObject, tools: noObject, rag: noObject, description: noString, llmProvider: noString } },
  { type: "Assistant", platform: "wiil", loose: true, args: { platform: "wiil", name: "Desk", modelId: "m", instruction: { role: "r", introductionMessage: "i", instructions: "x", guardrails: "g" } }, required: ["platform", "modelId", "instruction", "instruction.role", "instruction.guardrails"],
    bad: { platform, name: fc.oneof(badText.filter((x) => x !== null), fc.constant(repeated("n", 31))), modelId: noString, instruction: noObject, "instruction.role": noString, "instruction.introductionMessage": noString, "instruction.instructions": noString } },
  { type: "Assistant", platform: "voipbin", loose: true, args: { platform: "voipbin", name: "Desk" }, bad: {}, against: [["a platform without assistants", {}, ["platform"]]] },
  { type: "CallFlow", platform: "voipbin", args: { platform: "voipbin", name: "Menu", actions: [{ type: "answer" }, { type: "talk", option: { text: "Hi" } }] }, required: ["platform", "actions"],
    bad: { platform, name: badText.filter((x) => x !== null), detail: noString, actions: badActions, onComplete: badText }, against: [["a graph", { graph: { nodes: [] } }, ["graph"]]] },
  { type: "CallFlow", platform: "burki", args: { platform: "burki", name: "Menu", graph: { nodes: [] } }, required: ["platform", "graph"],
    bad: { platform, name: badText.filter((x) => x !== null), detail: noString, graph: noObject, onComplete: badText }, against: [["actions", { actions: [{ type: "answer" }] }, ["actions"]]] },
  ...["vapi", "wiil"].map((name): Base => ({ type: "CallFlow", platform: name, args: { platform: name, name: "Menu", actions: [] }, bad: {}, against: [["a platform without flows", {}, ["platform"]]] })),
  { type: "PhoneNumberLink", platform: "vapi", args: { phoneNumber: { platform: "vapi", id: ID }, assistant: ID }, required: ["phoneNumber", "assistant", "phoneNumber.id", "phoneNumber.platform"],
    bad: { phoneNumber: badReference, "phoneNumber.platform": platform, assistant: badText, takeover: noFlag },
    against: [["two targets", { squad: ID }, ["assistant", "squad"]], ["an agent", { assistant: undefined, agent: ID, instruction: ID, project: ID }, ["agent"]], ["channels without an agent", { channels: ["voice"] }, ["channels"]]] },
  { type: "PhoneNumberLink", platform: "wiil", args: { phoneNumber: { platform: "wiil", id: NUMBER }, agent: ID, instruction: ID, project: "p" }, required: ["phoneNumber", "agent", "instruction", "project"],
    bad: { phoneNumber: badReference, agent: badText, instruction: badText, project: badText, channels: badChannels, takeover: noFlag }, against: [["an assistant", { assistant: ID }, ["assistant"]]] },
  { type: "PhoneNumberLink", platform: "voipbin", args: { phoneNumber: { platform: "voipbin", id: ID }, assistant: ID }, bad: {}, against: [["a platform without links", {}, ["phoneNumber.platform"]]] },
  { type: "CallFlowBinding", platform: "voipbin", args: { phoneNumber: { platform: "voipbin", id: ID }, callFlow: ID }, required: ["phoneNumber", "callFlow"],
    bad: { phoneNumber: badReference, callFlow: badText, messageFlow: badText, takeover: noFlag } },
  { type: "CallFlowBinding", platform: "burki", args: { phoneNumber: { platform: "burki", id: NUMBER }, callFlow: "7" }, required: ["phoneNumber", "callFlow"],
    bad: { phoneNumber: badReference, callFlow: badText, takeover: noFlag }, against: [["a message flow", { messageFlow: "7" }, ["messageFlow"]]] },
  ...["wiil", "vapi"].map((name): Base => ({ type: "CallFlowBinding", platform: name, args: { phoneNumber: { platform: name, id: ID }, callFlow: ID }, bad: {}, against: [["a platform without flows", {}, ["phoneNumber.platform"]]] })),
];

/** A copy with the value at the dotted path; without one, the path is taken out. */
function at(args: Props, path: string, value?: unknown): Props {
  const [head, ...rest] = path.split(".") as [string, ...string[]];
  const { [head]: old, ...others } = args;
  if (rest.length > 0) return { ...others, [head]: at((old ?? {}) as Props, rest.join("."), value) };
  return value === undefined ? others : { ...others, [head]: value };
}

const unknownKey = fc.oneof(
  fc.constantFrom("colour", "Platform", "phone_number", "constructor", "toString", "", " ", "a.b", "a[0]", "💥", "\u001b[31m", "\n", "search.country", repeated("k", 100_000)),
  fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).map((s) => `¿${s}`),
);

const damage = (base: Base): fc.Arbitrary<{ name: string; args: Props; at: string[]; hidden?: Props }> => {
  const kinds: fc.Arbitrary<{ name: string; args: Props; at: string[]; hidden?: Props }>[] = [];
  const paths = Object.keys(base.bad);
  const bad = fc.constantFrom(...(paths.length ? paths : [""])).chain((path) => (base.bad[path] ?? fc.constant(0)).map((value) => ({ path, value })));
  if (paths.length) {
    kinds.push(bad.map(({ path, value }) => ({ name: `${path} is bad`, args: at(base.args, path, value), at: [path] })));
    kinds.push(bad.map(({ path, value }) => ({ name: `${path} is bad`, args: at(base.args, path, value), at: [path] })));
    // What is not known yet must hide only what it could still mend: neither the platform, which rules depend on, nor the place itself.
    const others = Object.keys(base.args).filter((key) => !["platform", "phoneNumber", "number", "search", "candidates", "carrier"].includes(key));
    if (others.length && !base.loose) {
      kinds.push(fc.tuple(bad, fc.constantFrom(...others)).filter(([{ path }, other]) => path.split(".")[0] !== other).map(([{ path, value }, other]) => ({ name: `${path} is bad beside an unknown ${other}`, args: at(at(base.args, path, value), other, UNKNOWN), at: [path] })));
    }
  }
  if (base.required) kinds.push(fc.constantFrom(...base.required).map((path) => ({ name: `${path} is missing`, args: at(base.args, path), at: path === "assistant" ? ["assistant"] : [path, ...(["number", "search", "candidates"].includes(path) ? ["number"] : [])] })));
  if (base.against) kinds.push(fc.constantFrom(...base.against).map(([name, changes, places]) => ({ name, args: Object.entries(changes).reduce((args, [key, value]) => at(args, key, value), base.args), at: places })));
  if (!base.loose && paths.length) kinds.push(fc.tuple(unknownKey, fc.oneof(absurd, numeric, nested)).filter(([key]) => !(key in base.bad)).map(([key, value]) => ({ name: "a field that nobody knows", args: { ...base.args, [key]: value }, at: [key] })));
  if (paths.length) kinds.push(fc.tuple(fc.constantFrom("create", "update", "delete"), badDuration).map(([op, value]) => ({ name: `customTimeouts.${op} is no duration`, args: base.args, hidden: { __timeouts: { [op]: value } }, at: ["customTimeouts"] })));
  return fc.oneof(...kinds);
};

export const badArgs: fc.Arbitrary<BadArgs> = fc.constantFrom(...BASES).chain((base) =>
  damage(base).map(({ name, args, at: places, hidden }) => ({ title: `${base.type} on ${base.platform}: ${name}`, type: base.type, args, hidden: hidden ?? {}, at: places })),
);

/** Settings as they stand in the configuration, one of them broken. */
export interface BadSettings {
  title: string;
  platform: string;
  config: Record<string, string>;
  /** The setting that the failure must name. */
  setting: string;
  /** What it must not say. */
  secret?: string;
}

const KEYS: Record<string, string> = { vapi: "vapiApiKey", wiil: "wiilApiKey", voipbin: "voipbinAccessKey", burki: "burkiApiKey" };
const badUrl = fc.oneof(
  absurd.filter((s) => s.length < 1000),
  fc.constantFrom("localhost:8080", "ftp://api.example.com", "http://", "https://user:pw-7f3a9@api.example.com", "https://api.example.com?x=1", "https://api.example.com#x", "//api.example.com", "https://api example.com", "file:///etc/passwd", "javascript:alert(1)"),
);
const badKey = fc.constantFrom(" ", "\n", "\t ", "secret-key-one\nsecret-key-two", "secret-key\u0000-a", "secret-key\u001b-b", "secret-кey-c", "secret-key-💥");
const badPeriod = fc.constantFrom("soon", "5", "-5s", "5 minutes", "0s", "NaN", "1e3s", "∞");
const badWord = fc.constantFrom("2024-01", "latest", "CURRENT", " ", "__proto__", "constructor");

export const badSettings: fc.Arbitrary<BadSettings> = fc.constantFrom("vapi", "wiil", "voipbin", "burki").chain((name) => {
  const key = KEYS[name]!;
  const good = { "telephony:explicitProvider": "true", [`telephony:${key}`]: "a-good-key", [`telephony:${name}Url`]: "http://127.0.0.1:9" };
  const broken = (setting: string, value: string, secret?: string): BadSettings => ({ title: `settings of ${name}: ${setting}`, platform: name, config: { ...good, [`telephony:${setting}`]: value }, setting, secret });
  return fc.oneof(
    fc.constant<BadSettings>({ title: `settings of ${name}: no ${key}`, platform: name, setting: key, config: { "telephony:explicitProvider": "true" } }),
    badKey.map((value) => broken(key, value, value.trim() || undefined)),
    badUrl.map((value) => broken(`${name}Url`, value, value.includes("pw-7f3a9") ? "pw-7f3a9" : undefined)),
    badPeriod.chain((value) => (value === "0s" ? fc.constant("PollInterval") : fc.constantFrom("OrderWindow", "PollInterval")).map((what) => broken(`${name}${what}`, value))),
    ...(name === "wiil" ? [badWord.map((value) => broken("wiilApi", value))] : name === "burki" ? [badWord.map((value) => broken("burkiPaths", value))] : []),
  );
});
