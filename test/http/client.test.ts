import { expect } from "chai";
import type { ServerResponse } from "node:http";
import { inspect } from "node:util";
import { httpClient, type HttpClientOptions, type HttpRequest, isNotFound, PlatformError } from "../../src/http/index.js";
import { send, type SendError } from "../../src/http/send.js";
import { closeServers, deadUrl, httpServer, script, tcpServer } from "./servers.js";

const KEY = "wiil_proj_0123456789abcdef";

interface Body { error?: { reason?: string; message?: string; request_id?: string }; success?: boolean; code?: string; message?: string; status?: number }

function client(baseUrl: string, options: Partial<HttpClientOptions> = {}) {
  return httpClient({
    platform: "wiil",
    platformName: "WIIL",
    baseUrl,
    auth: { header: "x-wiil-api-key", value: KEY },
    backoffMs: 1,
    maxBackoffMs: 4,
    readError: (_, body) => {
      const { error, success, code, message, status } = (typeof body === "object" && body !== null ? body : {}) as Body;
      if (error) return { ...(error.reason ? { code: error.reason } : {}), ...(error.message ? { message: error.message } : {}), ...(error.request_id ? { requestId: error.request_id } : {}) };
      return success === false ? { ...(code ? { code } : {}), ...(message ? { message } : {}), ...(status ? { status } : {}) } : undefined;
    },
    ...options,
  });
}

async function failure(promise: Promise<unknown>): Promise<PlatformError> {
  const result = await promise.then((value) => value, (e: unknown) => e);
  if (!(result instanceof PlatformError)) throw new Error(`expected a PlatformError, got ${inspect(result)}`);
  return result;
}

const get: HttpRequest = { method: "GET", path: "/numbers" };
const buy: HttpRequest = { method: "POST", path: "/numbers", body: { number: "+15125550100" } };

describe("httpClient", () => {
  afterEach(closeServers);

  describe("a call", () => {
    it("carries the key in a header, the query and a JSON body", async () => {
      const server = await script({ headers: { "x-request-id": "r-1" }, body: { id: "n1" } });
      const response = await client(`${server.url}/v1/`).request({ method: "POST", path: "/numbers/a%20b", query: { number: "+1512", page: 2, all: true, none: undefined }, body: { a: 1 } });
      expect(response).to.deep.include({ status: 200, body: { id: "n1" }, requestId: "r-1" });
      expect(response.call).to.deep.equal({ platform: "wiil", platformName: "WIIL", method: "POST", path: "/numbers/a%20b", repeat: "once" });
      expect(server.seen[0]).to.include({ method: "POST", url: "/v1/numbers/a%20b?number=%2B1512&page=2&all=true", body: '{"a":1}' });
      expect(server.seen[0]!.headers).to.include({ "x-wiil-api-key": KEY, "content-type": "application/json", accept: "application/json" });
    });

    it("carries the key in the query, without the newline of the file it came from", async () => {
      const server = await script(200);
      await client(server.url, { auth: { query: "accesskey", value: "abc123/+\n" } }).request(get);
      expect(server.seen[0]!.url).to.equal("/numbers?accesskey=abc123%2F%2B");
      expect(server.seen[0]!.headers).not.to.have.property("content-type");
    });

    it("leaves time for other work while its answer is awaited, whatever becomes of that", async () => {
      let worked = () => undefined as void;
      const work = new Promise<void>((resolve) => (worked = resolve));
      const server = await httpServer((_, response) => void work.then(() => response.end('{"ok":true}')));
      const whileWaiting = () => {
        worked();
        throw new Error("it can't be loaded");
      };
      expect((await client(server.url, { whileWaiting }).request(buy)).body).to.deep.equal({ ok: true });
      expect(server.seen).to.have.length(1);
    });

    it("may be answered without a body under 204 and for DELETE", async () => {
      const server = await script({ status: 204 }, { body: "" });
      const c = client(server.url);
      expect((await c.request({ method: "PUT", path: "/numbers/1", body: {} })).body).to.be.undefined;
      expect((await c.request({ method: "DELETE", path: "/numbers/1" })).body).to.be.undefined;
    });

    it("may be answered with JSON that is no object", async () => {
      const server = await script({ body: "true" }, { body: "null" });
      const c = client(server.url);
      expect((await c.request({ method: "DELETE", path: "/numbers/1" })).body).to.equal(true);
      expect((await c.request(get)).body).to.equal(null);
      expect(server.seen).to.have.length(2);
    });

    it("keeps connections alive for reads, and takes a fresh one where it may not be repeated", async () => {
      const server = await script(200);
      const c = client(server.url);
      const sockets = async (r: HttpRequest) => {
        const before = server.seen.length;
        for (let i = 0; i < 8; i++) await c.request(r);
        return new Set(server.seen.slice(before).map(({ socket }) => socket));
      };
      // undici rests a connection for a turn of the event loop, so one call after the other takes two in turn.
      expect((await sockets(get)).size).to.be.at.most(3);
      expect((await sockets(buy)).size).to.equal(8);
    });

    it("is refused when its path is not what it seems", async () => {
      const server = await script(200);
      const c = client(server.url);
      for (const path of ["numbers", "/numbers//x", "/numbers/..", "/numbers/../flows", "/numbers?a=1", "/numbers/a b"]) {
        expect(await failure(c.request({ method: "GET", path })), path).to.include({ kind: "invalid", ambiguous: false });
      }
      expect((await failure(c.request({ method: "DELETE", path: "/numbers/" }))).kind).to.equal("invalid");
      expect(server.seen).to.be.empty;
    });

    it("needs a base URL that is one", () => {
      for (const url of ["", "api.wiil.io", "ftp://wiil.io", "https://u:p@wiil.io", "https://wiil.io?accesskey=abc"]) expect(() => client(url), url).to.throw(TypeError, /base URL/);
      expect(() => client("https://wiil.io/?accesskey=abc")).to.throw().with.property("message").that.does.not.contain("=abc");
    });
  });

  describe("a safe call", () => {
    for (const status of [408, 425, 429, 500, 502, 503, 504]) {
      it(`is repeated after ${status}`, async () => {
        const server = await script(status, status, 200);
        expect((await client(server.url).request(get)).status).to.equal(200);
        expect(server.seen).to.have.length(3);
      });
    }

    for (const status of [302, 400, 401, 402, 403, 404, 409, 422, 501]) {
      it(`is not repeated after ${status}`, async () => {
        const server = await script(status, 200);
        expect(await failure(client(server.url).request(get))).to.include({ status, ambiguous: false });
        expect(server.seen).to.have.length(1);
      });
    }

    it("is what GET, PUT, PATCH and DELETE are by default, and what POST is on request", async () => {
      for (const r of [get, { method: "PUT", path: "/x" }, { method: "PATCH", path: "/x" }, { method: "DELETE", path: "/x" }, { ...buy, repeat: "safe" }] as HttpRequest[]) {
        const server = await script(503, 200);
        await client(server.url).request(r);
        expect(server.seen, r.method).to.have.length(2);
      }
    });

    for (const [what, body] of [["an empty", ""], ["an HTML", "<html>welcome</html>"], ["a cut", '{"id":']] as const) {
      it(`is repeated after ${what} body under 200`, async () => {
        const server = await script({ body }, 200);
        expect((await client(server.url).request(get)).body).to.deep.equal({ ok: true });
      });
    }

    it("fails after its last attempt, telling how many there were", async () => {
      const server = await script({ status: 503, headers: { "x-request-id": "r-9" } });
      const e = await failure(client(server.url, { attempts: 3 }).request(get));
      expect(server.seen).to.have.length(3);
      expect(e.message).to.equal("wiil: GET /numbers failed after 3 attempts: 503 Service Unavailable (request id r-9). WIIL has trouble on its side: see its status page, wait a little, then run pulumi up again.");
    });

    it("is repeated after a connection that broke, before, in and after the head of the answer", async () => {
      const server = await tcpServer((socket, { requests }) => {
        if (requests === 0) socket.destroy();
        else if (requests === 1) socket.resetAndDestroy();
        else if (requests === 2) socket.end("HTTP/1.1 200 OK\r\nContent-");
        else if (requests === 3) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{");
        else socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
      });
      expect((await client(server.url).request(get)).body).to.deep.equal({});
      expect(server.requests()).to.equal(5);
    });

    it("is repeated after a kept connection that the other side closed", async () => {
      const server = await tcpServer((socket, { requests }) => {
        if (requests === 1) socket.destroy();
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
      });
      const c = client(server.url);
      await c.request(get);
      await c.request(get);
      expect(server.requests()).to.equal(3);
    });

    it("is repeated after an attempt without an answer in time", async () => {
      const server = await httpServer((_, response, before) => before > 0 && response.end("{}"));
      expect((await client(server.url, { timeoutMs: 60 }).request(get)).body).to.deep.equal({});
    });

    it("has a deadline for the body too", async () => {
      const server = await httpServer((_, response) => response.writeHead(200).write('{"a":'));
      const e = await failure(client(server.url, { attempts: 1 }).request({ ...get, timeoutMs: 60 }));
      expect(e).to.include({ kind: "timeout", ambiguous: false });
      expect(e.message).to.contain("wiil: GET /numbers failed: no answer within 60 ms.");
    });
  });

  describe("a call that may not be repeated", () => {
    for (const status of [408, 500, 501, 502, 503, 504, 302]) {
      it(`is ambiguous after ${status}`, async () => {
        const server = await script(status, 200);
        const e = await failure(client(server.url).request(buy));
        expect(e).to.include({ status, ambiguous: true });
        expect(e.remedy).to.match(/^It may have gone through all the same: look before trying again/);
        expect(server.seen).to.have.length(1);
      });
    }

    for (const status of [400, 401, 402, 403, 404, 409, 422, 425]) {
      it(`has failed for certain after ${status}`, async () => {
        const server = await script(status, 200);
        expect(await failure(client(server.url).request(buy))).to.include({ status, ambiguous: false });
        expect(server.seen).to.have.length(1);
      });
    }

    for (const [what, body] of [["an empty", ""], ["an HTML", "<html>welcome</html>"], ["a cut", '{"id":']] as const) {
      it(`is ambiguous after ${what} body under 200`, async () => {
        const server = await script({ body }, 200);
        expect(await failure(client(server.url).request(buy))).to.include({ kind: "malformed", status: 200, ambiguous: true });
        expect(server.seen).to.have.length(1);
      });
    }

    for (const [what, answer] of [
      ["was dropped", undefined],
      ["was reset", null],
      ["broke in the head", "HTTP/1.1 200 OK\r\nContent-"],
      ["broke in the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"],
      ["broke in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"],
      ["carried something else than HTTP", "220 mail.example.com ESMTP\r\n"],
    ] as const) {
      it(`is ambiguous after a connection that ${what}, and goes out once`, async () => {
        const server = await tcpServer((socket) => {
          if (answer === undefined) socket.destroy();
          else if (answer === null) socket.resetAndDestroy();
          else socket.end(answer);
        });
        expect(await failure(client(server.url).request(buy))).to.include({ kind: "network", ambiguous: true });
        expect(server.requests()).to.equal(1);
      });
    }

    it("is ambiguous without an answer in time", async () => {
      const server = await httpServer(() => {});
      expect(await failure(client(server.url, { timeoutMs: 60 }).request(buy))).to.include({ kind: "timeout", ambiguous: true });
      expect(server.seen).to.have.length(1);
    });

    it("never meets a kept connection that the other side closes", async () => {
      const server = await tcpServer((socket) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        socket.removeAllListeners("data").on("data", () => socket.destroy());
      });
      const c = client(server.url);
      await c.request(buy);
      await c.request(buy);
      expect(server.connections()).to.equal(2);
    });

    it("is repeated where there was no connection", async () => {
      const e = await failure(client(await deadUrl(), { attempts: 3 }).request(buy));
      expect(e).to.include({ kind: "network", ambiguous: false });
      expect(e.message).to.match(/^wiil: POST \/numbers failed after 3 attempts: no connection \(.*ECONNREFUSED.*\)\. Check the network/);
    });

    it("has failed for certain where there is no such host", async () => {
      expect(await failure(client("http://platform.invalid", { attempts: 2 }).request(buy))).to.include({ kind: "network", ambiguous: false });
    });

    it("has failed for certain where the handshake took too long", async () => {
      const server = await tcpServer(() => {});
      const e = await failure(client(server.url.replace("http:", "https:"), { attempts: 2, timeoutMs: 60 }).request(buy));
      expect(e).to.include({ kind: "timeout", ambiguous: false });
      expect(e.message).to.contain("failed after 2 attempts: no connection within 60 ms.");
      expect(server.connections()).to.equal(2);
    });

    it("is repeated after a 429, unless that may have been processed", async () => {
      const server = await script(429, 200, 429, 200);
      const c = client(server.url);
      await c.request(buy);
      expect(server.seen).to.have.length(2);
      expect(await failure(c.request({ ...buy, repeatOn429: false }))).to.include({ kind: "rate-limited", ambiguous: true });
      expect(server.seen).to.have.length(3);
    });
  });

  describe("rate limits", () => {
    it("wait as long as Retry-After says", async () => {
      const server = await script({ status: 503, headers: { "retry-after": "0.2" } }, 200);
      await client(server.url).request(get);
      expect(server.seen[1]!.at - server.seen[0]!.at).to.be.at.least(195);
    });

    it("wait until the date that Retry-After says, by the platform's clock", async () => {
      const date = "Fri, 01 Jan 2027 00:00:00 GMT";
      const server = await script({ status: 429, headers: { date, "retry-after": "Fri, 01 Jan 2027 00:00:01 GMT" } }, 200);
      await client(server.url).request(get);
      expect(server.seen[1]!.at - server.seen[0]!.at).to.be.within(995, 3_000);
    });

    it("fail at once when the platform asks for more than a call waits", async () => {
      const server = await script({ status: 429, headers: { "retry-after": "3600" } });
      const e = await failure(client(server.url).request(get));
      expect(server.seen).to.have.length(1);
      expect(e).to.include({ kind: "rate-limited", retryAfterMs: 3_600_000, ambiguous: false });
      expect(e.message).to.contain("429 Too Many Requests: asks to wait 60 min, which is more than the 2 min that a call waits.");
      expect(e.message).to.contain("wait 60 min, then run pulumi up again");
    });

    it("pause the whole account after a 429", async () => {
      const server = await script({ status: 429, headers: { "retry-after": "0.3" } }, 200);
      const refused = client(server.url).request(get);
      while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await Promise.all([refused, client(server.url).request({ ...get, path: "/flows" })]);
      expect(server.seen).to.have.length(3);
      for (const { at } of server.seen.slice(1)) expect(at - server.seen[0]!.at).to.be.at.least(295);
    });

    it("do not pause another account", async () => {
      const server = await script({ status: 429, headers: { "retry-after": "60" } }, 200);
      const abort = new AbortController();
      const refused = failure(client(server.url).request({ ...get, signal: abort.signal }));
      while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await client(server.url, { auth: { header: "x-wiil-api-key", value: "another-key" } }).request(get);
      abort.abort();
      expect((await refused).kind).to.equal("cancelled");
    });

    it("delay the next call when none is left", async () => {
      const date = "Fri, 01 Jan 2027 00:00:00 GMT";
      const reset = String(Date.parse(date) / 1000 + 1);
      const server = await script({ headers: { date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } }, 200);
      const c = client(server.url);
      await c.request(get);
      await c.request(get);
      expect(server.seen[1]!.at - server.seen[0]!.at).to.be.within(995, 3_000);
    });

    it("ignore a reset that is hours away: the platform says 429 if it means it", async () => {
      const server = await script({ headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + 7200) } }, 200);
      const c = client(server.url);
      await c.request(get);
      await c.request(get);
      expect(server.seen).to.have.length(2);
    });
  });

  describe("calls under way", () => {
    /** A server that holds its answers back. */
    async function holding() {
      const held: ServerResponse[] = [];
      let arrived = () => {};
      const server = await httpServer((_, response) => {
        held.push(response);
        arrived();
      });
      const until = async (n: number) => {
        while (held.length < n) await new Promise<void>((resolve) => (arrived = resolve));
      };
      return { ...server, held, until };
    }

    it("are limited for an account over all its clients, first come, first served", async () => {
      const server = await holding();
      const a = client(server.url, { concurrency: 5 });
      const b = client(server.url, { concurrency: 3 });
      expect(a.account).to.equal(b.account).and.match(/^[0-9a-f]{12}$/);
      const calls = Array.from({ length: 12 }, (_, i) => (i % 2 ? a : b).request({ ...get, path: `/${i}` }));
      await server.until(3);
      // Time for a fourth, were it under way.
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (let i = 0; i < calls.length; i++) {
        await server.until(i + 1);
        expect(server.held.length - i).to.be.at.most(3);
        server.held[i]!.end("{}");
        await Promise.race(calls.slice(0, server.held.length));
      }
      await Promise.all(calls);
      // The three under way race each other; nobody overtakes by more.
      server.seen.forEach(({ url }, i) => expect(Math.abs(Number(url.slice(1)) - i), url).to.be.at.most(2));
    });

    it("can be given up while waiting for a turn, without being sent", async () => {
      const server = await holding();
      const c = client(server.url, { concurrency: 1 });
      const first = c.request(get);
      await server.until(1);
      const abort = new AbortController();
      const second = failure(c.request({ ...buy, signal: abort.signal }));
      abort.abort();
      expect(await second).to.include({ kind: "cancelled", ambiguous: false });
      server.held[0]!.end("{}");
      await first;
      const third = c.request(get);
      await server.until(2);
      server.held[1]!.end("{}");
      await third;
      expect(server.seen.map(({ method }) => method)).to.deep.equal(["GET", "GET"]);
    });

    it("can be given up under way, unless they may not be repeated: those end with their answer", async () => {
      const server = await holding();
      const abort = new AbortController();
      const c = client(server.url);
      const read = failure(c.request({ ...get, signal: abort.signal }));
      await server.until(1);
      const bought = c.request({ ...buy, signal: abort.signal });
      await server.until(2);
      abort.abort();
      expect(await read).to.include({ kind: "cancelled", ambiguous: false });
      server.held[1]!.end('{"id":"1"}');
      expect((await bought).body).to.deep.equal({ id: "1" });
      expect(await failure(c.request({ ...buy, signal: abort.signal }))).to.include({ kind: "cancelled", ambiguous: false });
    });

    it("can be given up while connecting, and are not sent once there is a connection", async () => {
      const server = await script(200);
      const abort = new AbortController();
      const attempt = { origin: server.url, path: "/given-up", method: "POST", headers: {}, timeoutMs: 5_000, signal: abort.signal } as const;
      const calls = [true, false].map((fresh) => send({ ...attempt, fresh }).then(() => undefined, (e: unknown) => e as SendError));
      abort.abort();
      for (const call of calls) expect(await call).to.include({ reason: "cancelled", sent: false });
      for (let i = 0; i < 5; i++) await client(server.url).request(buy);
      expect(server.seen.map(({ url }) => url)).not.to.include("/given-up");
    });

    it("can be given up between two attempts, and beforehand", async () => {
      const server = await script({ status: 503, headers: { "retry-after": "60" } });
      const abort = new AbortController();
      const call = failure(client(server.url).request({ ...get, signal: abort.signal }));
      while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
      setTimeout(() => abort.abort(), 30);
      expect((await call).kind).to.equal("cancelled");
      expect(await failure(client(server.url).request({ ...buy, signal: AbortSignal.abort() }))).to.include({ kind: "cancelled", ambiguous: false });
      expect(server.seen).to.have.length(1);
    });
  });

  describe("errors", () => {
    it("tell the call, the platform's code and words, the request id and the remedy", async () => {
      const server = await script({ status: 402, body: { error: { reason: "INSUFFICIENT_BALANCE", message: "balance too low", request_id: "7f3a" } } });
      const e = await failure(client(server.url, { platform: "voipbin", platformName: "VoIPBIN" }).request(buy));
      expect(e.message).to.equal('voipbin: POST /numbers failed: 402 INSUFFICIENT_BALANCE: "balance too low" (request id 7f3a). Top up the VoIPBIN account, then run pulumi up again.');
      expect(e).to.include({ name: "PlatformError", kind: "credits", platform: "voipbin", method: "POST", path: "/numbers", status: 402, code: "INSUFFICIENT_BALANCE", platformMessage: "balance too low", requestId: "7f3a" });
    });

    it("name the config key and the environment variable when the key is refused", async () => {
      const server = await script(401, 403);
      const c = client(server.url, { keyHint: { configKey: "telephony:wiilApiKey", env: "WIIL_API_KEY" } });
      for (const kind of ["unauthorized", "forbidden"]) {
        const e = await failure(c.request(get));
        expect(e.kind).to.equal(kind);
        expect(e.message).to.contain("pulumi config set --secret telephony:wiilApiKey … or WIIL_API_KEY");
      }
    });

    for (const [status, kind] of [[400, "invalid"], [422, "invalid"], [401, "unauthorized"], [402, "credits"], [403, "forbidden"], [404, "not-found"], [410, "not-found"], [409, "conflict"], [429, "rate-limited"], [500, "unavailable"], [408, "timeout"], [418, "unexpected"]] as const) {
      it(`call ${status} ${kind}, and say what to do`, async () => {
        const server = await script(status);
        const e = await failure(client(server.url, { attempts: 1 }).request(get));
        expect(e.kind).to.equal(kind);
        expect(e.remedy).to.match(/^[A-Z].{20,}$/);
        expect(e.message.endsWith(e.remedy)).to.be.true;
        expect(isNotFound(e)).to.equal(kind === "not-found");
      });
    }

    it("are found under 2xx as well", async () => {
      const refusal = { success: false, code: "VALIDATION_ERROR", message: "bad number" };
      const server = await script({ body: { ...refusal, status: 422 } }, { body: refusal }, { body: { ...refusal, status: 500 } }, 200);
      const c = client(server.url);
      expect(await failure(c.request(buy))).to.include({ kind: "invalid", status: 422, ambiguous: false, code: "VALIDATION_ERROR" });
      expect(await failure(c.request(buy)), "what it is nobody knows").to.include({ kind: "unexpected", status: 200, ambiguous: true });
      expect((await c.request(get)).body).to.deep.equal({ ok: true });
    });

    it("are told apart by the platform's folder", async () => {
      const server = await script({ body: { success: false, message: "Phone number not available" } }, { status: 500, body: { error: { message: "Insufficient credits" } } });
      const calls: unknown[] = [];
      const c = client(server.url, {
        classify: (e) => {
          calls.push(e);
          return e.message === "Phone number not available" ? "taken" : e.message === "Insufficient credits" ? "credits" : undefined;
        },
      });
      expect(await failure(c.request(buy))).to.include({ kind: "taken", ambiguous: false });
      expect(await failure(c.request(get)), "not repeated: it will not pass by itself").to.include({ kind: "credits", status: 500 });
      expect(server.seen).to.have.length(2);
      expect(calls[0]).to.deep.equal({ status: 200, message: "Phone number not available", method: "POST", path: "/numbers" });
    });

    it("do not take a page of something else for a definite not-found", async () => {
      const server = await script({ status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found" }, 404, { status: 404, body: { error: { reason: "NOT_FOUND" } } });
      const c = client(server.url, { classify: ({ status }) => (status === 404 ? "not-found" : undefined) });
      expect((await failure(c.request(get))).kind).to.equal("unexpected");
      expect(isNotFound(await failure(c.request(get)))).to.be.true;
      expect(isNotFound(await failure(c.request(get)))).to.be.true;
    });

    it("say where a redirect leads", async () => {
      const server = await script({ status: 301, headers: { location: "https://www.wiil.io/" } });
      expect((await failure(client(server.url).request(get))).message).to.contain("failed: 301 Moved Permanently: redirects to https://www.wiil.io/.");
    });

    it("quote no novel", async () => {
      const server = await script({ status: 400, body: { error: { message: "no\n".repeat(5_000) } } });
      expect((await failure(client(server.url).request(get))).message).to.have.length.below(700).and.not.contain("\n");
    });
  });

  describe("the key", () => {
    const secret = "s3cr3t/k+y=0123";
    const auths = {
      "in the query": { query: "accesskey", value: secret },
      "in a header": { header: "x-api-key", value: secret },
      "behind Bearer": { header: "authorization", value: `Bearer ${secret}` },
      "behind Basic": { header: "authorization", value: `Basic ${Buffer.from(`AC0123:${secret}`).toString("base64")}` },
    };
    const forms = [secret, encodeURIComponent(secret), Buffer.from(`AC0123:${secret}`).toString("base64")];

    function expectClean(e: PlatformError) {
      const everything = [inspect(e, { showHidden: true, depth: 10 }), JSON.stringify(e), e.stack, e.message, inspect(e.cause, { showHidden: true })].join("\n");
      for (const form of forms) expect(everything).not.to.contain(form);
    }

    for (const [where, auth] of Object.entries(auths)) {
      it(`${where} is in no error, whatever the platform echoes`, async () => {
        const server = await httpServer(({ url, headers }, response, before) => {
          const echo = `${url} ${secret} ${JSON.stringify(headers)}`;
          if (before === 0) return response.writeHead(400, { "x-request-id": encodeURIComponent(secret) }).end(JSON.stringify({ error: { message: echo, reason: secret } }));
          if (before === 1) return response.writeHead(302, { location: `http://127.0.0.1${url}` }).end();
          response.writeHead(200).end(`<p>${secret} ${echo}`);
        });
        const c = client(server.url, { auth, attempts: 1 });
        for (let i = 0; i < 3; i++) expectClean(await failure(c.request({ ...get, path: `/numbers/${encodeURIComponent(secret)}` })));
        expect(inspect(c, { showHidden: true, depth: 5 })).not.to.contain(secret);
      });

      it(`${where} is in no error without an answer`, async () => {
        const broken = await tcpServer((socket) => socket.end(`HTTP/1.1 200 OK\r\nX-Echo: ${secret}\r\nbroken ${secret}\r\n\r\n`));
        for (const [url, name] of [[broken.url, "HTTPParserError"], [await deadUrl(), "Error"]] as const) {
          const e = await failure(client(url, { auth, attempts: 1 }).request(buy));
          expectClean(e);
          expect(e.cause).to.be.instanceOf(Error).with.property("name", name);
        }
      });
    }

    it("that can't be sent is not quoted either", async () => {
      const server = await script(200);
      const e = await failure(client(server.url, { auth: { header: "x-api-key", value: "k3y\nwith-a-break" } }).request(get));
      expect(inspect(e)).not.to.contain("with-a-break");
      expect(server.seen).to.be.empty;
    });
  });
});
