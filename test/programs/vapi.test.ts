import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";
import { type Bench, errorsOf, onEveryEngine, type Program } from "./bench.js";

type Json = Record<string, unknown>;
interface Line { id: string; number: string; name: string; assistantId: string | null; squadId: string | null; provider: string }
interface Request { method: string; path: string; status: number }

const DASHBOARD = "+18005551234";

/** What the tests ask of Vapi itself, as a person with a dashboard would. */
const dashboardOf = (bench: Bench) => ({
  api: async <T = Json>(method: string, path: string, body?: unknown, status = method === "POST" ? 201 : 200): Promise<T> => {
    const { VAPI_URL: url, VAPI_API_KEY: key } = bench.sandbox.env;
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    expect(response.status, `${method} ${path}`).to.equal(status);
    return (await response.json()) as T;
  },
  buy: (request: object = { number: DASHBOARD }) => bench.control<Line>("vapi/dashboard-numbers", request),
  lines: async () => (await bench.owned()) as unknown as Line[],
  line: async (number: string) => ((await bench.owned()) as unknown as Line[]).find((n) => n.number === number)!,
  /** What was written to numbers, since the last look. */
  writes: async () => {
    const all = await bench.control<Request[]>("requests");
    const written = all.filter((r) => r.method !== "GET" && r.path.includes("/phone-number"));
    return written.map((r) => `${r.method} ${r.path.replace("/vapi", "")}`);
  },
});

/** Vapi as it is by default takes minutes until a number is there; in the tests a moment. */
const QUICK = { vapi: { activateMs: 100, numberMs: 200 } };

onEveryEngine("the example vapi-receptionist", (bench) => {
  const { api, buy, lines, line, writes } = dashboardOf(bench);
  beforeEach(() => bench.control("settings", QUICK));

  const stage = async (config: Json = {}) => {
    await fetch(`${bench.sandbox.url}/_sandbox/requests`, { method: "DELETE" });
    const result = await bench.example("vapi-receptionist", { shopNumber: DASHBOARD, ...config }).up();
    expect(result.ok, errorsOf(result)).to.be.true;
    return result;
  };

  for (const create of ["buy", "link"]) {
    it(`adopts, links, relinks, unlinks and keeps a number of the dashboard, where create can "${create}"`, async () => {
      await bench.control("settings", { vapi: { create } });
      const { id } = await buy();
      const { outputs } = await stage();
      expect(outputs).to.include({ shopNumber: DASHBOARD, shopNumberId: id });
      expect(await line(DASHBOARD)).to.include({ assistantId: outputs["receptionistId"] });
      expect((await line(DASHBOARD)).name).to.match(/^Shop line \[pulumi \w{8}\.1\]$/);
      expect(await writes(), "a label and a link").to.deep.equal([`PATCH /phone-number/${id}`, `PATCH /phone-number/${id}`]);
      expect((await stage()).steps).to.deep.equal([]);

      const relinked = await stage({ answeredBy: "night" });
      expect(relinked.steps.map((s) => `${s.op} ${s.name}`)).to.deep.equal(["update shop-link"]);
      expect(await writes(), "one call, so there is no moment without an assistant").to.deep.equal([`PATCH /phone-number/${id}`]);
      expect((await line(DASHBOARD)).assistantId).to.equal(outputs["nightId"]);

      await stage({ answeredBy: "nobody" });
      expect(await line(DASHBOARD)).to.include({ id, assistantId: null });

      await stage();
      const destroyed = await bench.example("vapi-receptionist", { shopNumber: DASHBOARD }).destroy();
      expect(destroyed.ok, errorsOf(destroyed)).to.be.true;
      expect(await line(DASHBOARD), "kept, and without a mark").to.include({ id, assistantId: null, name: "Shop line" });
      expect((await bench.ledger()).map((l) => l.kind), "bought once, in the dashboard").to.deep.equal(["purchase"]);
      expect(await api<Json[]>("GET", "/assistant")).to.deep.equal([]);
    });
  }

  it("buys by area code, links by id, and brings in an own number whose token is nowhere", async () => {
    const token = "tok_3f9c1d7e5b8a42608c1d";
    await buy();
    const other = await buy({ areaCode: "212" });
    const config = { dashboardNumberId: other.id, areaCode: "415", ownNumber: "+12125551234", twilioSid: "AC7e5b8a4260" };
    const up = await stage({ ...config, twilioToken: { value: token, secret: true } });
    const { receptionistId, branchNumber } = up.outputs;
    expect(branchNumber).to.match(/^\+1415\d{7}$/);
    expect(up.outputs["ownNumberCarrier"]).to.equal("twilio");
    expect(await line(branchNumber as string)).to.include({ assistantId: receptionistId });
    expect(await line(other.number)).to.include({ assistantId: receptionistId, name: "" });
    expect(await line("+12125551234")).to.include({ provider: "twilio" });
    const engine = bench.example("vapi-receptionist", { shopNumber: DASHBOARD });
    const { deployment } = await engine.exportState();
    expect(JSON.stringify(deployment.resources!.find((r) => r.urn.endsWith("::own")))).to.contain("ciphertext");
    for (const [where, what] of Object.entries({ deployment, events: bench.events, up, requests: await bench.control("requests") })) {
      expect(JSON.stringify(what), where).to.not.contain(token);
    }
    expect((await stage({ ...config, twilioToken: { value: token, secret: true } })).steps).to.deep.equal([]);
    const destroyed = await engine.destroy();
    expect(destroyed.ok, errorsOf(destroyed)).to.be.true;
    const left = (await lines()).map((n) => n.number).sort();
    expect(left, "what was bought is released, what was not is kept").to.deep.equal([DASHBOARD, other.number].sort());
    expect(JSON.stringify(destroyed)).to.not.contain(token);
  });

  it("without its number says so before any call", async () => {
    const preview = await bench.example("vapi-receptionist").preview();
    expect(preview.ok).to.be.false;
    expect(errorsOf(preview)).to.match(/property number .*say which number: exactly one of number/s);
    expect(await bench.control("requests")).to.deep.equal([]);
  });
});

onEveryEngine("a number at Vapi", (bench) => {
  const { api, buy, lines, writes } = dashboardOf(bench);
  beforeEach(() => bench.control("settings", QUICK));

  const number = (args: Partial<telephony.PhoneNumberArgs>, create = "1m"): Program => () => {
    const shop = new telephony.PhoneNumber("shop", { platform: "vapi", ...args }, { customTimeouts: { create } });
    return Promise.resolve({ number: shop.number, id: shop.id, status: shop.status });
  };
  const byAreaCode = (areaCode?: string, create?: string) => number({ search: { country: "US", areaCode } }, create);

  it("that no declaration names is refused, each mistake at its property, and nothing is asked of Vapi", async () => {
    const refused = async (args: object) => errorsOf(await bench.engine(number(args)).preview());
    expect(await refused({})).to.match(/exactly one of number/);
    expect(await refused({ number: { phone: "+18005551234" } })).to.match(/property number .*(E\.164|expected a number|text)/s);
    expect(await refused({ number: DASHBOARD })).to.match(/property number .*Vapi sells no number by its digits.*adopt: true/s);
    const choosy = { search: { areaCode: "415", locality: "Austin" } };
    expect(await refused(choosy)).to.match(/property search\.locality .*Vapi can't search by locality/s);
    expect(await refused({ search: { areaCode: "415" }, carrier: "twilio" })).to.match(/carrier goes with carrierAccount/);
    const secret = await refused({ number: DASHBOARD, carrier: "telnyx", carrierAccount: { token: "tok_s3cr3t" } });
    expect(secret).to.match(/telnyx needs credentialId/).and.not.contain("tok_s3cr3t");
    expect(await bench.control("requests")).to.deep.equal([]);
  });

  it("that is not in the account can't be adopted, and is not made up", async () => {
    const errors = await bench.refuse(number({ number: DASHBOARD, adopt: true }));
    expect(errors).to.match(/\+18005551234 is not in this Vapi account.*Buy it in the dashboard first/s);
    expect(await writes()).to.deep.equal([]);
  });

  for (const masked of ["lists", "reads"]) {
    it(`is adopted although the digits are masked in ${masked}`, async () => {
      await bench.control("settings", { vapi: { masked } });
      const { id } = await buy();
      const program = number({ number: DASHBOARD, adopt: true, onDelete: "retain" });
      expect((await bench.apply(program)).outputs).to.include({ number: DASHBOARD, id });
      expect((await bench.engine(program).refresh()).ok).to.be.true;
      expect((await bench.apply(program)).steps).to.deep.equal([]);
    });
  }

  it("is bought by area code, once, and released", async () => {
    const up = await bench.apply(byAreaCode("415"));
    expect(up.outputs["number"]).to.match(/^\+1415/);
    expect(up.outputs).to.include({ status: "active" });
    expect((await bench.apply(byAreaCode("415"))).steps).to.deep.equal([]);
    expect((await bench.engine(byAreaCode("415")).refresh()).summary).to.not.have.any.keys("update", "delete");
    expect((await bench.engine(byAreaCode("415")).destroy()).ok).to.be.true;
    expect((await bench.ledger()).map((l) => l.kind)).to.deep.equal(["purchase", "release"]);
  });

  it("of an area code that is sold out: Vapi's hint reaches the user", async () => {
    expect(await bench.refuse(byAreaCode("999"))).to.contain("Hint: Try one of 562, 662, 716.");
    expect(await lines()).to.deep.equal([]);
    expect((await bench.apply(byAreaCode("562"))).outputs["number"]).to.match(/^\+1562/);
  });

  for (const limitStatus of [402, 400]) {
    it(`beyond the free ones is refused with what to do (${limitStatus})`, async () => {
      await bench.control("settings", { vapi: { freeNumbers: 1, limitStatus } });
      await buy();
      const errors = await bench.refuse(byAreaCode("415"));
      expect(errors).to.match(/Free phone number limit reached.*Release a number of this account, or bring in one of your own/s);
      expect(await lines()).to.have.length(1);
    });
  }

  it("whose digits come after the status is waited for", async () => {
    await bench.control("settings", { vapi: { activateMs: 0, numberMs: 400 } });
    const { outputs } = await bench.apply(byAreaCode("415"));
    expect(outputs).to.include({ status: "active" });
    expect(outputs["number"]).to.match(/^\+1415/);
    expect(await bench.ledger("purchase")).to.have.length(1);
  });

  it("that stays a record without digits is released again, and the next up buys one", async () => {
    await bench.control("vapi/outcomes", { status: "half-made" });
    const errors = await bench.refuse(byAreaCode("415", "1s"));
    expect(errors).to.match(/made a record without a number \([\w-]{36}\)\. It was released again and nothing is owned/);
    expect(await lines()).to.deep.equal([]);
    await bench.apply(byAreaCode("415", "10s"));
    expect((await lines()).map((n) => n.number.slice(0, 5))).to.deep.equal(["+1415"]);
    expect(await bench.ledger("purchase")).to.have.length(1);
  });

  it("of the seed's reading, where create links only: a record without a number is released", async () => {
    await bench.control("settings", { vapi: { create: "link" } });
    expect(await bench.refuse(byAreaCode(undefined, "1s"))).to.match(/made a record without a number .*released again/s);
    expect(await lines()).to.deep.equal([]);
  });

  it("that Vapi blocks is given back, and said", async () => {
    await bench.control("vapi/outcomes", { status: "blocked" });
    expect(await bench.refuse(byAreaCode("415"))).to.match(/Vapi has blocked the number.*Nothing is owned/s);
    expect(await lines()).to.deep.equal([]);
  });

  it("that takes too long is kept in the state, and finished by the next up", async () => {
    await bench.control("settings", { vapi: { activateMs: 3_600_000, numberMs: 3_600_000 } });
    expect(await bench.refuse(byAreaCode("415", "1s"))).to.match(/is activating after 1s.*not ordered again: run pulumi up to go on/s);
    await bench.control("clock", { advance: "2h" });
    expect((await bench.apply(byAreaCode("415", "1s"))).outputs["number"]).to.match(/^\+1415/);
    expect(await bench.ledger("purchase")).to.have.length(1);
    expect((await bench.apply(byAreaCode("415", "1s"))).steps).to.deep.equal([]);
  });

  for (const kind of ["drop-after-commit", "empty", "malformed"]) {
    it(`whose purchase is not answered (${kind}) is found, not bought again`, async () => {
      await bench.control("faults", { platform: "vapi", method: "POST", path: "/phone-number", kind });
      const result = await bench.up(byAreaCode("415"));
      if (!result.ok) await bench.apply(byAreaCode("415"));
      expect(await bench.ledger("purchase")).to.have.length(1);
      expect(await lines()).to.have.length(1);
      expect((await bench.engine(byAreaCode("415")).preview()).steps).to.deep.equal([]);
    });
  }

  it("of your own that Vapi has already is adopted only if the program says so", async () => {
    const body = { provider: "twilio", number: "+12125551234", twilioAccountSid: "AC1", twilioAuthToken: "tok_3f9c1d7e5b8a42608c1d" };
    const { id } = await api<{ id: string }>("POST", "/phone-number", body);
    const carrierAccount = { sid: "AC1", token: pulumi.secret("tok_3f9c1d7e5b8a42608c1d") };
    const own = { number: "+12125551234", carrier: "twilio", carrierAccount };
    expect(await bench.refuse(number(own))).to.match(/already belongs to this Vapi account.*adopt: true/s).and.not.contain("tok_3f9c");
    expect((await bench.apply(number({ ...own, adopt: true }))).outputs["id"]).to.equal(id);
    expect(JSON.stringify(await bench.engine(number(own)).exportState())).to.not.contain("tok_3f9c");
    expect(await lines()).to.have.length(1);
  });
});

onEveryEngine("a link at Vapi", (bench) => {
  const { api, buy, line, writes } = dashboardOf(bench);
  beforeEach(() => bench.control("settings", QUICK));

  type LinkArgs = Omit<telephony.PhoneNumberLinkArgs, "phoneNumber">;
  const linked = (args?: LinkArgs): Program => () => {
    const model = { provider: "openai", model: "gpt-4o" };
    const desk = new telephony.Assistant("desk", { platform: "vapi", firstMessage: "Hello", model });
    const shop = new telephony.PhoneNumber("shop", { platform: "vapi", number: DASHBOARD, adopt: true, onDelete: "retain" });
    new telephony.PhoneNumberLink("link", { phoneNumber: shop, ...(args?.squad ? args : { assistant: desk.id, ...args }) });
    return Promise.resolve({ desk: desk.id });
  };
  /** An assistant of somebody else's. */
  const stranger = async () => (await api<{ id: string }>("POST", "/assistant", { name: "theirs" })).id;

  it("may name a squad", async () => {
    await buy();
    const squad = (await api<{ id: string }>("POST", "/squad", { members: [{ assistantId: await stranger() }] })).id;
    await bench.apply(linked());
    const { steps } = await bench.apply(linked({ squad }));
    expect(steps.map(({ op, name }) => `${op} ${name}`)).to.deep.equal(["update link"]);
    expect(await line(DASHBOARD), (await writes()).join(", ")).to.include({ squadId: squad, assistantId: null });
    expect((await bench.apply(linked({ squad }))).steps).to.deep.equal([]);
    const both = (): Promise<void> => {
      new telephony.PhoneNumberLink("link", { phoneNumber: { platform: "vapi", id: DASHBOARD }, squad, assistant: squad });
      return Promise.resolve();
    };
    expect(errorsOf(await bench.engine(both).preview())).to.match(/give exactly one of assistant, squad/);
  });

  it("does not steal a number, unless takeover says so", async () => {
    const { id } = await buy();
    const theirs = await stranger();
    await api("PATCH", `/phone-number/${id}`, { assistantId: theirs });
    expect(await bench.refuse(linked())).to.match(new RegExp(`already points at assistant:${theirs}.*takeover: true`, "s"));
    expect((await line(DASHBOARD)).assistantId).to.equal(theirs);
    const { outputs } = await bench.apply(linked({ takeover: true }));
    expect((await line(DASHBOARD)).assistantId).to.equal(outputs["desk"]);
    await api("PATCH", `/phone-number/${id}`, { assistantId: theirs });
    expect((await bench.engine(linked()).destroy()).ok).to.be.true;
    expect((await line(DASHBOARD)).assistantId, "a delete clears only its own target").to.equal(theirs);
  });

  it("that was changed by hand is drift, and put back", async () => {
    const { id } = await buy();
    const { outputs } = await bench.apply(linked());
    await api("PATCH", `/phone-number/${id}`, { assistantId: await stranger() });
    expect((await bench.engine(linked()).refresh()).ok).to.be.true;
    const seen = await bench.engine(linked()).preview();
    expect(seen.steps.map((s) => `${s.op} ${s.name} ${s.diff?.join()}`)).to.deep.equal(["update link assistant"]);
    await bench.apply(linked());
    expect((await line(DASHBOARD)).assistantId).to.equal(outputs["desk"]);
    await api("PATCH", `/phone-number/${id}`, { assistantId: null });
    await bench.engine(linked()).refresh();
    await bench.apply(linked());
    expect((await line(DASHBOARD)).assistantId, "cleared by hand").to.equal(outputs["desk"]);
  });

  it("that Vapi says it has cleared, and hasn't, is an error", async () => {
    await bench.control("settings", { vapi: { nullLinks: "ignore" } });
    await buy();
    await bench.apply(linked());
    expect(errorsOf(await bench.engine(linked()).destroy())).to.match(/still points at assistant:.*Set it in Vapi's dashboard/s);
  });

  it("to what is not there is refused in Vapi's words", async () => {
    await buy();
    const nowhere = linked({ assistant: "7a1f0000-0000-4000-8000-000000000000" });
    expect(await bench.refuse(nowhere)).to.match(/Couldn't Find Assistant/);
    const noNumber: Program = () => {
      new telephony.PhoneNumberLink("link", { phoneNumber: { platform: "vapi", id: "+18005550000" }, assistant: "x" });
      return Promise.resolve();
    };
    expect(await bench.refuse(noNumber)).to.match(/there is no number \+18005550000 at Vapi/);
  });
});

onEveryEngine("an assistant at Vapi", (bench) => {
  const { api } = dashboardOf(bench);
  const model = { provider: "openai", model: "gpt-4o", messages: [{ role: "system", content: "Be brief." }] };
  const desk = (args: Partial<telephony.VapiAssistantArgs> = {}): Program => () => {
    const made = new telephony.Assistant("desk", { platform: "vapi", model, firstMessage: "Hello", ...args });
    return Promise.resolve({ id: made.id });
  };
  const all = () => api<{ id: string; name: string; firstMessage?: string; endCallMessage?: string }[]>("GET", "/assistant");

  it("is changed in place, a field that is taken out is cleared, and what a person changed is drift at its property", async () => {
    const { outputs } = await bench.apply(desk({ endCallMessage: "Bye" }));
    const changed = await bench.apply(desk({ firstMessage: "Good morning" }));
    expect(changed.outputs["id"]).to.equal(outputs["id"]);
    const [made] = await all();
    expect(made).to.include({ name: "desk", firstMessage: "Good morning" }).and.not.have.property("endCallMessage");
    const rude = { ...model, messages: [{ role: "system", content: "Be rude." }] };
    await api("PATCH", `/assistant/${made!.id}`, { firstMessage: "Go away", model: rude });
    await bench.engine(desk({ firstMessage: "Good morning" })).refresh();
    const seen = await bench.engine(desk({ firstMessage: "Good morning" })).preview();
    expect(seen.steps.map((s) => `${s.op} ${s.name}`)).to.deep.equal(["update desk"]);
    expect(seen.steps[0]!.diff!.join()).to.match(/firstMessage/).and.match(/model/);
    await bench.apply(desk({ firstMessage: "Good morning" }));
    expect((await all())[0]).to.deep.include({ firstMessage: "Good morning", model });
    expect((await bench.apply(desk({ firstMessage: "Good morning" }))).steps).to.deep.equal([]);
  });

  it("is made once when the answer is lost", async () => {
    await bench.control("faults", { platform: "vapi", method: "POST", path: "/assistant", kind: "drop-after-commit" });
    await bench.apply(desk());
    expect(await all()).to.have.length(1);
  });

  it("of the seed's spelling is refused with what is meant", async () => {
    const seed = { model: "claude-3-5-sonnet-20241022", systemPrompt: "You are a helpful receptionist..." };
    const errors = errorsOf(await bench.engine(desk(seed as unknown as Partial<telephony.VapiAssistantArgs>)).preview());
    expect(errors).to.match(/property model .*provider: "anthropic"/s).and.match(/property systemPrompt .*messages/s);
    expect(errorsOf(await bench.engine(desk({ name: "x".repeat(41) })).preview())).to.match(/property name .*at most 40 characters/s);
  });

  it("that is pinned can't be deleted, which says by what", async () => {
    const { outputs } = await bench.apply(desk());
    const pin = (pinned: boolean) => bench.control("vapi/pins", { assistantId: outputs["id"], pinned });
    await pin(true);
    const refused = await bench.engine(desk()).destroy();
    expect(refused.ok).to.be.false;
    expect(errorsOf(refused)).to.match(/pinned by a published version and cannot be deleted.*run pulumi up again/s);
    await pin(false);
    expect((await bench.engine(desk()).destroy()).ok).to.be.true;
    expect(await all()).to.deep.equal([]);
  });
});
