import { expect } from "chai";
import { platforms } from "../../src/platforms/index.js";
import { ALLOCATING } from "../../src/resources/phone-number.js";

describe("what the program side knows of platforms", () => {
  it("is which of them pick the number themselves, as their traits say", () => {
    const allocating = Object.values(platforms).filter(({ traits }) => traits.allocates).map(({ name }) => name);
    expect([...ALLOCATING]).to.have.members(allocating);
  });
});
