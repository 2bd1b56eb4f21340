import { expect } from "chai";
import { requestTimeout } from "../../src/platforms/timeout.js";

describe("the deadline of a call", () => {
  const of = (value?: string) => requestTimeout({ url: "", key: "", option: (name) => (name === "requestTimeout" ? value : undefined) });

  it("is 30 seconds, or what the setting says", () => {
    expect([of(), of("500ms"), of("2m")]).to.deep.equal([30_000, 500, 120_000]);
  });

  it("is none that nobody can keep", () => {
    for (const value of ["soon", "30", "0s", "60d"]) expect(() => of(value), value).to.throw(`requestTimeout: "${value}" is no time to wait for an answer`);
  });
});
