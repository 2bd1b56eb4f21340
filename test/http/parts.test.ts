import { expect } from "chai";
import { z } from "zod";
import { type HttpResponse, malformed, redact } from "../../src/http/index.js";
import { registerSecret } from "../../src/http/redact.js";
import { backoff, callsLeft, retryAfter, sleep } from "../../src/http/wait.js";

const date = "Fri, 01 Jan 2027 00:00:00 GMT";
const now = Date.parse(date) / 1000;

describe("retryAfter", () => {
  for (const [value, ms] of [["5", 5_000], ["0", 0], ["1.5", 1_500], ["Fri, 01 Jan 2027 00:01:00 GMT", 60_000], ["Thu, 31 Dec 2026 00:00:00 GMT", 0], ["soon", undefined], ["", undefined]] as const) {
    it(`reads "${value}" as ${ms}`, () => expect(retryAfter({ date, "retry-after": value })).to.equal(ms));
  }
});

describe("callsLeft", () => {
  const of = (remaining: string, reset?: string) => callsLeft({ date, "x-ratelimit-remaining": remaining, ...(reset === undefined ? {} : { "x-ratelimit-reset": reset }) });

  it("reads epoch seconds", () => expect(of("1", String(now + 9))).to.deep.equal({ calls: 1, of: undefined, resetMs: 9_000 }));
  it("reads epoch milliseconds", () => expect(of("0", String((now + 9) * 1000))).to.deep.equal({ calls: 0, of: undefined, resetMs: 9_000 }));
  it("reads seconds from now", () => expect(of("0", "30")).to.deep.equal({ calls: 0, of: undefined, resetMs: 30_000 }));
  it("reads how many there are in all", () => expect(callsLeft({ "ratelimit-limit": "10", "ratelimit-remaining": "4" })).to.deep.equal({ calls: 4, of: 10, resetMs: undefined }));
  it("is over after the reset", () => expect(of("0", String(now - 9))).to.deep.equal({ calls: 0, of: undefined, resetMs: 0 }));
  it("doesn't guess", () => {
    for (const reset of [undefined, "soon"]) expect(of("0", reset)).to.deep.equal({ calls: 0, of: undefined, resetMs: undefined });
    for (const headers of [of("many", "30"), callsLeft({})]) expect(headers).to.be.undefined;
  });
});

describe("backoff", () => {
  it("doubles up to the cap, jittered from 0", () => {
    const random = Math.random;
    try {
      Math.random = () => 1;
      expect([1, 2, 3, 4, 60].map((n) => backoff(n, 250, 1_500))).to.deep.equal([250, 500, 1_000, 1_500, 1_500]);
      Math.random = () => 0;
      expect(backoff(3, 250, 1_500)).to.equal(0);
    } finally {
      Math.random = random;
    }
  });
});

describe("sleep", () => {
  it("rejects at once for an aborted signal", async () => {
    expect(await sleep(60_000, AbortSignal.abort()).then(() => "slept", () => "aborted")).to.equal("aborted");
    expect(await sleep(0, AbortSignal.abort()).then(() => "slept", () => "aborted")).to.equal("aborted");
  });
});

describe("redact", () => {
  it("masks the values of key parameters, and leaves a page token", () => {
    expect(redact("https://x/numbers?accesskey=abc&page_token=2026&token=ey.J&api_key=1 ok")).to.equal("https://x/numbers?accesskey=[redacted]&page_token=2026&token=[redacted]&api_key=[redacted] ok");
  });
  it("masks credentials of a header and of a URL", () => {
    expect(redact("authorization: Bearer abc.def.123 via http://me:pw@proxy:3128/x")).to.equal("authorization: Bearer [redacted] via http://[redacted]@proxy:3128/x");
  });
  it("leaves words alone", () => {
    for (const text of ["Bearer authentication is missing", "the token is bad", "mail me@example.com", ""]) expect(redact(text)).to.equal(text);
  });
  it("masks a registered secret in every form, the longest first", () => {
    registerSecret("se/cr");
    registerSecret('se/cr"et&1');
    expect(redact('a se/cr"et&1 b se/cr\\"et&1 c se%2Fcr%22et%261 d se/cr e')).to.equal("a [redacted] b [redacted] c [redacted] d [redacted] e");
  });
  it("ignores what is too short to be a key", () => {
    registerSecret("");
    registerSecret("a");
    expect(redact("a cat")).to.equal("a cat");
  });
});

describe("malformed", () => {
  const response = (repeat: "safe" | "once"): HttpResponse => ({
    status: 200, headers: {}, body: {}, requestId: "7f3a",
    call: { platform: "voipbin", platformName: "VoIPBIN", method: "GET", path: "/numbers", repeat },
  });

  it("names the call, the fields of zod's issues and the request id", () => {
    const parsed = z.object({ result: z.array(z.object({ number: z.string() })) }).safeParse({ result: [{ number: 1 }] });
    const e = malformed(response("safe"), parsed.error!.issues);
    expect(e.message).to.match(/^voipbin: GET \/numbers answered with a shape that is not understood: result\[0\]\.number: expected string, received number \(request id 7f3a\)\. Something between/);
    expect(e).to.include({ kind: "malformed", status: 200, requestId: "7f3a", ambiguous: false });
  });

  it("names a field by itself", () => {
    expect(malformed(response("safe"), "data.id", "empty").message).to.contain("not understood: data.id: empty (request id 7f3a).");
  });

  it("names the body where zod has no path, and not more than three issues", () => {
    const issues = ["a", "b", "c", "d", "e"].map((message) => ({ path: [], message }));
    expect(malformed(response("safe"), issues).message).to.contain("the body: a; the body: b; the body: c; and 2 more (");
  });

  it("is ambiguous after a call that may not be repeated", () => {
    expect(malformed(response("once"), "id", "missing").ambiguous).to.be.true;
  });
});
