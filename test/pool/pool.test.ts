import { expect } from "chai";
import type { LowEvent, PoolNumber } from "pulumi-telephony/pool";
import { fill, onEveryDatabase, refused } from "./databases.js";

onEveryDatabase("a pool", (bench) => {
  it("gives each holder one number, the same again, and nobody another's", async () => {
    const pool = await bench.connect({ pool: "0" });
    const numbers = await fill(pool, 3);
    const atOnce = (of: typeof pool) => Promise.all(["a", "b", "c", "a", "b", "c", "a"].map((holder) => of.assign(holder)));
    const given = await atOnce(pool);
    expect([...new Set(given.map((n) => n.number))].sort()).to.deep.equal(numbers);
    for (let round = 1; bench.server && round < 8; round++) {
      const another = await bench.connect({ pool: String(round) });
      await fill(another, 3, round * 3);
      expect(new Set((await atOnce(another)).map((n) => n.number))).to.have.property("size", 3); // who asks twice at once, as the last number goes, has it twice
    }
    for (const n of given) expect((await pool.assign(n.holder!)).number).to.equal(n.number);
    const { code, message } = await refused(pool.assign("d"));
    expect(code).to.equal("empty");
    expect(message).to.include("3 in all").and.include("3 assigned");
    expect(await pool.stats()).to.include({ total: 3, available: 0, assigned: 3, low: false, cooldown: "24h" });
  });

  it("prefers the area code, then the region, and never leaves the country", async () => {
    const pool = await bench.connect();
    for (const number of ["+12125551234", "+12125551235", "+442079460000", "+493023127204"]) await pool.add({ number, platform: "vapi" });
    await pool.add({ number: "+13105550100", platform: "vapi", region: "California" });
    await pool.add({ number: "+14155550100", platform: "vapi", region: "California" });
    const wish = { country: "us", areaCode: "415", region: "california" };
    expect((await pool.assign("first", wish)).number).to.equal("+14155550100");
    expect((await pool.assign("second", wish)).number).to.equal("+13105550100");
    expect((await pool.assign("third", wish)).number).to.match(/^\+1212/);
    expect((await pool.assign("berlin", { country: "DE", areaCode: "030" })).number).to.equal("+493023127204");
    const { code, message } = await refused(pool.assign("paris", { country: "FR" }));
    expect(code).to.equal("empty");
    expect(message).to.include("in FR");
  });

  it("lets a number rest before another holder gets it; its last holder may have it back at once", async () => {
    const pool = await bench.connect();
    const [number] = await fill(pool, 1);
    await pool.assign("a");
    const back = await pool.unassign("a");
    expect(back).to.include({ number, status: "available", lastHolder: "a" }).and.not.have.property("holder");
    expect(Date.parse(back!.cooldownUntil!) - Date.now()).to.be.closeTo(24 * 3_600_000, 120_000);
    expect(await pool.stats()).to.include({ available: 0, cooling: 1 });
    expect((await refused(pool.assign("b"))).message).to.include("1 resting");
    expect((await pool.assign("a")).number).to.equal(number);
    await pool.configure({ cooldown: "0s" });
    await pool.unassign("a");
    expect((await pool.assign("b")).number).to.equal(number);
    expect(await pool.unassign("a")).to.equal(undefined);
  });

  it("keeps reserved numbers back", async () => {
    const pool = await bench.connect();
    const [one, two] = (await fill(pool, 2)) as [string, string];
    expect(await pool.reserve("+1 (415) 236-1200", { for: "the hotline" })).to.include({ number: one, status: "reserved", reservedFor: "the hotline" });
    expect((await pool.assign("a")).number).to.equal(two);
    expect((await refused(pool.assign("b"))).code).to.equal("empty");
    expect(await refused(pool.reserve(two))).to.have.property("message").that.includes('assigned to "a"');
    expect(await refused(pool.remove(one))).to.deep.include({ code: "reserved" }).and.have.property("message").that.includes("the hotline");
    expect((await pool.unreserve(one)).status).to.equal("available");
    expect((await pool.assign("b")).number).to.equal(one);
    expect((await refused(pool.reserve("+14152369999"))).code).to.equal("unknown-number");
  });

  it("takes out free numbers only, and names the holder of others", async () => {
    const pool = await bench.connect();
    await fill(pool, 1);
    const { number } = await pool.assign("shop-42");
    expect(await refused(pool.remove(number))).to.deep.include({ code: "assigned" }).and.have.property("message").that.includes('"shop-42"');
    await pool.unassign("shop-42");
    expect(await pool.remove(number)).to.include({ number });
    expect(await pool.remove(number)).to.equal(undefined);
    expect(await pool.list()).to.deep.equal([]);
  });

  it("adds a number once, completes it, and leaves another pool's alone", async () => {
    const pool = await bench.connect();
    const other = await bench.connect({ pool: "clinics" });
    await pool.add({ number: "+1 415-236-1200", platform: "vapi" });
    await pool.assign("a");
    const again = await pool.add({ number: "+14152361200", platform: "vapi", platformId: "id-1", mark: "k3f9x2a1.1", region: "CA" });
    expect(again).to.include({ status: "assigned", holder: "a", platformId: "id-1", mark: "k3f9x2a1.1", region: "CA", areaCode: "415", country: "US" });
    expect(await refused(other.add({ number: "+14152361200", platform: "vapi" }))).to.deep.include({ code: "other-pool" }).and.have.property("message").that.includes('"shops"');
    expect((await refused(pool.add({ number: "555", platform: "vapi" }))).code).to.equal("invalid-number");
    expect((await refused(pool.add({ number: "+14152361200", platform: "nowhere" as "vapi" }))).code).to.equal("invalid-argument");
    expect(await other.list()).to.deep.equal([]);
  });

  it("tells what happened, the latest first, whoever wrote it", async () => {
    const pool = await bench.connect();
    const [number] = await fill(pool, 1);
    await pool.assign("a");
    await pool.unassign("a");
    await bench.sql("UPDATE phone_number_pool SET status = 'reserved', reserved_for = 'by hand'");
    await pool.remove((await pool.unreserve(number!)).number);
    const history = await pool.history({ number });
    expect(history.map(({ event, holder }) => [event, holder].filter((x) => x).join(" "))).to.deep.equal(["removed", "unreserved", "reserved", "unassigned a", "assigned a", "added"]);
    expect(history[2]).to.include({ detail: "by hand", number });
    expect(await pool.history({ holder: "a", limit: 1 })).to.have.length(1);
  });

  it("says each fall below the mark once, in the process that caused it", async () => {
    const [pool, idle] = [await bench.connect(), await bench.connect()];
    await fill(pool, 4);
    await pool.configure({ lowWater: 3, cooldown: "0s" });
    const falls: LowEvent[] = [];
    pool.on("low", (event) => falls.push(event));
    idle.on("low", () => expect.fail("another process's fall"));
    await pool.assign("a");
    expect(falls).to.deep.equal([]);
    await pool.assign("b");
    await pool.assign("c");
    expect(falls.map(({ type, pool: name, available, lowWater }) => ({ type, name, available, lowWater }))).to.deep.equal([{ type: "pool.low", name: "shops", available: 2, lowWater: 3 }]);
    expect(await idle.stats()).to.include({ low: true, lowSince: falls[0]!.at });
    await pool.unassign("b");
    await pool.unassign("c");
    expect(await pool.stats()).to.include({ low: false }).and.not.have.property("lowSince");
    await pool.reserve((await pool.list({ status: "available" }))[0]!.number);
    expect(falls).to.have.length(2);
    expect(falls[1]!.id).not.to.equal(falls[0]!.id);
    expect((await pool.history()).map((e) => e.event).filter((e) => e === "low" || e === "restocked")).to.deep.equal(["low", "restocked", "low"]);
  });

  it("refuses what makes no sense, and names no database", async () => {
    const pool = await bench.connect();
    expect((await refused(pool.assign(" "))).message).to.include("holder");
    expect((await refused(pool.assign("a", { link: {} }))).message).to.include("exactly one of assistant");
    expect((await refused(pool.configure({ lowWater: -1 }))).message).to.include("lowWater");
    expect((await refused(pool.configure({ cooldown: "soon" }))).message).to.include('"soon" is no duration');
    expect((await refused(pool.configure({ webhook: { url: "ftp://x", secret: "s" } }))).message).to.include("webhook.url");
    const secret = await refused(bench.connect({ database: "mysql://me:hunter2@host/db" }));
    expect(secret.code).to.equal("invalid-argument");
    expect(secret.message).not.to.include("hunter2");
  });

  it("lists by status, holder and number", async () => {
    const pool = await bench.connect();
    const numbers = await fill(pool, 3);
    const { number } = await pool.assign("a");
    const only = (list: PoolNumber[]) => list.map((n) => n.number);
    expect(only(await pool.list())).to.deep.equal(numbers);
    expect(only(await pool.list({ holder: "a" }))).to.deep.equal([number]);
    expect(only(await pool.list({ status: "available" }))).to.deep.equal(numbers.filter((n) => n !== number));
    expect(only(await pool.list({ number: "+1 415 236 1201" }))).to.deep.equal(["+14152361201"]);
    expect(only(await pool.list({ limit: 2 }))).to.have.length(2);
  });
});
