import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";
import { errorsOf, onEveryEngine, type Program } from "./bench.js";

onEveryEngine("accounts", (bench) => {
  const keyOf = (platform: string, account: string) => bench.sandbox.accounts.find((a) => a.platform === platform && a.account === account)!.key;

  it("are kept apart by explicit providers, whatever the environment says", async () => {
    const program: Program = () => {
      const emea = new telephony.Provider("emea", { wiilApiKey: keyOf("wiil", "second") });
      new telephony.PhoneNumber("us", { platform: "wiil", number: "+12125551234" });
      new telephony.PhoneNumber("gb", { platform: "wiil", search: { country: "GB" } }, { provider: emea });
      return Promise.resolve();
    };
    await bench.apply(program);
    expect((await bench.ledger()).map((l) => l.account).sort()).to.deep.equal(["default", "second"]);
    expect((await bench.owned()).find((n) => n.account === "second")?.number).to.match(/^\+44/);
    expect((await bench.apply(program)).steps).to.deep.equal([]);
    const gone = await bench.engine(program).destroy();
    expect(gone.ok, errorsOf(gone)).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
    expect((await bench.ledger("release")).map((l) => l.account).sort()).to.deep.equal(["default", "second"]);
  });

  it("don't lend each other their keys", async () => {
    const program: Program = () => {
      const emea = new telephony.Provider("emea", { wiilApiKey: keyOf("wiil", "second") });
      new telephony.PhoneNumber("lab", { platform: "voipbin", search: { type: "virtual" } }, { provider: emea });
      return Promise.resolve();
    };
    expect(await bench.refuse(program)).to.match(/this provider has no key for VoIPBIN.*voipbinAccessKey/s);
  });

  it("can be read by functions in a program", async () => {
    let seen: Record<string, unknown> = {};
    const program: Program = async () => {
      const line = new telephony.PhoneNumber("us", { platform: "wiil", number: "+12125551234", name: "Front" });
      const offered = await telephony.searchNumbers({ platform: "voipbin", country: "US", type: "toll-free", limit: 3 });
      const regions = await telephony.getRegions({ platform: "wiil", carrier: "signalwire" });
      const prices = await telephony.getPrices({ platform: "wiil", country: "US", type: "local" });
      seen = { offered, regions, prices };
      return { found: line.id.apply(() => (pulumi.runtime.isDryRun() ? undefined : telephony.getPhoneNumber({ platform: "wiil", number: "+12125551234" }))) };
    };
    const before = { ...process.env };
    Object.assign(process.env, bench.sandbox.env); // an in-process program reads this process's environment
    try {
      const up = await bench.apply(program);
      const found = up.outputs["found"] as telephony.PhoneNumberInfo;
      expect(found).to.include({ number: "+12125551234", name: "Front", status: "active", platform: "wiil" });
      expect(found.mark).to.match(/^\w{8}\.1$/);
      expect(found.channels.voice).to.be.a("string");
      expect((seen["offered"] as telephony.Candidate[]).map((c) => c.type)).to.deep.equal(["toll-free", "toll-free", "toll-free"]);
      expect((seen["regions"] as telephony.Region[])[0]).to.have.keys("regionId", "regionName");
      const price = { amount: "1.50", currency: "USD" };
      const told = { countryName: "United States", unit: "per month", tiers: [{ base: price, current: price }] };
      expect(seen["prices"]).to.deep.equal([{ country: "US", type: "local", monthlyPrice: price, ...told }]);
    } finally {
      process.env = before;
    }
  });

  it("of WIIL are reached over its older API too", async () => {
    const program: Program = () => {
      const line = new telephony.PhoneNumber("us", { platform: "wiil", number: "+12125551234", carrier: "signalwire", type: "local" });
      const other = new telephony.PhoneNumber("ca", { platform: "wiil", search: { country: "CA", type: "local" }, carrier: "twilio" });
      return Promise.resolve({ voice: line.channels.voice, carriers: [line.carrier, other.carrier] });
    };
    const env = { WIIL_API: "2025-12" };
    const up = await bench.apply(program, env);
    expect(up.outputs["voice"]).to.be.a("string");
    expect(up.outputs["carriers"]).to.deep.equal(["signalwire", "twilio"]);
    const paths = (await bench.control<{ path: string; method: string }[]>("requests")).filter((r) => r.method === "POST").map((r) => r.path);
    expect(paths).to.deep.equal(["/wiil/v1/phone-configurations/purchase", "/wiil/v1/phone-configurations/purchase"]);
    expect((await bench.engine(program, env).destroy()).ok).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
  });

  it("are found in the stack's configuration as well, the environment coming first", async () => {
    const program: Program = () => {
      const line = new telephony.PhoneNumber("us", { platform: "wiil", number: "+12125551234" });
      return Promise.resolve({ number: line.number });
    };
    const { WIIL_API_KEY: key, WIIL_URL: url } = bench.sandbox.env;
    const none = { WIIL_API_KEY: undefined, WIIL_URL: undefined };
    const config = { "telephony:wiilApiKey": { value: keyOf("wiil", "second"), secret: true as const }, "telephony:wiilUrl": url! };
    const up = await bench.engine(program, none, config).up();
    expect(up.ok, errorsOf(up)).to.be.true;
    expect((await bench.ledger()).map((l) => l.account)).to.deep.equal(["second"]);
    const state = JSON.stringify(await bench.engine(program, none, config).exportState());
    expect(state).to.not.contain(keyOf("wiil", "second"));
    // the environment's key is the other account's: it sees no such number
    const other = await bench.engine(program, { WIIL_API_KEY: key }, config).refresh();
    expect(other.summary.delete).to.equal(1);
  });

  it("lend a number out by get, which is read and never released", async () => {
    const buy: Program = () => {
      new telephony.PhoneNumber("us", { platform: "wiil", number: "+12125551234" });
      return Promise.resolve();
    };
    await bench.apply(buy);
    const borrow: Program = () => {
      new telephony.PhoneNumber("us", { platform: "wiil", number: "+12125551234" });
      const line = telephony.PhoneNumber.get("borrowed", "+12125551234", { platform: "wiil" });
      return Promise.resolve({ voice: line.channels.voice, number: line.number });
    };
    const { outputs } = await bench.apply(borrow);
    expect(outputs["number"]).to.equal("+12125551234");
    expect(outputs["voice"]).to.be.a("string");
    await bench.apply(buy);
    expect(await bench.owned()).to.have.length(1);
  });

  it("keep their keys out of state, events and messages", async () => {
    const program: Program = () => {
      new telephony.PhoneNumber("us", { platform: "wiil", number: "+12125551234" });
      new telephony.PhoneNumber("lab", { platform: "voipbin", search: { type: "virtual" } });
      return Promise.resolve();
    };
    await bench.apply(program);
    const everything = JSON.stringify([await bench.engine(program).exportState(), bench.events]);
    for (const { key } of bench.sandbox.accounts) expect(everything).to.not.contain(key);
  });
});
