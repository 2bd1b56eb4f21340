import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { PlatformError } from "../../src/http/index.js";
import { planOf } from "../../src/platforms/numbering.js";
import { burki } from "../../src/platforms/burki/definition.js";
import { moneyOf } from "../../src/platforms/burki/search.js";
import type { NumberRecord, Order, Platform } from "../../src/platforms/platform.js";
import { startSandbox, type Sandbox } from "../../src/sandbox/index.js";

const call = {};
const mark = { digest: "k3f9x2a1", generation: 1 };
const label = { name: "Berlin", mark };
const marked = "Berlin [pulumi k3f9x2a1.1]";

const open = (url: string, key: string, options: Record<string, string> = {}): Platform =>
  burki.open({ url, key, option: (name) => options[name] });

async function failure(work: Promise<unknown>): Promise<PlatformError> {
  const e: unknown = await work.then(() => undefined, (error: unknown) => error);
  expect(e).to.be.instanceOf(PlatformError);
  return e as PlatformError;
}

const message = (work: Promise<unknown>): Promise<string> =>
  work.then(() => expect.fail("expected a failure"), (e: Error) => e.message);

describe("platform: Burki", () => {
  describe("against the sandbox", () => {
    let sandbox: Sandbox;
    let platform: Platform;

    interface Row {
      id: number;
      phone_number: string;
      friendly_name: string;
      assistant: { id: number } | null;
      flow: { id: number } | null;
    }

    const api = async <T>(method: string, path: string, body?: unknown) => {
      const response = await fetch(sandbox.env["BURKI_URL"]! + path, {
        method,
        headers: { authorization: `Bearer ${sandbox.env["BURKI_API_KEY"]}`, ...(body ? { "content-type": "application/json" } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return (await response.json()) as T;
    };
    const control = async <T>(path: string, body?: unknown) => {
      const response = await fetch(`${sandbox.url}/_sandbox${path}`, {
        method: body ? "POST" : "GET",
        ...(body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {}),
      });
      expect(response.status, await response.clone().text()).to.be.below(300);
      return (await response.json()) as T;
    };
    const outcome = (number: string, status: string) => control("/outcomes", { platform: "burki", number, status });
    const fault = (values: object) => control("/faults", { platform: "burki", ...values });
    const settings = (values: object) => control("/settings", { burki: values });
    const rows = () => api<Row[]>("GET", "/api/v1/assistants/organization/phone-numbers?include_inactive=true");
    const rowOf = async (number: string) => (await rows()).find((r) => r.phone_number === number)!;
    const purchases = async () => (await control<{ kind: string }[]>("/ledger")).filter((e) => e.kind === "purchase");
    const requests = async (method: string, path: RegExp) =>
      (await control<{ method: string; path: string }[]>("/requests")).filter((r) => r.method === method && path.test(r.path));

    const offered = async (carrier = "telnyx", more: object = {}) => (await platform.search({ country: "US", carrier, ...more }, call)).candidates;
    const oneOf = async (carrier?: string) => (await offered(carrier))[0]!.number;
    const buy = async (carrier = "telnyx", number?: string): Promise<Order> =>
      platform.numbers.buy({ number: number ?? (await oneOf(carrier)), label, carrier, country: "US" }, call);
    const owned = async (carrier?: string): Promise<NumberRecord> => (await buy(carrier)).record!;
    const atCarrier = (carrier = "telnyx") => control<{ number: string }>("/burki/carrier-numbers", { carrier });
    const newAssistant = (fields: Record<string, unknown> = {}, name = "Front desk") => platform.assistants!.create({ name, mark, fields }, call);
    const graph = { begin_node: "start", nodes: { start: { type: "conversation", prompt: "Greet the caller." } } };
    const newFlow = () => platform.flows!.create({ name: "Support", detail: "", mark, actions: [graph] }, call);

    beforeEach(async () => {
      sandbox = await startSandbox();
      platform = open(sandbox.env["BURKI_URL"]!, sandbox.env["BURKI_API_KEY"]!);
    });
    afterEach(() => sandbox.close());

    it("says what it is", async () => {
      expect(platform).to.include({ name: "burki", showsAtOnce: false, orderWindowMs: 60_000, pollIntervalMs: 3_000 });
      const quick = open("https://burki.example", "k", { burkiOrderWindow: "5s", burkiPollInterval: "100ms" });
      expect(quick).to.include({ orderWindowMs: 5_000, pollIntervalMs: 100 });
      expect(() => open("https://burki.example", "k", { burkiPaths: "2024" })).to.throw('expected "current" or "2025-08"');
      expect(await platform.prices({}, call)).to.deep.equal([]);
      expect(await platform.regions({ carrier: "twilio" }, call)).to.deep.include({ regionId: "DE", regionName: "DE" });
    });

    describe("search", () => {
      it("tells Telnyx's prices, and Twilio's numbers without", async () => {
        const [telnyx] = await offered("telnyx");
        expect(telnyx).to.deep.include({ country: "US", monthlyPrice: { amount: "1.00", currency: "USD" } });
        expect(telnyx!.capabilities).to.include("voice");
        expect((await offered("twilio"))[0]!.monthlyPrice).to.equal(undefined);
      });

      it("understands the field names of the Python model", async () => {
        await settings({ searchFields: "python" });
        expect((await offered())[0]).to.deep.include({ country: "US", monthlyPrice: { amount: "1.00", currency: "USD" } });
      });

      it("keeps to area code, type and limit, and says which criterion left nothing", async () => {
        const berlin = (await platform.search({ country: "DE", areaCode: "030", limit: 2 }, call)).candidates;
        expect(berlin).to.have.length.within(1, 2);
        for (const { number } of berlin) expect(number).to.match(/^\+4930/);
        const none = await platform.search({ country: "US", capabilities: ["fax"] }, call);
        expect(none.candidates).to.deep.equal([]);
        expect(none.left.at(-1)).to.include({ criterion: "capabilities", count: 0 });
      });

      it("finds an exact number", async () => {
        const number = await oneOf();
        expect((await platform.search({ number }, call)).candidates.map((c) => c.number)).to.deep.equal([number]);
        expect((await platform.search({ number: "+12125550999" }, call)).candidates).to.deep.equal([]);
      });
    });

    describe("numbers", () => {
      for (const carrier of ["telnyx", "twilio"]) {
        it(`buys, renames and releases on ${carrier}`, async () => {
          const order = await buy(carrier);
          expect(order.state).to.equal("completed");
          expect(order.purchaseId).to.be.a("string");
          const record = order.record!;
          expect(record).to.deep.include({ name: "Berlin", mark, status: "active", ready: true, gone: false, carrier });
          expect(planOf(record.number)).to.deep.equal({ country: "US", type: "local" });
          expect(record.webhooks?.voice).to.match(/^https:\/\//);
          expect(platform.numbers.idOf({ number: order.number, platformId: record.platformId })).to.equal(order.number);
          expect((await rowOf(order.number)).friendly_name).to.equal(marked);

          const renamed = await platform.numbers.label(record, { name: "Reception", mark: { ...mark, generation: 2 } }, call);
          expect(renamed).to.deep.include({ name: "Reception", mark: { ...mark, generation: 2 }, webhooks: record.webhooks });
          expect((await rowOf(order.number)).friendly_name).to.equal("Reception [pulumi k3f9x2a1.2]");
          for (const id of [order.number, record.platformId]) {
            expect(await platform.numbers.get(id, undefined, call)).to.deep.include({ name: "Reception", webhooks: record.webhooks });
          }
          expect((await platform.numbers.list(call)).map((n) => n.number)).to.deep.equal([order.number]);

          await platform.numbers.release(renamed, call);
          expect(await rows()).to.deep.equal([]);
          await platform.numbers.release(renamed, call); // and again: gone is gone
          expect(await platform.numbers.get(order.number, undefined, call)).to.equal(undefined);
          expect(await platform.numbers.find(order.number, call)).to.equal(undefined);
        });
      }

      it("lists and finds what is inactive", async () => {
        const { number } = await owned();
        await control("/burki/rows", { number, isActive: false });
        expect((await platform.numbers.list(call))[0]).to.include({ status: "inactive", ready: false, gone: false });
        expect(await platform.numbers.find(number, call)).to.include({ status: "inactive" });
      });

      describe("when it syncs", () => {
        const SYNC = "/api/v1/assistants/organization/phone-numbers/sync";
        const quick = { burkiPollInterval: "20ms", burkiOrderWindow: "1s", requestTimeout: "150ms" };
        beforeEach(() => {
          platform = open(sandbox.env["BURKI_URL"]!, sandbox.env["BURKI_API_KEY"]!, quick);
        });

        for (const [what, values] of [
          ["the answer is lost", { method: "POST", path: SYNC, kind: "drop-after-commit" }],
          ["it goes on after the deadline", { method: "POST", path: SYNC, kind: "latency", ms: 600 }],
          ["a name is refused at first", { method: "PATCH", kind: "status", status: 409 }],
        ] as const) {
          it(`puts the names back, although ${what}`, async () => {
            const { number } = await owned();
            await fault(values);
            const looked = platform.numbers.find("+14155550199", call);
            if (values.kind === "status") expect(await looked).to.equal(undefined);
            else expect(await failure(looked)).to.include({ path: SYNC });
            expect((await rowOf(number)).friendly_name).to.equal(marked);
          });
        }

        it("tells a name that can't be put back", async () => {
          const { number } = await owned();
          await fault({ method: "PATCH", kind: "status", status: 409, times: 3 });
          const told = await message(platform.numbers.find("+14155550199", call));
          expect(told).to.match(/^Burki's sync has overwritten the name of /).and.include(number).and.include(`Its name was "${marked}"`).and.include("409");
        });
      });

      it("does without the webhook URLs where they can't be had", async () => {
        const { number } = await owned();
        await fault({ method: "GET", path: "/api/v1/phone-numbers/:number/webhooks", kind: "status" });
        expect(await platform.numbers.get(number, undefined, call)).to.include({ number }).and.not.have.property("webhooks");
      });

      it("waits for a pending order by asking the carrier, not the row", async () => {
        const number = await oneOf();
        await outcome(number, "PENDING");
        const order = await buy("telnyx", number);
        expect(order).to.include({ state: "pending", status: "pending" }).and.not.have.property("record");
        expect(await rows()).to.have.length(1);
        expect(await platform.numbers.follow(order, call)).to.include({ state: "pending" });
        await control("/clock", { advance: "1m" });
        const done = await platform.numbers.follow(order, call);
        expect(done).to.include({ state: "completed", status: "completed", purchaseId: order.purchaseId });
        expect(done.record).to.deep.include({ number, mark });
        expect(await purchases()).to.have.length(1);
      });

      it("takes the row's word for it where the carrier can't be asked", async () => {
        const number = await oneOf();
        await outcome(number, "PENDING");
        const order = await buy("telnyx", number);
        await fault({ method: "GET", path: "/api/v1/phone-numbers/:number/diagnose", kind: "status", status: 404 });
        expect(await platform.numbers.follow(order, call)).to.include({ state: "completed" });
      });

      it("reports an order that failed under success:true, and takes its row for no number", async () => {
        const number = await oneOf();
        await outcome(number, "FAILED");
        const order = await buy("telnyx", number);
        expect(order).to.include({ state: "failed", status: "failed", details: "Order created with status: failed" });
        expect(await rows()).to.have.length(1);
        expect((await platform.numbers.list(call)).filter((n) => !n.gone)).to.deep.equal([]);
        expect(await platform.numbers.find(number, call)).to.include({ gone: true, mark: undefined });
        // The next purchase of the same number makes it one.
        expect((await buy("telnyx", number)).record).to.deep.include({ number, mark, gone: false });
      });

      it("calls a 500 on a purchase ambiguous, sends it once, and finds the number by a sync", async () => {
        const number = await oneOf();
        await outcome(number, "AMBIGUOUS");
        const e = await failure(buy("telnyx", number));
        expect(e).to.include({ ambiguous: true, status: 500 });
        expect(await requests("POST", /purchase$/)).to.have.length(1);
        expect(await rows()).to.deep.equal([]);
        expect(await platform.numbers.find(number, call)).to.include({ number, ready: true, mark: undefined });
        expect(await purchases()).to.have.length(1);
      });

      it("calls a carrier's refusal ambiguous too: Burki doesn't say why", async () => {
        const number = await oneOf();
        await outcome(number, "GONE");
        expect(await failure(buy("telnyx", number))).to.include({ ambiguous: true, status: 500 });
        expect(await platform.numbers.find(number, call)).to.equal(undefined);
      });

      it("follows an order that only a sync shows", async () => {
        const { number } = await atCarrier();
        const order: Order = { number, state: "completed", status: "completed" };
        expect((await platform.numbers.follow(order, call)).record).to.include({ number, ready: true });
        expect(await platform.numbers.follow({ ...order, number: "+12125550999" }, call)).to.include({ state: "pending" });
      });

      it("syncs only for what the list lacks, and puts names and marks back", async () => {
        const { number } = await owned();
        const other = await owned("twilio");
        await platform.numbers.find(number, call);
        await platform.numbers.get("+12125550999", undefined, call);
        expect(await requests("POST", /sync$/)).to.have.length(0);
        const missing = await atCarrier("twilio");
        const found = await Promise.all(["+12125550999", missing.number, missing.number].map((n) => platform.numbers.find(n, call)));
        expect(found.map((n) => n?.number)).to.deep.equal([undefined, missing.number, missing.number]);
        expect((await requests("POST", /sync$/)).length).to.be.within(1, 2);
        for (const n of [number, other.number]) expect((await rowOf(n)).friendly_name).to.equal(marked);
      });

      it("keeps what is written while a sync is on", async () => {
        const record = await owned("twilio");
        await fault({ method: "POST", path: "/api/v1/assistants/organization/phone-numbers/sync", kind: "latency", ms: 150 });
        const looking = platform.numbers.find("+12125550999", call);
        await new Promise((resolve) => setTimeout(resolve, 60));
        await platform.numbers.label(record, { name: "Later", mark: { ...mark, generation: 2 } }, call);
        await looking;
        expect((await rowOf(record.number)).friendly_name).to.equal("Later [pulumi k3f9x2a1.2]");
      });

      it("doesn't say that a number is absent when the carriers could not be asked", async () => {
        await fault({ method: "POST", path: "/api/v1/assistants/organization/phone-numbers/sync", kind: "status", status: 503 });
        expect(await failure(platform.numbers.find("+12125550999", call))).to.include({ status: 503 });
      });

      it("takes a 500 on a release for gone when it is gone, and only then", async () => {
        const gone = await owned();
        await fault({ method: "POST", path: "/api/v1/phone-numbers/release", kind: "drop-after-commit" });
        await platform.numbers.release(gone, call);
        expect(await platform.numbers.list(call)).to.deep.equal([]);

        const there = await owned();
        await fault({ method: "POST", path: "/api/v1/phone-numbers/release", kind: "status" });
        expect(await failure(platform.numbers.release(there, call))).to.include({ status: 500, ambiguous: true });
        expect(await platform.numbers.find(there.number, call)).to.deep.include({ mark, gone: false });
      });

      it("lets go of a number that the carrier has lost, whose row stays", async () => {
        const record = await owned();
        await control("/burki/carrier-losses", { number: record.number });
        await platform.numbers.release(record, call);
        expect(await platform.numbers.get(record.number, undefined, call)).to.include({ gone: true });

        const twilio = await owned("twilio"); // can't be asked: the error stands
        await control("/burki/carrier-losses", { number: twilio.number });
        expect(await failure(platform.numbers.release(twilio, call))).to.include({ status: 500 });
      });

      it("speaks both generations of paths, and takes a wrong one for no answer about the number", async () => {
        const record = await owned();
        await settings({ phoneNumberPaths: "older" });
        const e = await failure(platform.numbers.release(record, call));
        expect(e).to.include({ kind: "unexpected", status: 404 });
        const older = open(sandbox.env["BURKI_URL"]!, sandbox.env["BURKI_API_KEY"]!, { burkiPaths: "2025-08" });
        await older.numbers.release(record, call);
        expect(await rows()).to.deep.equal([]);
      });

      it("takes a base URL with /api/v1 for the same", async () => {
        const other = open(`${sandbox.env["BURKI_URL"]}/api/v1/`, sandbox.env["BURKI_API_KEY"]!);
        expect(await other.numbers.list(call)).to.deep.equal([]);
        expect(other.account).to.equal(platform.account);
      });
    });

    describe("assistants", () => {
      const llm = { temperature: 0.7, system_prompt: "You are the front desk.", welcome_message: "Hello!" };

      it("goes through create, list, get, update and delete", async () => {
        const made = await newAssistant({ llm, llmProvider: "anthropic", tts: { voice_id: "rachel" }, description: "Berlin", max_call_length: 600 });
        expect(made.id).to.match(/^\d+$/);
        expect(made).to.deep.include({ name: "Front desk", mark });
        expect(made.fields).to.deep.include({ description: "Berlin", llmProvider: "anthropic", max_call_length: 600 });
        expect(made.fields["llm"]).to.include({ temperature: 0.7, max_tokens: 1000 });
        for (const own of ["id", "name", "organization_id", "created_at", "updated_at", "total_calls"]) expect(made.fields).to.not.have.property(own);
        const wire = await api<Record<string, unknown>>("GET", `/api/v1/assistants/${made.id}`);
        expect(wire).to.include({ name: "Front desk", description: "Berlin [pulumi k3f9x2a1.1]", llm_provider: "anthropic" });
        expect(await platform.assistants!.get(made.id, call)).to.deep.equal(made);
        expect(await platform.assistants!.list(call)).to.deep.equal([made]);
        await platform.assistants!.delete(made.id, call);
        await platform.assistants!.delete(made.id, call);
        expect(await platform.assistants!.get(made.id, call)).to.equal(undefined);
      });

      it("takes both spellings, and lists each field once", async () => {
        const made = await newAssistant({ llm_settings: llm, stt: { model: "nova-3" } });
        expect(made.fields["llm_settings"]).to.include(llm);
        expect(made.fields["llm"]).to.equal(made.fields["llm_settings"]);
        expect(Object.keys(made.fields)).to.include("llm").and.not.include("llm_settings");
      });

      it("takes off what is declared no more, inside of settings and beside them", async () => {
        const calls = { end_call_message: "Bye", max_call_length: 600, bypass_numbers: ["+4930123456"] };
        const before = { llm, llmProvider: "anthropic", rag: { enabled: true }, ...calls };
        const { id } = await newAssistant(before);
        const after = await platform.assistants!.update({ id, name: "Desk", mark, fields: { llm: { temperature: 0.2 } } }, before, call);
        expect(after).to.include({ id, name: "Desk" });
        expect(after.fields["llm"]).to.include({ temperature: 0.2 }).and.not.include(llm);
        expect((after.fields["llm"] as typeof llm).system_prompt).to.match(/^You are a helpful assistant/);
        expect(after.fields).to.include({ llmProvider: "openai" });
        expect(after.fields).to.not.have.any.keys("end_call_message", "max_call_length", "description");
        expect(after.fields["rag"]).to.include({ enabled: false });
        expect(after.fields["bypass_numbers"]).to.deep.equal([]);
        expect(await platform.assistants!.get(id, call)).to.deep.equal(after);
      });

      it("keeps keys out of what it reads", async () => {
        const made = await newAssistant({ api_keys: { deepgram: "dg-secret" }, llm_provider_config: { model: "gpt-4o", api_key: "sk-secret" } });
        expect(made.fields["llm_provider_config"]).to.include({ model: "gpt-4o" });
        expect(JSON.stringify(made)).to.not.include("secret");
        const wire = await api<Record<string, unknown>>("GET", `/api/v1/assistants/${made.id}`);
        expect(wire["api_keys"]).to.deep.equal({ deepgram: "dg-secret" });
      });

      it("says which flow an assistant is deleted from under", async () => {
        const made = await newAssistant();
        const flow = await api<{ id: number }>("POST", "/api/v1/flows", { name: "Support", base_assistant_id: Number(made.id) });
        expect(await message(platform.assistants!.delete(made.id, call))).to.include(`based on it is flow ${flow.id} ("Support")`);
      });

      it("lists more than a page", async () => {
        await Promise.all(Array.from({ length: 501 }, (_, i) => api("POST", "/api/v1/assistants", { name: `a${i}` })));
        expect(await platform.assistants!.list(call)).to.have.length(501);
      });
    });

    describe("flows", () => {
      it("goes through create, list, get, update and delete", async () => {
        const made = await newFlow();
        expect(made.assistant).to.match(/^\d+$/); // the one that Burki makes for it
        expect(made).to.deep.equal({ id: made.id, name: "Support", mark, detail: "", actions: [graph], assistant: made.assistant });
        const next = { ...made, name: "Sales", actions: [{ ...graph, global_prompt: "Be brief." }] };
        expect(await platform.flows!.update(next, call)).to.deep.equal(next);
        expect(await platform.flows!.get(made.id, call)).to.deep.equal(next);
        await api("PUT", `/api/v1/flows/${made.id}`, { is_active: false });
        expect(await platform.flows!.list(call)).to.deep.equal([next]);
        await platform.flows!.delete(made.id, call);
        await platform.flows!.delete(made.id, call);
        expect(await platform.flows!.get(made.id, call)).to.equal(undefined);
      });

      it("takes one graph, or none for the server's own", async () => {
        expect(await message(platform.flows!.create({ name: "x", detail: "", actions: [graph, graph] }, call))).to.include("one graph");
        expect((await platform.flows!.create({ name: "x", detail: "", actions: [] }, call)).actions).to.have.length(1);
      });

      it("keeps the mark of a flow with a long name", async () => {
        const made = await platform.flows!.create({ name: "n".repeat(255), detail: "", mark, actions: [] }, call);
        expect(made.mark).to.deep.equal(mark);
      });
    });

    describe("pointers", () => {
      it("writes and reads slots", () => {
        const { links, flows } = platform.pointers!;
        expect(links!.toSlots({ assistant: "7" })).to.deep.equal({ target: "assistant:7" });
        expect(links!.fromSlots({ target: "assistant:7" }, {})).to.deep.equal({ assistant: "7" });
        expect(links!.fromSlots({ target: "flow:3" }, { assistant: "7" })).to.deep.equal({ assistant: undefined });
        expect(flows!.toSlots({ callFlow: "3" })).to.deep.equal({ target: "flow:3" });
        expect(flows!.fromSlots({ target: "flow:3" }, { callFlow: "3" })).to.deep.equal({ callFlow: "3" });
        expect(flows!.toSlots({ callFlow: "0" })).to.deep.equal({ target: "" });
        expect(flows!.fromSlots({ target: undefined }, { callFlow: "0" })).to.deep.equal({ callFlow: "0" });
        expect(flows!.toSlots({}).target).to.equal(undefined);
      });

      it("links, links anew, changes to a flow and back, and unlinks: a call each, and never pointing nowhere", async () => {
        const pointers = platform.pointers!;
        const record = await owned();
        const [a, b, flow] = [await newAssistant(), await newAssistant({}, "Other"), await newFlow()];
        const steps = [`assistant:${a.id}`, `assistant:${b.id}`, `flow:${flow.id}`, `assistant:${a.id}`, undefined, `flow:${flow.id}`, undefined];
        let now: string | undefined;
        for (const [i, target] of steps.entries()) {
          const id = i % 2 ? record.number : record.platformId;
          await pointers.set(id, { target }, { target: now }, call);
          expect(await pointers.get(id, call)).to.deep.equal({ target });
          now = target;
        }
        expect(await requests("PATCH", /organization\/phone-numbers/)).to.have.length(steps.length);
      });

      it("knows no number that isn't there, and refuses ids that are none", async () => {
        const { number } = await owned();
        expect(await platform.pointers!.get("+12125550999", call)).to.equal(undefined);
        expect(await message(platform.pointers!.set("+12125550999", { target: "assistant:7" }, {}, call))).to.include("no number +12125550999");
        expect(await message(platform.pointers!.set(number, { target: "assistant:abc" }, {}, call))).to.include('"abc" is no assistant');
        expect(await failure(platform.pointers!.set(number, { target: "assistant:999" }, {}, call))).to.include({ kind: "not-found" });
      });
    });

    it("names the key that is refused, and not its value", async () => {
      const e = await failure(open(sandbox.env["BURKI_URL"]!, "burki_wrong0123456789").numbers.list(call));
      expect(e).to.include({ kind: "unauthorized" });
      expect(e.message).to.include("telephony:burkiApiKey").and.include("BURKI_API_KEY").and.not.include("burki_wrong");
    });

    it("says what is wrong in FastAPI's words", async () => {
      const e = await failure(platform.assistants!.create({ name: 7 as unknown as string, fields: { max_call_length: "long" } }, call));
      expect(e).to.include({ kind: "invalid", status: 422 });
      expect(e.platformMessage).to.include("name: Input should be a valid string").and.include("max_call_length: ");
    });
  });

  describe("against answers that the sandbox doesn't give", () => {
    let server: Server;
    let platform: Platform;
    let answers: Record<string, [status: number, body: unknown][]>;
    let seen: { call: string; body: unknown }[];

    const LIST = "GET /api/v1/assistants/organization/phone-numbers";
    const PATCH = "PATCH /api/v1/assistants/organization/phone-numbers/5";
    const SYNC = "POST /api/v1/assistants/organization/phone-numbers/sync";
    const PURCHASE = "POST /api/v1/phone-numbers/purchase";
    const number = "+14155550123";
    const row = (more: object = {}) => ({
      id: 5, phone_number: number, friendly_name: marked, provider: "telnyx", twilio_sid: "x", is_active: true,
      capabilities: { voice: true }, created_at: "2026-01-02T03:04:05", ...more,
    });
    const buying = () => platform.numbers.buy({ number, label, carrier: "twilio", country: "US" }, call);

    beforeEach(async () => {
      [answers, seen] = [{}, []];
      server = createServer((request, response) => {
        let text = "";
        request.on("data", (chunk: Buffer) => (text += chunk.toString()));
        request.on("end", () => {
          const key = `${request.method} ${request.url!.split("?")[0]}`;
          seen.push({ call: key, body: text ? (JSON.parse(text) as unknown) : undefined });
          const queue = answers[key] ?? [[404, { detail: "Not Found" }]];
          const [status, body] = queue.length > 1 ? queue.shift()! : queue[0]!;
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      platform = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "burki_key");
    });
    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it("reads the open-source server's rows, and its times as UTC", async () => {
      answers[LIST] = [[200, [row({ provider: undefined, friendly_name: null, capabilities: null })]]];
      const [record] = await platform.numbers.list(call);
      expect(record).to.include({ platformId: "5", name: "", carrier: undefined, purchasedAt: "2026-01-02T03:04:05.000Z" });
    });

    it("takes success:false under 200 for an error, and on a purchase for an ambiguous one", async () => {
      answers[PURCHASE] = [[200, { success: false, provider: "twilio", message: "Something went wrong" }]];
      expect(await failure(buying())).to.include({ ambiguous: true, platformMessage: "Something went wrong" });
      answers[LIST] = [[200, [row()]]];
      answers[PATCH] = [[200, { success: false, message: "Phone number is already assigned to another assistant" }]];
      expect(await failure(platform.pointers!.set("5", { target: "assistant:7" }, {}, call))).to.include({ kind: "conflict" });
      answers["DELETE /api/v1/flows/3"] = [[200, { success: false, message: "no" }]];
      expect(await failure(platform.flows!.delete("3", call))).to.include({ kind: "invalid", platformMessage: "no" });
    });

    it("knows the carriers' reasons by their words", async () => {
      for (const [detail, kind] of [["Number not available", "taken"], ["Insufficient balance", "credits"], ["Invalid credentials", "forbidden"]]) {
        answers[PURCHASE] = [[500, { detail }]];
        expect(await failure(buying())).to.include({ kind, ambiguous: true });
      }
    });

    it("doesn't lose a purchase whose row can't be looked up", async () => {
      const details = { sid: "PN1", date_created: "2026-01-02T03:04:05Z" };
      answers[PURCHASE] = [[200, { success: true, provider: "twilio", message: "ok", purchase_details: details }]];
      answers[LIST] = [[403, { detail: "no" }]];
      expect(await buying()).to.deep.include({ number, purchaseId: "PN1", state: "completed", purchasedAt: "2026-01-02T03:04:05.000Z" });
      expect(seen[0]!.body).to.deep.equal({ phone_number: number, provider: "twilio", friendly_name: marked, country_code: "US" });
    });

    it("takes a sync of nothing for nothing", async () => {
      answers[LIST] = [[200, []]];
      answers[SYNC] = [[500, { detail: "No phone numbers found in twilio account" }]];
      expect(await platform.numbers.find(number, call)).to.equal(undefined);
    });

    it("doesn't take what Twilio's search brings for what was asked for", async () => {
      const place = { country_code: "US", region: "IL", locality: "Chicago" };
      const found = { ...place, phone_number: "+13125550123", capabilities: { voice: true }, provider: "twilio" };
      answers["POST /api/v1/phone-numbers/search"] = [[200, { success: true, numbers: [found], total_found: 1, provider: "twilio" }]];
      const result = await platform.search({ country: "US", areaCode: "415", carrier: "twilio" }, call);
      expect(result).to.deep.include({ candidates: [], offered: 1 });
      expect(result.left.at(-1)).to.deep.equal({ criterion: "areaCode", count: 0, hint: "312" });
      expect((await platform.search({ region: "CA", carrier: "twilio" }, call)).candidates).to.deep.equal([]);
    });

    it("takes the old target off where a server lets both stand, and believes the list", async () => {
      const [old, both, next] = [{ assistant: { id: 7 } }, { assistant: { id: 7 }, flow: { id: 3 } }, { flow: { id: 3 } }];
      answers[LIST] = [old, both, next].map((more) => [200, [row(more)]]);
      answers[PATCH] = [[200, { success: true, message: "ok" }]];
      await platform.pointers!.set(number, { target: "flow:3" }, { target: "assistant:7" }, call);
      expect(seen.filter((s) => s.call === PATCH).map((s) => s.body)).to.deep.equal([{ flow_id: 3 }, { assistant_id: 0 }]);
      const refused = message(platform.pointers!.set(number, { target: "assistant:9" }, { target: "flow:3" }, call));
      expect(await refused).to.match(/points .* at assistant:9, and lists it with flow:3/);
    });

    it("names what it doesn't understand", async () => {
      answers[LIST] = [[200, [row({ phone_number: 5 })]]];
      expect((await failure(platform.numbers.list(call))).message).to.include("[0].phone_number");
    });

    it("reads prices in every spelling", () => {
      const read = (["$1.00", "1.5", 2, "1.00 EUR", "£3", null, undefined, "free"] as const).map(moneyOf);
      const expected = ["1.00 USD", "1.50 USD", "2.00 USD", "1.00 EUR", "3.00 GBP", undefined, undefined, undefined];
      expect(read.map((m) => m && `${m.amount} ${m.currency}`)).to.deep.equal(expected);
    });
  });
});
