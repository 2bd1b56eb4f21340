import { expect } from "chai";
import parse, { type NumberType } from "libphonenumber-js/max";
import { stockOf } from "../../src/sandbox/inventory";
import { countries } from "../../src/sandbox/stock";

const types: Record<string, NumberType[]> = {
  local: ["FIXED_LINE", "FIXED_LINE_OR_MOBILE"], mobile: ["MOBILE", "FIXED_LINE_OR_MOBILE"], "toll-free": ["TOLL_FREE"],
};

describe("sandbox: inventory", () => {
  for (const platform of ["wiil", "voipbin", "vapi", "burki"]) {
    it(`of ${platform} holds numbers that libphonenumber knows, of the country and type that it says`, () => {
      const stock = [...stockOf(platform).values()];
      expect(stock.length).to.be.greaterThan(1000);
      for (const { number, country, type } of stock) {
        // [seed 002]'s documentation numbers.
        if (number.startsWith("+1555") || number === "+14155551234") continue;
        const parsed = parse(number);
        expect(parsed?.isValid(), number).to.equal(true);
        expect(parsed?.country, number).to.equal(country);
        expect(types[type], number).to.include(parsed?.getType());
      }
    });

  }

  for (const platform of ["wiil", "voipbin"]) {
    it(`of ${platform} has every country, and what the user's documents name`, () => {
      const stock = stockOf(platform);
      expect(new Set([...stock.values()].map((item) => item.country))).to.deep.equal(new Set(Object.keys(countries)));
      const named = platform === "wiil" ? ["+12125551234"] : ["+15551234567", "+15551234568", "+18005551234"];
      for (const number of named) expect(stock.has(number), number).to.equal(true);
    });
  }

  it("of Vapi is in the US, of Burki where both of its carriers sell", () => {
    const countriesOf = (platform: string, carrier?: string) =>
      new Set([...stockOf(platform).values()].filter((item) => item.carrier === carrier).map((item) => item.country));
    expect(countriesOf("vapi")).to.deep.equal(new Set(["US"]));
    for (const carrier of ["twilio", "telnyx"]) expect(countriesOf("burki", carrier)).to.deep.equal(new Set(["US", "CA", "GB", "DE"]));
    // The example program.
    expect([...stockOf("burki").values()].some((item) => item.carrier === "telnyx" && item.number.startsWith("+4930"))).to.equal(true);
  });

  it("sells no number twice over", () => {
    const platforms = ["wiil", "voipbin", "vapi", "burki"];
    const all = platforms.flatMap((platform) => [...stockOf(platform).keys()]);
    expect(new Set(all).size).to.equal(all.length);
  });
});
