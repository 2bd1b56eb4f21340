/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- a test reads whatever JSON came */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startSandbox } from "../../src/sandbox";
import { buyOnWiil, start, type TestSandbox } from "./helpers";

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("sandbox: control", () => {
  let s: TestSandbox;
  beforeEach(async () => {
    s = await start();
  });
  afterEach(() => s.sandbox.close());

  it("hands out what a program needs", () => {
    const { url, env, config } = s.sandbox;
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(env).to.have.keys("WIIL_URL", "WIIL_API_KEY", "VOIPBIN_URL", "VOIPBIN_ACCESS_KEY", "VAPI_URL", "VAPI_API_KEY", "BURKI_URL", "BURKI_API_KEY");
    expect(env["WIIL_URL"]).to.equal(`${url}/wiil/v1`);
    expect(env["VOIPBIN_URL"]).to.equal(`${url}/voipbin/v1.0`);
    expect(env["VAPI_URL"]).to.equal(`${url}/vapi`);
    expect(env["BURKI_URL"]).to.equal(`${url}/burki`);
    expect(config).to.deep.equal({
      "telephony:vapiUrl": env["VAPI_URL"], "telephony:vapiApiKey": env["VAPI_API_KEY"],
      "telephony:burkiUrl": env["BURKI_URL"], "telephony:burkiApiKey": env["BURKI_API_KEY"],
      "telephony:wiilUrl": env["WIIL_URL"], "telephony:wiilApiKey": env["WIIL_API_KEY"],
      "telephony:voipbinUrl": env["VOIPBIN_URL"], "telephony:voipbinAccessKey": env["VOIPBIN_ACCESS_KEY"],
    });
  });

  it("fails to start on a port that is taken", async () => {
    const port = Number(new URL(s.sandbox.url).port);
    let message = "";
    await startSandbox({ port }).catch((error: Error) => (message = error.message));
    expect(message).to.match(/EADDRINUSE/);
  });

  it("gives out everything that it remembers, and takes it back", async () => {
    const before = (await s.control("GET", "/state")).json as object;
    await s.voipbin("POST", "/numbers", { number: "+15551234567" });
    expect((await s.control("GET", "/numbers")).json).to.have.length(1);
    expect((await s.control("POST", "/state", before)).status).to.equal(200);
    expect((await s.control("GET", "/numbers")).json).to.have.length(0);
    expect((await s.control("GET", "/ledger")).json).to.have.length(0);
    expect((await s.control("POST", "/state", { ledger: [] })).status).to.equal(400);
  });

  describe("clock", () => {
    it("stands at the present to begin with, and is moved by milliseconds, a duration or to a time", async () => {
      const at = async (body?: object) => Date.parse((await (body ? s.control("POST", "/clock", body) : s.control("GET", "/clock"))).json.now as string);
      const first = await at();
      expect(Math.abs(first - Date.now())).to.be.below(1000);
      expect(await at({ rate: 0 })).to.be.at.least(first);
      const frozen = await at();
      expect(await at({ advanceMs: 1500 })).to.equal(frozen + 1500);
      expect(await at({ advance: "1h30m" })).to.equal(frozen + 1500 + 5_400_000);
      expect(await at({ now: "2100-01-01T00:00:00.000Z" })).to.equal(Date.UTC(2100, 0, 1));
      expect(await at()).to.equal(Date.UTC(2100, 0, 1));
      expect((await s.control("GET", "/clock")).json).to.have.keys("now", "rate");
    });

    it("runs faster", async () => {
      await s.control("POST", "/clock", { rate: 1_000_000 });
      const placed = await s.wiil("POST", "/phone-configurations/telephony-provider/purchase", { phoneNumber: "+12125551234" });
      for (let status = "pending"; status !== "completed";) {
        status = (await s.wiil("GET", `/phone-configurations/telephony-provider/purchase-request/${placed.json.data.id}`)).json.data.status;
      }
    });

    it("refuses to go back, and what is no time", async () => {
      for (const body of [{ now: "2000-01-01T00:00:00Z" }, { now: "yesterday" }, { advance: "a while" }, { advanceMs: -1 }, { rate: -1 }, {},
        { advanceMs: 1, advance: "1s" }, { forward: 1 }]) {
        const answer = await s.control("POST", "/clock", body);
        expect(answer.status, JSON.stringify(body)).to.equal(400);
        expect(answer.json.error).to.be.a("string");
      }
    });
  });

  it("writes every charge down, months too, in order of time", async () => {
    await s.control("POST", "/clock", { now: `${new Date().getUTCFullYear() + 1}-01-31T12:00:00Z`, rate: 0 });
    await buyOnWiil(s, "+12125551234");
    const { id } = (await s.voipbin("POST", "/numbers", { number: "+15551234567" })).json;
    await s.advance("60d");
    await s.voipbin("DELETE", `/numbers/${id}`);
    const ledger = await s.ledger();
    expect(ledger.map((entry) => [entry.platform, entry.kind, entry.amount])).to.deep.equal([
      ["wiil", "purchase", "1.50"], ["voipbin", "purchase", "5.00"], ["wiil", "renewal", "1.50"], ["voipbin", "renewal", "5.00"],
      ["wiil", "renewal", "1.50"], ["voipbin", "renewal", "5.00"], ["voipbin", "release", "0.00"],
    ]);
    for (const entry of ledger) {
      expect(entry).to.have.keys("at", "platform", "account", "kind", "number", "amount", "currency");
      expect(entry.at).to.match(iso);
    }
    // 31 January renews at the end of February.
    expect(ledger[2].at.slice(5, 10)).to.be.oneOf(["02-28", "02-29"]);
  });

  it("lists the numbers that are owned now", async () => {
    const config = await buyOnWiil(s, "+12125551234", "Support");
    const number = (await s.voipbin("POST", "/numbers", { number: "+15551234567", name: "Hotline" })).json;
    const numbers = (await s.control("GET", "/numbers")).json as any[];
    expect(numbers.map(({ platform, account, number: e164, id, name, status }) => ({ platform, account, number: e164, id, name, status }))).to.deep.equal([
      { platform: "wiil", account: "default", number: "+12125551234", id: config.id, name: "Support", status: "ACTIVE" },
      { platform: "voipbin", account: "default", number: "+15551234567", id: number.id, name: "Hotline", status: "active" },
    ]);
    for (const item of numbers) expect(item.purchasedAt).to.match(iso);
  });

  it("logs requests without their keys", async () => {
    await s.voipbin("GET", "/numbers?page_size=5");
    await s.bare("GET", "/voipbin/v1.0/numbers?token=secret-token&page_size=1");
    await s.wiil("GET", "/phone-configurations?page=1");
    const log = await s.control("GET", "/requests");
    expect(log.json.map(({ platform, method, path, status }: any) => ({ platform, method, path, status }))).to.deep.equal([
      { platform: "voipbin", method: "GET", path: "/voipbin/v1.0/numbers?page_size=5&accesskey=REDACTED", status: 200 },
      { platform: "voipbin", method: "GET", path: "/voipbin/v1.0/numbers?token=REDACTED&page_size=1", status: 401 },
      { platform: "wiil", method: "GET", path: "/wiil/v1/phone-configurations?page=1", status: 200 },
    ]);
    for (const entry of log.json as any[]) {
      expect(entry.at).to.match(iso);
      expect(entry.ms).to.be.a("number");
    }
    for (const secret of ["secret-token", ...s.sandbox.accounts.map((account) => account.key)]) expect(log.text).to.not.contain(secret);
    expect((await s.control("DELETE", "/requests")).json).to.deep.equal([]);
  });

  describe("accounts", () => {
    it("are two a platform, and more on request", async () => {
      const accounts = (await s.control("GET", "/accounts")).json as any[];
      expect(accounts.map(({ platform, account }) => `${platform} ${account}`)).to.deep.equal([
        "wiil default", "wiil second", "voipbin default", "voipbin second", "vapi default", "vapi second", "burki default", "burki second",
      ]);
      const made = await s.control("POST", "/accounts", { platform: "wiil", key: "wiil_proj_third", account: "third", balance: "12.5" });
      expect(made.status).to.equal(201);
      expect(made.json).to.deep.equal({ platform: "wiil", account: "third", key: "wiil_proj_third", balance: "12.50" });
      expect((await s.wiilAs("wiil_proj_third")("GET", "/phone-configurations")).status).to.equal(200);
      const changed = await s.control("POST", "/accounts", { platform: "wiil", key: "wiil_proj_third", balance: 3 });
      expect([changed.status, changed.json.balance]).to.deep.equal([200, "3.00"]);
      const voipbin = await s.control("POST", "/accounts", { platform: "voipbin", key: "k", verified: false, virtualLimit: 3 });
      expect(voipbin.json).to.include({ account: "account-3", verified: false, virtualLimit: 3, frozen: false, permission: "admin" });
      expect((await s.control("POST", "/accounts", { platform: "voipbin", key: "k", frozen: true })).json).to.include({ verified: false, frozen: true });
    });

    it("say what they would take", async () => {
      for (const body of [{}, { platform: "pigeon", key: "k" }, { platform: "wiil" }, { platform: "wiil", key: "k", balance: "much" },
        { platform: "wiil", key: "k", balance: 1.234 }, { platform: "wiil", key: "k", verified: true }, { platform: "wiil", key: "k", account: "default" }]) {
        const answer = await s.control("POST", "/accounts", body);
        expect(answer.status, JSON.stringify(body)).to.equal(400);
        expect(answer.json.error).to.be.a("string");
      }
      expect((await s.control("GET", "/accounts")).json).to.have.length(8);
    });
  });

  it("keeps settings that aren't named as they are, and says what it would take", async () => {
    const before = (await s.control("GET", "/settings")).json;
    const after = (await s.control("POST", "/settings", { wiil: { purchaseMs: 1 } })).json;
    expect(after).to.deep.equal({ ...before, wiil: { ...before.wiil, purchaseMs: 1 } });
    for (const body of [{ pigeon: {} }, { wiil: { purchasems: 1 } }, { voipbin: { errorBody: "loud" } }, []]) {
      expect((await s.control("POST", "/settings", body)).status, JSON.stringify(body)).to.equal(400);
    }
    expect((await s.control("GET", "/settings")).json).to.deep.equal(after);
  });

  it("says what outcomes it would take", async () => {
    for (const body of [{}, { platform: "voipbin", number: "+12125551234", status: "FAILED" }, { platform: "wiil", number: "x", status: "FAILED" },
      { platform: "wiil", number: "+12125551234", status: "COMPLETED" }]) {
      expect((await s.control("POST", "/outcomes", body)).status, JSON.stringify(body)).to.equal(400);
    }
  });

  it("puts everything back", async () => {
    await buyOnWiil(s, "+12125551234");
    await s.voipbin("POST", "/flows", { name: "n", detail: "", actions: [] });
    await s.control("POST", "/accounts", { platform: "wiil", key: "k" });
    await s.control("POST", "/settings", { wiil: { purchaseMs: 1 } });
    await s.control("POST", "/faults", { kind: "drop" });
    expect((await s.control("POST", "/reset")).status).to.equal(200);
    for (const path of ["/ledger", "/numbers", "/requests", "/faults"]) expect((await s.control("GET", path)).json, path).to.deep.equal([]);
    expect((await s.control("GET", "/accounts")).json).to.have.length(8);
    expect((await s.control("GET", "/settings")).json.wiil.purchaseMs).to.equal(8000);
    expect(Math.abs(Date.parse((await s.control("GET", "/clock")).json.now as string) - Date.now())).to.be.below(1000);
    expect((await s.voipbin("GET", "/flows")).json.result).to.deep.equal([]);
    expect((await s.wiil("GET", "/phone-configurations")).json.data.data).to.deep.equal([]);
  });

  it("says so where there is nothing", async () => {
    expect((await s.control("GET", "/nothing")).status).to.equal(404);
    expect((await s.bare("GET", "/telnyx/v2/phone_numbers")).status).to.equal(404);
    expect((await s.bare("GET", "/wiil/v2/phone-configurations")).status).to.equal(404);
  });
});

describe("sandbox: dataDir", () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "sandbox-"));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it("keeps numbers, orders, accounts, ledger, settings and clock over a restart", async () => {
    const first = await start({ dataDir });
    await first.control("POST", "/clock", { advance: "31d", rate: 0 });
    await first.control("POST", "/accounts", { platform: "wiil", key: "wiil_proj_third", balance: "7" });
    await first.control("POST", "/settings", { voipbin: { errorBody: "flat" } });
    const number = (await first.voipbin("POST", "/numbers", { number: "+15551234567", name: "kept" })).json;
    const config = await buyOnWiil(first, "+12125551234");
    const order = (await first.wiil("POST", "/phone-configurations/telephony-provider/purchase", {
      phoneNumber: (await first.wiil("GET", "/phone-configurations/telephony-provider/numbers?areaCode=415")).json.data.data[0].phoneNumber,
    })).json.data;
    const ledger = await first.ledger();
    const clock = (await first.control("GET", "/clock")).json;
    await first.sandbox.close();

    const second = await start({ dataDir });
    expect((await second.control("GET", "/clock")).json).to.deep.equal(clock);
    expect(await second.ledger()).to.deep.equal(ledger);
    expect((await second.voipbin("GET", `/numbers/${number.id}`)).json).to.deep.equal(number);
    expect((await second.wiil("GET", `/phone-configurations/${config.id}`)).json.data).to.deep.equal(config);
    expect((await second.wiilAs("wiil_proj_third")("GET", "/phone-configurations")).status).to.equal(200);
    expect((await second.voipbin("GET", "/numbers/abc")).json).to.have.keys("message");
    await second.advance("8s");
    expect((await second.wiil("GET", `/phone-configurations/telephony-provider/purchase-request/${order.id}`)).json.data.status).to.equal("completed");
    await second.sandbox.close();
  });

  it("has written what it answered, whatever becomes of the process", async () => {
    const first = await start({ dataDir });
    await first.control("POST", "/faults", { method: "POST", kind: "drop-after-commit" });
    await first.voipbin("POST", "/numbers", { number: "+15551234567" }).catch(() => undefined);
    // Not closed: a second one reads what is on disk at this moment.
    const second = await start({ dataDir });
    expect((await second.voipbin("GET", "/numbers")).json.result).to.have.length(1);
    await first.sandbox.close();
    await second.sandbox.close();
  });

  it("says which file it can't read", async () => {
    writeFileSync(join(dataDir, "sandbox.json"), "{");
    let message = "";
    await startSandbox({ dataDir }).catch((error: Error) => (message = error.message));
    expect(message).to.contain(join(dataDir, "sandbox.json"));
  });

  it("takes purchaseMs", async () => {
    const s = await start({ purchaseMs: 0 });
    const placed = await s.wiil("POST", "/phone-configurations/telephony-provider/purchase", { phoneNumber: "+12125551234" });
    expect(placed.json.data.status).to.equal("pending");
    expect((await s.wiil("GET", "/phone-configurations")).json.data.data).to.have.length(1);
    await s.sandbox.close();
  });
});
