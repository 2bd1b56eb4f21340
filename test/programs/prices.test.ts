import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { errorsOf, onEveryEngine, type Program, warningsOf } from "./bench.js";

const said = (result: { diagnostics: { severity: string; urn: string; message: string }[] }) =>
  result.diagnostics.filter((d) => d.severity === "info").map((d) => `${d.urn.split("::").pop()}: ${d.message.trim()}`);

onEveryEngine("prices", (bench) => {
  const asked = async () => (await bench.control<{ method: string; path: string }[]>("requests")).map((r) => `${r.method} ${r.path}`);

  const four: Program = () => {
    const [a] = ["a", "b"].map((name) => new telephony.PhoneNumber(name, { platform: "wiil", search: { country: "US", type: "local" } }));
    const burki = new telephony.PhoneNumber("burki", { platform: "burki", search: { country: "US", type: "toll-free" }, carrier: "telnyx" });
    new telephony.PhoneNumber("vapi", { platform: "vapi", search: { areaCode: "415" } });
    return Promise.resolve({ price: a!.monthlyPrice, setup: burki.setupPrice, monthly: telephony.monthlyCost() });
  };

  it("are told in the preview, under each number and in all, and nobody is asked for what is owned", async () => {
    const preview = await bench.engine(four).preview();
    expect(preview.ok, errorsOf(preview)).to.be.true;
    expect(said(preview)).to.have.members([
      ...["a: costs USD 1.50 a month", "b: costs USD 1.50 a month", "burki: costs USD 1.25 a month, if it is the first one on offer"],
      ...["vapi: price unknown: Vapi tells none", ": 4 phone numbers: USD 4.25 a month, and 1 of unknown price; this update adds USD 4.25"],
    ]);
    const list = "GET /wiil/v1/phone-configurations/telephony-provider/pricing";
    expect(await asked(), "one question a platform, country and type").to.have.members([list, `${list}?page=2`, "POST /burki/api/v1/phone-numbers/search"]);

    const up = await bench.apply(four);
    expect(up.outputs).to.deep.equal({
      ...{ price: { amount: "1.50", currency: "USD" }, setup: { amount: "0.00", currency: "USD" } },
      monthly: { total: [{ amount: "4.25", currency: "USD" }], numbers: 4, unknown: 1 },
    });
    expect(said(up)).to.include(": 4 phone numbers: USD 4.25 a month, and 1 of unknown price; this update has added USD 4.25");

    const before = (await asked()).length;
    const again = await bench.apply(four);
    expect([again.steps, said(again)]).to.deep.equal([[], [": 4 phone numbers: USD 4.25 a month, and 1 of unknown price"]]);
    expect(await asked(), "a run that changes nothing asks nobody").to.have.length(before);
  });

  it("over the stack's budget buy nothing, and say which numbers push it over", async () => {
    const line = (name: string, more: Partial<telephony.PhoneNumberArgs> = {}) => new telephony.PhoneNumber(name, { platform: "voipbin", search: { country: "US" }, ...more });
    const lines = (...names: string[]): Program => () => Promise.resolve(void names.map((name) => line(name)));
    const limited = (program: Program, budget = "11.00 USD") => bench.engine(program, { MONTHLY_BUDGET: undefined }, { "telephony:monthlyBudget": budget });

    const three = lines("a", "b", "c");
    const words = "the phone numbers of this stack would cost USD 15.00 a month, more than telephony:monthlyBudget, USD 11.00. Over it go: a (USD 5.00), b (USD 5.00), c (USD 5.00). Nothing was bought.";
    expect(errorsOf(await limited(three).preview())).to.contain(words);
    expect(errorsOf(await limited(three).up()), "without a preview before it").to.contain(words);
    expect(await bench.ledger()).to.deep.equal([]);
    expect(errorsOf(await limited(three, "eleven").preview())).to.match(/telephony:monthlyBudget .*"25\.00 USD"/);

    const two = await limited(lines("a", "b")).up();
    expect(two.ok, errorsOf(two)).to.be.true;
    const before = (await asked()).length;
    expect((await limited(lines("a", "b")).up()).steps).to.deep.equal([]);
    expect(await asked(), "a run that changes nothing asks nobody").to.have.length(before);
    expect(errorsOf(await limited(three).up())).to.contain("would cost USD 15.00 a month").and.contain("Over it go: c (USD 5.00).");

    // Declared only when another one is bought: nobody can count it before. It is refused at its own turn.
    const late: Program = () => {
      line("a");
      line("b").number.apply((number) => line(`after-${number}`, { search: { country: "US" } }));
      new telephony.PhoneNumber("shop", { platform: "vapi", search: { areaCode: "415" } });
      return Promise.resolve();
    };
    const refused = await limited(late).up();
    expect(errorsOf(refused)).to.match(/costs USD 5\.00 a month, and the phone numbers of this stack would then cost USD 15\.00, more than telephony:monthlyBudget, USD 11\.00/);
    expect(warningsOf(refused)).to.contain("no platform tells what shop will cost: not counted against telephony:monthlyBudget");
    expect((await bench.ledger("purchase")).filter((l) => l.platform === "voipbin")).to.have.length(2);
  });
});
