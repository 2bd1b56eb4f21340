const telephony = require("pulumi-telephony");

/** What a race declares: see Program in ../lab.ts. */
exports.declare = ({ lines, create }) => {
  for (const { platform, count, pool, ...args } of lines) {
    // The digits alone: with all that is known of 50 candidates in 50 resources the engine would mostly write the state.
    const candidates = pool && new telephony.NumberSearch(`${platform}-pool`, { platform, ...pool }).numbers.apply((found) => found.map(({ number }) => number));
    for (let i = 0; i < count; i++) {
      new telephony.PhoneNumber(`${platform}-${i}`, { platform, ...args, ...(pool && { candidates }) }, { customTimeouts: { create } });
    }
  }
};
