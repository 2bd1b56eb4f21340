/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- a test reads whatever JSON came */
import { expect } from "chai";
import { start, type TestSandbox } from "./helpers";

const numbers = "/api/v1/phone-numbers";
const assistants = "/api/v1/assistants";
const organization = `${assistants}/organization/phone-numbers`;

describe("sandbox: Burki", () => {
  let s: TestSandbox;
  let berlin: string;
  beforeEach(async () => {
    s = await start();
    berlin = await candidate({ country_code: "DE", area_code: "30" });
  });
  afterEach(() => s.sandbox.close());

  const second = () => s.burkiAs(s.sandbox.accounts.find((item) => item.platform === "burki" && item.account === "second")!.key);
  const settings = (burki: object) => s.control("POST", "/settings", { burki });
  const outcome = (number: string, status: string) => s.control("POST", "/outcomes", { platform: "burki", number, status });
  const search = async (body: object) => (await s.burki("POST", `${numbers}/search`, body)).json;
  const candidate = async (body: object = {}) => (await search({ limit: 1, ...body })).numbers[0].phone_number as string;
  const buy = (phone_number: string, changes: object = {}, call = s.burki) => call("POST", `${numbers}/purchase`, { phone_number, provider: "telnyx", ...changes });
  const list = async (query = "") => (await s.burki("GET", organization + query)).json as any[];
  const charges = async () => (await s.ledger()).map(({ kind, number, amount }) => `${kind} ${number} ${amount}`);
  const assistant = async (name = "Desk", changes: object = {}) => (await s.burki("POST", assistants, { name, ...changes })).json.id as number;
  const flow = async (name = "Hours") => (await s.burki("POST", "/api/v1/flows", { name })).json.id as number;

  it("answers 401 with WWW-Authenticate to an unknown or missing key, and FastAPI's 404 where it has no route", async () => {
    expect(s.sandbox.env["BURKI_API_KEY"]).to.match(/^burki_.{32}$/);
    for (const call of [s.burkiAs("nobody"), (m: string, p: string) => s.bare(m, `/burki${p}`)]) {
      const answer = await call("GET", assistants);
      expect([answer.status, answer.headers.get("WWW-Authenticate")]).to.deep.equal([401, "Bearer"]);
      expect(answer.json.detail).to.be.a("string");
    }
    expect((await s.burki("GET", "/api/v1/nothing")).json).to.deep.equal({ detail: "Not Found" });
    await s.control("POST", "/faults", { platform: "burki", kind: "status", status: 503 });
    expect((await s.burki("GET", assistants)).json).to.deep.equal({ detail: "Service Unavailable" });
  });

  describe("search", () => {
    it("tells Telnyx's prices, not Twilio's", async () => {
      const telnyx = await search({ country_code: "DE", area_code: "30", limit: 3 });
      expect(telnyx).to.include({ success: true, total_found: 3, provider: "telnyx" });
      expect(telnyx.numbers[0]).to.include({ country_code: "DE", locality: "Berlin", cost: "$1.50", setup_cost: "$1.00", provider: "telnyx" });
      expect(telnyx.numbers[0].phone_number).to.match(/^\+4930/);
      const twilio = await search({ provider: "Twilio", area_code: "415" });
      expect(twilio.numbers).to.have.length(10);
      expect(twilio.numbers[0]).to.include({ cost: null, setup_cost: null, provider: "twilio" });
      await settings({ searchFields: "python" });
      expect((await search({})).numbers[0]).to.include({ iso_country: "US", monthly_cost: 1, setup_cost: 0 });
    });

    it("filters, and has stock in four countries", async () => {
      expect(await candidate({ contains: "5551234" })).to.equal("+14155551234");
      expect((await search({ region: "ny", locality: "new york" })).numbers.every((item: any) => item.phone_number.startsWith("+1212"))).to.equal(true);
      for (const country of (await s.burki("GET", `${numbers}/countries`)).json.country_codes) {
        for (const provider of ["telnyx", "twilio"]) expect((await search({ country_code: country, provider })).numbers, `${country} ${provider}`).to.not.be.empty;
      }
      expect((await search({ country_code: "JP" })).numbers).to.deep.equal([]);
    });

    it("refuses what it can't read", async () => {
      expect((await s.burki("POST", `${numbers}/search`, { provider: "vonage" })).json).to.deep.equal({ detail: "Provider must be 'twilio' or 'telnyx'" });
      const limit = await s.burki("POST", `${numbers}/search`, { limit: 51, country_code: 1 });
      expect(limit.status).to.equal(422);
      expect(limit.json.detail.map(({ loc, type }: any) => [loc.join("."), type])).to.have.deep.members([["body.limit", "less_than_equal"], ["body.country_code", "string_type"]]);
      expect((await s.burki("POST", `${numbers}/search`, "{")).json.detail[0].type).to.equal("json_invalid");
      expect((await s.burki("GET", `${numbers}/countries?provider=x`)).status).to.equal(400);
    });

    it("is served at either prefix, or at one, as the setting says", async () => {
      const at = async (prefix: string) => (await s.burki("GET", `${prefix}/countries`)).status;
      expect([await at("/api/v1/phone-numbers"), await at("/phone-numbers")]).to.deep.equal([200, 200]);
      await settings({ phoneNumberPaths: "current" });
      expect([await at("/api/v1/phone-numbers"), await at("/phone-numbers")]).to.deep.equal([200, 404]);
      await settings({ phoneNumberPaths: "older" });
      expect([await at("/api/v1/phone-numbers"), await at("/phone-numbers")]).to.deep.equal([404, 200]);
    });
  });

  describe("purchase", () => {
    it("on Telnyx gives the order, and no row id", async () => {
      const bought = await buy(berlin, { friendly_name: "Berlin" });
      expect(bought.status).to.equal(200);
      expect(bought.json).to.include({ success: true, provider: "telnyx", phone_number: berlin }).and.not.have.property("id");
      expect(bought.json.purchase_details).to.include({ phone_number: berlin, status: "completed", provider: "telnyx" });
      const [row] = await list();
      expect(row).to.deep.include({
        phone_number: berlin, friendly_name: "Berlin", provider: "telnyx", twilio_sid: bought.json.purchase_details.id, is_active: true, assistant: null, flow: null,
        updated_at: null,
      });
      expect(row.id).to.be.a("number");
      expect(await charges()).to.deep.equal([`purchase ${berlin} 2.50`]);
      await s.advance("31d");
      expect(await charges()).to.deep.equal([`purchase ${berlin} 2.50`, `renewal ${berlin} 1.50`]);
    });

    it("on Twilio gives the SID and the webhooks, and once more is an update", async () => {
      const number = await candidate({ provider: "twilio" });
      const id = await assistant();
      const bought = await buy(number, { provider: "twilio", assistant_id: id });
      expect(bought.json.purchase_details).to.include({ phone_number: number, voice_url: "https://api.burki.dev/twiml", sms_url: "https://api.burki.dev/twiml", provider: "twilio" });
      expect(bought.json.purchase_details.sid).to.match(/^PN[0-9a-f]{32}$/);
      expect((await list())[0]).to.deep.include({ twilio_sid: bought.json.purchase_details.sid, assistant: { id, name: "Desk", is_active: true }, friendly_name: number });
      const again = await buy(number, { provider: "twilio", friendly_name: "Renamed" });
      expect(again.json.purchase_details.sid).to.equal(bought.json.purchase_details.sid);
      expect(await list()).to.have.length(1);
      expect((await list())[0]).to.deep.include({ friendly_name: "Renamed", assistant: { id, name: "Desk", is_active: true } });
      expect(await charges()).to.deep.equal([`purchase ${number} 1.15`]);
    });

    it("of a Telnyx number that is one's own is another order, and paid for, unless the setting refuses it", async () => {
      await buy(berlin);
      expect((await buy(berlin)).status).to.equal(200);
      expect(await charges()).to.have.length(2);
      await settings({ telnyxRepurchase: "refuse" });
      expect((await buy(berlin)).status).to.equal(500);
      expect(await charges()).to.have.length(2);
    });

    it("says 400, 404 and 422 to what it can see, and an unhelpful 500 to what the carrier refuses", async () => {
      expect((await buy("4930123")).json).to.deep.equal({ detail: "Phone number must be in E.164 format (e.g., +1234567890)" });
      expect((await buy(berlin, { provider: "vonage" })).status).to.equal(400);
      expect((await s.burki("POST", `${numbers}/purchase`, {})).json.detail.map((item: any) => item.msg)).to.deep.equal(["Field required", "Field required"]);
      const unknown = await buy(berlin, { assistant_id: 7 });
      expect([unknown.status, unknown.json.detail]).to.deep.equal([404, "Assistant with ID 7 not found"]);
      await settings({ unknownAssistant: "400" });
      expect((await buy(berlin, { assistant_id: 7 })).status).to.equal(400);

      const failed = { detail: "Failed to purchase phone number from telnyx" };
      const refused = async (number: string) => {
        const answer = await buy(number);
        expect([answer.status, answer.json]).to.deep.equal([500, failed]);
      };
      await refused("+4930999999");
      await refused(await candidate({ provider: "twilio" }));
      await outcome(berlin, "GONE");
      await refused(berlin);
      expect(await candidate({ country_code: "DE", area_code: "30" })).to.not.equal(berlin);
      const key = s.sandbox.env["BURKI_API_KEY"];
      const other = await candidate();
      await s.control("POST", "/accounts", { platform: "burki", key, balance: "0.99" });
      await refused(other);
      await s.control("POST", "/accounts", { platform: "burki", key, balance: "100", telnyx: false });
      await refused(other);
      expect(await charges()).to.deep.equal([]);
      expect(await list()).to.deep.equal([]);
    });

    it("may leave the order pending: it ends well, or doesn't, and says success either way", async () => {
      const late = await candidate();
      await outcome(berlin, "PENDING");
      await outcome(late, "LATE_FAILED");
      for (const number of [berlin, late]) {
        const { json } = await buy(number);
        expect([json.success, json.purchase_details.status]).to.deep.equal([true, "pending"]);
      }
      expect(await charges()).to.deep.equal([]);
      expect((await list()).map((row) => row.phone_number)).to.have.members([berlin, late]);
      const found = async (number: string) => (await s.burki("GET", `${numbers}/${encodeURIComponent(number)}/diagnose`)).json.diagnosis.found;
      expect([await found(berlin), await found(late)]).to.deep.equal([false, false]);
      await s.advance("3s");
      expect([await found(berlin), await found(late)]).to.deep.equal([true, false]);
      expect(await charges()).to.deep.equal([`purchase ${berlin} 2.50`]);
    });

    it("says success of an order that failed, too", async () => {
      await outcome(berlin, "FAILED");
      const { status, json } = await buy(berlin);
      expect([status, json.success, json.purchase_details.status]).to.deep.equal([200, true, "failed"]);
      expect(await charges()).to.deep.equal([]);
      expect((await list())[0].phone_number).to.equal(berlin);
    });

    it("may fail after the carrier has sold: a sync brings the number in", async () => {
      await outcome(berlin, "AMBIGUOUS");
      const answer = await buy(berlin, { friendly_name: "Berlin" });
      expect([answer.status, Object.keys(answer.json)]).to.deep.equal([500, ["detail"]]);
      expect(await list()).to.deep.equal([]);
      expect(await charges()).to.deep.equal([`purchase ${berlin} 2.50`]);
      expect((await s.control("GET", "/numbers")).json[0]).to.include({ number: berlin, status: "carrier-only", id: "" });
      expect((await s.burki("POST", `${organization}/sync`)).json).to.deep.equal({ success: true, message: "Successfully synced 1 phone numbers", synced_count: 1 });
      expect((await list())[0]).to.include({ phone_number: berlin, friendly_name: berlin });
      expect((await buy(await candidate())).status).to.equal(200);
    });

    it("may set up the voice URL only", async () => {
      await settings({ purchaseWebhooks: "voice-only", unknownAssistant: "unchecked" });
      expect((await buy(berlin, { assistant_id: 7 })).json.purchase_details.connection_id).to.equal(null);
      const hooks = async () => (await s.burki("GET", `${numbers}/${encodeURIComponent(berlin)}/webhooks`)).json;
      expect(await hooks()).to.include({ voice_webhook_url: null, sms_webhook_url: null });
      await s.burki("PATCH", `${organization}/${(await list())[0].id}`, { assistant_id: await assistant() });
      expect(await hooks()).to.include({ voice_webhook_url: "https://api.burki.dev/telnyx-webhook" });
    });
  });

  describe("release", () => {
    const release = (phone_number: string, call = s.burki, changes: object = {}) => call("POST", `${numbers}/release`, { phone_number, ...changes });

    it("gives the number up at its carrier and drops the row", async () => {
      await buy(berlin);
      expect((await release(berlin)).json).to.deep.equal({
        success: true, phone_number: berlin, provider: "telnyx", message: `Successfully released phone number ${berlin} from telnyx`,
      });
      expect(await list()).to.deep.equal([]);
      expect(await charges()).to.deep.equal([`purchase ${berlin} 2.50`, `release ${berlin} 0.00`]);
      expect(await candidate({ country_code: "DE", area_code: "30" })).to.equal(berlin);
    });

    it("says 404, 403, 400 and 500", async () => {
      expect((await release(berlin)).json).to.deep.equal({ detail: "Phone number not found in your account" });
      await buy(berlin);
      expect((await release(berlin, second())).status).to.equal(403);
      expect((await release(berlin, s.burki, { provider: "pigeon" })).status).to.equal(400);
      expect((await release(berlin, s.burki, { provider: "twilio" })).status).to.equal(500);
      await s.control("POST", "/burki/carrier-losses", { number: berlin });
      const lost = await release(berlin);
      expect([lost.status, lost.json]).to.deep.equal([500, { detail: "Failed to release phone number from telnyx" }]);
      expect(await list(), "the row stays").to.have.length(1);
    });
  });

  describe("the organisation's numbers", () => {
    it("are listed by the flags", async () => {
      const [one, two, three] = [berlin, await candidate(), await candidate({ provider: "twilio" })];
      const id = await assistant();
      await buy(one, { assistant_id: id });
      await buy(two);
      await buy(three, { provider: "twilio" });
      await s.control("POST", "/burki/rows", { number: three, isActive: false });
      const seen = async (query: string) => (await list(query)).map((row) => row.phone_number);
      expect(await seen("")).to.deep.equal([two, one]);
      expect(await seen("?include_assigned=false")).to.deep.equal([two]);
      expect(await seen("?include_unassigned=false")).to.deep.equal([one]);
      expect(await seen("?include_inactive=true")).to.have.members([one, two, three]);
      expect((await s.burki("GET", `${organization}?include_inactive=maybe`)).status).to.equal(422);
      expect((await s.burki("GET", `${organization}/available`)).json.map((row: any) => row.phone_number)).to.deep.equal([two]);
      expect((await second()("GET", organization)).json).to.deep.equal([]);
    });

    it("are named, pointed and set free by PATCH: an assistant or a flow, not both", async () => {
      await buy(berlin);
      const [{ id: row }] = await list() as [any];
      const [desk, hours] = [await assistant(), await flow()];
      const patch = (body: object) => s.burki("PATCH", `${organization}/${row}`, body);
      const named = await patch({ friendly_name: "Berlin", assistant_id: desk, allowed_country_codes: ["DE"] });
      expect(named.json.success).to.equal(true);
      expect(named.json.phone_number).to.deep.include({ friendly_name: "Berlin", assistant: { id: desk, name: "Desk", is_active: true }, flow: null, allowed_country_codes: ["DE"] });
      expect((await patch({ flow_id: hours })).json.phone_number).to.deep.include({ assistant: null, flow: { id: hours, name: "Hours", is_active: true } });
      expect((await patch({ assistant_id: desk, flow_id: hours })).status).to.equal(400);
      expect((await patch({ flow_id: 0 })).json.phone_number).to.include({ assistant: null, flow: null, friendly_name: "Berlin" });
      expect((await patch({ assistant_id: 7 })).status).to.equal(404);
      expect((await patch({ flow_id: 7 })).status).to.equal(404);
      expect((await s.burki("PATCH", `${organization}/7`, {})).status).to.equal(404);
      expect((await s.burki("PATCH", `${organization}/x`, {})).json.detail[0]).to.deep.include({ loc: ["path", "phone_number_id"], type: "int_parsing" });
    });

    it("lose their own name in a sync", async () => {
      const number = await candidate({ provider: "twilio", area_code: "415" });
      await buy(number, { provider: "twilio", friendly_name: "Shop" });
      await s.burki("POST", `${organization}/sync`);
      expect((await list())[0].friendly_name).to.match(/^\(415\) \d{3}-\d{4}$/);
    });
  });

  describe("assignment", () => {
    let desk: number;
    let other: number;
    let row: any;
    beforeEach(async () => {
      [desk, other] = [await assistant("Desk"), await assistant("Other")];
      await buy(berlin);
      [row] = await list();
    });
    const to = (id: number, path: string, body?: object) => s.burki("POST", `${assistants}/${id}/phone-numbers/${path}`, body);
    const holder = async () => (await list())[0].assistant?.id ?? null;

    it("by number: success:false under HTTP 200 when another has it", async () => {
      const first = await to(desk, "assign-by-number", { phone_number: berlin, friendly_name: "Berlin" });
      expect(first.json).to.deep.equal({
        success: true, message: `Phone number ${berlin} successfully assigned to assistant 'Desk'`,
        data: { phone_number: berlin, phone_number_id: row.id, assistant_id: desk, assistant_name: "Desk", friendly_name: "Berlin", was_synced: true },
      });
      const refused = await to(other, "assign-by-number", { phone_number: berlin });
      expect([refused.status, refused.json.success, refused.json.message]).to.deep.equal([200, false, `Phone number ${berlin} is already assigned to Desk`]);
      expect(await holder()).to.equal(desk);
      expect((await s.burki("GET", `${assistants}/by-phone/${encodeURIComponent(berlin)}`)).json.id).to.equal(desk);
      expect((await s.burki("GET", `${assistants}/${desk}/phone-numbers`)).json).to.have.length(1);

      const elsewhere = await to(other, "unassign-by-number", { phone_number: berlin });
      expect([elsewhere.status, elsewhere.json.detail]).to.deep.equal([400, `Phone number ${berlin} is not assigned to this assistant`]);
      expect((await to(desk, "unassign-by-number", { phone_number: berlin })).json.success).to.equal(true);
      expect((await to(desk, "unassign-by-number", { phone_number: berlin })).json.detail).to.match(/not assigned to any assistant/);
      expect(await holder()).to.equal(null);
      expect((await s.burki("GET", `${assistants}/by-phone/${encodeURIComponent(berlin)}`)).status).to.equal(404);
    });

    it("by number brings in what only the carrier knows", async () => {
      const { number } = (await s.control("POST", "/burki/carrier-numbers", { carrier: "twilio", areaCode: "415" })).json;
      expect((await to(desk, "assign-by-number", { phone_number: number, auto_sync: false })).status).to.equal(404);
      expect((await to(desk, "assign-by-number", { phone_number: number })).json.success).to.equal(true);
      expect((await to(desk, "assign-by-number", { phone_number: "+14155550000" })).status).to.equal(404);
    });

    it("by row id, refused like by number, or taken over as the setting says", async () => {
      expect((await to(desk, `${row.id}/assign`)).json.success).to.equal(true);
      const refused = await to(other, `${row.id}/assign`);
      expect([refused.status, refused.json.success]).to.deep.equal([200, false]);
      const wrapped = await to(other, `${row.id}/unassign`);
      expect([wrapped.status, wrapped.json.detail]).to.deep.equal([500, `Failed to unassign phone number: 400: Phone number ${berlin} is not assigned to this assistant`]);
      await settings({ assignById: "take" });
      expect((await to(other, `${row.id}/assign`)).json.success).to.equal(true);
      expect(await holder()).to.equal(other);
      expect((await to(other, `${row.id}/unassign`)).json.success).to.equal(true);
      expect(await holder()).to.equal(null);
      expect((await to(desk, "77/assign")).status).to.equal(500);
    });

    it("in bulk says which failed", async () => {
      await to(other, `${row.id}/assign`);
      await buy(await candidate());
      const free = (await list()).find((item) => item.assistant === null);
      const answer = (await s.burki("POST", `${assistants}/${desk}/phone-numbers/bulk-assign`, [row.id, free.id, 77])).json;
      expect(answer).to.deep.include({ success: false, message: "Assigned 1 phone numbers successfully. 2 failed." });
      expect(answer.data.successes).to.deep.equal([free.id]);
      expect((await s.burki("POST", `${assistants}/${desk}/phone-numbers/bulk-assign`, [])).status).to.equal(400);
    });

    it("wants a number in E.164 and an assistant that is there", async () => {
      for (const phone_number of ["4930123", "+49x", "+123", undefined]) expect((await to(desk, "assign-by-number", { phone_number })).status, phone_number).to.equal(422);
      expect((await to(desk, "assign-by-number", { phone_number: berlin, friendly_name: "x".repeat(101) })).status).to.equal(422);
      expect((await to(7, "assign-by-number", { phone_number: berlin })).json.detail).to.equal("Assistant with ID 7 not found in your organization");
    });

    it("of a flow clears the assistant, and the other way round", async () => {
      const hours = await flow();
      await to(desk, `${row.id}/assign`);
      expect((await s.burki("POST", `/api/v1/flows/${hours}/phone-numbers/${row.id}/assign`)).json.success).to.equal(true);
      expect((await list())[0]).to.deep.include({ assistant: null, flow: { id: hours, name: "Hours", is_active: true } });
      expect((await s.burki("POST", `/api/v1/flows/${await flow("Else")}/phone-numbers/${row.id}/unassign`)).status).to.equal(400);
      await to(desk, "assign-by-number", { phone_number: berlin });
      expect((await list())[0]).to.deep.include({ assistant: { id: desk, name: "Desk", is_active: true }, flow: null });
      expect((await s.burki("POST", `/api/v1/flows/${hours}/phone-numbers/77/assign`)).status).to.equal(404);
    });

    it("ends with the assistant or the flow", async () => {
      await to(desk, `${row.id}/assign`);
      expect((await s.burki("DELETE", `${assistants}/${desk}`)).json).to.include({ success: true, message: "Assistant Desk deleted successfully" });
      expect((await list())[0].assistant).to.equal(null);
      const hours = await flow();
      await s.burki("POST", `/api/v1/flows/${hours}/phone-numbers/${row.id}/assign`);
      expect((await s.burki("DELETE", `/api/v1/flows/${hours}`)).json.success).to.equal(true);
      expect((await list())[0].flow).to.equal(null);
    });
  });

  describe("assistants", () => {
    it("are filled up with defaults, merged by PATCH and replaced by PUT", async () => {
      const created = await s.burki("POST", assistants, { name: "Desk", llm_settings: { temperature: 0.2 }, stt_settings: { endpointing: { silence_threshold: 200 } }, theirs: 1 });
      expect(created.status).to.equal(201);
      const { id } = created.json;
      expect(id).to.be.a("number");
      expect(created.json).to.deep.include({ name: "Desk", organization_id: 1, llm_provider: "openai", is_active: true, theirs: 1 });
      expect(created.json.llm_settings).to.include({ temperature: 0.2, max_tokens: 1000 });
      expect(created.json.stt_settings).to.deep.include({ model: "nova-2", endpointing: { silence_threshold: 200, min_silence_duration: 500 } });
      const patched = (await s.burki("PATCH", `${assistants}/${id}`, { llm_settings: { system_prompt: "Hi" }, description: "front", change_description: "why" })).json;
      expect(patched.llm_settings).to.include({ temperature: 0.2, system_prompt: "Hi" });
      expect(patched).to.include({ description: "front" }).and.not.have.property("change_description");
      const put = (await s.burki("PUT", `${assistants}/${id}`, { llm_settings: { max_tokens: 50 }, description: null })).json;
      expect(put.llm_settings).to.include({ temperature: 0.5, max_tokens: 50 });
      expect(put).to.include({ description: "front", name: "Desk" });
      expect((await s.burki("GET", `${assistants}/${id}`)).json).to.deep.equal(put);
    });

    it("are listed by skip, limit and active_only, and one's own", async () => {
      for (const [name, is_active] of [["a", true], ["b", false], ["c", true]] as const) await assistant(name, { is_active });
      const names = async (query: string) => (await s.burki("GET", `${assistants}${query}`)).json.map((item: any) => item.name);
      expect(await names("")).to.deep.equal(["a", "b", "c"]);
      expect(await names("?skip=1&limit=1")).to.deep.equal(["b"]);
      expect(await names("?active_only=true")).to.deep.equal(["a", "c"]);
      for (const query of ["?skip=-1", "?limit=0", "?limit=1001", "?limit=x"]) expect((await s.burki("GET", `${assistants}${query}`)).status, query).to.equal(422);
      const id = await assistant();
      expect((await second()("GET", `${assistants}/${id}`)).status).to.equal(404);
      expect((await s.burki("POST", assistants, {})).json.detail[0]).to.deep.include({ type: "missing", loc: ["body", "name"] });
      expect((await s.burki("GET", `${assistants}/x`)).status).to.equal(422);
    });
  });

  describe("flows", () => {
    it("get a starter assistant and graph where none are given, and keep them from being deleted", async () => {
      const created = await s.burki("POST", "/api/v1/flows", { name: "Hours" });
      expect(created.status).to.equal(201);
      const { id, base_assistant_id, graph } = created.json;
      expect(graph).to.include({ begin_node: "start" });
      const refused = await s.burki("DELETE", `${assistants}/${base_assistant_id}`);
      expect([refused.status, refused.json.detail]).to.deep.equal([500, "Failed to delete assistant"]);
      await settings({ deleteAssistantInUse: "allow" });
      expect((await s.burki("DELETE", `${assistants}/${base_assistant_id}`)).status).to.equal(200);
      expect((await s.burki("GET", `/api/v1/flows/${id}`)).json).to.deep.equal(created.json);
    });

    it("change what is sent, and refuse what they don't know", async () => {
      const desk = await assistant();
      const graph = { begin_node: "start", nodes: { start: { type: "conversation", prompt: "Hi" } } };
      const created = (await s.burki("POST", "/api/v1/flows", { name: "Hours", base_assistant_id: desk, graph })).json;
      expect(created).to.deep.include({ base_assistant_id: desk, graph, is_active: true, organization_id: 1 });
      expect((await s.burki("PUT", `/api/v1/flows/${created.id}`, { is_active: false })).json).to.deep.include({ name: "Hours", graph, is_active: false });
      expect((await s.burki("GET", "/api/v1/flows")).json).to.deep.equal([]);
      expect((await s.burki("GET", "/api/v1/flows?active_only=false")).json).to.have.length(1);
      expect((await s.burki("POST", "/api/v1/flows", { name: "x", colour: 1 })).json.detail[0]).to.deep.include({ type: "extra_forbidden", loc: ["body", "colour"] });
      expect((await s.burki("POST", "/api/v1/flows", { name: "" })).status).to.equal(422);
      expect((await s.burki("POST", "/api/v1/flows", { name: "x", base_assistant_id: 7 })).status).to.equal(404);
      expect((await s.burki("DELETE", "/api/v1/flows/7")).status).to.equal(404);
    });
  });

  describe("webhooks", () => {
    const put = (body: object) => s.burki("PUT", `${numbers}/webhooks`, { phone_number: berlin, ...body });

    it("are read, set, and switched off and on for SMS", async () => {
      await buy(berlin);
      const read = async () => (await s.burki("GET", `${numbers}/${encodeURIComponent(berlin)}/webhooks`)).json;
      expect(await read()).to.include({ success: true, provider: "telnyx", voice_webhook_url: "https://api.burki.dev/telnyx-webhook" });
      expect((await put({ voice_webhook_url: "https://example.com/voice" })).json.updated_webhooks).to.deep.equal({ voice: "https://example.com/voice" });
      expect((await put({ disable_sms: true })).json.updated_webhooks).to.deep.equal({ sms: "disabled (empty URL)" });
      expect(await read()).to.include({ voice_webhook_url: "https://example.com/voice", sms_webhook_url: "" });
      expect((await put({ enable_sms: true })).status, "no assistant").to.equal(400);
      const id = await assistant("Desk", { sms_webhook_url: "https://example.com/sms" });
      await s.burki("POST", `${assistants}/${id}/phone-numbers/assign-by-number`, { phone_number: berlin });
      expect((await put({ enable_sms: true })).json.updated_webhooks.sms).to.match(/^enabled/);
    });

    it("want an action, one of two, and one's own number", async () => {
      expect((await put({ disable_sms: true })).status).to.equal(404);
      await buy(berlin);
      expect((await put({})).json.detail).to.match(/^At least one action required/);
      expect((await put({ disable_sms: true, enable_sms: true })).status).to.equal(400);
      expect((await second()("PUT", `${numbers}/webhooks`, { phone_number: berlin, disable_sms: true })).status).to.equal(403);
    });
  });
});
