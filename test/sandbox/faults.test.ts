/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- a test reads whatever JSON came */
import { expect } from "chai";
import { start, type TestSandbox } from "./helpers";

const seedNumber = "+15551234567";

describe("sandbox: faults", () => {
  let s: TestSandbox;
  beforeEach(async () => {
    s = await start();
  });
  afterEach(() => s.sandbox.close());

  const fault = async (body: object) => {
    const answer = await s.control("POST", "/faults", body);
    expect(answer.status, answer.text).to.equal(201);
  };
  const list = () => s.voipbin("GET", "/numbers");
  const buy = () => s.voipbin("POST", "/numbers", { number: seedNumber });
  const owned = async () => ((await s.control("GET", "/numbers")).json as any[]).map((item) => item.number as string);
  const requests = async () => (await s.control("GET", "/requests")).json as any[];
  const failed = async (call: Promise<unknown>) => {
    try {
      await call;
    } catch (error) {
      return error as Error;
    }
    throw new Error("it was answered");
  };

  it("answer in each platform's own envelope, without running the handler", async () => {
    await fault({ platform: "voipbin", method: "POST", path: "/numbers", kind: "status", status: 503 });
    const voipbin = await buy();
    expect(voipbin.status).to.equal(503);
    expect(voipbin.json.error).to.include({ status: "UNAVAILABLE", reason: "SERVICE_UNAVAILABLE" });
    expect(await owned()).to.deep.equal([]);
    await fault({ platform: "wiil", kind: "status" });
    const wiil = await s.wiil("GET", "/phone-configurations");
    expect(wiil.status).to.equal(500);
    expect(wiil.json).to.include({ success: false, status: 500 });
    await fault({ platform: "voipbin", kind: "status", status: 429, retryAfter: 7 });
    const limited = await list();
    expect([limited.status, limited.headers.get("Retry-After")]).to.deep.equal([429, "7"]);
    expect(limited.json.error.reason).to.equal("RATE_LIMIT_EXCEEDED");
    await fault({ platform: "voipbin", kind: "status", status: 418 });
    expect((await list()).status).to.equal(418);
  });

  it("hit the nth matching request from now on, as many times as asked", async () => {
    await list();
    await fault({ platform: "voipbin", method: "GET", path: "/numbers", nth: 2, times: 2, kind: "status", status: 500 });
    await s.voipbin("GET", "/flows");
    await s.wiil("GET", "/phone-configurations");
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await list()).status);
    expect(statuses).to.deep.equal([200, 500, 500, 200, 200]);
    expect((await s.control("GET", "/faults")).json).to.deep.include({
      platform: "voipbin", method: "GET", path: "/numbers", nth: 2, times: 2, kind: "status", status: 500, id: 1, seen: 5, hits: 2, answered: 2,
    });
  });

  it("match by prefix, by wildcard and by parameter, with or without the base path", async () => {
    const { id } = (await buy()).json;
    const hits = async (path: string, wanted: string) => {
      await s.control("DELETE", "/faults");
      await fault({ platform: "voipbin", path, kind: "status", status: 500 });
      return (await s.voipbin("GET", wanted)).status === 500;
    };
    expect(await hits("/numbers", "/numbers")).to.equal(true);
    expect(await hits("/numbers", `/numbers/${id}`)).to.equal(true);
    expect(await hits("/voipbin/v1.0/numbers", `/numbers/${id}`)).to.equal(true);
    expect(await hits("/numbers/:id", `/numbers/${id}`)).to.equal(true);
    expect(await hits("/numbers/:id", "/numbers")).to.equal(false);
    expect(await hits("/numbers/:id", `/numbers/${id}/flow_ids`)).to.equal(false);
    expect(await hits("/numbers/*", `/numbers/${id}/flow_ids`)).to.equal(true);
    expect(await hits("/*/:id/flow_ids", `/numbers/${id}/flow_ids`)).to.equal(true);
    expect(await hits("/flows", "/numbers")).to.equal(false);
    await fault({ path: "/auth/login", kind: "status", status: 503 });
    expect((await s.bare("POST", "/voipbin/auth/login", {})).status).to.equal(503);
  });

  it("hit by probability until they are cleared", async () => {
    await fault({ platform: "voipbin", probability: 1, kind: "status", status: 500 });
    for (let i = 0; i < 3; i++) expect((await list()).status).to.equal(500);
    await s.control("DELETE", "/faults");
    expect((await list()).status).to.equal(200);
    await fault({ platform: "voipbin", probability: 0, kind: "status", status: 500 });
    for (let i = 0; i < 3; i++) expect((await list()).status).to.equal(200);
    await fault({ platform: "voipbin", probability: 1, times: 1, kind: "status", status: 500 });
    expect([(await list()).status, (await list()).status]).to.deep.equal([500, 200]);
  });

  it("drop the connection before the handler runs", async () => {
    await fault({ platform: "voipbin", method: "POST", path: "/numbers", kind: "drop" });
    await failed(buy());
    expect(await owned()).to.deep.equal([]);
    expect((await requests()).at(-1)).to.include({ method: "POST", status: null });
    expect((await buy()).status).to.equal(200);
  });

  it("drop the connection after the number is bought", async () => {
    await fault({ platform: "voipbin", method: "POST", path: "/numbers", kind: "drop-after-commit" });
    await failed(buy());
    expect(await owned()).to.deep.equal([seedNumber]);
    expect(await s.ledger()).to.have.length(1);
  });

  it("cut the answer, empty it, or replace it by a proxy's page", async () => {
    await fault({ platform: "voipbin", method: "POST", path: "/numbers", kind: "malformed" });
    const cut = await buy();
    expect(cut.status).to.equal(200);
    expect(cut.json).to.equal(undefined);
    expect(cut.text).to.match(/^\{"id"/);
    expect(await owned()).to.deep.equal([seedNumber]);
    await fault({ platform: "voipbin", kind: "empty" });
    const empty = await list();
    expect([empty.status, empty.text]).to.deep.equal([200, ""]);
    await fault({ platform: "voipbin", kind: "html" });
    const html = await list();
    expect(html.status).to.equal(502);
    expect(html.headers.get("Content-Type")).to.match(/^text\/html/);
  });

  it("never answer, and let the sandbox close all the same", async () => {
    await fault({ platform: "wiil", kind: "hang" });
    await failed(fetch(`${s.sandbox.env["WIIL_URL"]}/phone-configurations`, { signal: AbortSignal.timeout(100) }));
    await fault({ platform: "wiil", kind: "hang" });
    const hanging = failed(s.wiil("GET", "/phone-configurations"));
    while ((await requests()).length < 2) await new Promise((resolve) => setImmediate(resolve));
    await s.sandbox.close();
    await hanging;
    s = await start();
  });

  it("never answer, although the number is bought", async () => {
    await fault({ platform: "voipbin", method: "POST", kind: "hang-after-commit" });
    const url = `${s.sandbox.env["VOIPBIN_URL"]}/numbers?accesskey=${s.sandbox.env["VOIPBIN_ACCESS_KEY"]}`;
    await failed(fetch(url, { method: "POST", body: JSON.stringify({ number: seedNumber }), signal: AbortSignal.timeout(200) }));
    expect(await owned()).to.deep.equal([seedNumber]);
  });

  it("delay an answer", async () => {
    await fault({ platform: "voipbin", kind: "latency", ms: 60 });
    const started = performance.now();
    expect((await list()).status).to.equal(200);
    expect(performance.now() - started).to.be.at.least(55);
  });

  it("reset the connection", async () => {
    await fault({ platform: "voipbin", method: "POST", path: "/numbers", kind: "reset" });
    const error = await failed(buy());
    expect((error.cause as NodeJS.ErrnoException).code).to.equal("ECONNRESET");
    expect(await owned()).to.deep.equal([]);
  });

  it("answer a gateway's page under 200", async () => {
    await fault({ platform: "voipbin", method: "POST", kind: "html", status: 200 });
    const page = await buy();
    expect([page.status, page.headers.get("Content-Type")?.slice(0, 9)]).to.deep.equal([200, "text/html"]);
    expect(await owned()).to.deep.equal([]);
  });

  it("answer in another shape, with the same status and all of it done", async () => {
    const shaped = async (shape?: string) => {
      await fault({ platform: "voipbin", method: "POST", path: "/flows", kind: "shape", ...(shape && { shape }) });
      return s.voipbin("POST", "/flows", { name: "f", detail: "", actions: [{ type: "answer" }] });
    };
    const plain = await shaped();
    expect([plain.status, plain.json]).to.deep.equal([200, { ok: true }]);
    expect((await shaped("wrapped")).json.payload).to.include({ name: "f" });
    expect((await shaped("swapped")).json[0]).to.include({ name: "f" });
    expect((await shaped("null")).json).to.equal(null);
    const renamed = (await shaped("renamed")).json;
    expect(renamed).to.include({ new_name: "f" });
    expect(renamed.new_actions[0]).to.include({ new_type: "answer" });
    expect((await s.voipbin("GET", "/flows")).json.result).to.have.length(5);
    await fault({ platform: "vapi", kind: "shape", shape: "swapped" });
    expect((await s.vapi("GET", "/assistant")).json).to.deep.equal({});
  });

  it("answer reads as things were when the fault was set, as often as asked, and writes as ever", async () => {
    const before = (await buy()).json;
    await fault({ platform: "voipbin", path: "/numbers", kind: "stale", times: 3 });
    const bought = (await s.voipbin("POST", "/numbers", { number: "+15551234568" })).json;
    await s.voipbin("DELETE", `/numbers/${before.id}`);
    const shown = async () => ((await list()).json.result as any[]).map(({ number }) => number as string);
    expect(await shown()).to.deep.equal([seedNumber]);
    expect((await s.voipbin("GET", `/numbers/${before.id}`)).status).to.equal(200);
    expect((await s.voipbin("GET", `/numbers/${bought.id}`)).status).to.equal(404);
    expect(await shown()).to.deep.equal(["+15551234568"]);
    expect(await owned()).to.deep.equal(["+15551234568"]);
  });

  it("take a plain path as the whole one, if asked", async () => {
    const { id } = (await buy()).json;
    await fault({ platform: "voipbin", method: "GET", path: "/numbers", exact: true, kind: "status", status: 500 });
    expect((await s.voipbin("GET", `/numbers/${id}`)).status).to.equal(200);
    expect((await list()).status).to.equal(500);
  });

  it("say what they would take", async () => {
    for (const body of [{}, { kind: "pigeon" }, { kind: "status", status: 200 }, { kind: "latency" }, { kind: "drop", nth: 1, probability: 1 },
      { kind: "drop", platform: "pigeon" }, { kind: "drop", nth: 0 }, { kind: "drop", colour: "red" }, "{"]) {
      const answer = await s.control("POST", "/faults", body);
      expect(answer.status, JSON.stringify(body)).to.equal(400);
      expect(answer.json.error).to.be.a("string").and.not.equal("");
    }
    expect((await s.control("GET", "/faults")).json).to.deep.equal([]);
  });

  it("that hang let go when they are lifted, and say when they hit and when it was answered", async () => {
    for (const kind of ["hang", "hang-after-commit"]) {
      const { json: { id } } = await s.control("POST", "/faults", { platform: "voipbin", method: "POST", path: "/numbers", kind });
      const hit = s.control("GET", `/faults/${id}?until=hits`);
      const bought = s.voipbin("POST", "/numbers", { number: kind === "hang" ? seedNumber : "+15551234568" });
      expect((await hit).json).to.include({ id, hits: 1, answered: 0 });
      expect((await owned()).length, kind).to.equal(kind === "hang" ? 0 : 2);
      const answered = s.control("GET", `/faults/${id}?until=answered`);
      await s.control("DELETE", `/faults/${id}`);
      expect((await bought).status).to.equal(200);
      expect((await answered).json).to.include({ answered: 1 });
      expect((await owned()).length, kind).to.equal(kind === "hang" ? 1 : 2);
    }
    expect((await s.control("DELETE", "/faults/99")).status).to.equal(400);
  });
});
