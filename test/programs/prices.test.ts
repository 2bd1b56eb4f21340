import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { errorsOf, onEveryEngine, type Program } from "./bench.js";

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
      ...["vapi: unknown price: Vapi tells no price for it", ": 4 phone numbers: USD 4.25 a month, and 1 of unknown price; this update adds USD 4.25"],
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
});
