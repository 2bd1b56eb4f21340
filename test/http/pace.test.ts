import { expect } from "chai";
import { httpClient } from "../../src/http/index.js";
import { fixedWindow, type Limiter, slidingWindow, tokenBucket } from "./limiters.js";
import { closeServers, httpServer } from "./servers.js";

const LIMIT = 50;

/** Purchases as fast as they go, 32 at a time, against a server with a limit. */
async function buy(limiter: Limiter, count: number) {
  const bought: number[] = [];
  let refused = 0;
  const server = await httpServer((_, response) => {
    const { passes, headers } = limiter(Date.now());
    if (passes) bought.push(performance.now());
    else refused++;
    response.writeHead(passes ? 200 : 429, { "content-type": "application/json", ...headers }).end(passes ? '{"id":"1"}' : "{}");
  });
  const client = httpClient({ platform: "voipbin", baseUrl: server.url, auth: { query: "accesskey", value: "0123456789abcdef" }, attempts: 4 });
  const purchases = Array.from({ length: count }, (_, i) => client.request({ method: "POST", path: "/numbers", body: { i } }));
  const failed = (await Promise.allSettled(purchases)).filter(({ status }) => status === "rejected").length;
  const asked = new Set(server.seen.map(({ body }) => body)).size;
  return { bought: bought.length, asked, failed, refused, perSecond: (bought.length * 1_000) / ((bought.at(-1) ?? 0) - (bought[0] ?? 0)) };
}

describe("the pace of an account", () => {
  afterEach(closeServers);

  // The share is that of a few seconds on a busy machine, their beginning included; bench/rate-limit.ts measures it.
  for (const [what, limiter, mostRefused] of [
    ["a window that tells how many calls are left", fixedWindow(LIMIT, 1_000), 16],
    ["a window that slides and tells nothing", slidingWindow(LIMIT), 60],
    ["a bucket of tokens", tokenBucket(LIMIT, LIMIT), 60],
  ] as const) {
    it(`follows ${what}: few calls are refused, none fails, and none is made twice`, async () => {
      const count = 3 * LIMIT;
      const { perSecond, refused, ...rest } = await buy(limiter, count);
      expect(rest).to.deep.equal({ bought: count, asked: count, failed: 0 });
      expect(refused).to.be.at.most(mostRefused);
      expect(perSecond).to.be.at.least(0.5 * LIMIT);
    });
  }

  it("lets a call be refused more often than it has attempts, as long as others get through", async () => {
    let calls = 0;
    const often: Limiter = () => ({ passes: ++calls % 3 === 0, headers: { "retry-after": "0.01" } });
    expect(await buy(often, 6)).to.include({ bought: 6, failed: 0, refused: 12 });
  });

  it("gives up where nothing gets through", async () => {
    const never: Limiter = () => ({ passes: false, headers: { "retry-after": "0.01" } });
    const { refused, ...rest } = await buy(never, 3);
    expect(rest).to.include({ bought: 0, failed: 3 });
    expect(refused).to.be.within(4, 12);
  });
});
