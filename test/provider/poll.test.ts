import { expect } from "chai";
import { TimeoutError } from "p-wait-for";
import { poll } from "../../src/provider/poll.js";

describe("a poll", () => {
  it("of many looks says nothing of listeners", async () => {
    const warnings: string[] = [];
    const hear = (warning: Error) => warnings.push(warning.name);
    process.on("warning", hear);
    let looks = 0;
    await poll(() => Promise.resolve(++looks === 30), { interval: 1, timeout: 10_000 });
    await new Promise((resolve) => setImmediate(resolve)); // warnings come a tick later
    process.off("warning", hear);
    expect(looks).to.equal(30);
    expect(warnings).to.deep.equal([]);
  });

  it("ends with its time, and with what its question throws", async () => {
    const endless = await poll(() => Promise.resolve(false), { interval: 1, timeout: 20 }).catch((error: unknown) => error);
    expect(endless).to.be.instanceOf(TimeoutError);
    const broken = await poll(() => Promise.reject(new Error("refused")), { interval: 1, timeout: 1_000 }).catch((error: unknown) => error);
    expect(broken).to.be.an("error").with.property("message", "refused");
  });
});
