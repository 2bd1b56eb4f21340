import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { PlatformError } from "../../src/http/index.js";
import { planOf } from "../../src/platforms/numbering.js";
import { vapi } from "../../src/platforms/vapi/definition.js";
import type { OrderRequest, Platform } from "../../src/platforms/platform.js";
import { startSandbox, type Sandbox } from "../../src/sandbox/index.js";

const call = {};
const mark = { digest: "k3f9x2a1", generation: 1 };
const twilio = { sid: "AC00000000000000000000000000000001", token: "twilio-token-of-the-test" };
const own = "+12125551234";

const order = (more: Partial<OrderRequest> = {}): OrderRequest => ({
  number: "",
  label: { name: "Shop line", mark },
  criteria: { areaCode: "415" },
  ...more,
});
const imported = (more: Partial<OrderRequest> = {}) => order({ number: own, carrier: "twilio", carrierAccount: twilio, ...more });

async function failure(work: Promise<unknown>): Promise<PlatformError> {
  const e: unknown = await work.then(() => undefined, (error: unknown) => error);
  expect(e).to.be.instanceOf(PlatformError);
  return e as PlatformError;
}

async function message(work: Promise<unknown>): Promise<string> {
  return work.then(() => expect.fail("expected a failure"), (e: Error) => e.message);
}

describe("platform: Vapi", () => {
  describe("against the sandbox", () => {
    let sandbox: Sandbox;
    let platform: Platform;

    const api = async <T = Record<string, unknown>>(method: string, path: string, body?: unknown) => {
      const response = await fetch(sandbox.env["VAPI_URL"]! + path, {
        method,
        headers: { authorization: `Bearer ${sandbox.env["VAPI_API_KEY"]}`, ...(body ? { "content-type": "application/json" } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return (await response.json()) as T;
    };
    const control = async <T = Record<string, unknown>>(path: string, body: unknown) => {
      const response = await fetch(`${sandbox.url}/_sandbox${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      expect(response.status, await response.clone().text()).to.be.below(300);
      return (await response.json()) as T;
    };
    const settings = (values: object) => control("/settings", { vapi: values });
    const advance = () => control("/clock", { advance: "5m" });
    const dashboardNumber = (number: string) => control<{ id: string }>("/vapi/dashboard-numbers", { number });
    const newAssistant = () => platform.assistants!.create({ name: "A", mark, fields: {} }, call);
    const newSquad = async () => (await api<{ id: string }>("POST", "/squad", { members: [{ assistantId: (await newAssistant()).id }] })).id;

    /** An account with `count` numbers beside those that a test makes. */
    const many = async (count: number) => {
      await settings({ freeNumbers: 1000 });
      const sip = (i: number) => api("POST", "/phone-number", { provider: "vapi", sipUri: `sip:line${i}@sip.vapi.ai` });
      await Promise.all(Array.from({ length: count }, (_, i) => sip(i)));
    };

    beforeEach(async () => {
      sandbox = await startSandbox();
      platform = vapi.open({ url: sandbox.env["VAPI_URL"]!, key: sandbox.env["VAPI_API_KEY"]!, option: () => undefined });
    });
    afterEach(() => sandbox.close());

    it("has no search, no prices and no regions", async () => {
      expect(await platform.search({ areaCode: "415" }, call)).to.deep.equal({ candidates: [], offered: 0, left: [] });
      expect((await platform.search({ number: own }, call)).candidates).to.deep.equal([{ number: own }]);
      expect(await platform.prices({}, call)).to.deep.equal([]);
      expect(await message(platform.regions({}, call))).to.match(/no list of regions/);
      expect(platform).to.include({ name: "vapi", orderWindowMs: 30_000, pollIntervalMs: 1_000, showsAtOnce: true });
    });

    describe("numbers", () => {
      it("buys by area code, and follows until digits and status are there", async () => {
        const bought = await platform.numbers.buy(order(), call);
        expect(bought).to.include({ number: "", state: "pending", status: "activating" });
        expect(bought.record).to.include({ name: "Shop line", number: "", ready: false, pending: true, carrier: "vapi" });
        expect(bought.record!.mark).to.deep.equal(mark);
        expect(platform.numbers.idOf(bought.record!)).to.equal(bought.purchaseId);
        expect(await platform.numbers.follow(bought, call)).to.include({ state: "pending" });
        await advance();
        const done = await platform.numbers.follow(bought, call);
        expect(done).to.include({ state: "completed", status: "active" });
        expect(done.number).to.match(/^\+1415\d{7}$/);
        expect(done.record).to.include({ number: done.number, ready: true, pending: false, gone: false });
        expect(planOf(done.number)).to.deep.equal({ country: "US", type: "local" });
        const [listed] = await platform.numbers.list(call);
        expect(listed).to.deep.equal(done.record);
      });

      it("says pending while it is active without digits, and failed when it is blocked", async () => {
        await control("/vapi/outcomes", { status: "half-made" });
        const halfMade = await platform.numbers.buy(order(), call);
        await advance();
        const details = "active, but without a number so far";
        expect(await platform.numbers.follow(halfMade, call)).to.include({ state: "pending", status: "active", details });
        await control("/vapi/outcomes", { status: "blocked" });
        const blocked = await platform.numbers.buy(order(), call);
        await advance();
        const failed = await platform.numbers.follow(blocked, call);
        expect(failed).to.include({ state: "failed", status: "blocked" });
        expect(failed.record).to.include({ ready: false, pending: false });
      });

      it("says failed when the record has disappeared", async () => {
        const bought = await platform.numbers.buy(order(), call);
        await platform.numbers.release(bought.record!, call);
        expect(await platform.numbers.follow(bought, call)).to.include({ state: "failed" });
      });

      it("is ready with a SIP address alone", async () => {
        const { id } = await api<{ id: string }>("POST", "/phone-number", { provider: "vapi", sipUri: "sip:shop@sip.vapi.ai" });
        expect(await platform.numbers.get(id, undefined, call)).to.include({ number: "", ready: true, pending: false, name: "" });
      });

      it("keeps the mark when the name is too long for both, and tells the name in full", async () => {
        const name = "The telephone of the front desk in Berlin"; // 41 characters
        const bought = await platform.numbers.buy(order({ label: { name, mark } }), call);
        expect(bought.record).to.include({ name });
        const raw = await api<{ name: string }>("GET", `/phone-number/${bought.purchaseId}`);
        expect(raw.name).to.equal("The telephone of the [pulumi k3f9x2a1.1]").and.to.have.length(40);
        await advance();
        expect((await platform.numbers.follow(bought, call)).record).to.include({ name });
        const next = await platform.numbers.label(bought.record!, { name, mark: { ...mark, generation: 2 } }, call);
        expect(next).to.include({ name });
        expect(next.mark).to.deep.equal({ ...mark, generation: 2 });
        expect(await platform.numbers.get(next.platformId, undefined, call)).to.include({ name: "The telephone of the" });
      });

      it("refuses what Vapi can't do before any call", async () => {
        expect(await message(platform.numbers.buy(order({ number: own }), call))).to.match(/sells no number by its digits/);
        expect(await message(platform.numbers.buy(order({ carrier: "twilio" }), call))).to.match(/carrierAccount/);
        expect(await message(platform.numbers.buy(order({ carrierAccount: twilio }), call))).to.match(/needs the carrier/);
        expect(await platform.numbers.list(call)).to.deep.equal([]);
      });

      it("hands on the hint of an area code that is sold out", async () => {
        const e = await failure(platform.numbers.buy(order({ criteria: { areaCode: "999" } }), call));
        expect(e).to.include({ kind: "invalid", status: 400, ambiguous: false });
        expect(e.message).to.match(/Hint: Try one of \d{3}, \d{3}, \d{3}\./);
      });

      for (const limitStatus of [402, 400]) {
        it(`names the limit of free numbers, and a missing payment method (${limitStatus})`, async () => {
          await settings({ freeNumbers: 1, limitStatus });
          await platform.numbers.buy(order(), call);
          const limit = await failure(platform.numbers.buy(order(), call));
          expect(limit).to.include({ kind: "forbidden", ambiguous: false });
          expect(limit.message).to.match(/Free phone number limit reached.*Release a number/);
          await settings({ freeNumbers: 5 });
          await control("/accounts", { platform: "vapi", key: sandbox.env["VAPI_API_KEY"], paymentMethod: false });
          const payment = await failure(platform.numbers.buy(order(), call));
          expect(payment.kind).to.equal("credits");
          expect(payment.message).to.match(/payment method/);
        });
      }

      it("brings in a Twilio number, whose token goes nowhere", async () => {
        const { record, state, number } = await platform.numbers.buy(imported(), call);
        expect({ state, number }).to.deep.equal({ state: "completed", number: own });
        expect(record).to.include({ carrier: "twilio", ready: true, name: "Shop line" });
        const raw = await api("GET", `/phone-number/${record!.platformId}`);
        expect(raw).to.include({ twilioAccountSid: twilio.sid, twilioAuthToken: twilio.token });
        expect(JSON.stringify(await platform.numbers.list(call))).not.to.contain(twilio.token).and.not.to.contain(twilio.sid);
      });

      it("brings in by API key, and by credential", async () => {
        const carrierAccount = { sid: twilio.sid, apiKey: "SK1", apiSecret: "secret-of-the-api-key" };
        const byKey = await platform.numbers.buy(imported({ carrierAccount }), call);
        expect(await api("GET", `/phone-number/${byKey.purchaseId}`)).to.include({ twilioApiKey: "SK1", twilioApiSecret: "secret-of-the-api-key" });
        for (const [i, carrier] of ["telnyx", "vonage", "byo-phone-number"].entries()) {
          const bought = await platform.numbers.buy(imported({ number: `+1212555777${i}`, carrier, carrierAccount: { credentialId: "cred" } }), call);
          expect(bought.record).to.include({ carrier, ready: true });
        }
      });

      for (const duplicateStatus of [400, 409]) {
        it(`says "taken" of a number that is registered already (${duplicateStatus})`, async () => {
          await settings({ duplicateStatus });
          const { purchaseId } = await platform.numbers.buy(imported(), call);
          const e = await failure(platform.numbers.buy(imported(), call));
          expect(e).to.include({ kind: "taken", ambiguous: false });
          expect(e.message).to.contain(purchaseId).and.contain(own).and.not.contain(twilio.token);
        });
      }

      it("never repeats a purchase whose answer was lost", async () => {
        await control("/faults", { platform: "vapi", method: "POST", path: "/phone-number", kind: "drop-after-commit" });
        expect(await failure(platform.numbers.buy(order(), call))).to.include({ ambiguous: true });
        const all = await platform.numbers.list(call);
        expect(all.map((r) => r.mark)).to.deep.equal([mark]);
      });

      it("names the setting when the key is refused", async () => {
        const other = vapi.open({ url: sandbox.env["VAPI_URL"]!, key: "wrong-key", option: () => undefined });
        const e = await failure(other.numbers.list(call));
        expect(e.kind).to.equal("unauthorized");
        expect(e.message).to.contain("telephony:vapiApiKey").and.contain("VAPI_API_KEY").and.not.contain("wrong-key");
      });

      it("gets by id and by number; undefined when there is none", async () => {
        const { id } = await dashboardNumber("+18005551234");
        const record = await platform.numbers.get(id, undefined, call);
        expect(record).to.include({ platformId: id, number: "+18005551234", name: "", mark: undefined });
        expect(planOf(record!.number)).to.include({ type: "toll-free" });
        expect(await platform.numbers.get("+18005551234", undefined, call)).to.deep.equal(record);
        expect(await platform.numbers.get("0b9d5f54-3d6f-4f43-9a0a-7a4b6d6d9a10", undefined, call)).to.equal(undefined);
        expect(await platform.numbers.find("+18005551235", call)).to.equal(undefined);
        expect(await platform.numbers.find("", call)).to.equal(undefined);
      });

      it("finds exactly: not what only contains the digits", async () => {
        await api("POST", "/phone-number", { provider: "vapi", sipUri: "sip:12125551234@sip.vapi.ai", name: "was 12125551234" });
        expect(await platform.numbers.find(own, call)).to.equal(undefined);
        const { purchaseId } = await platform.numbers.buy(imported(), call);
        expect(await platform.numbers.find(own, call)).to.include({ platformId: purchaseId });
      });

      it("finds a number whose digits are masked", async () => {
        const { purchaseId } = await platform.numbers.buy(imported(), call);
        for (const masked of ["lists", "reads"]) {
          await settings({ masked });
          expect(await platform.numbers.find(own, call), masked).to.include({ platformId: purchaseId, number: own });
          expect(await platform.numbers.find("+12125559234", call), masked).to.equal(undefined);
        }
        await settings({ masked: "lists" });
        expect((await platform.numbers.list(call)).map((r) => r.number)).to.deep.equal([own]);
      });

      it("lists all pages", async () => {
        await many(230);
        const { purchaseId } = await platform.numbers.buy(imported(), call);
        const all = await platform.numbers.list(call);
        expect(new Set(all.map((r) => r.platformId)).size).to.equal(231);
        expect(all.at(-1)).to.include({ platformId: purchaseId });
      });

      it("names and marks, and releases twice without an error", async () => {
        const { id } = await dashboardNumber("+18005551234");
        const found = (await platform.numbers.get(id, undefined, call))!;
        const labelled = await platform.numbers.label(found, { name: "Old line", mark }, call);
        expect(labelled).to.deep.equal({ ...found, name: "Old line", mark });
        expect(await api("GET", `/phone-number/${id}`)).to.include({ name: "Old line [pulumi k3f9x2a1.1]" });
        const bare = await platform.numbers.label(labelled, { name: "Old line" }, call);
        expect(bare).to.include({ name: "Old line", mark: undefined });
        await platform.numbers.release(bare, call);
        await platform.numbers.release(bare, call);
        expect(await platform.numbers.get(id, undefined, call)).to.equal(undefined);
      });
    });

    describe("links", () => {
      it("writes targets as slots and back", () => {
        const links = platform.pointers!.links!;
        expect(links.toSlots({ assistant: "a" })).to.deep.equal({ target: "assistant:a" });
        expect(links.toSlots({ squad: "s" })).to.deep.equal({ target: "squad:s" });
        expect(links.fromSlots({ target: "assistant:a" }, {})).to.deep.equal({ assistant: "a", squad: undefined });
        expect(links.fromSlots({ target: "squad:s" }, { assistant: "a" })).to.deep.equal({ assistant: undefined, squad: "s" });
        expect(links.fromSlots({ target: "workflow:w" }, { assistant: "a" })).to.deep.equal({ assistant: undefined, squad: undefined });
        expect(links.fromSlots({}, { assistant: "a" })).to.deep.equal({ assistant: undefined, squad: undefined });
      });

      it("links, retargets in one PATCH and unlinks; by id and by number", async () => {
        const pointers = platform.pointers!;
        const { id } = await dashboardNumber("+18005551234");
        const [a, b, squad] = [(await newAssistant()).id, (await newAssistant()).id, await newSquad()];
        const steps = [`assistant:${a}`, `assistant:${b}`, `squad:${squad}`, `assistant:${a}`, undefined];
        for (const numberId of [id, "+18005551234"]) {
          for (const target of steps) {
            const now = (await pointers.get(numberId, call))!;
            await pointers.set(numberId, { target }, now, call);
            expect(await pointers.get(numberId, call)).to.deep.equal({ target });
          }
        }
        const requests = (await (await fetch(`${sandbox.url}/_sandbox/requests`)).json()) as { method: string; path: string }[];
        expect(requests.filter((r) => r.method === "PATCH")).to.have.length(2 * steps.length);
        expect(await pointers.get("0b9d5f54-3d6f-4f43-9a0a-7a4b6d6d9a10", call)).to.equal(undefined);
        expect(await pointers.get("+18005551235", call)).to.equal(undefined);
      });

      it("shows a workflow, or two targets at once, as foreign, and takes them off", async () => {
        const pointers = platform.pointers!;
        const { id } = await dashboardNumber("+18005551234");
        const [a, squad] = [(await newAssistant()).id, await newSquad()];
        await api("PATCH", `/phone-number/${id}`, { assistantId: a, squadId: squad, workflowId: "w1" });
        const now = (await pointers.get(id, call))!;
        expect(now).to.deep.equal({ target: `assistant:${a}+squad:${squad}+workflow:w1` });
        await pointers.set(id, { target: `squad:${squad}` }, now, call);
        expect(await pointers.get(id, call)).to.deep.equal({ target: `squad:${squad}` });
      });

      it("fails when null detaches nothing, and when an assistant is unknown", async () => {
        const pointers = platform.pointers!;
        const { id } = await dashboardNumber("+18005551234");
        const { id: a } = await newAssistant();
        await pointers.set(id, { target: `assistant:${a}` }, {}, call);
        await settings({ nullLinks: "ignore" });
        expect(await message(pointers.set(id, {}, { target: `assistant:${a}` }, call))).to.contain(`still points at assistant:${a}`);
        await settings({ nullLinks: "refuse" });
        expect((await failure(pointers.set(id, {}, { target: `assistant:${a}` }, call))).kind).to.equal("invalid");
        // A link to the same kind needs no null.
        const { id: b } = await newAssistant();
        await pointers.set(id, { target: `assistant:${b}` }, { target: `assistant:${a}` }, call);
        const unknown = await failure(pointers.set(id, { target: "assistant:none" }, { target: `assistant:${b}` }, call));
        expect(unknown.message).to.contain("Couldn't Find Assistant");
      });
    });

    describe("assistants", () => {
      const messages = [{ role: "system", content: "You are a helpful receptionist." }];
      const model = { provider: "anthropic", model: "claude-3-5-sonnet-20241022", messages };
      const voice = { provider: "11labs", voiceId: "21m00Tcm4TlvDq8ikWAM" };
      const fields = { model, voice, metadata: { shop: "7" } };

      it("creates, gets, updates and deletes; the mark stands beside the user's metadata", async () => {
        const assistants = platform.assistants!;
        const made = await assistants.create({ name: "Shop Receptionist", mark, fields }, call);
        expect(made).to.deep.equal({ id: made.id, name: "Shop Receptionist", mark, fields });
        expect(await assistants.get(made.id, call)).to.deep.equal(made);
        expect((await api("GET", `/assistant/${made.id}`))["metadata"]).to.deep.equal({ shop: "7", pulumi: "k3f9x2a1.1" });
        const next = { firstMessage: "Hello", voice: { ...voice, voiceId: "other" } };
        const changed = await assistants.update({ id: made.id, name: "New", mark: { ...mark, generation: 2 }, fields: next }, fields, call);
        expect(changed).to.deep.equal({ id: made.id, name: "New", mark: { ...mark, generation: 2 }, fields: next });
        expect(await assistants.list(call)).to.deep.equal([changed]);
        await assistants.delete(made.id, call);
        await assistants.delete(made.id, call);
        expect(await assistants.get(made.id, call)).to.equal(undefined);
      });

      it("leaves alone what it never declared: fields, and metadata of others", async () => {
        const assistants = platform.assistants!;
        const { id } = await assistants.create({ name: "A", mark, fields: { model } }, call);
        await api("PATCH", `/assistant/${id}`, { endCallMessage: "Bye", metadata: { pulumi: "k3f9x2a1.1", by: "hand" } });
        const changed = await assistants.update({ id, name: "A", mark, fields: { voice } }, { model }, call);
        expect(changed).to.deep.equal({ id, name: "A", mark, fields: { voice, endCallMessage: "Bye", metadata: { by: "hand" } } });
      });

      it("says by what a pinned assistant is held", async () => {
        const { id } = await newAssistant();
        await control("/vapi/pins", { assistantId: id, message: "Assistant is pinned by version 7 of the squad Front desk." });
        const e = await failure(platform.assistants!.delete(id, call));
        expect(e).to.include({ kind: "conflict", code: "assistant_pinned", status: 409 });
        expect(e.message).to.contain("pinned by version 7 of the squad Front desk").and.contain(id);
      });

      it("lists all of them", async () => {
        await Promise.all(Array.from({ length: 620 }, () => newAssistant()));
        expect(new Set((await platform.assistants!.list(call)).map((a) => a.id)).size).to.equal(620);
      });
    });
  });

  describe("against other readings of the API", () => {
    interface Seen {
      method: string;
      url: string;
      body: Record<string, unknown>;
    }
    type Reply = (seen: Seen) => [status: number, body: unknown];
    let server: Server;
    let seen: Seen[];

    const read = async (request: IncomingMessage) => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      return (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    };

    const serve = async (reply: Reply) => {
      seen = [];
      server = createServer((request, response) => {
        void read(request).then((body) => {
          const one = { method: request.method!, url: request.url!, body };
          seen.push(one);
          const [status, answer] = reply(one);
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      return vapi.open({ url: `http://127.0.0.1:${port}`, key: "test-key-of-vapi", option: () => undefined });
    };
    afterEach(() => server.close());

    const number = { id: "n1", provider: "vapi", number: own, status: "active", name: "Line", createdAt: "2026-01-01T00:00:00.000Z" };
    const bad = (message: string | string[]): [number, unknown] => [400, { message, error: "Bad Request", statusCode: 400 }];
    const noRoute = (url: string): [number, unknown] => [404, { message: `Cannot GET ${url}`, error: "Not Found", statusCode: 404 }];

    it("goes back to the v1 list where there is no v2, all of it", async () => {
      const createdAt = (i: number) => new Date(1e12 + (i >> 2)).toISOString(); // four in a millisecond
      const all = Array.from({ length: 1203 }, (_, i) => ({ ...number, id: `n${i}`, number: `+1212${5550000 + i}`, createdAt: createdAt(i) }));
      const newestFirst = [...all].reverse();
      const platform = await serve(({ url }) => {
        const { pathname, searchParams } = new URL(url, "http://x");
        if (pathname !== "/phone-number") return noRoute(pathname);
        const until = searchParams.get("createdAtLe");
        return [200, newestFirst.filter((n) => !until || n.createdAt <= until).slice(0, Number(searchParams.get("limit") ?? 100))];
      });
      expect(await platform.numbers.list(call)).to.have.length(1203);
      expect(await platform.numbers.find("+12125550700", call)).to.include({ platformId: "n700" });
    });

    it("counts pages where the answer has no hasNextPage, and stops where the server knows no pages", async () => {
      const all = Array.from({ length: 250 }, (_, i) => ({ ...number, id: `n${i}` }));
      for (const metadata of [{ totalItems: 250 }, { totalItems: 250, totalPages: 3 }, {}]) {
        const platform = await serve(({ url }) => {
          const page = Number(new URL(url, "http://x").searchParams.get("page"));
          return [200, { results: all.slice((page - 1) * 100, page * 100), metadata: { itemsPerPage: 100, currentPage: page, ...metadata } }];
        });
        expect(await platform.numbers.list(call)).to.have.length(250);
        server.close();
      }
      const platform = await serve(() => [200, { results: all, metadata: { hasNextPage: true } }]);
      expect(await platform.numbers.list(call)).to.have.length(250);
      expect(seen).to.have.length(2);
    });

    it("writes without provider where it is refused, and with it where it is asked for", async () => {
      let platform = await serve(({ method, body }) => {
        if (method !== "PATCH") return [200, number];
        return "provider" in body ? bad(["property provider should not exist"]) : [200, { ...number, ...body }];
      });
      const record = (await platform.numbers.get("n1", undefined, call))!;
      expect(await platform.numbers.label(record, { name: "New" }, call)).to.include({ name: "New" });
      expect(seen.filter((s) => s.method === "PATCH").map((s) => s.body)).to.deep.equal([{ provider: "vapi", name: "New" }, { name: "New" }]);
      server.close();

      platform = await serve(({ method, body }) => {
        if (method !== "PATCH") return [200, number];
        return "provider" in body ? [200, { ...number, ...body }] : bad(["provider must be one of the following values: vapi, twilio"]);
      });
      await platform.pointers!.set("n1", { target: "assistant:a" }, {}, call);
      expect(seen.at(-1)!.body).to.deep.equal({ provider: "vapi", assistantId: "a" });
    });

    it("sends one PATCH: the new target in, the old one out", async () => {
      const platform = await serve(({ body }) => [200, { ...number, ...body }]);
      await platform.pointers!.set("n1", { target: "squad:s" }, { target: "assistant:a" }, call);
      await platform.pointers!.set("n1", {}, { target: "squad:s" }, call);
      await platform.pointers!.set("n1", {}, {}, call);
      expect(seen.map((s) => s.body)).to.deep.equal([{ assistantId: null, squadId: "s" }, { squadId: null }]);
    });

    it("looks at the number itself where the answer to the PATCH is stale", async () => {
      const platform = await serve(({ method }) => [200, { ...number, assistantId: method === "PATCH" ? "a" : "b" }]);
      await platform.pointers!.set("n1", { target: "assistant:b" }, { target: "assistant:a" }, call);
      expect(seen.map((s) => s.method)).to.deep.equal(["PATCH", "GET"]);
    });

    it("sends null for what is declared no more, and nothing that the server owns", async () => {
      const platform = await serve(({ body }) => [200, { id: "a1", orgId: "o", createdAt: "x", updatedAt: "y", isServerUrlSecretSet: false, ...body }]);
      const before = { voice: {}, model: {}, isServerUrlSecretSet: false, metadata: { a: 1 } };
      const record = await platform.assistants!.update({ id: "a1", name: "A", mark, fields: { model: {} } }, before, call);
      expect(seen[0]!.body).to.deep.equal({ name: "A", model: {}, voice: null, metadata: { pulumi: "k3f9x2a1.1" } });
      expect(record).to.deep.equal({ id: "a1", name: "A", mark, fields: { model: {} } });
    });

    it('says "taken" of another organization\'s number, and never of one that Vapi picks', async () => {
      let platform = await serve(() => bad(`Phone number ${own} already in use by another org`));
      expect((await failure(platform.numbers.buy(imported(), call))).kind).to.equal("taken");
      server.close();
      platform = await serve(() => [409, { message: "Conflict", error: "Conflict", statusCode: 409 }]);
      expect(await failure(platform.numbers.buy(order(), call))).to.include({ kind: "conflict", status: 409 });
    });

    it("names every message of a refusal, and masks a carrier's token that comes back in it", async () => {
      const platform = await serve(() => bad(["property number should not exist", `twilioAuthToken ${twilio.token} is wrong`]));
      const e = await failure(platform.numbers.buy(imported(), call));
      expect(e.kind).to.equal("invalid");
      expect(e.message).to.contain("property number should not exist; twilioAuthToken").and.not.contain(twilio.token);
    });

    it("takes a missing status for active, and names the field of an answer that is not understood", async () => {
      let platform = await serve(() => [200, { id: "n1", provider: "vapi", number: own }]);
      expect(await platform.numbers.get("n1", undefined, call)).to.include({ status: "active", ready: true });
      server.close();
      platform = await serve(() => [201, { number: 7 }]);
      const e = await failure(platform.numbers.buy(order(), call));
      expect(e).to.include({ kind: "malformed", ambiguous: true });
      expect(e.message).to.contain("POST /phone-number").and.contain("id:").and.contain("number:");
    });
  });
});
