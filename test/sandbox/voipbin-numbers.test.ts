/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- a test reads whatever JSON came */
import { expect } from "chai";
import { start, zeroUuid, type Answer, type TestSandbox } from "./helpers";

const seedNumber = "+15551234567";
const sentinel = "9999-01-01 00:00:00.000000";
const time = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;

/** The error envelope, with the status and reason that are expected. */
function expectError(answer: Answer, http: number, status: string, reason: string): void {
  expect(answer.status).to.equal(http);
  expect(answer.json).to.have.keys("error");
  expect(answer.json.error).to.include({ status, reason, domain: "api-manager" });
  expect(answer.json.error.message).to.be.a("string").and.not.equal("");
  expect(answer.json.error.request_id).to.match(/^req_[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(answer.headers.get("X-Request-Id")).to.equal(answer.json.error.request_id);
}

describe("sandbox: VoIPBIN, numbers", () => {
  let s: TestSandbox;
  beforeEach(async () => {
    s = await start();
  });
  afterEach(() => s.sandbox.close());

  const buy = (number = seedNumber, extra: object = {}) => s.voipbin("POST", "/numbers", { number, ...extra });
  const offered = async (query: string) => (await s.voipbin("GET", `/available_numbers?${query}`)).json.result as any[];
  const flow = async (call = s.voipbin) => (await call("POST", "/flows", { name: "n", detail: "d", actions: [{ type: "answer" }] })).json.id as string;
  const secondKey = () => s.sandbox.accounts.find((account) => account.platform === "voipbin" && account.account === "second")!.key;

  describe("authentication", () => {
    const login = (username: string, password: string) => s.bare("POST", "/voipbin/auth/login", { username, password });

    it("logs in for a JWT, good for 7 days as token or Bearer", async () => {
      const answer = await login("default", "password-of-default");
      expect(answer.status).to.equal(200);
      expect(answer.json).to.have.keys("username", "token");
      const { token } = answer.json;
      const numbers = () => s.bare("GET", `/voipbin/v1.0/numbers?token=${token}`);
      expect((await numbers()).status).to.equal(200);
      expect((await s.bare("GET", "/voipbin/v1.0/numbers", undefined, { Authorization: `Bearer ${token}` })).status).to.equal(200);
      expectError(await s.bare("GET", `/voipbin/v1.0/numbers?accesskey=${token}`), 401, "UNAUTHENTICATED", "INVALID_CREDENTIALS");
      await s.advance("167h");
      expect((await numbers()).status).to.equal(200);
      await s.advance("1h");
      expectError(await numbers(), 401, "UNAUTHENTICATED", "INVALID_CREDENTIALS");
    });

    it("answers a bare 400 to bad credentials, and 404 under /v1.0", async () => {
      for (const answer of [await login("default", "wrong"), await login("nobody", ""), await s.bare("POST", "/voipbin/auth/login", "{")]) {
        expect(answer.status).to.equal(400);
        expect(answer.text).to.equal("");
      }
      expectError(await s.bare("POST", "/voipbin/v1.0/auth/login", {}), 404, "NOT_FOUND", "ROUTE_NOT_FOUND");
    });

    it("limits logins to a burst of 20", async () => {
      const answers = await Promise.all(Array.from({ length: 40 }, () => login("default", "wrong")));
      const refused = answers.filter((answer) => answer.status === 429);
      expect(refused.length).to.be.within(15, 20);
      expect(refused[0]?.headers.get("Retry-After")).to.equal("1");
    });

    it("takes an access key as accesskey only", async () => {
      const key = s.sandbox.env["VOIPBIN_ACCESS_KEY"]!;
      expect((await s.bare("GET", `/voipbin/v1.0/numbers?accesskey=${key}`)).status).to.equal(200);
      expectError(await s.bare("GET", `/voipbin/v1.0/numbers?token=${key}`), 401, "UNAUTHENTICATED", "INVALID_CREDENTIALS");
      expectError(await s.bare("GET", "/voipbin/v1.0/numbers", undefined, { Authorization: `Bearer ${key}` }), 401, "UNAUTHENTICATED", "INVALID_CREDENTIALS");
      expectError(await s.voipbinAs("nobody")("GET", "/numbers"), 401, "UNAUTHENTICATED", "INVALID_CREDENTIALS");
      expectError(await s.bare("GET", "/voipbin/v1.0/numbers"), 401, "UNAUTHENTICATED", "AUTHENTICATION_REQUIRED");
    });

    it("refuses a frozen customer, and an agent who may not touch numbers", async () => {
      await s.control("POST", "/accounts", { platform: "voipbin", key: "frozen", frozen: true });
      expectError(await s.voipbinAs("frozen")("GET", "/numbers"), 403, "PERMISSION_DENIED", "ACCOUNT_FROZEN");
      await s.control("POST", "/accounts", { platform: "voipbin", key: "agent", permission: "agent" });
      for (const path of ["/numbers", "/available_numbers?country_code=US"]) {
        expectError(await s.voipbinAs("agent")("GET", path), 403, "PERMISSION_DENIED", "PERMISSION_DENIED");
      }
    });
  });

  describe("available_numbers", () => {
    it("offers the numbers of a country, the seed's first, without a page token", async () => {
      const { json, status } = await s.voipbin("GET", "/available_numbers?country_code=US&page_size=3");
      expect(status).to.equal(200);
      expect(json).to.have.keys("result");
      expect(json.result.map((item: any) => item.number)).to.deep.equal([seedNumber, "+15551234568", "+18005551234"]);
      expect(json.result[0]).to.deep.equal({ number: seedNumber, country: "US", region: "California", postal_code: "94102", features: ["voice", "sms", "mms"] });
      expect((await offered("country_code=DE")).every((item) => item.number.startsWith("+49"))).to.equal(true);
      expect(await offered("country_code=ZZ")).to.deep.equal([]);
    });

    it("clamps page_size to 100", async () => {
      for (const size of ["", "&page_size=0", "&page_size=101", "&page_size=-1"]) expect(await offered(`country_code=US${size}`), size).to.have.length(100);
      expectError(await s.voipbin("GET", "/available_numbers?country_code=US&page_size=x"), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
    });

    it("goes on to offer every kind, however many of one are bought", async () => {
      await s.control("POST", "/accounts", { platform: "voipbin", key: "rich", balance: "10000.00" });
      const isLocal = ({ number }: { number: string }) => !/^\+18(00|77|88)/.test(number);
      const buyer = s.voipbinAs("rich");
      for (let bought = 0; bought < 300; ) {
        const locals = (await offered("country_code=US")).filter(isLocal);
        expect(locals.length, `after ${bought}`).to.be.greaterThan(60);
        for (const { number } of locals) expect((await buyer("POST", "/numbers", { number })).status).to.equal(200);
        bought += locals.length;
      }
      const left = await offered("country_code=US");
      expect(left).to.have.length(100);
      expect(left.filter(isLocal).length).to.be.within(60, 80);
    });

    it("needs country_code unless virtual, and knows two types", async () => {
      expectError(await s.voipbin("GET", "/available_numbers"), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expectError(await s.voipbin("GET", "/available_numbers?country=US"), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expectError(await s.voipbin("GET", "/available_numbers?country_code=US&type=toll_free"), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expectError(await s.voipbin("GET", "/number_availables?country=US"), 404, "NOT_FOUND", "ROUTE_NOT_FOUND");
    });

    it("makes virtual numbers up: +899, thirteen characters, never the reserved ones", async () => {
      const numbers = (await offered("type=virtual&page_size=5")).map((item) => item.number as string);
      expect(numbers).to.have.length(5);
      for (const number of numbers) expect(number).to.match(/^\+899(?!000)\d{9}$/);
    });
  });

  describe("POST /numbers", () => {
    it("works with the number alone", async () => {
      const { status, json } = await buy();
      expect(status).to.equal(200);
      expect(json).to.include({
        number: seedNumber, type: "normal", call_flow_id: zeroUuid, message_flow_id: zeroUuid, name: "", detail: "", status: "active",
        t38_enabled: false, emergency_enabled: false, tm_delete: sentinel,
      });
      expect(json.id).to.match(/^[0-9a-f-]{36}$/);
      for (const field of ["tm_create", "tm_update", "tm_purchase", "tm_renew"]) expect(json[field], field).to.match(time);
      expect(json).to.not.have.any.keys("provider_name", "provider_reference_id");
    });

    it("takes all five fields, and whatever is no UUID as no flow", async () => {
      const callFlow = await flow();
      const { json } = await buy(seedNumber, { call_flow_id: callFlow, message_flow_id: "flow-xyz-789", name: "Hotline", detail: "mark:abc" });
      expect(json).to.include({ call_flow_id: callFlow, message_flow_id: zeroUuid, name: "Hotline", detail: "mark:abc" });
    });

    it("charges 5.00 USD for a normal number and nothing for a virtual one", async () => {
      await buy();
      expect((await buy("+899100000001", { type: "virtual" })).json.type).to.equal("virtual");
      expect((await s.ledger()).map(({ kind, number, amount, currency }) => [kind, number, amount, currency])).to.deep.equal([
        ["purchase", seedNumber, "5.00", "USD"], ["purchase", "+899100000001", "0.00", "USD"],
      ]);
      expect((await s.voipbin("GET", "/billing_accounts")).json.result[0]).to.include({ balance_credit: (100_000 - 5) * 1_000_000, balance_token: 0 });
    });

    it("says that a number exists already, whoever owns it", async () => {
      await buy();
      expectError(await buy(), 409, "ALREADY_EXISTS", "ALREADY_EXISTS");
      const other = await s.voipbinAs(secondKey())("POST", "/numbers", { number: seedNumber });
      expectError(other, 409, "ALREADY_EXISTS", "ALREADY_EXISTS");
      expect(other.json.error.message).to.contain("already exists");
      expect(await s.ledger()).to.have.length(1);
    });

    it("refuses what isn't on offer, isn't a number or isn't JSON", async () => {
      expectError(await buy("+12125550000"), 404, "NOT_FOUND", "NUMBER_NOT_FOUND");
      expectError(await buy("2125550000"), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expectError(await s.voipbin("POST", "/numbers", {}), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expectError(await s.voipbin("POST", "/numbers", "{"), 400, "INVALID_ARGUMENT", "INVALID_JSON_BODY");
      expectError(await s.voipbin("POST", "/numbers", { number: 5 }), 400, "INVALID_ARGUMENT", "INVALID_JSON_BODY");
    });

    it("keeps +899 for virtual numbers, and +899000 for itself", async () => {
      expectError(await buy("+899100000001"), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expectError(await buy("+899000000001", { type: "virtual" }), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expectError(await buy("+89910000001", { type: "virtual" }), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expectError(await buy(seedNumber, { type: "virtual" }), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
    });

    it("limits virtual numbers by tier", async () => {
      await s.control("POST", "/accounts", { platform: "voipbin", key: "small", virtualLimit: 1 });
      const small = s.voipbinAs("small");
      const first = await small("POST", "/numbers", { number: "+899100000001", type: "virtual" });
      const refused = await small("POST", "/numbers", { number: "+899100000002", type: "virtual" });
      expectError(refused, 429, "RESOURCE_EXHAUSTED", "RESOURCE_LIMIT_EXCEEDED");
      expect(refused.json.error.message).to.equal("resource limit exceeded");
      await small("DELETE", `/numbers/${first.json.id}`);
      expect((await small("POST", "/numbers", { number: "+899100000002", type: "virtual" })).status).to.equal(200);
    });

    it("wants balance and a verified identity for normal numbers only", async () => {
      await s.control("POST", "/accounts", { platform: "voipbin", key: "poor", balance: "4.99" });
      expectError(await s.voipbinAs("poor")("POST", "/numbers", { number: seedNumber }), 402, "PAYMENT_REQUIRED", "INSUFFICIENT_BALANCE");
      await s.control("POST", "/accounts", { platform: "voipbin", key: "poor", balance: "50", verified: false });
      expectError(await s.voipbinAs("poor")("POST", "/numbers", { number: seedNumber }), 403, "PERMISSION_DENIED", "IDENTITY_VERIFICATION_REQUIRED");
      expect((await s.voipbinAs("poor")("POST", "/numbers", { number: "+899100000001", type: "virtual" })).status).to.equal(200);
    });

    it("shows purchase-pending for as long as the setting says", async () => {
      await s.control("POST", "/settings", { voipbin: { pendingMs: 60_000 } });
      const { id, status } = (await buy()).json;
      expect(status).to.equal("purchase-pending");
      await s.advance("1m");
      expect((await s.voipbin("GET", `/numbers/${id}`)).json.status).to.equal("active");
    });
  });

  describe("GET /numbers", () => {
    it("pages newest first, with a token whenever the page has a row", async () => {
      const numbers = (await offered("country_code=US&page_size=5")).map((item) => item.number as string);
      for (const number of numbers) await buy(number);
      const seen: string[] = [];
      let token: string | undefined;
      let pages = 0;
      do {
        const { json } = await s.voipbin("GET", `/numbers?page_size=2${token ? `&page_token=${encodeURIComponent(token)}` : ""}`);
        pages++;
        seen.push(...(json.result as any[]).map((item) => item.number as string));
        expect(json.next_page_token === "").to.equal(json.result.length === 0);
        token = json.next_page_token as string;
      } while (token);
      expect(pages, "the fourth page is empty").to.equal(4);
      expect(seen).to.deep.equal([...numbers].reverse());
      expectError(await s.voipbin("GET", "/numbers?page_token=yesterday"), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
    });

    it("clamps page_size to 100", async () => {
      await s.control("POST", "/accounts", { platform: "voipbin", key: s.sandbox.env["VOIPBIN_ACCESS_KEY"], virtualLimit: 200 });
      await Promise.all(Array.from({ length: 101 }, (_, i) => buy(`+899100000${String(i).padStart(3, "0")}`, { type: "virtual" })));
      expect((await s.voipbin("GET", "/numbers?page_size=1000")).json.result).to.have.length(100);
      expect((await s.voipbin("GET", "/numbers")).json.result).to.have.length(100);
    });

    it("shows no number of another customer", async () => {
      const { id } = (await buy()).json;
      const second = s.voipbinAs(secondKey());
      expect((await second("GET", "/numbers")).json.result).to.deep.equal([]);
      for (const [method, path] of [["GET", ""], ["DELETE", ""], ["PUT", ""], ["PUT", "/flow_ids"]] as const) {
        expectError(await second(method, `/numbers/${id}${path}`, method === "PUT" ? {} : undefined), 404, "NOT_FOUND", "RESOURCE_NOT_FOUND");
      }
    });
  });

  describe("one number", () => {
    let id: string;
    beforeEach(async () => {
      id = (await buy(seedNumber, { name: "Hotline", detail: "front desk" })).json.id;
    });

    it("is read by id", async () => {
      expect((await s.voipbin("GET", `/numbers/${id}`)).json).to.include({ id, number: seedNumber });
      expectError(await s.voipbin("GET", "/numbers/abc"), 400, "INVALID_ARGUMENT", "INVALID_ID");
      expectError(await s.voipbin("GET", `/numbers/${zeroUuid}`), 400, "INVALID_ARGUMENT", "INVALID_ID");
      expectError(await s.voipbin("GET", "/numbers/5f1f8f7e-9b3d-4c60-8465-b69e9f28b6db"), 404, "NOT_FOUND", "RESOURCE_NOT_FOUND");
    });

    it("is changed by PUT, which leaves alone what isn't sent", async () => {
      const callFlow = await flow();
      const changed = (await s.voipbin("PUT", `/numbers/${id}`, { call_flow_id: callFlow })).json;
      expect(changed).to.include({ call_flow_id: callFlow, message_flow_id: zeroUuid, name: "Hotline", detail: "front desk" });
      expect(changed.tm_update > changed.tm_create).to.equal(true);
      expect((await s.voipbin("PUT", `/numbers/${id}`, { name: "", call_flow_id: zeroUuid })).json).to.include({ name: "", call_flow_id: zeroUuid, detail: "front desk" });
    });

    it("takes existing flows of its own customer by PUT", async () => {
      const unknown = "5f1f8f7e-9b3d-4c60-8465-b69e9f28b6db";
      const foreign = await flow(s.voipbinAs(secondKey()));
      for (const flowId of [unknown, foreign, "flow-abc-123"]) {
        expectError(await s.voipbin("PUT", `/numbers/${id}`, { call_flow_id: flowId }), 400, "INVALID_ARGUMENT", "INVALID_CALL_FLOW_ID");
        expectError(await s.voipbin("PUT", `/numbers/${id}`, { message_flow_id: flowId }), 400, "INVALID_ARGUMENT", "INVALID_MESSAGE_FLOW_ID");
      }
      expectError(await s.voipbin("PUT", `/numbers/${id}`, "nonsense"), 400, "INVALID_ARGUMENT", "INVALID_JSON_BODY");
    });

    it("takes any UUID by PUT /flow_ids", async () => {
      const unknown = "5f1f8f7e-9b3d-4c60-8465-b69e9f28b6db";
      expect((await s.voipbin("PUT", `/numbers/${id}/flow_ids`, { message_flow_id: unknown })).json).to.include({ call_flow_id: zeroUuid, message_flow_id: unknown });
      expectError(await s.voipbin("PUT", `/numbers/${id}/flow_ids`, { call_flow_id: "flow-abc-123" }), 400, "INVALID_ARGUMENT", "INVALID_CALL_FLOW_ID");
    });

    it("has its debugging switched by PUT /metadata", async () => {
      expect((await s.voipbin("PUT", `/numbers/${id}/metadata`, { rtp_debug: true })).json.metadata).to.deep.equal({ rtp_debug: true });
      expect((await s.voipbin("PUT", `/numbers/${id}/metadata`, {})).json.metadata).to.deep.equal({ rtp_debug: false });
    });

    it("is gone after DELETE: 404, off the list, on offer", async () => {
      const deleted = await s.voipbin("DELETE", `/numbers/${id}`);
      expect(deleted.status).to.equal(200);
      expect(deleted.json.status).to.equal("deleted");
      expect(deleted.json.tm_delete).to.match(time).and.not.equal(sentinel);
      for (const method of ["GET", "DELETE"]) expectError(await s.voipbin(method, `/numbers/${id}`), 404, "NOT_FOUND", "RESOURCE_NOT_FOUND");
      expectError(await s.voipbin("PUT", `/numbers/${id}`, {}), 404, "NOT_FOUND", "RESOURCE_NOT_FOUND");
      expect((await s.voipbin("GET", "/numbers")).json).to.deep.equal({ result: [], next_page_token: "" });
      expect((await offered("country_code=US"))[0].number).to.equal(seedNumber);
      expect((await s.ledger()).at(-1)).to.include({ kind: "release", number: seedNumber, amount: "0.00" });
      expect((await buy()).status).to.equal(200);
    });

    it("comes back on offer after a cool-down where that is set", async () => {
      await s.control("POST", "/settings", { sandbox: { releaseCooldownMs: 60_000 } });
      await s.voipbin("DELETE", `/numbers/${id}`);
      expectError(await buy(), 404, "NOT_FOUND", "NUMBER_NOT_FOUND");
      await s.advance("1m");
      expect((await buy()).status).to.equal(200);
    });
  });

  describe("renewal", () => {
    it("charges a month when the clock passes it", async () => {
      await buy();
      await s.advance("62d");
      expect((await s.ledger()).map(({ kind, amount }) => `${kind} ${amount}`)).to.deep.equal(["purchase 5.00", "renewal 5.00", "renewal 5.00"]);
    });

    it("releases a number whose owner can't pay", async () => {
      await s.control("POST", "/accounts", { platform: "voipbin", key: "poor", balance: "5.00" });
      const { id } = (await s.voipbinAs("poor")("POST", "/numbers", { number: seedNumber })).json;
      await s.advance("31d");
      expectError(await s.voipbinAs("poor")("GET", `/numbers/${id}`), 404, "NOT_FOUND", "RESOURCE_NOT_FOUND");
      expect((await s.ledger()).map(({ kind }) => kind)).to.deep.equal(["purchase", "release"]);
    });

    it("by route is for the super-admin", async () => {
      await buy();
      const renew = { tm_renew: "2100-01-01 00:00:00.000000" };
      expectError(await s.voipbin("POST", "/numbers/renew", renew), 403, "PERMISSION_DENIED", "PERMISSION_DENIED");
      await s.control("POST", "/accounts", { platform: "voipbin", key: "root", permission: "super-admin" });
      const root = s.voipbinAs("root");
      expectError(await root("POST", "/numbers/renew", { tm_renew: "soon" }), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expect((await root("POST", "/numbers/renew", renew)).json.map((item: any) => item.number)).to.deep.equal([seedNumber]);
      expect((await s.ledger()).map(({ kind, account }) => `${kind} ${account}`)).to.deep.equal(["purchase default", "renewal default"]);
    });
  });

  describe("rate limit", () => {
    it("is told in headers, and kept with 429 and Retry-After", async () => {
      await s.control("POST", "/settings", { voipbin: { rateLimit: 5 } });
      const answers = await Promise.all(Array.from({ length: 12 }, () => s.voipbin("GET", "/numbers")));
      const refused = answers.filter((answer) => answer.status === 429);
      expect(refused.length).to.be.at.least(2);
      expectError(refused[0]!, 429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED");
      expect(refused[0]!.headers.get("Retry-After")).to.equal("1");
      const { headers } = answers.find((answer) => answer.status === 200)!;
      expect(headers.get("X-RateLimit-Limit")).to.equal("5");
      expect(Number(headers.get("X-RateLimit-Remaining"))).to.be.within(0, 4);
      expect(Number(headers.get("X-RateLimit-Reset"))).to.be.greaterThan(1_700_000_000);
    });
  });

  describe("older and other behaviours", () => {
    it("answers errors with an empty body, or a flat message", async () => {
      await s.control("POST", "/settings", { voipbin: { errorBody: "empty" } });
      const empty = await s.voipbin("GET", "/numbers/abc");
      expect([empty.status, empty.text]).to.deep.equal([400, ""]);
      await s.control("POST", "/settings", { voipbin: { errorBody: "flat" } });
      expect((await s.voipbin("GET", "/numbers/abc")).json).to.have.keys("message");
    });

    it("translates errors as the server does today", async () => {
      await s.control("POST", "/settings", { voipbin: { errors: "translated" } });
      await buy();
      expectError(await buy(), 409, "FAILED_PRECONDITION", "STATE_INVALID");
      expectError(await buy("+12125550000"), 500, "INTERNAL", "INTERNAL");
    });

    it("wants all four fields in a PUT, or empties those that are missing", async () => {
      const { id } = (await buy(seedNumber, { name: "Hotline", detail: "front desk" })).json;
      await s.control("POST", "/settings", { voipbin: { putMissing: "reject" } });
      expectError(await s.voipbin("PUT", `/numbers/${id}`, { name: "Sales" }), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      expectError(await s.voipbin("PUT", `/numbers/${id}/flow_ids`, { call_flow_id: zeroUuid }), 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
      const all = { call_flow_id: zeroUuid, message_flow_id: zeroUuid, name: "Sales", detail: "" };
      expect((await s.voipbin("PUT", `/numbers/${id}`, all)).json).to.include(all);
      await s.control("POST", "/settings", { voipbin: { putMissing: "empty" } });
      expect((await s.voipbin("PUT", `/numbers/${id}`, { detail: "x" })).json).to.include({ name: "", detail: "x" });
    });

    it("writes times and tm_delete the other ways", async () => {
      const { id } = (await buy()).json;
      const read = async () => (await s.voipbin("GET", `/numbers/${id}`)).json;
      await s.control("POST", "/settings", { voipbin: { timestamps: "iso" } });
      expect((await read()).tm_create).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      const token = (await s.voipbin("GET", "/numbers")).json.next_page_token as string;
      expect((await s.voipbin("GET", `/numbers?page_token=${encodeURIComponent(token)}`)).json.result).to.deep.equal([]);
      await s.control("POST", "/settings", { voipbin: { tmDelete: "null" } });
      expect((await read()).tm_delete).to.equal(null);
      await s.control("POST", "/settings", { voipbin: { tmDelete: "absent" } });
      expect(await read()).to.not.have.property("tm_delete");
    });
  });

  it("survives fifty purchases side by side, each number once", async () => {
    const numbers = (await offered("country_code=US&page_size=50")).map((item) => item.number as string);
    const answers = await Promise.all([...numbers, ...numbers].map((number) => buy(number)));
    expect(answers.filter((answer) => answer.status === 200)).to.have.length(50);
    expect(answers.filter((answer) => answer.status === 409)).to.have.length(50);
    expect(await s.ledger()).to.have.length(50);
  });
});
