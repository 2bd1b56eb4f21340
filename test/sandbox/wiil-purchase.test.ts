/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- a test reads whatever JSON came */
import { expect } from "chai";
import { buyOnWiil, start, type TestSandbox } from "./helpers";

const provider = "/phone-configurations/telephony-provider";
const seedNumber = "+12125551234";

describe("sandbox: WIIL, search and purchase", () => {
  let s: TestSandbox;
  beforeEach(async () => {
    s = await start();
  });
  afterEach(() => s.sandbox.close());

  const buy = (phoneNumber = seedNumber, friendlyName = "Customer Support Line") =>
    s.wiil("POST", `${provider}/purchase`, { phoneNumber, friendlyName });
  const order = (id: string) => s.wiil("GET", `${provider}/purchase-request/${id}`);
  const byNumber = (number = seedNumber) => s.wiil("GET", `/phone-configurations/by-phone-number/${encodeURIComponent(number)}`);

  describe("authentication", () => {
    it("takes the header in any case and answers 401 to an unknown or missing key", async () => {
      const key = s.sandbox.env["WIIL_API_KEY"]!;
      expect(key).to.match(/^wiil_proj_sandbox/);
      expect((await s.bare("GET", "/wiil/v1/phone-configurations", undefined, { "X-WIIL-API-KEY": key })).status).to.equal(200);
      const unknown = await s.wiilAs("wiil_proj_nobody")("GET", "/phone-configurations");
      expect(unknown.status).to.equal(401);
      expect(unknown.json).to.include({ success: false, status: 401, code: "UNAUTHORIZED" });
      expect((await s.bare("GET", "/wiil/v1/phone-configurations")).status).to.equal(401);
    });

    it("answers 404 in its envelope where it has no route", async () => {
      const answer = await s.wiil("GET", "/nothing/here");
      expect(answer.status).to.equal(404);
      expect(answer.json).to.include({ success: false, code: "NOT_FOUND" });
    });
  });

  describe("numbers and pricing, current routes", () => {
    it("pages what is available, in the SDK's spelling", async () => {
      const { json } = await s.wiil("GET", `${provider}/numbers?areaCode=212`);
      expect(json.success).to.equal(true);
      expect(json.metadata).to.have.keys("timestamp", "version");
      expect(json.data.meta).to.deep.equal({ page: 1, pageSize: 20, totalCount: 1_001, totalPages: 51, hasNextPage: true, hasPreviousPage: false });
      expect(json.data.data).to.have.length(20);
      expect(json.data.data[0]).to.deep.include({
        phoneNumber: seedNumber, countryCode: "US", numberType: "local", beta: false, capabilities: { voice: true, SMS: true, MMS: true },
      });
      const last = (await s.wiil("GET", `${provider}/numbers?areaCode=212&page=51`)).json.data;
      expect(last.data).to.have.length(1);
      expect(last.meta).to.include({ hasNextPage: false, hasPreviousPage: true });
      expect((await s.wiil("GET", `${provider}/numbers?areaCode=212&page=52`)).json.data.data).to.deep.equal([]);
    });

    it("filters by areaCode, contains and postalCode", async () => {
      const numbers = async (query: string) => (await s.wiil("GET", `${provider}/numbers?pageSize=1000&${query}`)).json.data.data as any[];
      for (const areaCode of ["212", "415", "206", "800", "888", "877"]) {
        const found = await numbers(`areaCode=${areaCode}`);
        expect(found.length, areaCode).to.be.at.least(50);
        expect(found.every((item) => item.phoneNumber.startsWith(`+1${areaCode}`)), areaCode).to.equal(true);
      }
      expect((await numbers("areaCode=800")).every((item) => item.numberType === "toll-free")).to.equal(true);
      expect((await numbers("contains=5551234")).map((item) => item.phoneNumber)).to.deep.equal([seedNumber]);
      expect((await numbers("postalCode=98101")).every((item) => item.phoneNumber.startsWith("+1206"))).to.equal(true);
      expect(await numbers("areaCode=999")).to.deep.equal([]);
    });

    it("tells prices by country and type", async () => {
      const prices = (await s.wiil("GET", `${provider}/pricing?pageSize=100`)).json.data.data as any[];
      expect(prices.find((item) => item.countryCode === "US" && item.number_type === "local")).to.deep.equal({
        number_type: "local", country: "United States", countryCode: "US", phoneNumberPrices: [{ base_price: 1.5, current_price: 1.5 }],
        price: 1.5, priceUnit: "per month", currency: "USD",
      });
      expect(prices.some((item) => item.countryCode === "US" && item.number_type === "toll-free")).to.equal(true);
    });

    it("refuses a page that isn't one", async () => {
      for (const query of ["page=0", "page=x", "pageSize=0", "pageSize=1001", "sortDirection=up"]) {
        const answer = await s.wiil("GET", `${provider}/numbers?${query}`);
        expect(answer.status, query).to.equal(400);
        expect(answer.json.code).to.equal("VALIDATION_ERROR");
      }
    });
  });

  describe("regions, numbers and pricing, older routes", () => {
    it("answers bare arrays in the seed's spelling", async () => {
      const regions = (await s.wiil("GET", `${provider}/SIGNALWIRE/regions`)).json.data as any[];
      expect(regions).to.deep.include({ regionId: "US", regionName: "United States" });
      const numbers = (await s.wiil("GET", `${provider}/SIGNALWIRE/numbers?countryCode=US&areaCode=212`)).json.data as any[];
      expect(numbers).to.have.length(1_001);
      expect(numbers[0]).to.include({ phoneNumber: seedNumber, numberType: "LOCAL" });
      const british = (await s.wiil("GET", `${provider}/TWILIO/numbers?countryCode=GB`)).json.data as any[];
      expect(new Set(british.map((item) => item.numberType))).to.deep.equal(new Set(["LOCAL", "TOLL_FREE", "MOBILE"]));
      const prices = (await s.wiil("GET", `${provider}/signal-wire/pricing?countryCode=DE`)).json.data as any[];
      expect(prices.map((item) => item.number_type)).to.have.members(["LOCAL", "TOLL_FREE", "MOBILE"]);
    });

    it("knows its providers only", async () => {
      expect((await s.wiil("GET", `${provider}/NOBODY/numbers`)).status).to.equal(400);
    });
  });

  describe("purchase", () => {
    it("goes from pending through processing to completed on the sandbox's clock, and is charged at the end", async () => {
      const placed = await buy();
      expect(placed.status).to.equal(201);
      expect(placed.json.data).to.include({
        phoneNumber: seedNumber, friendlyName: "Customer Support Line", countryCode: "US", chargedCredits: 1500, status: "pending",
        numberType: "local", statusDetails: null, completedAt: null,
      });
      const { id } = placed.json.data;
      expect(await s.ledger()).to.deep.equal([]);
      await s.advance("4s");
      expect((await order(id)).json.data.status).to.equal("processing");
      await s.advance("4s");
      const done = (await order(id)).json.data;
      expect(done.status).to.equal("completed");
      expect(done.completedAt).to.equal(done.createdAt + 8000);
      expect(await s.ledger()).to.deep.equal([{
        at: new Date(done.completedAt).toISOString(), platform: "wiil", account: "default", kind: "purchase", number: seedNumber,
        amount: "1.50", currency: "USD",
      }]);
    });

    it("shows an open order by its id alone", async () => {
      const { id } = (await buy()).json.data;
      expect((await byNumber()).status).to.equal(404);
      expect((await s.wiil("GET", "/phone-configurations")).json.data.data).to.deep.equal([]);
      expect((await s.wiil("GET", "/deployment-channels")).json.data.data).to.deep.equal([]);
      expect((await s.control("GET", "/numbers")).json).to.deep.equal([]);
      expect((await order(id)).status).to.equal(200);
      expect((await order("nosuchorder")).status).to.equal(404);
      const second = s.sandbox.accounts.find((account) => account.platform === "wiil" && account.account === "second")!;
      expect((await s.wiilAs(second.key)("GET", `${provider}/purchase-request/${id}`)).status).to.equal(404);
    });

    it("takes a number without a name", async () => {
      const answer = await s.wiil("POST", `${provider}/purchase`, { phoneNumber: seedNumber });
      expect(answer.json.data.friendlyName).to.equal(seedNumber);
    });

    it("answers by-request as a purchase until there is a configuration, then as that", async () => {
      const { id } = (await buy()).json.data;
      expect((await s.wiil("GET", `/phone-configurations/by-request/${id}`)).json.data).to.include({ id, status: "pending" });
      await s.advance("8s");
      expect((await s.wiil("GET", `/phone-configurations/by-request/${id}`)).json.data).to.include({ phoneRequestId: id, status: "ACTIVE" });
      await s.control("POST", "/settings", { wiil: { byRequest: "purchase" } });
      expect((await s.wiil("GET", `/phone-configurations/by-request/${id}`)).json.data).to.include({ id, status: "completed" });
      expect((await s.wiil("GET", "/phone-configurations/by-request/nosuchorder")).status).to.equal(404);
    });

    it("runs seed 001's purchase, word for word", async () => {
      const placed = await s.wiil("POST", "/phone-configurations/purchase", {
        friendlyName: "Customer Support Line", phoneNumber: seedNumber, providerType: "SIGNALWIRE", numberType: "LOCAL",
      });
      expect(placed.json.data).to.include({ status: "PENDING", numberType: "LOCAL" });
      const poll = async () => (await s.wiil("GET", `/phone-configurations/by-request/${placed.json.data.id}`)).json.data.status as string;
      expect(await poll()).to.equal("PENDING");
      await s.advance("5s");
      expect(await poll()).to.equal("PROCESSING");
      await s.advance("5s");
      expect(await poll()).to.equal("COMPLETED");
      const config = (await byNumber()).json.data;
      expect(config).to.include({ phoneNumber: seedNumber, status: "ACTIVE", providerType: "SIGNALWIRE" });
      expect(config.voiceChannelId).to.match(/^[0-9a-z]{20}$/);
      expect(config.voiceChannel.deploymentType).to.equal("CALLS");
      expect(config.smsChannel.deploymentType).to.equal("SMS");
    });

    it("takes the older body's optional fields, and refuses values that it doesn't have", async () => {
      const older = (extra: object) => s.wiil("POST", "/phone-configurations/purchase", { friendlyName: "x", phoneNumber: seedNumber, ...extra });
      expect((await older({ numberType: "PIGEON" })).status).to.equal(400);
      expect((await older({ providerType: "PIGEON" })).status).to.equal(400);
      expect((await older({ countryCode: "USA" })).status).to.equal(400);
      const missing = await s.wiil("POST", "/phone-configurations/purchase", { phoneNumber: seedNumber });
      expect(missing.status).to.equal(400);
      expect(missing.json.meta.issues[0].field).to.equal("friendlyName");
      expect((await older({ providerType: "TWILIO", numberType: "LOCAL", countryCode: "US" })).status).to.equal(201);
    });

    it("says that a number isn't available: taken, on order, or never there", async () => {
      await buy();
      for (const number of [seedNumber, "+12125559999"]) {
        const answer = await buy(number);
        expect(answer.status).to.equal(409);
        expect(answer.json.message).to.equal("Phone number not available");
      }
      await s.advance("8s");
      expect((await buy()).json.message).to.equal("Phone number not available");
      expect((await s.wiil("GET", `${provider}/numbers?contains=5551234`)).json.data.data).to.deep.equal([]);
    });

    it("wants E.164", async () => {
      for (const number of ["2125551234", "(212) 555-1234", "+0125551234", ""]) {
        const answer = await buy(number);
        expect(answer.status).to.equal(400);
        expect(answer.json.message).to.match(/^Invalid phone number format/);
      }
    });

    it("refuses a body that isn't JSON, and one without a number", async () => {
      for (const body of ["{", "[]", { friendlyName: "x" }]) {
        const answer = await s.wiil("POST", `${provider}/purchase`, body);
        expect(answer.status).to.equal(400);
        expect(answer.json.code).to.equal("VALIDATION_ERROR");
      }
    });

    it("refuses without credits, counting what open orders hold back", async () => {
      await s.control("POST", "/accounts", { platform: "wiil", key: s.sandbox.env["WIIL_API_KEY"], balance: "2.00" });
      expect((await buy()).status).to.equal(201);
      const numbers = (await s.wiil("GET", `${provider}/numbers?areaCode=415`)).json.data.data as any[];
      const answer = await buy(numbers[0].phoneNumber);
      expect(answer.status).to.equal(402);
      expect(answer.json.message).to.equal("Insufficient credits");
      await s.advance("8s");
      const account = ((await s.control("GET", "/accounts")).json as any[]).find((item) => item.platform === "wiil" && item.account === "default");
      expect(account.balance).to.equal("0.50");
    });

    for (const status of ["FAILED", "CANCELLED"]) {
      it(`ends in ${status} when that was asked for, uncharged, and the number is on offer again`, async () => {
        await s.control("POST", "/outcomes", { platform: "wiil", number: seedNumber, status, statusDetails: "Carrier rejected the order" });
        const { id } = (await buy()).json.data;
        expect((await order(id)).json.data.status).to.equal("pending");
        await s.advance("8s");
        expect((await order(id)).json.data).to.include({ status: status.toLowerCase(), statusDetails: "Carrier rejected the order", completedAt: null });
        expect((await s.wiil("GET", `/phone-configurations/by-request/${id}`)).json.data.status).to.equal(status.toLowerCase());
        expect((await byNumber()).status).to.equal(404);
        expect(await s.ledger()).to.deep.equal([]);
        expect((await buy()).status).to.equal(201);
        await s.advance("8s");
        expect((await byNumber()).status).to.equal(200);
      });
    }

    it("survives fifty purchases side by side, each number once", async () => {
      const numbers = ((await s.wiil("GET", `${provider}/numbers?areaCode=206&pageSize=50`)).json.data.data as any[]).map((item) => item.phoneNumber as string);
      const answers = await Promise.all([...numbers, ...numbers].map((number) => buy(number)));
      expect(answers.filter((answer) => answer.status === 201)).to.have.length(50);
      expect(answers.filter((answer) => answer.status === 409)).to.have.length(50);
      await s.advance("8s");
      const owned = (await s.wiil("GET", "/phone-configurations?pageSize=1000")).json.data.data as any[];
      expect(owned.map((item) => item.phoneNumber)).to.have.members(numbers);
    });
  });

  describe("settings", () => {
    it("leaves PROCESSING out", async () => {
      await s.control("POST", "/settings", { wiil: { processing: false } });
      const { id } = (await buy()).json.data;
      await s.advance("7s");
      expect((await order(id)).json.data.status).to.equal("pending");
      await s.advance("1s");
      expect((await order(id)).json.data.status).to.equal("completed");
    });

    it("keeps the configuration back for a moment after completion", async () => {
      await s.control("POST", "/settings", { wiil: { configurationDelayMs: 5000 } });
      const { id } = (await buy()).json.data;
      await s.advance("8s");
      expect((await order(id)).json.data.status).to.equal("completed");
      expect((await byNumber()).status).to.equal(404);
      expect((await s.wiil("GET", "/deployment-channels")).json.data.data).to.deep.equal([]);
      await s.advance("5s");
      expect((await byNumber()).status).to.equal(200);
    });

    it("forces one spelling, one list shape and one error envelope", async () => {
      await s.control("POST", "/settings", { wiil: { enums: "older", lists: "items", errors: "nested" } });
      expect((await buy()).json.data.status).to.equal("PENDING");
      expect((await s.wiil("GET", `${provider}/numbers`)).json.data.items).to.have.length(20);
      expect((await byNumber("+1")).json).to.deep.include({ success: false, error: { code: "NOT_FOUND", message: "Phone configuration not found" } });
      await s.control("POST", "/settings", { wiil: { lists: "array", errors: "text", errorsAs200: true } });
      expect((await s.wiil("GET", `${provider}/pricing`)).json.data).to.be.an("array");
      const failure = await byNumber("+1");
      expect(failure.status).to.equal(200);
      expect(failure.json).to.include({ success: false, data: null, error: "Phone configuration not found" });
    });
  });

  it("keeps two accounts apart", async () => {
    const second = s.wiilAs(s.sandbox.accounts.find((account) => account.platform === "wiil" && account.account === "second")!.key);
    const mine = await buyOnWiil(s, seedNumber);
    expect((await second("GET", `/phone-configurations/${mine.id}`)).status).to.equal(404);
    expect((await second("GET", "/phone-configurations")).json.data.data).to.deep.equal([]);
    expect((await second("GET", `/phone-configurations/by-phone-number/${encodeURIComponent(seedNumber)}`)).status).to.equal(404);
    expect((await second("DELETE", `/phone-configurations/${mine.id}`)).status).to.equal(404);
    expect((await second("PATCH", "/phone-configurations", { id: mine.id, friendlyName: "mine now" })).status).to.equal(404);
    expect((await second("GET", `/deployment-channels/${mine.voiceChannelId}`)).status).to.equal(404);
    expect((await second("POST", `${provider}/purchase`, { phoneNumber: seedNumber })).json.message).to.equal("Phone number not available");
  });
});
