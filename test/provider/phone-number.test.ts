import { expect } from "chai";
import { change, expectDiscretion, failure, handOf, isSteady, make, news, type Provider, type Props, refresh, type Rig, startRig, urnOf } from "./rig.js";

const MARK = /\[pulumi [0-9a-z]{8}\.1\]/;

describe("a PhoneNumber's life", () => {
  let rig: Rig;
  let provider: Provider;
  before(async () => {
    rig = await startRig();
    provider = await rig.start();
  });
  after(async () => {
    expectDiscretion(rig, "not-a-key-9b1d");
    await rig.close();
  });
  beforeEach(() => {
    rig.log.length = 0;
  });
  const logOf = (name: string) => rig.log.filter((l) => l.urn === urnOf("PhoneNumber", name));
  const bought = async (number: string) => (await rig.ledger(number, "purchase")).length;
  const released = async (number: string) => (await rig.ledger(number, "release")).length;

  for (const platform of ["wiil", "voipbin"] as const) {
    describe(`on ${platform}`, () => {
      let serial = 0;
      let number: string;
      let name: string;
      let args: Props;
      beforeEach(() => {
        number = rig.fresh(platform);
        name = `${platform}-${++serial}`;
        args = { platform, number, name: "Support" };
      });
      const hand = () => handOf(rig, platform);
      const takeMarkOff = async ({ id }: { id: string }) => {
        if (platform === "wiil") await hand().rename(number, "Support");
        else await rig.voipbin("PUT", `/numbers/${id}`, { name: "Support", detail: "" });
      };

      it("says in the live row what it is at, once that takes a while", async () => {
        await rig.fault({ platform, method: "POST", path: platform === "wiil" ? "/phone-configurations/telephony-provider/purchase" : "/numbers", kind: "latency", ms: 600 });
        const state = await make(provider, "PhoneNumber", name, args);
        await provider.delete(state.id, state.outs);
        const rows = logOf(name).filter((l) => l.ephemeral).map((l) => l.message);
        expect(rows).to.include(`buying ${number}`).and.not.include(`releasing ${number}`);
      });

      it("is bought once, kept, renamed in place and released once", async () => {
        const state = await make(provider, "PhoneNumber", name, args);
        expect(state.outs).to.include({ platform, number, name: "Support", status: "active", type: "local", country: "US" });
        expect(state.outs["purchasedAt"]).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
        expect(state.id).to.equal(platform === "wiil" ? number : (await rig.owned(number))!.id);
        expect(await hand().shown(number)).to.match(MARK).and.to.match(/^Support /);
        expect(logOf(name).filter((l) => l.message.startsWith(`bought ${number}`))).to.have.length(1);
        expect(await isSteady(provider, state)).to.be.true;

        const refreshed = (await refresh(provider, state))!;
        expect(refreshed.outs).to.deep.equal(state.outs);
        expect(refreshed.inputs).to.deep.equal(state.inputs);

        const renamed = await change(provider, state, { ...args, name: "Sales" });
        expect(renamed.outs).to.deep.equal({ ...state.outs, name: "Sales" });
        expect(await hand().shown(number)).to.match(MARK).and.to.match(/^Sales /);

        await provider.delete(renamed.id, renamed.outs);
        expect(await rig.owned(number)).to.equal(undefined);
        expect((await rig.ledger(number)).map((l) => l.kind)).to.deep.equal(["purchase", "release"]);
        expect(await refresh(provider, renamed)).to.equal(undefined);
        await provider.delete(renamed.id, renamed.outs); // gone already: no error
        expect(await released(number)).to.equal(1);
      });

      it("is not released while deletionProtection is on; the error names it", async () => {
        const state = await make(provider, "PhoneNumber", name, { ...args, deletionProtection: true });
        expect((await failure(provider.delete(state.id, state.outs))).message).to.match(/deletionProtection/).and.to.include(number);
        expect(await released(number)).to.equal(0);
        const free = await change(provider, state, { ...args, deletionProtection: false });
        await provider.delete(free.id, free.outs);
        expect(await released(number)).to.equal(1);
      });

      it('is kept by onDelete: "retain", and its mark taken off', async () => {
        const state = await make(provider, "PhoneNumber", name, { ...args, onDelete: "retain" });
        await provider.delete(state.id, state.outs);
        expect(await rig.owned(number)).to.exist;
        expect(await hand().shown(number)).to.match(/^Support *$/);
        expect(logOf(name).some((l) => l.message.includes(`${number} is kept`))).to.be.true;
        expect(await released(number)).to.equal(0);
      });

      it("keeps a number that its own successor holds: a replacement with unchanged inputs loses nothing", async () => {
        const first = await make(provider, "PhoneNumber", name, args);
        const second = await make(provider, "PhoneNumber", name, args);
        expect(second.id).to.equal(first.id);
        expect(second.outs["number"]).to.equal(number);
        expect(second.outs["__mark"]).not.to.equal(first.outs["__mark"]);
        await provider.delete(first.id, first.outs);
        expect(await rig.owned(number)).to.exist;
        expect(logOf(name).at(-1)!.message).to.match(/is kept: a later generation of this resource holds it/);
        expect(await isSteady(provider, second)).to.be.true;
        await provider.delete(second.id, second.outs);
        expect((await rig.ledger(number)).map((l) => l.kind)).to.deep.equal(["purchase", "release"]);
      });

      for (const [what, change] of [["", () => Promise.resolve()], [", and a person has taken the mark off", takeMarkOff]] as const) {
        it(`is kept for its successor even if both halves were refreshed in between, as after a crash${what}`, async () => {
          const first = await make(provider, "PhoneNumber", name, args);
          const second = await make(provider, "PhoneNumber", name, args);
          await change(second);
          const [oldHalf, newHalf] = [(await refresh(provider, first))!, (await refresh(provider, second))!];
          const next = await rig.start();
          await isSteady(next, newHalf); // as the run that resumes compares the new half
          await next.delete(oldHalf.id, oldHalf.outs);
          expect(await rig.owned(number)).to.exist;
          await next.delete(newHalf.id, newHalf.outs);
          expect(await rig.owned(number)).to.equal(undefined);
          next.stop();
        });
      }

      it("that another resource has taken is left to it after a refresh as well, and can be taken back", async () => {
        const mine = await make(provider, "PhoneNumber", name, args);
        await make(provider, "PhoneNumber", `${name}-theirs`, { ...args, takeover: true });
        const refreshed = (await refresh(provider, mine))!;
        expect(await isSteady(provider, refreshed), "it shows").to.be.false;
        expect((await failure(change(provider, refreshed, args))).message).to.match(/mark of another Pulumi resource/);
        await provider.delete(refreshed.id, refreshed.outs);
        expect(await rig.owned(number)).to.exist;

        const back = await change(provider, refreshed, { ...args, takeover: true });
        expect(await isSteady(provider, back)).to.be.true;
        expect((await refresh(provider, back))!.outs).to.deep.equal(back.outs);
        await provider.delete(back.id, back.outs);
        expect(await released(number)).to.equal(1);
      });

      it("is taken up by its mark when an earlier run could not say that it bought it, whatever the candidates are now", async () => {
        const other = rig.fresh(platform);
        const candidates = { platform, name: "Support", candidates: [number, other] };
        const lost = await make(provider, "PhoneNumber", name, candidates);
        const next = await rig.start();
        const again = await make(next, "PhoneNumber", name, { ...candidates, candidates: [other] });
        expect(again.outs["number"]).to.equal(number);
        expect(again.id).to.equal(lost.id);
        expect([await bought(number), await bought(other)]).to.deep.equal([1, 0]);
        next.stop();
      });

      it("belongs to its resource: another one is refused without takeover, and its predecessor then leaves it alone", async () => {
        const theirs = await make(provider, "PhoneNumber", name, args);
        const mine = `${name}-mine`;
        const refused = await failure(make(provider, "PhoneNumber", mine, { ...args, adopt: true }));
        expect(refused.message).to.include(number).and.to.match(/another Pulumi resource.*takeover: true/);
        expect(refused.partial).to.equal(undefined);
        const taken = await make(provider, "PhoneNumber", mine, { ...args, takeover: true });
        expect(taken.id).to.equal(theirs.id);

        await provider.delete(theirs.id, theirs.outs);
        expect(await rig.owned(number)).to.exist;
        expect(logOf(name).at(-1)!.message).to.match(/is kept: another Pulumi resource holds it/);
        expect((await failure(provider.update(theirs.id, theirs.outs, { ...theirs.inputs, name: "Mine" }))).message).to.match(/mark of another Pulumi resource/);
        expect(await bought(number)).to.equal(1);
      });

      it("that a person bought is refused without adopt, then taken over as it is", async () => {
        await hand().buy(number, "By hand");
        const before = await bought(number);
        const refused = await failure(make(provider, "PhoneNumber", name, args));
        expect(refused.message).to.include(number).and.to.match(/already belongs to this \w+ account \("By hand"\).*adopt: true/);
        const adopted = await make(provider, "PhoneNumber", name, { ...args, adopt: true });
        expect(adopted.outs).to.include({ number, name: "Support", status: "active" });
        expect(await hand().shown(number)).to.match(MARK);
        expect(await bought(number)).to.equal(before);
      });

      it("shows in its inputs what a person renamed, and gets its name back", async () => {
        const state = await make(provider, "PhoneNumber", name, args);
        await hand().rename(number, platform === "wiil" ? (await hand().shown(number)).replace("Support", "Renamed") : "Renamed");
        const seen = (await refresh(provider, state))!;
        expect(seen.inputs).to.deep.equal({ ...state.inputs, name: "Renamed" });
        expect(seen.outs).to.deep.equal({ ...state.outs, name: "Renamed" });
        const restored = await change(provider, seen, args);
        expect(restored.outs).to.deep.equal(state.outs);
        expect(await hand().shown(number)).to.match(/^Support /);
      });

      it("gets its mark back when a person took it off", async () => {
        const state = await make(provider, "PhoneNumber", name, args);
        await takeMarkOff(state);
        const seen = (await refresh(provider, state))!;
        expect(seen.outs).to.deep.equal({ ...state.outs, __bears: "" });
        expect(await isSteady(provider, seen)).to.be.false;
        const restored = await change(provider, seen, args);
        expect(restored.outs).to.deep.equal(state.outs);
        expect(await hand().shown(number)).to.match(MARK);
      });

      it("is gone only when it is gone twice: by its id, and by its number", async () => {
        const state = await make(provider, "PhoneNumber", name, args);
        const byId = platform === "wiil" ? "/phone-configurations/:id" : "/numbers/:id";
        await rig.fault({ platform, method: "GET", path: byId, kind: "status", status: 404 });
        expect((await refresh(provider, state))?.outs).to.deep.equal(state.outs);

        for (const fault of [{ kind: "html", status: 502, times: 10 }, { kind: "empty", times: 10 }]) {
          await rig.fault({ platform, method: "GET", ...fault });
          expect((await failure(provider.read(state.id, state.outs))).message).to.match(new RegExp(`^${platform}: GET`));
          await fetch(`${rig.sandbox.url}/_sandbox/faults`, { method: "DELETE" });
        }
        await hand().release(number);
        const before = (await rig.control<unknown[]>("requests")).length;
        expect(await refresh(provider, state)).to.equal(undefined);
        expect((await rig.control<unknown[]>("requests")).length - before).to.be.at.least(2);
      });

      it("is an error of update, not a second purchase, when it is gone meanwhile", async () => {
        const state = await make(provider, "PhoneNumber", name, args);
        await hand().release(number);
        expect((await failure(provider.update(state.id, state.outs, { ...state.inputs, name: "Sales" }))).message).to.include(number).and.to.match(/pulumi refresh/);
        expect(await bought(number)).to.equal(1);
      });

      it("that someone else has is refused, and nothing bought", async () => {
        const others = rig.sandbox.accounts.find((a) => a.platform === platform && a.account === "second")!.key;
        const [keyName] = platform === "wiil" ? ["WIIL_API_KEY"] : ["VOIPBIN_ACCESS_KEY"];
        const elsewhere = await rig.start({ env: { [keyName]: others } });
        await make(elsewhere, "PhoneNumber", name, args);
        elsewhere.stop();
        const next = rig.fresh(platform);
        // A later candidate is bought in its place.
        const search = await make(provider, "NumberSearch", `${name}-search`, { platform, number });
        expect(search.outs["numbers"]).to.deep.equal([{ number }]);
        const refused = await failure(make(provider, "PhoneNumber", name, args));
        expect(refused.message).to.include(number).and.to.match(/taken by someone else/);
        expect((await rig.ledger(number, "purchase")).map((l) => l.account)).to.deep.equal(["second"]);
        const state = await make(provider, "PhoneNumber", name, { platform, candidates: [number, next] });
        expect(state.outs["number"]).to.equal(next);
        expect(logOf(name).some((l) => l.message === `${number} was taken by someone else`)).to.be.true;
      });

      it("is not bought over maxMonthlyPrice, nor in another currency", async () => {
        for (const [maxMonthlyPrice, words] of [[{ amount: "0.99", currency: "USD" }, /costs USD \d+\.\d\d a month, more than maxMonthlyPrice USD 0.99/], [{ amount: "99", currency: "EUR" }, /maxMonthlyPrice is in EUR/]] as const) {
          // Said by check, so that a preview fails; and by create, whatever the price was then.
          const inputs = news("PhoneNumber", name, { ...args, maxMonthlyPrice });
          const [refused] = (await provider.check(inputs)).failures;
          expect(refused).to.have.property("property", "maxMonthlyPrice");
          expect(refused!.reason).to.match(words).and.to.include(number);
          expect((await failure(provider.create(inputs))).message).to.match(words).and.to.include(number);
        }
        expect(await bought(number)).to.equal(0);
        const state = await make(provider, "PhoneNumber", name, { ...args, maxMonthlyPrice: { amount: "5.00", currency: "USD" } });
        expect(state.outs["maxMonthlyPrice"]).to.deep.equal({ amount: "5.00", currency: "USD" });
      });

      it("is not bought with a wrong key; the error names the setting", async () => {
        const [variable, setting] = platform === "wiil" ? ["WIIL_API_KEY", "telephony:wiilApiKey"] : ["VOIPBIN_ACCESS_KEY", "telephony:voipbinAccessKey"];
        const wrong = await rig.start({ env: { [variable]: "not-a-key-9b1d" } });
        const refused = await failure(make(wrong, "PhoneNumber", name, args));
        expect(refused.message).to.match(/401/).and.to.include(setting).and.to.include(variable);
        expect(refused.partial).to.equal(undefined);
        expect(await bought(number)).to.equal(0);
        wrong.stop();
      });

      it("is not bought without credit; the error says so", async () => {
        const key = `${platform}-poor-key-77f0`;
        await rig.control("accounts", { platform, key, account: `${platform}-poor`, balance: "0.50" });
        const poor = await rig.start({ env: { [platform === "wiil" ? "WIIL_API_KEY" : "VOIPBIN_ACCESS_KEY"]: key } });
        const refused = await failure(make(poor, "PhoneNumber", name, args));
        expect(refused.message).to.match(/402/).and.to.match(/Top up the \w+ account/i);
        expect(refused.partial).to.equal(undefined);
        expect(await bought(number)).to.equal(0);
        poor.stop();
        expectDiscretion(rig, key);
      });

      it("goes to one resource each, where twenty choose from the same twenty candidates side by side", async function () {
        this.timeout(60_000);
        const candidates = Array.from({ length: 20 }, () => rig.fresh(platform));
        const made = await Promise.all(candidates.map((_, i) => make(provider, "PhoneNumber", `${name}-of-20-${i}`, { platform, candidates })));
        expect(new Set(made.map((m) => m.outs["number"]))).to.deep.equal(new Set(candidates));
        const ledger = (await rig.ledger(undefined, "purchase")).filter((l) => candidates.includes(l.number));
        expect(ledger).to.have.length(20);
        await Promise.all(made.map((m) => provider.delete(m.id, m.outs)));
        expect((await rig.ledger(undefined, "release")).filter((l) => candidates.includes(l.number))).to.have.length(20);
      });
    });
  }

  it("is searched for, frozen, and bought from what was found", async () => {
    for (const [platform, criteria] of [["wiil", { areaCode: "415" }], ["voipbin", { country: "GB", type: "mobile" }], ["voipbin", { type: "virtual" }]] as const) {
      const name = `found-${platform}-${Object.values(criteria).join("-")}`;
      const search = await make(provider, "NumberSearch", `${name}-search`, { platform, ...criteria, limit: 3 }, { __derived: true });
      const numbers = search.outs["numbers"] as { number: string; monthlyPrice: Props }[];
      expect(numbers).to.have.length(3);
      expect(await isSteady(provider, search)).to.be.true;
      const state = await make(provider, "PhoneNumber", name, { platform, search: { ...criteria, limit: 3 } }, { __search: urnOf("NumberSearch", `${name}-search`), __offered: numbers });
      expect(state.outs["number"]).to.equal(numbers[0]!.number);
      expect(state.outs["monthlyPrice"]).to.deep.equal(numbers[0]!.monthlyPrice);
      for (const key of ["candidates", "__offered", "__search"]) expect({ ...state.inputs, ...state.outs }, "the search has it").not.to.have.property(key);
      const seen = (await refresh(provider, state))!;
      expect(seen.outs).to.deep.equal(state.outs);
      await provider.delete(state.id, state.outs);
    }
  });

  it("is not bought when nothing is found; the error says what to loosen", async () => {
    const refused = await failure(make(provider, "NumberSearch", "nothing", { platform: "voipbin", country: "US", areaCode: "999" }));
    expect(refused.message).to.match(/none of the \d+ numbers .* Loosen areaCode \(offered: /);
  });

  it("opens a voice and an SMS channel on WIIL", async () => {
    const state = await make(provider, "PhoneNumber", "channels", { platform: "wiil", number: rig.fresh("wiil") });
    expect(state.outs["channels"]).to.have.all.keys("voice", "sms");
  });

  it("of another account is left alone: `get` reads and nothing more", async () => {
    const number = rig.fresh("voipbin");
    await handOf(rig, "voipbin").buy(number, "By hand");
    const { id } = (await rig.owned(number))!;
    const { outs } = await provider.read(id, news("PhoneNumber", "got", { platform: "voipbin" }));
    expect(outs).to.include({ number, name: "By hand", platform: "voipbin" });
    expect(await handOf(rig, "voipbin").shown(number)).to.equal("By hand ");
  });
});
