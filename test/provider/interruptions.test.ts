/** What may go wrong between asking for a number and having it. The ledger says whether it was bought twice. */
import { expect } from "chai";
import { change, expectDiscretion, failure, isSteady, make, news, type Provider, type Props, refresh, type Rig, startRig, type State, urnOf } from "./rig.js";

const PURCHASE = { wiil: "/phone-configurations/telephony-provider/purchase", voipbin: "/numbers" };

describe("a purchase that is interrupted", () => {
  let rig: Rig;
  let provider: Provider;
  before(async () => {
    rig = await startRig();
    provider = await rig.start();
  });
  after(async () => {
    expectDiscretion(rig);
    await rig.close();
  });
  afterEach(async () => {
    await fetch(`${rig.sandbox.url}/_sandbox/faults`, { method: "DELETE" });
    await rig.control("clock", { advanceMs: 0, rate: 1 });
  });
  const bought = async (number: string) => (await rig.ledger(number, "purchase")).length;
  const orders = async (platform: "wiil" | "voipbin") =>
    (await rig.control<{ platform: string; method: string; path: string; status: number }[]>("requests")).filter((r) => r.platform === platform && r.method === "POST" && r.path.endsWith(PURCHASE[platform]));
  const logOf = (name: string) => rig.log.filter((l) => l.urn === urnOf("PhoneNumber", name)).map((l) => l.message);
  const clock = (request: Props) => rig.control("clock", request);

  const faults: [what: string, fault: Props, outcome: { [platform: string]: "bought" | "unclear" }][] = [
    ["the answer is lost after the order went through", { kind: "drop-after-commit" }, { wiil: "bought", voipbin: "bought" }],
    ["the answer is cut off after the order went through", { kind: "malformed" }, { wiil: "bought", voipbin: "bought" }],
    ["the answer is empty after the order went through", { kind: "empty" }, { wiil: "bought", voipbin: "bought" }],
    ["the connection breaks before the order is read", { kind: "drop" }, { wiil: "unclear", voipbin: "bought" }],
    ["the platform answers 503 without ordering", { kind: "status", status: 503 }, { wiil: "unclear", voipbin: "bought" }],
    ["the platform answers 503 twice", { kind: "status", status: 503, times: 2 }, { voipbin: "unclear" }], // WIIL is asked once a run
    ["a gateway answers 502 in HTML", { kind: "html", status: 502 }, { wiil: "unclear", voipbin: "bought" }],
    ["the platform answers 429 and names the time to wait", { kind: "status", status: 429, retryAfter: 1 }, { wiil: "bought", voipbin: "bought" }],
  ];
  for (const platform of ["wiil", "voipbin"] as const) {
    for (const [what, fault, outcome] of faults.filter((f) => f[2][platform])) {
      it(`is made once on ${platform} when ${what}`, async () => {
        const number = rig.fresh(platform);
        const name = `${platform}-${what.replaceAll(" ", "-")}`;
        const args = { platform, number, name: "Line" };
        await rig.fault({ platform, method: "POST", path: PURCHASE[platform], ...fault });
        if (outcome[platform] === "bought") {
          const state = await make(provider, "PhoneNumber", name, args);
          expect(state.outs).to.include({ number, status: "active" });
          expect(await isSteady(provider, state)).to.be.true;
        } else {
          const error = await failure(make(provider, "PhoneNumber", name, args));
          expect(error.message).to.include(number).and.to.match(/may or may not have gone through.*Nothing else was bought.*pulumi up again/);
          expect(error.partial).to.equal(undefined);
          expect(await bought(number)).to.equal(0);
          const state = await make(await rig.start(), "PhoneNumber", name, args); // the next run
          expect(state.outs).to.include({ number, status: "active" });
        }
        expect(await bought(number)).to.equal(1);
      });
    }

    it(`never tries the next candidate on ${platform} while the first may be ours`, async () => {
      const [first, second] = [rig.fresh(platform), rig.fresh(platform)];
      await rig.fault({ platform, method: "POST", path: PURCHASE[platform], kind: "status", status: 503, times: platform === "wiil" ? 1 : 2 });
      await failure(make(provider, "PhoneNumber", `${platform}-candidates`, { platform, candidates: [first, second] }));
      expect([await bought(first), await bought(second)]).to.deep.equal([0, 0]);
      const state = await make(provider, "PhoneNumber", `${platform}-candidates`, { platform, candidates: [first, second] });
      expect(state.outs["number"]).to.equal(first);
      expect([await bought(first), await bought(second)]).to.deep.equal([1, 0]);
    });
  }

  it("is found again by the next run when the process dies while WIIL still works on the order", async () => {
    const [number, second] = [rig.fresh("wiil"), rig.fresh("wiil")];
    const args = { platform: "wiil", candidates: [number, second], name: "Line" };
    const dying = await rig.start();
    await clock({ rate: 0, advanceMs: 0 });
    const lost = make(dying, "PhoneNumber", "killed", args);
    lost.catch(() => undefined);
    await until(async () => (await orders("wiil")).length > 0 && logOf("killed").some((m) => m.startsWith(`purchase of ${number}:`)));
    dying.process.kill("SIGKILL");
    await lost.then(() => expect.fail("it was killed"), () => undefined);

    const next = await rig.start();
    const again = make(next, "PhoneNumber", "killed", args);
    await until(() => Promise.resolve(logOf("killed").some((m) => m.includes("may be ours by an earlier order"))));
    await clock({ rate: 1, advance: "8s" });
    const state = await again;
    expect(state.outs["number"]).to.equal(number);
    expect([await bought(number), await bought(second)]).to.deep.equal([1, 0]);
    next.stop();
  });

  it("is not begun when the engine that asked is gone, and the provider ends", async () => {
    const short = await startRig();
    const orphan = await short.start();
    const ended = new Promise((resolve) => orphan.process.once("exit", resolve));
    const [number, slow] = [short.fresh("voipbin"), short.fresh("voipbin")];
    await short.fault({ platform: "voipbin", method: "GET", path: "/numbers", kind: "latency", ms: 1_000 });
    const looking = failure(make(orphan, "PhoneNumber", "looking", { platform: "voipbin", number }));
    await until(async () => (await short.control<{ hits: number }[]>("faults")).some((f) => f.hits > 0));
    short.stopEngine();
    await looking;
    await ended;
    expect(await short.ledger()).to.deep.equal([]);

    // One that has sent its order waits for the answer, and does nothing with it.
    await short.close();
    const other = await startRig();
    const buyer = await other.start();
    const gone = new Promise((resolve) => buyer.process.once("exit", resolve));
    await other.fault({ platform: "voipbin", method: "POST", path: "/numbers", kind: "latency", ms: 1_000 });
    const buying = failure(make(buyer, "PhoneNumber", "buying", { platform: "voipbin", number: slow }));
    await until(async () => (await other.control<{ hits: number }[]>("faults")).some((f) => f.hits > 0));
    const before = Date.now();
    other.stopEngine();
    await gone;
    await buying;
    expect(Date.now() - before, "it ends at once after the answer").to.be.within(300, 5_000);
    expect((await other.ledger()).map((l) => l.kind)).to.deep.equal(["purchase"]);
    await other.close();
  });

  describe("because it takes longer than its time", () => {
    /** An order that WIIL doesn't finish, and what the engine then keeps of it. */
    async function pending(name: string, args: Props = {}): Promise<State & { number: string; args: Props }> {
      const number = rig.fresh("wiil");
      const all = { platform: "wiil", number, name: "Slow", ...args };
      await clock({ rate: 0, advanceMs: 0 });
      const { inputs } = await provider.check(news("PhoneNumber", name, all, { __timeouts: { create: "300ms", update: "300ms", delete: "300ms" } }));
      const error = await failure(provider.create(inputs));
      expect(error.partial, error.message).to.exist;
      const { id, properties, reasons } = error.partial!;
      expect(id).to.equal(number);
      expect(reasons).to.deep.equal([error.message]);
      expect(error.message).to.include(number).and.to.match(/is (pending|processing) after 300ms.*not ordered again: run pulumi up to go on/i);
      expect(properties).to.include({ platform: "wiil", number, name: "Slow", __pending: true });
      expect(properties["purchaseId"]).to.be.a("string");
      return { type: "PhoneNumber", name, id, inputs, outs: properties, number, args: all };
    }

    it("is kept with id, properties and reason, and finished by the next update without a second order", async () => {
      const state = await pending("slow");
      const before = (await orders("wiil")).length;
      expect(await isSteady(provider, state)).to.be.false;

      const stillSlow = await failure(provider.update(state.id, state.outs, state.inputs));
      expect(stillSlow.partial!.properties).to.deep.equal(state.outs);
      expect(stillSlow.partial!.id).to.equal(state.number);
      // a refresh in between changes nothing
      const seen = (await refresh(provider, state))!;
      expect(seen.outs).to.include({ __pending: true, number: state.number });

      await clock({ rate: 1, advance: "8s" });
      const done = await provider.update(state.id, stillSlow.partial!.properties, state.inputs);
      expect(done).to.include({ number: state.number, status: "active", name: "Slow" }).and.not.to.have.property("__pending");
      expect(done["channels"]).to.have.all.keys("voice", "sms");
      expect((await orders("wiil")).length).to.equal(before);
      expect(await bought(state.number)).to.equal(1);
      expect(await isSteady(provider, { ...state, outs: done })).to.be.true;
    });

    it("shows its status in the live row while it is waited for", async () => {
      const state = await pending("watched");
      const rows = rig.log.filter((l) => l.urn === urnOf("PhoneNumber", "watched") && l.ephemeral).map((l) => l.message);
      expect(rows.filter((m) => new RegExp(`^purchase of \\${state.number}: pending \\(`, "i").test(m))).not.to.be.empty;
    });

    it("is finished by a refresh, if that comes first", async () => {
      const state = await pending("refreshed");
      await clock({ rate: 1, advance: "8s" });
      const seen = (await refresh(provider, state))!;
      expect(seen.outs).to.include({ status: "active", number: state.number }).and.not.to.have.property("__pending");
      expect(await isSteady(provider, { ...state, ...seen })).to.be.true;
    });

    it("is released by a delete, once it has ended", async () => {
      const state = await pending("deleted");
      const early = await failure(provider.delete(state.id, state.outs));
      expect(early.message).to.include(state.number).and.to.match(/can't be released before it ends/);
      await clock({ rate: 1, advance: "8s" });
      await provider.delete(state.id, state.outs);
      expect((await rig.ledger(state.number)).map((l) => l.kind)).to.deep.equal(["purchase", "release"]);
    });

    for (const [status, words] of [["FAILED", "Regulatory address required"], ["CANCELLED", undefined]] as const) {
      it(`and then ends as ${status}: says so, is replaced by the next up, and costs nothing`, async () => {
        const name = `late-${status}`;
        const number = rig.fresh("wiil");
        await rig.control("outcomes", { platform: "wiil", number, status, ...(words && { statusDetails: words }) });
        await clock({ rate: 0, advanceMs: 0 });
        const { inputs } = await provider.check(news("PhoneNumber", name, { platform: "wiil", number, name: "Slow" }, { __timeouts: { create: "300ms" } }));
        const { partial } = await failure(provider.create(inputs));
        await clock({ rate: 1, advance: "8s" });
        const ended = await failure(provider.update(partial!.id, partial!.properties, inputs));
        expect(ended.message).to.match(new RegExp(status, "i")).and.to.include(number).and.to.include(words ?? "");
        expect(ended.partial!.properties).to.include({ status: status.toLowerCase() });
        expect((await provider.diff(partial!.id, ended.partial!.properties, inputs)).replaces).to.deep.equal(["status"]);
        expect(await rig.ledger(number)).to.deep.equal([]);
        const again = await provider.create({ ...inputs, __timeouts: { create: "30s" } }); // the replacement's new half
        expect(again.outs).to.include({ number, status: "active" });
        await provider.delete(partial!.id, ended.partial!.properties); // and the old one, which never was
        expect((await rig.ledger(number)).map((l) => l.kind)).to.deep.equal(["purchase"]);
      });
    }
  });

  for (const [status, words] of [["FAILED", "Regulatory address required"], ["CANCELLED", "Cancelled by the carrier"]] as const) {
    it(`and ends as ${status} says why, costs nothing, and can be tried again`, async () => {
      const number = rig.fresh("wiil");
      await rig.control("outcomes", { platform: "wiil", number, status, statusDetails: words });
      const error = await failure(make(provider, "PhoneNumber", `ends-${status}`, { platform: "wiil", number }));
      expect(error.message).to.include(number).and.to.include(words).and.to.match(new RegExp(`ended the purchase .* as ${status}`, "i")).and.to.match(/Nothing is owned/);
      expect(error.partial).to.equal(undefined);
      expect(await rig.ledger(number)).to.deep.equal([]);
      const state = await make(provider, "PhoneNumber", `ends-${status}`, { platform: "wiil", number });
      expect(state.outs["status"]).to.equal("active");
      expect(await bought(number)).to.equal(1);
    });
  }

  it("waits for a VoIPBIN number that is purchase-pending", async () => {
    await rig.control("settings", { voipbin: { pendingMs: 300 } });
    const number = rig.fresh("voipbin");
    const state = await make(provider, "PhoneNumber", "pending", { platform: "voipbin", number });
    await rig.control("settings", { voipbin: { pendingMs: 0 } });
    expect(state.outs).to.include({ status: "active", number }).and.not.to.have.property("__pending");
    expect(logOf("pending").some((m) => /purchase-pending/.test(m))).to.be.true;
  });

  it("survives a configuration that comes a moment after COMPLETED on WIIL", async () => {
    await rig.control("settings", { wiil: { configurationDelayMs: 300 } });
    const number = rig.fresh("wiil");
    const state = await make(provider, "PhoneNumber", "late-configuration", { platform: "wiil", number });
    await rig.control("settings", { wiil: { configurationDelayMs: 0 } });
    expect(state.outs).to.include({ status: "active", number });
    expect((await change(provider, state, { platform: "wiil", number, name: "Other" })).outs["name"]).to.equal("Other");
  });

  it("is kept as a partial failure when the order is placed but can't be followed any more", async () => {
    const number = rig.fresh("wiil");
    await rig.fault({ platform: "wiil", method: "GET", path: "/phone-configurations/telephony-provider/purchase-request", kind: "status", status: 403, times: 100 });
    const error = await failure(make(provider, "PhoneNumber", "blind", { platform: "wiil", number, name: "Line" }));
    expect(error.partial!.properties).to.include({ number, __pending: true });
    expect(error.message).to.match(/can't be followed: wiil: GET .* 403/);
    await fetch(`${rig.sandbox.url}/_sandbox/faults`, { method: "DELETE" });
    await until(async () => (await rig.owned(number)) !== undefined);
    const done = await provider.update(error.partial!.id, error.partial!.properties, news("PhoneNumber", "blind", { platform: "wiil", number, name: "Line" }));
    expect(done).to.include({ status: "active" });
    expect(await bought(number)).to.equal(1);
  });
});

/** Waits for what can't be awaited: a log line, a request in the sandbox. */
async function until(test: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await test())) {
    if (Date.now() > end) throw new Error("it never came");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
