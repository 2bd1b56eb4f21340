import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { onEveryEngine, type Program } from "./bench.js";

type NumberArgs = telephony.PhoneNumberArgs;

/** A program with one number in it, and the number as JavaScript would let one write it. */
const number = (args: object, opts?: object): Program => () => {
  new telephony.PhoneNumber("line", args as NumberArgs, opts);
  return Promise.resolve();
};

const us = { platform: "voipbin", search: { country: "US" } };

/** What is refused by `check`, in the preview already: property and reason. */
const CHECKS: [what: string, args: object, ...expected: RegExp[]][] = [
  ["a number that is not in E.164", { platform: "wiil", number: "(212) 555-1234" }, /property number .*not in E\.164.*did you mean "\+12125551234"/s],
  ["a number that can't exist", { platform: "wiil", number: "+12" }, /property number .*\+12 can't exist/s],
  ["a number of no numbering plan", { platform: "voipbin", number: "+19995551234" }, /property number .*can't exist/s],
  ["two ways to say which", { ...us, number: "+12125551234" }, /property number .*exclude each other/s, /property search .*exclude each other/s],
  ["no way to say which", { platform: "voipbin" }, /exactly one of number .*search .*candidates/s],
  ["an unknown platform", { platform: "vapy", number: "+12125551234" }, /property platform .*"wiil", "voipbin"/s],
  ["a type that the platform has not", { platform: "wiil", search: { type: "virtual" } }, /property search\.type .*WIIL has no virtual numbers; voipbin has/s],
  ["a carrier where the platform chooses", { ...us, carrier: "twilio" }, /property carrier .*VoIPBIN chooses the carrier itself/s],
  ["a carrier that nobody knows", { platform: "wiil", number: "+12125551234", carrier: "acme" }, /property carrier .*"signalwire", "twilio", "vonage"/s],
  ["a search without the country that it needs", { platform: "voipbin", search: { type: "local" } }, /property search\.country .*two-letter/s],
  [
    "many things at once, each at its property",
    { platform: "voipbin", search: { country: "USA", areaCode: "21x", contry: "US" }, maxMonthlyPrice: { amount: "2,00", currency: "usd" }, onDelete: "keep", adopt: "yes" },
    /property search\.country .*two-letter/s,
    /property search\.areaCode .*digits of an area code/s,
    /property search\.contry .*unknown property "contry"/s,
    /property maxMonthlyPrice\.amount .*"2\.00"/s,
    /property maxMonthlyPrice\.currency .*"USD"/s,
    /property onDelete .*"release" or "retain"/s,
    /property adopt .*true or false/s,
  ],
];

onEveryEngine("what can't work", (bench) => {
  afterEach("nothing was bought", async () => {
    expect(await bench.ledger()).to.deep.equal([]);
  });

  for (const [what, args, ...expected] of CHECKS) {
    it(`${what} is refused in the preview`, async () => {
      const preview = await bench.engine(number(args)).preview();
      expect(preview.ok).to.be.false;
      const errors = preview.diagnostics.filter((d) => d.severity === "error").map((d) => d.message).join("\n");
      for (const pattern of expected) expect(errors).to.match(pattern);
    });
  }

  it("a missing key names the setting and the variable", async () => {
    const preview = await bench.engine(number({ platform: "wiil", number: "+12125551234" }), { WIIL_API_KEY: undefined }).preview();
    expect(preview.diagnostics.map((d) => d.message).join("\n")).to.match(/pulumi config set --secret telephony:wiilApiKey.*WIIL_API_KEY/s);
  });

  it("a wrong key names the setting to correct, and does not tell the key", async () => {
    const errors = await bench.refuse(number({ platform: "wiil", number: "+12125551234" }), { WIIL_API_KEY: "wiil_proj_mistyped" });
    expect(errors).to.match(/401.*telephony:wiilApiKey.*WIIL_API_KEY/s).and.not.contain("wiil_proj_mistyped");
    const other = await bench.refuse(number(us), { VOIPBIN_ACCESS_KEY: "mistyped-key" });
    expect(other).to.match(/401.*telephony:voipbinAccessKey/s).and.not.contain("mistyped-key");
  });

  it("an empty search says which criterion to loosen, and what there is", async () => {
    const errors = await bench.refuse(number({ platform: "voipbin", search: { country: "US", type: "local", areaCode: "999" } }));
    expect(errors).to.match(/none of the \d+ numbers .* after type, 0 after areaCode\. Loosen areaCode \(offered: .*212/s);
  });

  it("credit that does not suffice is said as such", async () => {
    const poor = async (platform: string, key: string) => bench.control("accounts", { platform, key, balance: "0.10" });
    await poor("voipbin", bench.sandbox.env["VOIPBIN_ACCESS_KEY"]!);
    await poor("wiil", bench.sandbox.env["WIIL_API_KEY"]!);
    expect(await bench.refuse(number(us))).to.match(/402.*Top up the VoIPBIN account/s);
    expect(await bench.refuse(number({ platform: "wiil", number: "+12125551234" }))).to.match(/Insufficient credits.*Top up the WIIL account/s);
  });

  it("a price over the limit is refused before the purchase", async () => {
    const limit = { maxMonthlyPrice: { amount: "1.00", currency: "USD" } };
    expect(await bench.refuse(number({ platform: "wiil", number: "+12125551234", ...limit }))).to.match(/\+12125551234: costs USD 1\.50 a month, more than maxMonthlyPrice USD 1\.00/);
    expect(await bench.refuse(number({ ...us, ...limit }))).to.match(/costs USD 5\.00 a month/);
  });

  it("a failed purchase shows the platform's reason", async () => {
    for (const status of ["FAILED", "CANCELLED"]) {
      await bench.control("outcomes", { platform: "wiil", number: "+12125551234", status, statusDetails: "carrier rejected the order" });
      const errors = await bench.refuse(number({ platform: "wiil", number: "+12125551234" }));
      expect(errors.toUpperCase()).to.contain(status);
      expect(errors).to.match(/carrier rejected the order.*Nothing is owned/s);
    }
  });

  it("import is refused with the way that works", async () => {
    const result = await bench.up(number({ platform: "wiil", number: "+12125551234" }, { import: "+12125551234" }));
    expect(result.ok).to.be.false;
    expect(result.diagnostics.map((d) => d.message).join("\n")).to.contain("adopt: true");
  });

  it("a call flow where there are none, and an action that is none, are refused", async () => {
    const flow = (args: object): Program => () => {
      new telephony.CallFlow("flow", args as telephony.CallFlowArgs);
      return Promise.resolve();
    };
    expect(await bench.refuse(flow({ platform: "wiil", actions: [{ type: "answer" }] }))).to.match(/property platform .*WIIL has no call flows; voipbin and burki have/s);
    expect(await bench.refuse(flow({ platform: "voipbin", actions: [{ option: {} }] }))).to.match(/property actions\[0\]\.type .*an action type/s);
  });
});

onEveryEngine("what somebody else has", (bench) => {
  /** A stranger's purchase, over the platform's own API. */
  const strangerBuys = async (number: string) => {
    const { key } = bench.sandbox.accounts.find((a) => a.platform === "voipbin" && a.account === "second")!;
    const response = await fetch(`${bench.sandbox.env["VOIPBIN_URL"]}/numbers?accesskey=${key}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ number }) });
    expect(response.status).to.equal(200);
  };

  for (const errors of ["typed", "translated"]) {
    it(`a number that was taken meanwhile is not ours (${errors} errors)`, async () => {
      await bench.control("settings", { voipbin: { errors } });
      await strangerBuys("+18005551234");
      const message = await bench.refuse(number({ platform: "voipbin", number: "+18005551234" }));
      expect(message).to.contain("+18005551234");
      expect(await bench.ledger("purchase")).to.have.length(1);
    });
  }

  it("a number that is taken at WIIL is said at once, not after the window", async () => {
    const { key } = bench.sandbox.accounts.find((a) => a.platform === "wiil" && a.account === "second")!;
    await fetch(`${bench.sandbox.env["WIIL_URL"]}/phone-configurations/telephony-provider/purchase`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-wiil-api-key": key },
      body: JSON.stringify({ phoneNumber: "+12125551234", friendlyName: "theirs" }),
    });
    const message = await bench.refuse(number({ platform: "wiil", number: "+12125551234" }), { WIIL_ORDER_WINDOW: "10m" });
    expect(message).to.match(/\+12125551234: taken by someone else/);
  });

  it("the next candidate is bought in its place", async () => {
    await strangerBuys("+18005551234");
    const program: Program = () => {
      const line = new telephony.PhoneNumber("line", { platform: "voipbin", candidates: ["+18005551234", "+18002351204"] });
      return Promise.resolve({ number: line.number });
    };
    expect((await bench.apply(program)).outputs["number"]).to.equal("+18002351204");
  });
});
