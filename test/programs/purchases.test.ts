import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { errorsOf, onEveryEngine, type Program } from "./bench.js";

const URN = (type: string, name: string) => `urn:pulumi:dev::programs::pulumi-nodejs:dynamic/telephony:${type}::${name}`;

const support = (args: Partial<telephony.PhoneNumberArgs> = {}, create = "30s"): Program => () => {
  const line = new telephony.PhoneNumber("support", { platform: "wiil", number: "+12125551234", ...args }, { customTimeouts: { create } });
  return Promise.resolve({ number: line.number, status: line.status, voice: line.channels.voice });
};

const hotline = (args: Partial<telephony.PhoneNumberArgs> = {}): Program => () => {
  const line = new telephony.PhoneNumber("hotline", { platform: "voipbin", search: { country: "US", type: "toll-free" }, ...args });
  return Promise.resolve({ number: line.number });
};

onEveryEngine("a purchase", (bench) => {
  it("that takes too long is kept in the state, and finished by the next up without a second order", async () => {
    await bench.control("settings", { wiil: { purchaseMs: 3_600_000 } });
    const first = await bench.up(support({}, "1s"));
    expect(first.ok).to.be.false;
    expect(errorsOf(first)).to.match(/the purchase of \+12125551234 \(purchase \w+\) is (pending|processing) after 1s.*run pulumi up to go on/is);
    await bench.control("clock", { advance: "2h" });
    const second = await bench.apply(support({}, "1s"));
    expect(second.outputs).to.include({ number: "+12125551234", status: "active" });
    expect(second.outputs["voice"]).to.be.a("string");
    expect(await bench.ledger("purchase")).to.have.length(1);
    expect((await bench.apply(support({}, "1s"))).steps).to.deep.equal([]);
  });

  it("that is destroyed while it is under way is waited for and released", async () => {
    await bench.control("settings", { wiil: { purchaseMs: 3_600_000 } });
    await bench.up(support({}, "1s"));
    await bench.control("clock", { advance: "2h" });
    expect((await bench.engine(support()).destroy()).ok).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
  });

  it("that fails after a time-out leaves nothing, and is ordered anew by the run after", async () => {
    await bench.control("settings", { wiil: { purchaseMs: 3_600_000 } });
    await bench.control("outcomes", { platform: "wiil", number: "+12125551234", status: "FAILED", statusDetails: "no stock" });
    await bench.up(support({}, "1s"));
    await bench.control("clock", { advance: "2h" });
    expect(await bench.refuse(support())).to.contain("no stock");
    await bench.control("settings", { wiil: { purchaseMs: 0 } });
    await bench.apply(support());
    expect((await bench.ledger()).map((l) => l.kind), "the failed half of the replacement releases nothing").to.deep.equal(["purchase"]);
    expect((await bench.engine(support()).destroy()).ok).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
  });

  for (const [platform, program, path] of [
    ["voipbin", hotline(), "/numbers"],
    ["wiil", support(), "/phone-configurations/telephony-provider/purchase"],
  ] as const) {
    for (const fault of [{ kind: "drop-after-commit" }, { kind: "empty" }, { kind: "malformed" }] as const) {
      it(`on ${platform} whose answer is lost (${fault.kind}) is found, not made again`, async () => {
        await bench.control("faults", { platform, method: "POST", path, ...fault });
        const result = await bench.up(program);
        if (!result.ok) await bench.apply(program); // the run may give up looking; the next one must find it
        expect(await bench.ledger("purchase")).to.have.length(1);
        expect(await bench.owned()).to.have.length(1);
        expect((await bench.engine(program).preview()).steps).to.deep.equal([]);
      });
    }

    it(`on ${platform} that the platform refused with a 503 is made once in the end`, async () => {
      await bench.control("faults", { platform, method: "POST", path, kind: "status", status: 503 });
      const result = await bench.up(program);
      if (!result.ok) await bench.apply(program);
      expect(await bench.ledger("purchase")).to.have.length(1);
      expect(await bench.owned()).to.have.length(1);
    });
  }

  it("survives a failure after the payment: the number is in the state, and the next up goes on", async () => {
    await bench.control("faults", { platform: "wiil", method: "GET", path: "/phone-configurations/telephony-provider/purchase-request/*", kind: "status", status: 403 });
    const first = await bench.up(support());
    expect(errorsOf(first)).to.match(/can't be followed: .*403/s);
    const { deployment } = await bench.engine(support()).exportState();
    expect(deployment.resources?.find((r) => r.urn === URN("PhoneNumber", "support"))).to.include({ id: "+12125551234" });
    expect((await bench.apply(support())).outputs).to.include({ status: "active" });
    expect(await bench.ledger("purchase")).to.have.length(1);
  });

  it("that waits beside others is looked at together with them; one that fails is found all the same", async () => {
    await bench.control("settings", { wiil: { purchaseMs: 1_500 } });
    const [failing, ...others] = (await offeredByWiil(bench.sandbox.env)).slice(0, 8);
    await bench.control("outcomes", { platform: "wiil", number: failing, status: "FAILED", statusDetails: "no stock" });
    const program: Program = () => {
      for (const number of [failing!, ...others]) new telephony.PhoneNumber(number, { platform: "wiil", number });
      return Promise.resolve();
    };
    const refusal = errorsOf(await bench.engine(program, { WIIL_POLL_INTERVAL: "400ms" }).up({ parallel: 16 }));
    expect(refusal).to.contain("no stock");
    expect((await bench.ledger("purchase")).map((l) => l.number)).to.have.members(others);
    const looks = (await bench.control<{ path: string }[]>("requests")).filter((r) => r.path.includes("/purchase-request/"));
    expect(looks.length, "one at each one's end, and a few for the one that failed").to.be.at.most(16);
  });

  it("of many numbers from one search takes another candidate for each", async () => {
    const program: Program = () => {
      const search = new telephony.NumberSearch("sales", { platform: "voipbin", country: "US", limit: 30 });
      const numbers = Array.from({ length: 20 }, (_, i) => new telephony.PhoneNumber(`sales-${i}`, { platform: "voipbin", candidates: search.numbers }));
      return Promise.resolve({ numbers: numbers.map((n) => n.number), searchedAt: search.searchedAt });
    };
    const up = await bench.apply(program);
    expect(new Set(up.outputs["numbers"] as string[]).size).to.equal(20);
    expect(await bench.ledger("purchase")).to.have.length(20);
    const requests = await bench.control<{ path: string }[]>("requests");
    expect(requests.filter((r) => r.path.includes("/available_numbers")), "searched once").to.have.length(1);
    expect((await bench.apply(program)).steps, "a later up never searches").to.deep.equal([]);
    expect((await bench.control<{ path: string }[]>("requests")).length).to.equal(requests.length);
  });
});

onEveryEngine("a number that was bought", (bench) => {
  it("is kept when the search criteria change", async () => {
    const { outputs } = await bench.apply(hotline());
    const changed = await bench.apply(hotline({ search: { country: "US", areaCode: "212" } }));
    expect(changed.outputs["number"]).to.equal(outputs["number"]);
    expect(changed.steps.map((s) => `${s.op} ${s.name}`)).to.deep.equal(["update hotline-search"]);
    expect(changed.diagnostics.map((d) => d.message).join("\n")).to.contain("search criteria are used once");
    expect(await bench.ledger()).to.have.length(1);
  });

  it("is replaced when another one is declared: the new one is bought before the old one is released", async () => {
    await bench.apply(support());
    const offered = await telephonySearch(bench.sandbox.env);
    await bench.apply(support({ number: offered }));
    expect((await bench.ledger()).map((l) => `${l.kind} ${l.number}`)).to.deep.equal(["purchase +12125551234", `purchase ${offered}`, "release +12125551234"]);
  });

  it("is kept by --replace with unchanged inputs", async () => {
    for (const [program, name] of [[support(), "support"], [hotline(), "hotline"]] as const) {
      await bench.apply(program);
      const replaced = await bench.engine(program).up({ replace: [URN("PhoneNumber", name)] });
      expect(replaced.ok, errorsOf(replaced)).to.be.true;
      expect((await bench.engine(program).preview()).steps).to.deep.equal([]);
      expect((await bench.engine(program).destroy()).ok).to.be.true;
    }
    const kinds = (await bench.ledger()).map((l) => l.kind);
    expect(kinds).to.deep.equal(["purchase", "release", "purchase", "release"]);
  });

  it("is kept when the resource is renamed with an alias, and found again under the new name", async () => {
    const program = (name: string, aliases?: { name: string }[]): Program => () => {
      const line = new telephony.PhoneNumber(name, { platform: "voipbin", search: { country: "US" }, name: "Line" }, { aliases });
      return Promise.resolve({ number: line.number });
    };
    const { outputs } = await bench.apply(program("old"));
    const renamed = await bench.apply(program("new", [{ name: "old" }]));
    expect(renamed.outputs["number"]).to.equal(outputs["number"]);
    const replaced = await bench.engine(program("new", [{ name: "old" }])).up({ replace: [URN("PhoneNumber", "new")] });
    expect(replaced.ok, errorsOf(replaced)).to.be.true;
    expect(await bench.ledger()).to.have.length(1);
  });

  it("is not released under deletionProtection, and then is", async () => {
    await bench.apply(hotline({ deletionProtection: true }));
    const destroy = await bench.engine(hotline()).destroy();
    expect(destroy.ok).to.be.false;
    expect(errorsOf(destroy)).to.match(/\+1800\d+ is not released: deletionProtection is on/);
    await bench.apply(hotline({ deletionProtection: false }));
    expect((await bench.engine(hotline()).destroy()).ok).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
  });

  it("is kept with onDelete: retain, and can be adopted again", async () => {
    const { outputs } = await bench.apply(hotline({ onDelete: "retain" }));
    await bench.engine(hotline()).destroy();
    expect((await bench.owned()).map((n) => n.number)).to.deep.equal([outputs["number"]]);
    const again = (args: Partial<telephony.PhoneNumberArgs>): Program => () => {
      new telephony.PhoneNumber("again", { platform: "voipbin", number: outputs["number"] as string, ...args });
      return Promise.resolve();
    };
    expect(await bench.refuse(again({}))).to.match(/already belongs to this VoIPBIN account.*adopt: true/s);
    await bench.apply(again({ adopt: true }));
    const theft: Program = () => {
      new telephony.PhoneNumber("again", { platform: "voipbin", number: outputs["number"] as string, adopt: true });
      new telephony.PhoneNumber("thief", { platform: "voipbin", number: outputs["number"] as string, adopt: true });
      return Promise.resolve();
    };
    expect(await bench.refuse(theft)).to.match(/owned by another Pulumi resource.*takeover: true/s);
    expect(await bench.ledger()).to.have.length(1);
  });

  it("is taken out of the state when it is gone, and only then", async () => {
    await bench.apply(hotline());
    const [owned] = await bench.owned();
    // One 404 alone is not enough: the list still has it.
    await bench.control("faults", { platform: "voipbin", method: "GET", path: `/numbers/${owned!.id}`, kind: "status", status: 404 });
    expect((await bench.engine(hotline()).refresh()).summary).to.not.have.property("delete");
    await fetch(`${bench.sandbox.env["VOIPBIN_URL"]}/numbers/${owned!.id}?accesskey=${bench.sandbox.env["VOIPBIN_ACCESS_KEY"]}`, { method: "DELETE" });
    expect((await bench.engine(hotline()).refresh()).summary.delete).to.equal(1);
  });
});

/** Another local number that WIIL offers. */
const telephonySearch = async (env: Record<string, string>): Promise<string> => (await offeredByWiil(env))[0]!;

async function offeredByWiil(env: Record<string, string>): Promise<string[]> {
  const response = await fetch(`${env["WIIL_URL"]}/phone-configurations/telephony-provider/numbers?areaCode=415`, { headers: { "x-wiil-api-key": env["WIIL_API_KEY"]! } });
  const body = (await response.json()) as { data: { data: { phoneNumber: string }[] } };
  return body.data.data.map(({ phoneNumber }) => phoneNumber);
}
