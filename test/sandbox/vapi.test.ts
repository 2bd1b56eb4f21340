/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- a test reads whatever JSON came */
import { expect } from "chai";
import { start, zeroUuid, type TestSandbox } from "./helpers";

describe("sandbox: Vapi", () => {
  let s: TestSandbox;
  beforeEach(async () => {
    s = await start();
    await s.control("POST", "/clock", { rate: 0 });
  });
  afterEach(() => s.sandbox.close());

  const buy = (changes: object = {}) => s.vapi("POST", "/phone-number", { provider: "vapi", numberDesiredAreaCode: "415", ...changes });
  const settings = (vapi: object) => s.control("POST", "/settings", { vapi });
  const assistant = async (name = "Receptionist") => (await s.vapi("POST", "/assistant", { name })).json.id as string;

  it("answers 401 to an unknown or missing key, and 404 where it has no route", async () => {
    expect((await s.vapiAs("nobody")("GET", "/phone-number")).json).to.include({ error: "Unauthorized", statusCode: 401 });
    expect((await s.bare("GET", "/vapi/phone-number")).status).to.equal(401);
    const answer = await s.vapi("POST", "/phone-number/buy", { areaCode: "415" });
    expect([answer.status, answer.json.message]).to.deep.equal([404, "Cannot POST /phone-number/buy"]);
  });

  it("speaks its own error envelope when a fault asks for a status", async () => {
    await s.control("POST", "/faults", { platform: "vapi", kind: "status", status: 429, retryAfter: 2 });
    const answer = await s.vapi("GET", "/phone-number");
    expect(answer.headers.get("Retry-After")).to.equal("2");
    expect(answer.json).to.deep.equal({ message: "Too Many Requests", error: "Too Many Requests", statusCode: 429 });
  });

  describe("buying", () => {
    it("answers at once; digits and status come on the sandbox's clock, and the number is free", async () => {
      const created = await buy({ name: "Shop" });
      expect(created.status).to.equal(201);
      expect(created.json).to.include({ provider: "vapi", status: "activating", name: "Shop" });
      expect(created.json).to.not.have.any.keys("number", "assistantId", "squadId");
      const read = async () => (await s.vapi("GET", `/phone-number/${created.json.id}`)).json;
      await s.advance("1499ms");
      expect(await read()).to.deep.equal(created.json);
      await s.advance("1ms");
      const ready = await read();
      expect(ready.status).to.equal("active");
      expect(ready.number).to.match(/^\+1415\d{7}$/);
      expect((await s.ledger()).map(({ platform, kind, number, amount }) => [platform, kind, number, amount])).to.deep.equal([["vapi", "purchase", ready.number, "0.00"]]);
      expect((await s.control("GET", "/numbers")).json[0]).to.include({ platform: "vapi", account: "default", number: ready.number, id: ready.id, name: "Shop", status: "active" });
      const deleted = await s.vapi("DELETE", `/phone-number/${ready.id}`);
      expect([deleted.status, deleted.json]).to.deep.equal([200, ready]);
      expect((await s.vapi("DELETE", `/phone-number/${ready.id}`)).status).to.equal(404);
      expect((await s.ledger()).map(({ kind }) => kind)).to.deep.equal(["purchase", "release"]);
    });

    it("may have its digits later than its status", async () => {
      await settings({ activateMs: 0, numberMs: 5000 });
      const { id, status, number } = (await buy()).json;
      expect([status, number]).to.deep.equal(["active", undefined]);
      await s.advance("5s");
      expect((await s.vapi("GET", `/phone-number/${id}`)).json.number).to.be.a("string");
    });

    it("names other area codes where it has none left, and they have some", async () => {
      for (const areaCode of ["999", "416"]) {
        const answer = await buy({ numberDesiredAreaCode: areaCode });
        expect([answer.status, answer.json]).to.deep.equal([400, {
          message: "This area code is currently not available. Hint: Try one of 562, 662, 716.", error: "Bad Request", statusCode: 400,
        }]);
      }
      expect((await buy({ numberDesiredAreaCode: "562" })).status).to.equal(201);
      expect(await s.ledger()).to.have.length(1);
    });

    it("stops at five numbers, or what the setting says, with 402 or 400", async () => {
      for (let i = 0; i < 5; i++) expect((await buy()).status).to.equal(201);
      const refused = await buy();
      expect([refused.status, refused.json.error]).to.deep.equal([402, "Payment Required"]);
      await settings({ limitStatus: 400 });
      expect((await buy()).status).to.equal(400);
      expect((await s.vapi("POST", "/phone-number", { provider: "vapi", sipUri: "sip:desk@sip.vapi.ai" })).status).to.equal(201);
      await settings({ freeNumbers: 10 });
      expect((await buy()).status).to.equal(201);
      expect((await s.control("GET", "/numbers")).json).to.have.length(7);
    });

    it("wants a payment method for more than one", async () => {
      await s.control("POST", "/accounts", { platform: "vapi", key: s.sandbox.env["VAPI_API_KEY"], paymentMethod: false });
      expect((await buy()).status).to.equal(201);
      expect((await buy()).status).to.equal(402);
    });

    it("ends half-made or blocked when that was asked for: no digits, and nothing bought", async () => {
      await s.control("POST", "/vapi/outcomes", { status: "half-made" });
      await s.control("POST", "/vapi/outcomes", { status: "blocked" });
      const half = (await buy({ name: "Half" })).json;
      expect(half).to.include({ status: "active", name: "Half" });
      const blocked = (await buy()).json;
      await s.advance("1h");
      expect((await s.vapi("GET", `/phone-number/${half.id}`)).json).to.deep.equal(half);
      expect((await s.vapi("GET", `/phone-number/${blocked.id}`)).json).to.include({ status: "blocked" }).and.not.have.property("number");
      expect(await s.ledger()).to.deep.equal([]);
      await s.vapi("DELETE", `/phone-number/${half.id}`);
      expect(await s.ledger()).to.deep.equal([]);
      expect((await buy()).json.status).to.equal("activating");
    });

    it("survives purchases side by side, each number once", async () => {
      await settings({ freeNumbers: 100 });
      await Promise.all(Array.from({ length: 40 }, () => buy()));
      const numbers = (await s.control("GET", "/numbers")).json.map((item: any) => item.number);
      expect(new Set(numbers).size).to.equal(40);
    });
  });

  describe("bodies", () => {
    it("are refused with every failure at once", async () => {
      const refusals: [object, string[]][] = [
        [{ provider: "vapi", number: "+18005551234" }, ["property number should not exist"]],
        [{ provider: "vapi", name: "x".repeat(41), colour: "red" }, ["name must be shorter than or equal to 40 characters", "property colour should not exist"]],
        [{ provider: "vapi", numberDesiredAreaCode: "4155" }, ["numberDesiredAreaCode must be shorter than or equal to 3 characters"]],
        [{ provider: "vapi", authentication: { username: "short", password: "y".repeat(20) } }, ["authentication.username must be longer than or equal to 20 characters"]],
        [{ provider: "vapi", server: { url: "https://example.com", timeout: 3 } }, ["server.property timeout should not exist"]],
        [{ provider: "twilio" }, ["number must be a string", "twilioAccountSid must be a string"]],
        [{ provider: "telnyx", number: "2125551234", credentialId: "c" }, ["number must be a valid phone number in the E.164 format. Hot tip, you may be missing the country code (Eg. US: +1)."]],
        [{ provider: "pigeon" }, ["provider must be one of the following values: byo-phone-number, twilio, vonage, vapi, telnyx"]],
        [{}, ["provider must be one of the following values: byo-phone-number, twilio, vonage, vapi, telnyx"]],
      ];
      for (const [body, message] of refusals) {
        const answer = await s.vapi("POST", "/phone-number", body);
        expect([answer.status, answer.json.error, [...answer.json.message].sort()], JSON.stringify(body)).to.deep.equal([400, "Bad Request", message.sort()]);
      }
      expect((await s.vapi("POST", "/phone-number", "{")).status).to.equal(400);
      expect((await buy({ name: "x".repeat(40) })).status).to.equal(201);
    });

    it("of assistants follow the DTO, not the seed", async () => {
      const answer = await s.vapi("POST", "/assistant", { name: "Shop", model: "claude-3-5-sonnet-20241022", systemPrompt: "You are…", maxDurationSeconds: 9 });
      expect(answer.json.message.sort()).to.deep.equal(["maxDurationSeconds must not be less than 10", "model must be an object", "property systemPrompt should not exist"]);
      expect((await s.vapi("POST", "/assistant", {})).status).to.equal(201);
    });
  });

  describe("links", () => {
    it("are changed in place by a PATCH with or without the provider, and cleared by null", async () => {
      const [one, two] = [await assistant("One"), await assistant("Two")];
      const { id } = (await buy({ assistantId: one })).json;
      const patch = async (body: object) => (await s.vapi("PATCH", `/phone-number/${id}`, body)).json;
      expect((await patch({ assistantId: two })).assistantId).to.equal(two);
      expect((await patch({ provider: "vapi", name: "Line" })).assistantId).to.equal(two);
      expect(await patch({ assistantId: null, squadId: null })).to.not.have.any.keys("assistantId", "squadId");
      expect((await s.vapi("GET", `/phone-number/${id}`)).json).to.not.have.property("assistantId");
      for (const body of [{ provider: "twilio" }, { numberDesiredAreaCode: "212" }, { number: "+12125551234" }]) {
        expect((await s.vapi("PATCH", `/phone-number/${id}`, body)).status, JSON.stringify(body)).to.equal(400);
      }
      expect((await s.vapi("PATCH", `/phone-number/${zeroUuid}`, { name: "x" })).status).to.equal(404);
    });

    it("treat null as the setting says", async () => {
      const one = await assistant();
      const { id } = (await buy({ assistantId: one })).json;
      await settings({ nullLinks: "ignore" });
      expect((await s.vapi("PATCH", `/phone-number/${id}`, { assistantId: null, name: "x" })).json).to.include({ assistantId: one, name: "x" });
      await settings({ nullLinks: "refuse" });
      expect((await s.vapi("PATCH", `/phone-number/${id}`, { assistantId: null })).status).to.equal(400);
    });

    it("name nothing that isn't there, or is another's", async () => {
      const second = s.vapiAs(s.sandbox.accounts.find((item) => item.platform === "vapi" && item.account === "second")!.key);
      const foreign = (await second("POST", "/assistant", { name: "Theirs" })).json.id;
      for (const target of [{ assistantId: zeroUuid }, { squadId: zeroUuid }, { assistantId: foreign }]) expect((await buy(target)).status).to.equal(400);
      const { id } = (await buy()).json;
      expect((await s.vapi("PATCH", `/phone-number/${id}`, { assistantId: zeroUuid })).status).to.equal(400);
      expect((await s.vapi("POST", "/squad", { members: [{ assistantId: zeroUuid }] })).status).to.equal(400);
      expect((await s.vapi("POST", "/squad", { name: "Empty" })).json.message).to.deep.equal(["members must be an array"]);
      expect((await second("GET", `/phone-number/${id}`)).status).to.equal(404);
      expect(await s.ledger()).to.have.length(1);
    });

    it("go with their assistant, which may be pinned", async () => {
      const one = await assistant();
      const { id } = (await buy({ assistantId: one })).json;
      await s.control("POST", "/vapi/pins", { assistantId: one, message: "Pinned by production." });
      const refused = await s.vapi("DELETE", `/assistant/${one}`);
      expect([refused.status, refused.json]).to.deep.equal([409, { error: "assistant_pinned", message: "Pinned by production." }]);
      await s.control("POST", "/vapi/pins", { assistantId: one, pinned: false });
      expect((await s.vapi("DELETE", `/assistant/${one}`)).status).to.equal(200);
      expect((await s.vapi("GET", `/phone-number/${id}`)).json).to.not.have.property("assistantId");
    });
  });

  describe("the seed's reading", () => {
    const dashboard = (body: object) => s.control("POST", "/vapi/dashboard-numbers", body);

    it("adopts a number that was bought in the dashboard", async () => {
      const bought = await dashboard({ number: "+18005551234" });
      expect(bought.status).to.equal(201);
      expect(bought.json).to.include({ number: "+18005551234", status: "active", provider: "vapi" }).and.not.have.any.keys("name", "assistantId");
      expect((await dashboard({ number: "+18005551234" })).status).to.equal(400);
      expect((await dashboard({ areaCode: "888" })).json.number).to.match(/^\+1888/);
      const one = await assistant();
      expect((await s.vapi("PATCH", `/phone-number/${bought.json.id}`, { assistantId: one })).json).to.include({ number: "+18005551234", assistantId: one });
      expect((await s.vapi("GET", "/v2/phone-number?search=8005551234")).json.results).to.have.length(1);
    });

    it("links it by create, word for word, where the setting says so", async () => {
      await settings({ create: "link" });
      const { id } = (await dashboard({ number: "+18005551234" })).json;
      const one = await assistant();
      const linked = await s.vapi("POST", "/phone-number", { number: "+18005551234", provider: "vapi", assistantId: one, name: "Shop Receptionist Line" });
      expect(linked.status).to.equal(201);
      expect(linked.json).to.include({ id, number: "+18005551234", assistantId: one, name: "Shop Receptionist Line" });
      expect((await s.vapi("POST", "/phone-number", { number: "+18005550000", provider: "vapi" })).status).to.equal(400);
      const empty = await s.vapi("POST", "/phone-number", { provider: "vapi", assistantId: one });
      expect(empty.status).to.equal(201);
      expect(empty.json).to.include({ status: "active", assistantId: one }).and.not.have.property("number");
      expect(await s.ledger()).to.have.length(1);
    });
  });

  describe("imports", () => {
    const own = { provider: "twilio", number: "+12125551234", twilioAccountSid: "AC1", twilioAuthToken: "secret-token" };

    it("are refused a second time, with the id of the first", async () => {
      const first = await s.vapi("POST", "/phone-number", own);
      expect(first.json).to.include({ ...own, smsEnabled: true, status: "active" });
      const again = await s.vapi("POST", "/phone-number", own);
      expect([again.status, again.json.message]).to.deep.equal([400, `Existing Phone Number ${first.json.id} Has Identical \`twilioAccountSid\` and \`number\`.`]);
      await settings({ duplicateStatus: 409 });
      expect((await s.vapi("POST", "/phone-number", own)).status).to.equal(409);
      expect((await s.vapi("POST", "/phone-number", { ...own, twilioAccountSid: "AC2" })).status).to.equal(201);
      await s.vapi("DELETE", `/phone-number/${first.json.id}`);
      expect((await s.vapi("POST", "/phone-number", own)).status).to.equal(201);
      expect(await s.ledger()).to.deep.equal([]);
    });

    it("echo their secrets, unless the setting keeps them", async () => {
      const { id } = (await s.vapi("POST", "/phone-number", own)).json;
      expect((await s.vapi("GET", "/phone-number")).json[0].twilioAuthToken).to.equal("secret-token");
      await settings({ echoSecrets: false });
      expect((await s.vapi("GET", `/phone-number/${id}`)).text).to.not.contain("secret-token");
    });

    it("of one's own have a number in E.164, or letters and digits", async () => {
      const byo = (changes: object) => s.vapi("POST", "/phone-number", { provider: "byo-phone-number", credentialId: "c", ...changes });
      expect((await byo({ number: "desk7" })).status).to.equal(400);
      expect((await byo({ number: "desk 7", numberE164CheckEnabled: false })).status).to.equal(400);
      expect((await byo({ number: "desk7", numberE164CheckEnabled: false })).status).to.equal(201);
      expect((await byo({})).json).to.not.have.property("number");
    });
  });

  describe("lists", () => {
    it("come newest first, filtered by time and cut", async () => {
      const ids: string[] = [];
      for (const name of ["a", "b", "c"]) ids.unshift((await buy({ name })).json.id);
      const list = async (query: string) => (await s.vapi("GET", `/phone-number${query}`)).json.map((item: any) => item.id);
      expect(await list("")).to.deep.equal(ids);
      expect(await list("?limit=1")).to.deep.equal(ids.slice(0, 1));
      const { createdAt } = (await s.vapi("GET", `/phone-number/${ids[1]}`)).json;
      expect(await list(`?createdAtLt=${createdAt}`)).to.deep.equal([ids[2]]);
      expect(await list(`?createdAtLe=${createdAt}`)).to.deep.equal([ids[1], ids[2]]);
      expect(await list(`?createdAtGt=${createdAt}`)).to.deep.equal([ids[0]]);
      expect(await list(`?createdAtGe=${createdAt}&updatedAtGt=${createdAt}`)).to.deep.equal([ids[0]]);
      for (const query of ["?createdAtGt=yesterday", "?limit=x", "?limit=1001"]) expect((await s.vapi("GET", `/phone-number${query}`)).status, query).to.equal(400);
    });

    it("v2 searches name, digits and SIP URI, page by page", async () => {
      for (const name of ["Shop [pt:1]", "shop [pt:2]", "Office"]) await buy({ name });
      await s.vapi("POST", "/phone-number", { provider: "vapi", sipUri: "sip:shop@sip.vapi.ai" });
      const search = async (query: string) => (await s.vapi("GET", `/v2/phone-number?${query}`)).json;
      const first = await search("search=SHOP&limit=2&sortOrder=ASC");
      expect(first.results.map((item: any) => item.name)).to.deep.equal(["Shop [pt:1]", "shop [pt:2]"]);
      expect(first.metadata).to.deep.equal({ itemsPerPage: 2, totalItems: 3, currentPage: 1, totalPages: 2, hasNextPage: true, sortOrder: "ASC" });
      expect((await search("search=SHOP&limit=2&page=2&sortOrder=ASC")).results[0].sipUri).to.equal("sip:shop@sip.vapi.ai");
      expect((await search("search=%2B1415")).results, "digits that aren't there yet").to.deep.equal([]);
      await s.advance("2s");
      expect((await search("search=%2B1415")).results).to.have.length(3);
      expect((await search("search=%5Bpt%3A2%5D")).results).to.have.length(1);
      for (const query of ["page=0", "sortOrder=up", "sortBy=name"]) expect((await s.vapi("GET", `/v2/phone-number?${query}`)).status, query).to.equal(400);
    });

    it("mask the digits where the setting says so", async () => {
      const { id } = (await s.control("POST", "/vapi/dashboard-numbers", { number: "+16505558621" })).json;
      const seen = async () => [
        (await s.vapi("GET", "/phone-number")).json[0].number, (await s.vapi("GET", "/v2/phone-number")).json.results[0].number,
        (await s.vapi("GET", `/phone-number/${id}`)).json.number,
      ];
      await settings({ masked: "lists" });
      expect(await seen()).to.deep.equal(["+165****8621", "+165****8621", "+16505558621"]);
      await settings({ masked: "reads" });
      expect(await seen()).to.deep.equal(["+165****8621", "+165****8621", "+165****8621"]);
    });
  });
});
