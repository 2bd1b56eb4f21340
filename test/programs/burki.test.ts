import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { type Bench, errorsOf, onEveryEngine, type Program } from "./bench.js";

type Json = Record<string, unknown>;
interface Line { number: string; name: string; status: string; carrier: string; assistantId: number | null; flowId: number | null }

/** A number that Burki offers at Telnyx. [DOCS phone-numbers/purchase] */
const TELNYX = "+14155551234";

const backstage = (bench: Bench) => ({
  api: async <T = Json>(method: string, path: string, body?: unknown): Promise<T> => {
    const { BURKI_URL: url, BURKI_API_KEY: key } = bench.sandbox.env;
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${url}/api/v1${path}`, init);
    expect(response.status, `${method} ${path}`).to.be.within(200, 201);
    return (await response.json()) as T;
  },
  lines: async () => (await bench.owned()) as unknown as Line[],
  line: async (number: unknown) => ((await bench.owned()) as unknown as Line[]).find((n) => n.number === number)!,
  outcome: (status: string, number = TELNYX) => bench.control("outcomes", { platform: "burki", number, status }),
});

onEveryEngine("the example burki-numbers", (bench) => {
  const { line, lines } = backstage(bench);
  const stage = async (config: Record<string, string> = {}, env = {}) => {
    const result = await bench.example("burki-numbers", config, env).up();
    expect(result.ok, errorsOf(result)).to.be.true;
    return result;
  };

  it("buys on Twilio and Telnyx, with and without an assistant, and releases all of it", async () => {
    const { outputs } = await stage();
    expect(outputs["salesNumber"]).to.match(/^\+1415/);
    expect(outputs["supportNumber"]).to.match(/^\+1212/);
    expect(outputs["berlinNumber"]).to.match(/^\+4930/);
    expect(outputs["supportPrice"]).to.deep.equal({ amount: "1.00", currency: "USD" });
    expect(outputs["berlinPrice"]).to.deep.equal({ amount: "1.50", currency: "USD" });
    expect(outputs["salesWebhooks"]).to.deep.equal({ voice: "https://api.burki.dev/twiml", sms: "https://api.burki.dev/twiml" });
    expect(outputs["supportWebhooks"]).to.have.property("voice", "https://api.burki.dev/telnyx-webhook");
    expect(await line(outputs["salesNumber"])).to.include({ carrier: "twilio", assistantId: null, flowId: null });
    expect((await line(outputs["salesNumber"])).name).to.match(/^Sales \[pulumi \w{8}\.1\]$/);
    for (const number of ["supportNumber", "berlinNumber"]) {
      expect(await line(outputs[number])).to.include({ carrier: "telnyx", assistantId: Number(outputs["deskId"]) });
    }
    expect((await stage()).steps).to.deep.equal([]);
    expect((await bench.example("burki-numbers").refresh()).summary).to.not.have.any.keys("update", "delete");

    await stage({ berlin: "flow" });
    expect(await line(outputs["berlinNumber"])).to.include({ assistantId: null, flowId: Number(outputs["menuId"]) });
    await stage({ berlin: "desk" });
    expect(await line(outputs["berlinNumber"])).to.include({ assistantId: Number(outputs["deskId"]), flowId: null });
    await stage({ berlin: "nobody" });
    expect(await line(outputs["berlinNumber"])).to.include({ assistantId: null, flowId: null });

    const destroyed = await bench.example("burki-numbers").destroy();
    expect(destroyed.ok, errorsOf(destroyed)).to.be.true;
    expect(await lines()).to.deep.equal([]);
    const ledger = await bench.ledger();
    for (const number of ["salesNumber", "supportNumber", "berlinNumber"]) {
      expect(ledger.filter((l) => l.number === outputs[number]).map((l) => l.kind), number).to.deep.equal(["purchase", "release"]);
    }
  });

  it("runs against the older generation of paths as well", async () => {
    await bench.control("settings", { burki: { phoneNumberPaths: "older", purchaseWebhooks: "voice-only", orderStatus: "success" } });
    const { outputs } = await stage({}, { BURKI_PATHS: "2025-08" });
    expect(await line(outputs["berlinNumber"])).to.include({ assistantId: Number(outputs["deskId"]) });
    const destroyed = await bench.example("burki-numbers", {}, { BURKI_PATHS: "2025-08" }).destroy();
    expect(destroyed.ok, errorsOf(destroyed)).to.be.true;
    expect(await lines()).to.deep.equal([]);
  });
});

onEveryEngine("a number at Burki", (bench) => {
  const { api, line, lines, outcome } = backstage(bench);
  const number = (args: Partial<telephony.PhoneNumberArgs> = {}, create = "1m"): Program => () => {
    const way = args.search || args.candidates ? {} : { number: TELNYX };
    const made = new telephony.PhoneNumber("line", { platform: "burki", name: "Sales", ...way, ...args }, { customTimeouts: { create } });
    const { status, monthlyPrice: price, purchaseId } = made;
    return Promise.resolve({ number: made.number, status, price, purchaseId });
  };
  const nothing = async () => {
    expect(await lines()).to.deep.equal([]);
    expect(await bench.ledger()).to.deep.equal([]);
  };

  it("is bought by its digits, renamed in place, and released", async () => {
    const { outputs } = await bench.apply(number());
    expect(outputs).to.include({ number: TELNYX, status: "active" });
    expect(outputs["price"]).to.deep.equal({ amount: "1.00", currency: "USD" });
    expect(outputs["purchaseId"]).to.match(/^[\da-f-]{36}$/);
    const renamed = await bench.apply(number({ name: "Berlin" }));
    expect(renamed.steps.map((s) => `${s.op} ${s.name}`)).to.deep.equal(["update line"]);
    expect((await line(TELNYX)).name).to.match(/^Berlin \[pulumi/);
    expect((await bench.apply(number({ name: "Berlin" }))).steps).to.deep.equal([]);
    expect((await bench.engine(number()).destroy()).ok).to.be.true;
    expect((await bench.ledger()).map((l) => l.kind)).to.deep.equal(["purchase", "release"]);
  });

  // The error rows of the seed.
  it("with a carrier that Burki has not is refused before any call", async () => {
    expect(errorsOf(await bench.engine(number({ carrier: "vonage" })).preview())).to.match(/property carrier .*"telnyx", "twilio"/s);
    expect(errorsOf(await bench.engine(number({ number: "4155551234" })).preview())).to.match(/property number .*not in E\.164/s);
    expect(await bench.control("requests")).to.deep.equal([]);
  });

  it("that somebody else bought meanwhile: nothing is bought, and the error says how to search anew", async () => {
    const program = number({ search: { country: "US", areaCode: "415" } });
    await outcome("GONE");
    const errors = await bench.refuse(program);
    expect(errors).to.contain("Failed to purchase phone number from telnyx"); // Burki's only word for it
    const [, search] = /somebody else's by now, search anew: pulumi up --replace '([^']+)'/.exec(errors) ?? [];
    await nothing();
    const anew = await bench.engine(program).up({ replace: [search!] });
    expect(anew.ok, errorsOf(anew)).to.be.true;
    expect(anew.outputs["number"]).to.match(/^\+1415/).and.not.equal(TELNYX);
    expect(await bench.ledger("purchase")).to.have.length(1);
  });

  it("for which the carrier's balance does not suffice is not bought", async () => {
    await bench.control("accounts", { platform: "burki", key: bench.sandbox.env["BURKI_API_KEY"], balance: "0.10" });
    expect(await bench.refuse(number())).to.match(/Failed to purchase phone number from telnyx/);
    await nothing();
  });

  it("of a carrier without credentials is not bought", async () => {
    await bench.control("accounts", { platform: "burki", key: bench.sandbox.env["BURKI_API_KEY"], telnyx: false });
    expect(await bench.refuse(number())).to.match(/Failed to purchase phone number from telnyx/);
    await nothing();
  });

  it("under a wrong key names the setting to correct", async () => {
    const result = await bench.up(number(), { BURKI_API_KEY: "burki_mistyped" });
    expect(errorsOf(result)).to.match(/401.*telephony:burkiApiKey.*BURKI_API_KEY/s).and.not.contain("burki_mistyped");
  });

  it("whose price is over the limit, or not told, is not bought", async () => {
    const limit = { maxMonthlyPrice: { amount: "0.50", currency: "USD" } };
    expect(await bench.refuse(number(limit))).to.match(/costs USD 1\.00 a month, more than maxMonthlyPrice USD 0\.50/);
    const twilio = number({ search: { country: "US" }, carrier: "twilio", ...limit });
    expect(await bench.refuse(twilio)).to.match(/tells no price/);
    await nothing();
  });

  it("whose order is pending inside purchase_details is waited for", async () => {
    await bench.control("settings", { burki: { orderMs: 400 } });
    await outcome("PENDING");
    expect((await bench.apply(number())).outputs).to.include({ status: "active" });
    expect(await bench.ledger("purchase")).to.have.length(1);
    expect((await bench.apply(number())).steps).to.deep.equal([]);
  });

  it("whose order stays pending is kept in the state, and finished by the next up", async () => {
    await bench.control("settings", { burki: { orderMs: 3_600_000 } });
    await outcome("PENDING");
    expect(await bench.refuse(number({}, "1s"))).to.match(/is pending after 1s.*not ordered again: run pulumi up to go on/s);
    await bench.control("clock", { advance: "2h" });
    await bench.apply(number({}, "1s"));
    expect(await bench.ledger("purchase")).to.have.length(1);
  });

  it("whose order failed under success: true is not taken for bought", async () => {
    await outcome("FAILED");
    const errors = await bench.refuse(number());
    expect(errors).to.match(/ended the purchase of \+14155551234 \(purchase [\da-f-]{36}\) as failed.*Nothing is owned/s);
    await nothing();
    await bench.apply(number());
    expect(await bench.ledger("purchase")).to.have.length(1);
  });

  for (const carrier of ["telnyx", "twilio"]) {
    it(`bought at ${carrier} before Burki answered 500 is found by a sync, not bought again`, async () => {
      const { numbers } = await api<{ numbers: { phone_number: string }[] }>("POST", "/phone-numbers/search", { provider: carrier });
      const [offered] = numbers;
      await outcome("AMBIGUOUS", offered!.phone_number);
      const program = number({ number: offered!.phone_number, carrier });
      const result = await bench.up(program);
      if (!result.ok) await bench.apply(program);
      expect(await bench.ledger("purchase")).to.have.length(1);
      expect((await line(offered!.phone_number)).name, "the mark is back where the sync took it off").to.match(/^Sales \[pulumi/);
      expect((await bench.apply(program)).steps).to.deep.equal([]);
    });
  }

  it("whose answer is lost is found, not bought again", async () => {
    await bench.control("faults", { platform: "burki", method: "POST", path: "/api/v1/phone-numbers/purchase", kind: "drop-after-commit" });
    const result = await bench.up(number());
    if (!result.ok) await bench.apply(number());
    expect(await bench.ledger("purchase")).to.have.length(1);
    expect((await bench.apply(number())).steps).to.deep.equal([]);
  });

  it("that the account has already is adopted if the program says so, out of a sync too", async () => {
    await bench.control("burki/carrier-numbers", { carrier: "telnyx", number: TELNYX });
    expect(await bench.refuse(number())).to.match(/already belongs to this Burki account.*adopt: true/s);
    await bench.apply(number({ adopt: true, onDelete: "retain" }));
    expect((await line(TELNYX)).name).to.match(/^Sales \[pulumi/);
    expect((await bench.engine(number()).destroy()).ok).to.be.true;
    expect(await line(TELNYX)).to.include({ name: "Sales" });
  });

  it("that the carrier has no more is released all the same: the 500 is no proof that it is there", async () => {
    await bench.apply(number());
    await bench.control("burki/carrier-losses", { number: TELNYX });
    const destroyed = await bench.engine(number()).destroy();
    expect(destroyed.ok, errorsOf(destroyed)).to.be.true;
  });

  it("that the carrier refuses to release stays in the state", async () => {
    await bench.apply(number());
    const key = bench.sandbox.env["BURKI_API_KEY"];
    await bench.control("accounts", { platform: "burki", key, telnyx: false });
    const refused = await bench.engine(number()).destroy();
    expect(errorsOf(refused)).to.match(/Failed to release phone number from telnyx/);
    await bench.control("accounts", { platform: "burki", key, telnyx: true });
    expect((await bench.engine(number()).destroy()).ok).to.be.true;
    expect((await bench.ledger()).map((l) => l.kind)).to.deep.equal(["purchase", "release"]);
  });
});

onEveryEngine("what answers a number at Burki", (bench) => {
  const { api, line } = backstage(bench);
  const graph = { begin_node: "start", nodes: { start: { type: "conversation", prompt: "Ask for the name." } } };
  interface Parts { link?: object | false; binding?: object | false; prompt?: string; graph?: Json }
  const program = ({ link = {}, binding = false, prompt = "Be brief.", graph: own = graph }: Parts = {}): Program => () => {
    const desk = new telephony.Assistant("desk", { platform: "burki", llm: { model: "gpt-4o-mini", system_prompt: prompt } });
    const menu = new telephony.CallFlow("menu", { platform: "burki", graph: own });
    const phoneNumber = new telephony.PhoneNumber("line", { platform: "burki", number: TELNYX });
    if (link) new telephony.PhoneNumberLink("link", { phoneNumber, assistant: desk.id, ...link });
    if (binding) new telephony.CallFlowBinding("binding", { phoneNumber, callFlow: menu.id, ...binding });
    return Promise.resolve({ desk: desk.id, menu: menu.id });
  };
  const stranger = () => api<{ id: number }>("POST", "/assistants", { name: "theirs" });

  it("is linked, retargeted, and unlinked", async () => {
    const { outputs } = await bench.apply(program());
    expect((await line(TELNYX)).assistantId).to.equal(Number(outputs["desk"]));
    const theirs = await stranger();
    await bench.apply(program({ link: { assistant: String(theirs.id) } }));
    expect((await line(TELNYX)).assistantId).to.equal(theirs.id);
    await bench.apply(program({ link: false }));
    expect(await line(TELNYX)).to.include({ assistantId: null, status: "active" });
  });

  it("is not taken from somebody else's assistant, and drift is put back", async () => {
    const { outputs } = await bench.apply(program({ link: false }));
    const theirs = await stranger();
    const byHand = async () => api("POST", `/assistants/${theirs.id}/phone-numbers/assign-by-number`, { phone_number: TELNYX });
    await byHand();
    expect(await bench.refuse(program())).to.match(/already points at assistant:\d+.*takeover: true/s);
    await bench.apply(program({ link: { takeover: true } }));
    expect((await line(TELNYX)).assistantId).to.equal(Number(outputs["desk"]));
    await api("POST", `/assistants/${outputs["desk"]}/phone-numbers/unassign-by-number`, { phone_number: TELNYX });
    await byHand();
    await bench.engine(program({ link: { takeover: true } })).refresh();
    const seen = await bench.engine(program({ link: { takeover: true } })).preview();
    expect(seen.steps.map((s) => `${s.op} ${s.name} ${s.diff?.join()}`)).to.deep.equal(["update link assistant"]);
    await bench.apply(program({ link: { takeover: true } }));
    expect((await line(TELNYX)).assistantId).to.equal(Number(outputs["desk"]));
  });

  it("may be a flow, which is changed in place; what the server adds is no drift", async () => {
    const flowing = (own?: Json) => program({ link: false, binding: {}, ...(own && { graph: own }) });
    const { outputs } = await bench.apply(flowing());
    expect(await line(TELNYX)).to.include({ flowId: Number(outputs["menu"]), assistantId: null });
    expect((await bench.engine(flowing()).refresh()).ok).to.be.true;
    expect((await bench.apply(flowing())).steps).to.deep.equal([]);
    const other = { ...graph, nodes: { start: { type: "conversation", prompt: "Ask for the order." } } };
    expect((await bench.apply(flowing(other))).steps.map((s) => `${s.op} ${s.name}`)).to.deep.equal(["update menu"]);
    const at = `/flows/${outputs["menu"]}`;
    expect((await api<{ graph: Json }>("GET", at)).graph).to.deep.equal(other);
    await api("PUT", at, { graph });
    await bench.engine(flowing(other)).refresh();
    const seen = await bench.engine(flowing(other)).preview();
    expect(seen.steps.map((s) => `${s.op} ${s.name} ${s.diff?.join()}`)).to.deep.equal(["update menu graph"]);
    const destroyed = await bench.engine(flowing()).destroy();
    expect(destroyed.ok, errorsOf(destroyed)).to.be.true;
    expect(await api<Json[]>("GET", "/flows")).to.deep.equal([]);
  });

  it("is an assistant or a flow: both on one number are refused in the preview", async () => {
    const preview = await bench.engine(program({ binding: {} })).preview();
    expect(preview.ok).to.be.false;
    expect(errorsOf(preview)).to.match(/an assistant or a flow, not both: (link "link"|binding "binding") points the same number/);
    expect(await bench.ledger()).to.deep.equal([]);
  });

  it("shows drift of an assistant at its property, and is made once when the answer is lost", async () => {
    await bench.control("faults", { platform: "burki", method: "POST", path: "/api/v1/assistants", kind: "drop-after-commit" });
    const { outputs } = await bench.apply(program());
    const desks = (await api<Json[]>("GET", "/assistants")).filter((a) => a["name"] === "desk"); // Burki makes one for the flow as well
    expect(desks).to.have.length(1);
    await api("PATCH", `/assistants/${outputs["desk"]}`, { llm_settings: { system_prompt: "Be rude." } });
    await bench.engine(program()).refresh();
    const seen = await bench.engine(program()).preview();
    expect(seen.steps.map((s) => `${s.op} ${s.name} ${s.diff?.join()}`)).to.deep.equal(["update desk llm"]);
    await bench.apply(program());
    const now = await api<{ llm_settings: Json }>("GET", `/assistants/${outputs["desk"]}`);
    expect(now.llm_settings).to.include({ system_prompt: "Be brief.", model: "gpt-4o-mini" });
    expect((await bench.apply(program())).steps).to.deep.equal([]);
  });

  it("that a flow is based on can't be deleted, which says by what", async () => {
    const { outputs } = await bench.apply(program());
    const flow = await api<{ id: number }>("POST", "/flows", { name: "theirs", base_assistant_id: Number(outputs["desk"]) });
    const refused = await bench.engine(program()).destroy();
    expect(errorsOf(refused)).to.contain(`assistant ${outputs["desk"]} can't be deleted: based on it is flow ${flow.id} ("theirs")`);
    await api("DELETE", `/flows/${flow.id}`);
    expect((await bench.engine(program()).destroy()).ok).to.be.true;
  });
});
