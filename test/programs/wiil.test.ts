import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { type Bench, errorsOf, onEveryEngine, type Program } from "./bench.js";

type Json = Record<string, unknown>;
interface Deployment extends Json { id: string }
interface Request { method: string; path: string; status: number }

const NUMBER = "+12125551234";
const POLL = "/phone-configurations/telephony-provider/purchase-request/*";

/** What the tests ask of WIIL itself, as a person with its console would. */
const consoleOf = (bench: Bench) => {
  const call = async (method: string, path: string, body?: unknown) => {
    const { WIIL_URL: url, WIIL_API_KEY: key } = bench.sandbox.env;
    const headers = { "x-wiil-api-key": key!, "content-type": "application/json" };
    return fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  };
  const api = async <T = Json>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await call(method, path, body);
    expect(response.status, `${method} ${path}: ${await response.clone().text()}`).to.be.lessThan(300);
    return ((await response.json()) as { data: T }).data;
  };
  return {
    api,
    /** What answers on a channel; undefined when nobody does. */
    deploymentOf: async (channel: unknown) => {
      const response = await call("GET", `/deployment-configurations/by-channel/${String(channel)}`);
      return response.status === 404 ? undefined : ((await response.json()) as { data: Deployment }).data;
    },
    channels: async () => {
      const { voiceChannelId, smsChannelId } = await api<Record<string, string>>("GET", `/phone-configurations/by-phone-number/${NUMBER}`);
      return { voice: voiceChannelId!, sms: smsChannelId! };
    },
    /** An agent that was made by hand. */
    agent: async () => {
      const words = { role: "Other", introductionMessage: "Hi", instructions: "Talk", guardrails: "None" };
      const instruction = await api<{ id: string }>("POST", "/instruction-configurations", { instructionName: "by hand", ...words });
      const told = { instructionConfigurationId: instruction.id };
      const agent = await api<{ id: string }>("POST", "/agent-configurations", { modelId: "m", name: "by hand", ...told });
      return { agentConfigurationId: agent.id, ...told };
    },
    forget: () => fetch(`${bench.sandbox.url}/_sandbox/requests`, { method: "DELETE" }),
    /** What was written to deployments since then. */
    writes: async () =>
      (await bench.control<Request[]>("requests"))
        .filter((r) => r.method !== "GET" && r.path.includes("/deployment-configurations"))
        .map((r) => `${r.method} ${r.path.replace(/^.*\/deployment-configurations/, "")}`),
  };
};

onEveryEngine("the example wiil-support-line", (bench) => {
  const { api, deploymentOf, forget, writes } = consoleOf(bench);

  const stage = async (config: Record<string, string> = {}) => {
    await forget();
    const result = await bench.example("wiil-support-line", { number: NUMBER, ...config }).up();
    expect(result.ok, errorsOf(result)).to.be.true;
    return result;
  };

  it("goes from the search over PENDING to the channels, and to the agent that answers on them", async () => {
    const bought = await stage();
    const { outputs } = bought;
    expect(outputs).to.include({ number: NUMBER, status: "active", carrier: "signalwire" });
    expect(outputs["available"]).to.be.an("array").with.length(5);
    expect(outputs["purchase"]).to.include({ status: "completed", chargedCredits: 1500 });
    expect(outputs["voiceChannel"]).to.be.a("string").and.not.equal(outputs["smsChannel"]);
    const shown = bench.events.flatMap((e) => (e.kind === "diagnostic" && e.ephemeral ? [e.message] : [])).join("\n");
    expect(shown).to.match(/purchase of \+12125551234: pending/).and.match(/purchase of \+12125551234: processing/);
    expect((await stage()).steps).to.deep.equal([]);
    expect(await deploymentOf(outputs["voiceChannel"]), "nobody answers so far").to.equal(undefined);

    await stage({ project: "project-1" });
    const voice = await deploymentOf(outputs["voiceChannel"]);
    expect(voice).to.include({ agentConfigurationId: outputs["agentId"], projectId: "project-1", isActive: true });
    expect(await deploymentOf(outputs["smsChannel"])).to.equal(undefined);

    await stage({ project: "project-1", channels: "voice,sms" });
    expect(await writes(), "the voice channel is left as it is").to.deep.equal(["POST "]);
    const sms = await deploymentOf(outputs["smsChannel"]);
    expect(sms).to.include({ agentConfigurationId: outputs["agentId"], isActive: true });

    const night = await stage({ project: "project-1", channels: "voice,sms", answeredBy: "night" });
    expect(night.steps.map((s) => `${s.op} ${s.name}`)).to.deep.equal(["update support-agent"]);
    expect(await writes(), "in place, so there is no moment without an agent").to.deep.equal(["PATCH ", "PATCH "]);
    for (const [channel, before] of [["voiceChannel", voice], ["smsChannel", sms]] as const) {
      expect(await deploymentOf(outputs[channel])).to.include({ id: before!.id, agentConfigurationId: outputs["nightId"], isActive: true });
    }
    expect((await stage({ project: "project-1", channels: "voice,sms", answeredBy: "night" })).steps).to.deep.equal([]);

    await stage({ project: "project-1", answeredBy: "nobody" });
    for (const channel of ["voiceChannel", "smsChannel"]) expect(await deploymentOf(outputs[channel])).to.equal(undefined);
    expect((await bench.owned()).map((n) => n.number), "the number is kept").to.deep.equal([NUMBER]);

    const gone = await bench.example("wiil-support-line", { number: NUMBER }).destroy();
    expect(gone.ok, errorsOf(gone)).to.be.true;
    expect((await bench.ledger()).map((l) => l.kind)).to.deep.equal(["purchase", "release"]);
    for (const path of ["/agent-configurations", "/instruction-configurations"]) {
      expect((await api<{ data: Json[] }>("GET", path)).data, path).to.deep.equal([]);
    }
  });

  it("tells the regions of the guide's API, and buys there what the search found", async () => {
    const result = await bench.example("wiil-support-line", { "telephony:wiilApi": "2025-12", areaCode: "415" }).up();
    expect(result.ok, errorsOf(result)).to.be.true;
    expect(result.outputs["regions"]).to.include("United States");
    expect(result.outputs["number"]).to.equal((result.outputs["available"] as string[])[0]).and.to.match(/^\+1415/);
    expect(result.outputs["purchase"]).to.include({ status: "COMPLETED", chargedCredits: 1500 });
  });
});

const support = (args: Partial<telephony.PhoneNumberArgs> = {}, create = "30s"): Program => () => {
  const line = new telephony.PhoneNumber("support", { platform: "wiil", number: NUMBER, ...args }, { customTimeouts: { create } });
  return Promise.resolve({ number: line.number, status: line.status, purchase: line.purchase });
};

onEveryEngine("the guide's troubleshooting", (bench) => {
  it('"Phone number not available": somebody else has it, so try another one', async () => {
    const { key } = bench.sandbox.accounts.find((a) => a.platform === "wiil" && a.account === "second")!;
    await fetch(`${bench.sandbox.env["WIIL_URL"]}/phone-configurations/telephony-provider/purchase`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-wiil-api-key": key },
      body: JSON.stringify({ phoneNumber: NUMBER, friendlyName: "theirs" }),
    });
    expect(await bench.refuse(support())).to.match(/\+12125551234: taken by someone else.*Declare another number/s);
  });

  it('"Insufficient credits": add credits to the account', async () => {
    await bench.control("accounts", { platform: "wiil", key: bench.sandbox.env["WIIL_API_KEY"], balance: "0.10" });
    expect(await bench.refuse(support())).to.match(/Insufficient credits.*Top up the WIIL account/s);
    expect(await bench.ledger()).to.deep.equal([]);
  });

  it("stuck in PENDING: says for how long, keeps the purchase's id, and the next up goes on", async () => {
    await bench.control("settings", { wiil: { purchaseMs: 3_600_000 } });
    const stuck = /the purchase of \+12125551234 \(purchase \w+\) is pending after 1s.*not ordered again: run pulumi up to go on/s;
    expect(await bench.refuse(support({}, "1s"))).to.match(stuck);
    expect(await bench.refuse(support({}, "1s")), "and the next one, too").to.match(stuck);
    await bench.control("clock", { advance: "2h" });
    expect((await bench.apply(support({}, "1s"))).outputs).to.include({ status: "active" });
    expect(await bench.ledger("purchase")).to.have.length(1);
  });

  for (const [written, meant] of [["2125551234", undefined], ["(212) 555-1234", NUMBER]] as const) {
    it(`invalid phone number format: ${written} is refused before any call`, async () => {
      const errors = await bench.refuse(support({ number: written }));
      expect(errors).to.match(/property number .*not in E\.164/s);
      if (meant) expect(errors).to.contain(`did you mean "${meant}"`);
      expect((await bench.control<Request[]>("requests")).filter((r) => r.method !== "GET")).to.deep.equal([]);
    });
  }

  it("a status that can't be asked for: the purchase is in the state, and gone on with", async () => {
    await bench.control("faults", { platform: "wiil", method: "GET", path: POLL, kind: "status", status: 403 });
    expect(await bench.refuse(support())).to.match(/can't be followed/);
    expect((await bench.apply(support())).outputs["purchase"]).to.include({ status: "completed", chargedCredits: 1500 });
    expect(await bench.ledger("purchase")).to.have.length(1);
  });
});

onEveryEngine("several numbers of WIIL", (bench) => {
  const COUNT = 6;
  const lines: Program = () => {
    const { numbers } = new telephony.NumberSearch("offers", { platform: "wiil", country: "US", areaCode: "415", limit: COUNT });
    const bought = Array.from({ length: COUNT }, (_, i) => new telephony.PhoneNumber(`line-${i}`, { platform: "wiil", candidates: numbers.apply((all) => all.slice(i, i + 1)) }));
    return Promise.resolve({ voices: bought.map(({ channels }) => channels.voice), purchases: bought.map(({ purchase }) => purchase) });
  };
  const POLL_INTERVAL = { WIIL_POLL_INTERVAL: "300ms" }; // an order by itself is looked at after five of them, when all have ended
  /** Numbers that were read by themselves. */
  const reads = async () => (await bench.control<Request[]>("requests")).filter((r) => r.path.includes("/by-phone-number/") && r.status === 200);

  it("are known by the list that shows the end of their purchases, and hold all that a number tells by itself", async () => {
    const { outputs } = await bench.apply(lines, POLL_INTERVAL);
    expect(await reads(), "only who is left to wait alone").to.have.length.within(0, 1);
    expect(new Set(outputs["voices"] as string[])).to.have.property("size", COUNT);
    for (const purchase of outputs["purchases"] as Json[]) expect(purchase).to.include({ status: "completed", chargedCredits: 1500 });
    expect(await bench.ledger("purchase")).to.have.length(COUNT);
    const refreshed = await bench.engine(lines).refresh();
    expect(refreshed.ok, errorsOf(refreshed)).to.be.true;
    expect(refreshed.steps.filter(({ op }) => op !== "same" && op !== "refresh")).to.deep.equal([]);
    expect((await bench.apply(lines)).steps).to.deep.equal([]);
  });

  it("are read one by one where the list can't be had after the first look", async () => {
    await bench.control("faults", { platform: "wiil", method: "GET", path: "/phone-configurations", exact: true, nth: 2, times: 1_000, kind: "status", status: 403 });
    const { outputs } = await bench.apply(lines, POLL_INTERVAL);
    expect(new Set(outputs["voices"] as string[])).to.have.property("size", COUNT);
    expect(await reads()).to.have.length(COUNT);
    expect(await bench.ledger("purchase")).to.have.length(COUNT);
  });
});

onEveryEngine("an agent of WIIL", (bench) => {
  const { api, agent: agentByHand, channels, deploymentOf } = consoleOf(bench);
  const INSTRUCTION = { role: "Support", introductionMessage: "Hello", instructions: "Help the caller", guardrails: "Be polite" };

  const answered = (args: Partial<telephony.PhoneNumberLinkArgs> = {}, instruction: Json = {}, linked = true): Program => () => {
    const line = new telephony.PhoneNumber("support", { platform: "wiil", number: NUMBER });
    const agent = new telephony.Assistant("agent", { platform: "wiil", modelId: "m", instruction: { ...INSTRUCTION, ...instruction } });
    if (linked) {
      const target = { agent: agent.id, instruction: agent.instructionId, project: "project-1" };
      new telephony.PhoneNumberLink("answer", { phoneNumber: line, ...target, ...args });
    }
    return Promise.resolve({ agent: agent.id, instruction: agent.instructionId });
  };
  const unlinked = () => answered({}, {}, false);

  it("is not put in the place of another one, unless takeover says so; a delete clears only its own", async () => {
    await bench.apply(unlinked());
    const { voice } = await channels();
    const theirs = { ...(await agentByHand()), projectId: "theirs", isActive: true };
    await api("POST", "/deployment-configurations", { ...theirs, deploymentChannelId: voice, deploymentName: "by hand" });
    expect(await bench.refuse(answered())).to.match(/already points at \S+ \(voice\), which this link did not set.*takeover: true/s);
    expect(await deploymentOf(voice)).to.include(theirs);
    const { outputs } = await bench.apply(answered({ takeover: true }));
    const ours = await deploymentOf(voice);
    expect(ours).to.include({ agentConfigurationId: outputs["agent"], projectId: "project-1" });
    await api("PATCH", "/deployment-configurations", { id: ours!.id, ...theirs }); // by hand
    await bench.apply(unlinked());
    expect(await deploymentOf(voice)).to.include(theirs);
  });

  it("that was pointed elsewhere by hand is seen by refresh, and put back", async () => {
    const { outputs } = await bench.apply(answered());
    const { voice } = await channels();
    const deployment = await deploymentOf(voice);
    await api("PATCH", "/deployment-configurations", { id: deployment!.id, ...(await agentByHand()) });
    await bench.engine(answered()).refresh();
    const [step, ...others] = (await bench.engine(answered()).preview()).steps;
    expect(others).to.deep.equal([]);
    expect(step).to.include({ op: "update", name: "answer" });
    expect(step!.diff?.slice().sort()).to.deep.equal(["agent", "instruction"]);
    await bench.apply(answered());
    expect(await deploymentOf(voice)).to.include({ id: deployment!.id, agentConfigurationId: outputs["agent"] });
  });

  it("that a deployment made elsewhere uses is not deleted, and that deployment is named", async () => {
    const { outputs } = await bench.apply(unlinked());
    const { sms } = await channels();
    const fields = { projectId: "p", agentConfigurationId: outputs["agent"], instructionConfigurationId: outputs["instruction"] };
    const onSms = { ...fields, deploymentChannelId: sms, deploymentName: "Campaign SMS" };
    const made = await api<{ id: string }>("POST", "/deployment-configurations", onSms);
    const onlyNumber: Program = () => {
      new telephony.PhoneNumber("support", { platform: "wiil", number: NUMBER });
      return Promise.resolve();
    };
    expect(await bench.refuse(onlyNumber)).to.contain(`in use by the deployment "Campaign SMS" (${made.id})`);
    await api("DELETE", `/deployment-configurations/${made.id}`);
    await bench.apply(onlyNumber);
  });

  it("shows what a person changed in its instruction at that property, and puts it back", async () => {
    const { outputs } = await bench.apply(answered());
    const path = `/instruction-configurations/${String(outputs["instruction"])}`;
    await api("PATCH", "/instruction-configurations", { id: outputs["instruction"], guardrails: "Anything goes" });
    expect((await bench.engine(answered()).refresh()).summary.update).to.equal(1);
    const { steps } = await bench.engine(answered()).preview();
    expect(steps.map((s) => `${s.op} ${s.name} ${s.diff?.join()}`)).to.include("update agent instruction");
    const { deployment } = await bench.engine(answered()).exportState();
    const kept = deployment.resources?.find((r) => r.urn.endsWith("::agent"))?.inputs as { instruction: Json };
    expect(kept.instruction).to.deep.equal({ ...INSTRUCTION, guardrails: "Anything goes" });
    // In the preview the link may change, too: all outputs of what is updated are unknown there but its id.
    expect((await bench.apply(answered())).steps.map((s) => `${s.op} ${s.name}`)).to.deep.equal(["update agent"]);
    expect(await api("GET", path)).to.include({ guardrails: "Be polite" });
    const second = await bench.apply(answered({}, { instructions: "Sell" }));
    expect(second.steps.map((s) => `${s.op} ${s.name}`)).to.deep.equal(["update agent"]);
    expect(second.outputs).to.deep.equal(outputs);
    expect(await api("GET", path)).to.include({ instructions: "Sell" });
  });

  it("whose deletion was cut off is made anew from what is left, or cleared away by a destroy", async () => {
    const { outputs } = await bench.apply(unlinked());
    const cutOff = async (agent: unknown) => {
      await api("DELETE", `/agent-configurations/${String(agent)}?deletePhoneConfig=false`);
      expect((await bench.engine(unlinked()).refresh()).ok).to.equal(true);
    };
    await cutOff(outputs["agent"]);
    const { outputs: anew } = await bench.apply(unlinked());
    expect(anew["agent"]).not.to.equal(outputs["agent"]);
    expect(anew["instruction"]).to.equal(outputs["instruction"]);
    expect((await bench.engine(unlinked()).preview()).steps).to.deep.equal([]);

    await cutOff(anew["agent"]);
    expect((await bench.engine(unlinked()).destroy()).ok).to.equal(true);
    expect((await api<{ data: Json[] }>("GET", "/instruction-configurations")).data).to.deep.equal([]);
  });

  it("needs its instruction and its project, and nothing else can be linked", async () => {
    const link = (args: object): Program => () => {
      new telephony.PhoneNumberLink("link", { phoneNumber: { platform: "wiil", id: NUMBER }, ...args });
      return Promise.resolve();
    };
    const incomplete = await bench.refuse(link({ agent: "a" }));
    expect(incomplete).to.match(/property instruction .*the id of its instruction/s).and.match(/property project .*the id of its project/s);
    expect(await bench.refuse(link({ assistant: "a" }))).to.match(/WIIL links a number to agent/);
    const fax = link({ agent: "a", instruction: "i", project: "p", channels: ["fax"] });
    expect(await bench.refuse(fax)).to.match(/expected "voice" or "sms"/);
  });
});

onEveryEngine("the example wiil-prices", (bench) => {
  const price = { amount: "1.50", currency: "USD" };

  it("tells prices and offers before anything is bought, and buys under the limit only", async () => {
    const looked = await bench.example("wiil-prices").up();
    expect(looked.ok, errorsOf(looked)).to.be.true;
    const prices = looked.outputs["prices"] as telephony.Price[];
    const told = { countryName: "United States", unit: "per month", tiers: [{ base: price, current: price }] };
    expect(prices.find((p) => p.type === "local")).to.deep.equal({ country: "US", type: "local", monthlyPrice: price, ...told });
    const [offered] = looked.outputs["offered"] as telephony.Candidate[];
    expect(offered).to.deep.equal({
      number: NUMBER, friendlyName: "New York Local", country: "US", type: "local", beta: false,
      region: "NY", locality: "NEW YORK", postalCode: "10001",
      capabilities: ["voice", "sms", "mms"], monthlyPrice: price,
    });
    expect(await bench.ledger()).to.deep.equal([]);

    const dear = await bench.example("wiil-prices", { limit: "1.49" }).up();
    expect(errorsOf(dear)).to.match(/costs USD 1\.50 a month, more than maxMonthlyPrice USD 1\.49/);
    expect(await bench.ledger()).to.deep.equal([]);

    const bought = await bench.example("wiil-prices", { limit: "1.50" }).up();
    expect(bought.ok, errorsOf(bought)).to.be.true;
    expect(bought.outputs).to.deep.include({ number: NUMBER, monthlyPrice: price });
    const purchase = bought.outputs["purchase"] as telephony.Purchase;
    expect(purchase).to.include({ status: "completed", chargedCredits: 1500 });
    for (const time of [purchase.createdAt, purchase.updatedAt, purchase.completedAt]) expect(time).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect((await bench.ledger("purchase")).map((l) => l.amount)).to.deep.equal(["1.50"]);
    const again = bench.example("wiil-prices", { limit: "1.50" });
    await again.refresh();
    expect((await again.up()).outputs["purchase"], "kept through a refresh").to.deep.equal(purchase);
    expect((await again.preview()).steps).to.deep.equal([]);
  });

  it("knows mobile numbers where WIIL sells them, and says what there is where it doesn't", async () => {
    const config = { country: "GB", type: "mobile", limit: "2.00", "telephony:wiilApi": "2025-12" };
    const british = await bench.example("wiil-prices", config).up();
    expect(british.ok, errorsOf(british)).to.be.true;
    expect(british.outputs["number"]).to.match(/^\+447400/);
    expect(british.outputs["purchase"]).to.include({ status: "COMPLETED", chargedCredits: 2000 });
    expect((british.outputs["offered"] as telephony.Candidate[]).map((c) => c.type)).to.deep.equal(["mobile", "mobile", "mobile"]);
    expect((british.outputs["prices"] as telephony.Price[]).map((p) => p.type).sort()).to.deep.equal(["local", "mobile", "toll-free"]);
  });

  it("shows an order that WIIL cancels, with its details", async () => {
    await bench.control("outcomes", { platform: "wiil", number: NUMBER, status: "CANCELLED", statusDetails: "withdrawn by the carrier" });
    const cancelled = await bench.example("wiil-prices", { limit: "1.50" }).up();
    expect(cancelled.ok).to.be.false;
    expect(errorsOf(cancelled)).to.match(/cancelled: withdrawn by the carrier\. Nothing is owned/i);
    expect(await bench.ledger()).to.deep.equal([]);
  });
});
