import { expect } from "chai";
import { news, type Provider, type Props, type Rig, startRig, type TypeName, UNKNOWN } from "./rig.js";

describe("the provider's check", () => {
  let rig: Rig;
  let provider: Provider;
  before(async () => {
    rig = await startRig();
    provider = await rig.start();
  });
  after(() => rig.close());

  const failuresOf = async (type: TypeName, args: Props, olds?: Props) => (await provider.check(news(type, "x", args), olds)).failures;

  const NUMBER = { platform: "wiil", number: "+12125551234" };
  const FLOW = { platform: "voipbin", actions: [{ type: "answer" }] };

  const refused: [what: string, type: TypeName, args: Props, failures: [property: string, reason: RegExp][]][] = [
    // PhoneNumber: which number
    ["a number that is not in E.164", "PhoneNumber", { platform: "wiil", number: "(212) 555-1234" }, [["number", /not in E\.164.*did you mean "\+12125551234"\?/]]],
    ["a number with spaces", "PhoneNumber", { platform: "wiil", number: "+1 212 555 1234" }, [["number", /did you mean "\+12125551234"\?/]]],
    ["text for a number", "PhoneNumber", { platform: "wiil", number: "hotline" }, [["number", /not in E\.164.*for example "\+12125551234"/]]],
    ["a number for a number", "PhoneNumber", { platform: "wiil", number: 12125551234 }, [["number", /expected a number in E\.164/]]],
    ["a number that can't exist", "PhoneNumber", { platform: "wiil", number: "+12120551234" }, [["number", /can't exist/]]],
    ["a number that is too long", "PhoneNumber", { platform: "wiil", number: "+1212555123456" }, [["number", /can't exist/]]],
    ["a virtual number with too few digits", "PhoneNumber", { platform: "voipbin", number: "+8991234" }, [["number", /\+899 and nine digits/]]],
    ["number and search", "PhoneNumber", { ...NUMBER, search: { country: "US" } }, [["number", /number and search exclude each other/], ["search", /exclude each other/]]],
    ["number and candidates", "PhoneNumber", { ...NUMBER, candidates: ["+12125551234"] }, [["number", /exclude/], ["candidates", /exclude/]]],
    ["all three", "PhoneNumber", { ...NUMBER, search: {}, candidates: [] }, [["number", /exclude/], ["search", /exclude/], ["candidates", /exclude/]]],
    ["none of them", "PhoneNumber", { platform: "wiil" }, [["number", /exactly one of number .* search .* candidates/]]],
    ["candidates that are none", "PhoneNumber", { platform: "wiil", candidates: ["+12125551234", 7] }, [["candidates[1]", /expected numbers/]]],
    ["a candidate out of shape", "PhoneNumber", { platform: "wiil", candidates: "+12125551234" }, [["candidates", /expected a list of numbers/]]],
    ["no candidates at all", "PhoneNumber", { platform: "wiil", candidates: [] }, [["candidates", /at least one number/]]],
    ["a candidate that is no number", "PhoneNumber", { platform: "wiil", candidates: [{ number: "junk" }] }, [["candidates[0].number", /expected a number in E\.164/]]],
    ["candidates where the platform picks", "PhoneNumber", { platform: "vapi", candidates: ["+12125551234"] }, [["candidates", /Vapi picks the number itself.*give search/]]],
    ["a key in the place of a number", "PhoneNumber", { platform: "wiil", number: "sk-live-51H8xQ" }, [["number", /^this is not in E\.164/]]],
    // PhoneNumber: the rest
    ["no platform", "PhoneNumber", { number: "+12125551234" }, [["platform", /expected one of "vapi", "wiil", "voipbin", "burki"/]]],
    ["an unknown platform", "PhoneNumber", { platform: "twilio", number: "+12125551234" }, [["platform", /expected one of "vapi", "wiil", "voipbin", "burki"/]]],
    ["money as a number", "PhoneNumber", { ...NUMBER, maxMonthlyPrice: { amount: 2, currency: "USD" } }, [["maxMonthlyPrice.amount", /decimal amount as text, for example "2.00"/]]],
    ["money without an end", "PhoneNumber", { ...NUMBER, maxMonthlyPrice: { amount: "9".repeat(100_000), currency: "USD" } }, [["maxMonthlyPrice.amount", /decimal/]]],
    ["a carrier that is a word of JavaScript", "PhoneNumber", { platform: "vapi", number: "+12125551234", carrier: "constructor", carrierAccount: { sid: "a" } }, [["carrier", /expected one of/], ["carrier", /carrierAccount needs the carrier/]]],
    ["a carrier's account that is no text", "PhoneNumber", { platform: "vapi", number: "+12125551234", carrier: "twilio", carrierAccount: { sid: 5 } }, [["", /carrierAccount: expected text at "sid"/]]],
    ["a property that a terminal would obey", "PhoneNumber", { ...NUMBER, "\u001b[2J": 1 }, [["\\u001b[2J", /unknown property "\\u001b\[2J"/]]],
    ["money in words", "PhoneNumber", { ...NUMBER, maxMonthlyPrice: { amount: "2,00", currency: "usd" } }, [["maxMonthlyPrice.amount", /decimal/], ["maxMonthlyPrice.currency", /ISO 4217/]]],
    ["money without a currency", "PhoneNumber", { ...NUMBER, maxMonthlyPrice: { amount: "-1" } }, [["maxMonthlyPrice.amount", /decimal/], ["maxMonthlyPrice.currency", /ISO 4217/]]],
    ["money as text", "PhoneNumber", { ...NUMBER, maxMonthlyPrice: "2.00" }, [["maxMonthlyPrice", /amount and a currency/]]],
    ["an unknown property", "PhoneNumber", { ...NUMBER, friendlyName: "x" }, [["friendlyName", /unknown property "friendlyName"/]]],
    ["an unknown property inside", "PhoneNumber", { platform: "wiil", search: { area: "212" } }, [["search.area", /unknown property "area"/]]],
    ["a wrong onDelete", "PhoneNumber", { ...NUMBER, onDelete: "keep" }, [["onDelete", /"release" or "retain"/]]],
    ["flags that are none", "PhoneNumber", { ...NUMBER, adopt: "yes", takeover: 1, deletionProtection: "on" }, [["adopt", /true or false/], ["takeover", /true or false/], ["deletionProtection", /true or false/]]],
    ["an empty name", "PhoneNumber", { ...NUMBER, name: "" }, [["name", /expected a name/]]],
    // what the platform can't do
    ["a carrier where the platform chooses", "PhoneNumber", { platform: "voipbin", number: "+15551234567", carrier: "telnyx" }, [["carrier", /VoIPBIN chooses the carrier itself/]]],
    ["a carrier that WIIL doesn't have", "PhoneNumber", { ...NUMBER, carrier: "telnyx" }, [["carrier", /expected one of "signalwire", "twilio", "vonage"/]]],
    ["virtual numbers on WIIL", "PhoneNumber", { platform: "wiil", search: { type: "virtual" } }, [["search.type", /WIIL has no virtual numbers; voipbin has/]]],
    ["a virtual type on WIIL", "PhoneNumber", { ...NUMBER, type: "virtual" }, [["type", /WIIL has no virtual numbers/]]],
    ["a search without a country on VoIPBIN", "PhoneNumber", { platform: "voipbin", search: { type: "local" } }, [["search.country", /VoIPBIN searches by country/]]],
    // criteria
    ["criteria out of range", "PhoneNumber", { platform: "wiil", search: { country: "usa", areaCode: "abc", contains: "x", limit: 0 } },
      [["search.country", /two-letter/], ["search.areaCode", /area code/], ["search.contains", /digits/], ["search.limit", /1 to 1000/]]],
    ["criteria as text", "PhoneNumber", { platform: "wiil", search: "US" }, [["search", /expected search criteria/]]],
    // NumberSearch
    ["a NumberSearch without a platform", "NumberSearch", { country: "US" }, [["platform", /expected one of/]]],
    ["a NumberSearch with everything wrong", "NumberSearch", { platform: "voipbin", country: "us", type: "premium", limit: 1.5, capabilities: "sms", colour: "red" },
      [["country", /two-letter/], ["type", /"local", "toll-free"/], ["limit", /whole number/], ["capabilities", /expected a list/], ["colour", /unknown property/]]],
    // CallFlow
    ["a flow on WIIL", "CallFlow", { ...FLOW, platform: "wiil" }, [["platform", /WIIL has no call flows; voipbin and burki have/]]],
    ["a flow without actions", "CallFlow", { platform: "voipbin" }, [["actions", /a flow of VoIPBIN needs actions/]]],
    ["actions out of shape", "CallFlow", { platform: "voipbin", actions: ["answer", { option: {} }, { type: "talk", option: "Hi" }] },
      [["actions[0]", /expected an action/], ["actions[1].type", /action type/], ["actions[2].option", /expected an object/]]],
    // CallFlowBinding
    ["a binding that binds nothing", "CallFlowBinding", { phoneNumber: { platform: "voipbin", id: "1" } }, [["callFlow", /callFlow, messageFlow or both/]]],
    ["a binding on WIIL", "CallFlowBinding", { phoneNumber: { platform: "wiil", id: "1" }, callFlow: "f" }, [["phoneNumber.platform", /WIIL has no call flows/]]],
    ["a binding of text", "CallFlowBinding", { phoneNumber: "+15551234567", callFlow: "f" }, [["phoneNumber", /expected a PhoneNumber, or \{ platform, id \}/]]],
    ["a binding without an id", "CallFlowBinding", { phoneNumber: { platform: "voipbin" }, callFlow: "f", flow: "g" }, [["phoneNumber.id", /the number's id/], ["flow", /unknown property/]]],
    // all at once
    ["everything at once", "PhoneNumber", { platform: "voipbin", number: "0800", search: { limit: 5000 }, carrier: "telnyx", onDelete: "never", maxMonthlyPrice: { amount: "free", currency: "€" }, spare: 1 },
      [["number", /E\.164/], ["number", /exclude/], ["search", /exclude/], ["search.limit", /1 to 1000/], ["search.country", /VoIPBIN searches by country/], ["carrier", /chooses/],
        ["onDelete", /release/], ["maxMonthlyPrice.amount", /decimal/], ["maxMonthlyPrice.currency", /ISO 4217/], ["spare", /unknown property/]]],
  ];
  for (const [what, type, args, wanted] of refused) {
    it(`refuses ${what}, at its property`, async () => {
      const failures = await failuresOf(type, args);
      expect(failures.map((f) => f.property).sort(), JSON.stringify(failures)).to.deep.equal(wanted.map(([property]) => property).sort());
      for (const [property, reason] of wanted) {
        expect(failures.filter((f) => f.property === property && reason.test(f.reason)), `${property} ${reason}: ${JSON.stringify(failures)}`).to.have.length(1);
      }
    });
  }

  const accepted: [what: string, type: TypeName, args: Props][] = [
    ["an exact number", "PhoneNumber", { ...NUMBER, carrier: "signalwire", type: "local", maxMonthlyPrice: { amount: "2.00", currency: "USD" } }],
    ["a number of another country", "PhoneNumber", { platform: "wiil", number: "+442079460958" }],
    ["a virtual number", "PhoneNumber", { platform: "voipbin", number: "+899123456789" }],
    ["a search", "PhoneNumber", { platform: "voipbin", search: { country: "US", type: "toll-free" } }],
    ["a search for virtual numbers, without a country", "PhoneNumber", { platform: "voipbin", search: { type: "virtual" } }],
    ["candidates, as text and as a search has them", "PhoneNumber", { platform: "wiil", candidates: ["+12125551234", { number: "+12125551235", extra: 1 }] }],
    ["an action of its own kind", "CallFlow", { platform: "voipbin", actions: [{ type: "dance", option: { to: "the music" } }] }],
    ["no actions at all", "CallFlow", { platform: "voipbin", actions: [] }],
  ];
  for (const [what, type, args] of accepted) {
    it(`takes ${what}`, async () => expect(await failuresOf(type, args)).to.deep.equal([]));
  }

  describe("in a preview, where values are not known yet,", () => {
    const unknown: [what: string, type: TypeName, args: Props][] = [
      ["a number", "PhoneNumber", { platform: "wiil", number: UNKNOWN }],
      ["a platform", "PhoneNumber", { platform: UNKNOWN, search: { type: "virtual" }, carrier: "anything" }],
      ["all of a search", "PhoneNumber", { platform: "voipbin", search: UNKNOWN }],
      ["a criterion", "PhoneNumber", { platform: "voipbin", search: { country: UNKNOWN, areaCode: UNKNOWN, limit: UNKNOWN, capabilities: [UNKNOWN] } }],
      ["a type, which decides whether a country is needed,", "PhoneNumber", { platform: "voipbin", search: { type: UNKNOWN } }],
      ["all candidates", "PhoneNumber", { platform: "voipbin", candidates: UNKNOWN }],
      ["one candidate", "PhoneNumber", { platform: "voipbin", candidates: [UNKNOWN, "+15551234567"] }],
      ["a candidate's number", "PhoneNumber", { platform: "voipbin", candidates: [{ number: UNKNOWN }] }],
      ["flags, name and price", "PhoneNumber", { ...NUMBER, adopt: UNKNOWN, name: UNKNOWN, onDelete: UNKNOWN, carrier: UNKNOWN, maxMonthlyPrice: UNKNOWN }],
      ["an amount", "PhoneNumber", { ...NUMBER, maxMonthlyPrice: { amount: UNKNOWN, currency: UNKNOWN } }],
      ["every argument of a search", "NumberSearch", { platform: UNKNOWN, country: UNKNOWN, type: UNKNOWN, limit: UNKNOWN, number: UNKNOWN }],
      ["all actions", "CallFlow", { platform: "voipbin", actions: UNKNOWN }],
      ["an action", "CallFlow", { platform: "voipbin", actions: [UNKNOWN, { type: "answer" }] }],
      ["a part of an action", "CallFlow", { platform: "voipbin", actions: [{ type: UNKNOWN }, { type: "talk", option: UNKNOWN }, { type: "talk", option: { text: UNKNOWN } }] }],
      ["a number and its flows", "CallFlowBinding", { phoneNumber: UNKNOWN, callFlow: UNKNOWN }],
      ["a number's id", "CallFlowBinding", { phoneNumber: { platform: "voipbin", id: UNKNOWN }, messageFlow: UNKNOWN }],
    ];
    for (const [what, type, args] of unknown) {
      it(`lets ${what} pass, and hands it on as it is`, async () => {
        const { inputs, failures } = await provider.check(news(type, "x", args));
        expect(failures).to.deep.equal([]);
        expect(inputs).to.deep.include(args);
      });
    }

    it("still refuses what is known to be wrong beside them", async () => {
      const failures = await failuresOf("PhoneNumber", { platform: "wiil", number: UNKNOWN, search: UNKNOWN, onDelete: "keep", maxMonthlyPrice: { amount: UNKNOWN, currency: "x" } });
      expect(failures.map((f) => f.property)).to.include.members(["number", "search", "onDelete"]);
    });
  });

  it("names the key that is missing, in configuration and environment, and shows none", async () => {
    const bare = await rig.start({ env: { WIIL_API_KEY: "", VOIPBIN_ACCESS_KEY: "" } });
    for (const [platform, setting, variable] of [["wiil", "telephony:wiilApiKey", "WIIL_API_KEY"], ["voipbin", "telephony:voipbinAccessKey", "VOIPBIN_ACCESS_KEY"]] as const) {
      const { failures } = await bare.check(news("PhoneNumber", "x", { platform, number: "+12125551234" }));
      expect(failures).to.have.length(1);
      expect(failures[0]!.property).to.equal("platform");
      expect(failures[0]!.reason).to.include(`pulumi config set --secret ${setting}`).and.to.include(variable);
    }
    const explicit = await rig.start({ config: { "telephony:explicitProvider": "true", "telephony:wiilApiKey": "k" } });
    const { failures } = await explicit.check(news("CallFlow", "x", FLOW));
    expect(failures).to.have.length(1); // an explicit provider never takes the environment's key
    expect(failures[0]!.reason).to.match(/voipbinAccessKey to new telephony\.Provider/);
  });

  it("refuses time-outs that are no durations, with all else that is wrong", async () => {
    const { failures } = await provider.check(news("PhoneNumber", "x", { platform: "wiil" }, { __timeouts: { create: "5 minutes", delete: 5 } }));
    expect(failures.map((f) => f.property)).to.deep.equal(["number", "customTimeouts.create", "customTimeouts.delete"]);
    expect(failures[1]!.reason).to.equal('"5 minutes" is no duration; write "90s", "5m" or "1h30m"');
  });

  const settings: [what: string, env: Record<string, string>, reason: RegExp][] = [
    ["a key with a line break", { WIIL_API_KEY: "one\ntwo" }, /^wiilApiKey holds a character that no key has.*copy the key of WIIL again$/],
    ["a blank key", { WIIL_API_KEY: " " }, /no key for WIIL/],
    ["an address that is none", { WIIL_URL: "https://me:pass-word@wiil" }, /^wiilUrl \(WIIL_URL\): expected an address such as https:\/\/api\.wiil\.io\/v1, without credentials/],
    ["an interval that is none", { WIIL_POLL_INTERVAL: "often" }, /^wiilPollInterval \(WIIL_POLL_INTERVAL\): expected a duration, for example "90s"/],
    ["an API that there is none of", { WIIL_API: "2031-01" }, /^wiilApi \(WIIL_API\): expected "current" or "2025-12"$/],
  ];
  for (const [what, env, reason] of settings) {
    it(`refuses ${what}, and repeats no value`, async () => {
      const { failures } = await (await rig.start({ env })).check(news("PhoneNumber", "x", NUMBER));
      expect(failures.map((f) => f.property)).to.deep.equal(["platform"]);
      expect(failures[0]!.reason).to.match(reason).and.not.contain("pass-word");
    });
  }

  it("takes the key from configuration where the environment has none", async () => {
    const configured = await rig.start({ env: { WIIL_API_KEY: undefined }, config: { "telephony:wiilApiKey": rig.sandbox.env["WIIL_API_KEY"]! } });
    expect((await configured.check(news("PhoneNumber", "x", NUMBER))).failures).to.deep.equal([]);
  });

  it("gives a number and a flow the name of their resource", async () => {
    expect((await provider.check(news("PhoneNumber", "support", NUMBER))).inputs).to.include({ name: "support" });
    expect((await provider.check(news("CallFlow", "ivr", FLOW))).inputs).to.include({ name: "ivr" });
  });

  it("warns of an action that the platform's documents don't have, under the resource, once", async () => {
    const args = { platform: "voipbin", actions: [{ type: "answer" }, { type: "moonwalk" }, { type: "moonwalk" }] };
    const { inputs } = await provider.check(news("CallFlow", "dancer", args));
    await provider.check(news("CallFlow", "dancer", args), inputs); // unchanged: nothing new to say
    const warnings = rig.log.filter((l) => l.severity === "warning" && l.urn.endsWith("::dancer"));
    expect(warnings.map((w) => w.message)).to.deep.equal(['action type "moonwalk" is not in VoIPBIN\'s documents; it is passed on as it is']);
  });

  it("leaves it to a number's check to say what is wrong with the search that the number made", async () => {
    const { failures } = await provider.check(news("NumberSearch", "x-search", { platform: "voipbin", type: "local" }, { __derived: true }));
    expect(failures).to.deep.equal([]);
  });

  it("refuses a resource that didn't come from its constructors", async () => {
    await provider.check({ __provider: "exports.handler=()=>require(\"pulumi-telephony/provider\");", platform: "wiil" }).then(
      () => expect.fail("taken"),
      (error: Error) => expect(error.message).to.match(/carries no URN/),
    );
  });

  it("asks no platform anything but prices", async () => {
    const asked = await rig.control<{ method: string; path: string }[]>("requests");
    expect(asked.filter(({ method, path }) => method !== "GET" || !path.includes("/pricing"))).to.deep.equal([]);
  });
});
