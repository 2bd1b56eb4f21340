import { expect } from "chai";
import { TimeoutError } from "p-wait-for";
import { gapAfter, poll } from "../../src/provider/poll.js";

/** The looks at something that takes `duration` ms, as moments. */
function looksAt(duration: number, interval: number): number[] {
  const looks: number[] = [];
  for (let at = gapAfter(0, interval); ; at += gapAfter(at, interval)) {
    looks.push(at);
    if (at >= duration) return looks;
  }
}

describe("a poll", () => {
  it("of many looks says nothing of listeners", async () => {
    const warnings: string[] = [];
    const hear = (warning: Error) => warnings.push(warning.name);
    process.on("warning", hear);
    let looks = 0;
    await poll(() => Promise.resolve(++looks === 16), { interval: 1, timeout: 10_000, signal: new AbortController().signal });
    await new Promise((resolve) => setImmediate(resolve)); // warnings come a tick later
    process.off("warning", hear);
    expect(looks).to.equal(16);
    expect(warnings).to.deep.equal([]);
  });

  it("ends with its time, with what its question throws, and with its signal", async () => {
    const endless = await poll(() => Promise.resolve(false), { interval: 1, timeout: 20 }).catch((error: unknown) => error);
    expect(endless).to.be.instanceOf(TimeoutError);
    const broken = await poll(() => Promise.reject(new Error("refused")), { interval: 1, timeout: 1_000 }).catch((error: unknown) => error);
    expect(broken).to.be.an("error").with.property("message", "refused");
    const reason = new Error("cancelled");
    const abort = new AbortController();
    const cancelled = poll(() => Promise.resolve(false), { interval: 60_000, timeout: 600_000, signal: abort.signal }).catch((error: unknown) => error);
    abort.abort(reason);
    expect(await cancelled).to.equal(reason);
  });

  it("looks once more at the end of its time, however long the pause would be", async () => {
    const looks: boolean[] = [];
    const began = performance.now();
    await poll((last) => Promise.resolve(looks.push(last) > 0 && last), { interval: 3_600_000, timeout: 30 });
    expect(looks).to.deep.equal([true]);
    expect(performance.now() - began).to.be.lessThan(1_000);
  });

  it("is woken when there is something to see", async () => {
    let looks = 0;
    await poll(() => Promise.resolve(++looks === 3), { interval: 3_600_000, timeout: 7_200_000, woken: () => new Promise((resolve) => setImmediate(resolve)) });
    expect(looks).to.equal(3);
  });

  it("comes soon after the event: within the interval, or a sixth of the wait", () => {
    let calls = 0;
    let fixed = 0;
    let share = 0;
    const durations = Array.from({ length: 1_500 }, (_, i) => 200 * (i + 1)); // 0.2 s to 5 min
    for (const duration of durations) {
      const looks = looksAt(duration, 1_000);
      const lag = looks.at(-1)! - duration;
      expect(lag).to.be.at.most(Math.max(1_000, duration / 6));
      share += lag / duration;
      calls += looks.length;
      fixed += 1 + Math.ceil(duration / 5_000);
    }
    expect(share / durations.length).to.be.below(0.1);
    expect(calls, "fewer looks than every 5 s").to.be.below(fixed);
  });

  it("never looks more often than the interval, once that has passed", () => {
    for (const interval of [50, 5_000]) for (const waited of [1, 2, 10, 100]) expect(gapAfter(waited * interval, interval)).to.be.at.least(interval);
  });
});
