import { expect } from "chai";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PoolEvent, PoolNumber, PoolStats } from "pulumi-telephony/pool";
import { onEveryDatabase, onOneDatabase } from "../pool/databases.js";
import { start, type TestSandbox } from "../sandbox/helpers.js";
import { killAll, telephony } from "./helpers.js";

/** Nothing of whoever runs the tests. */
const NO_KEYS = { VAPI_API_KEY: undefined, WIIL_API_KEY: undefined, VOIPBIN_ACCESS_KEY: undefined, BURKI_API_KEY: undefined, TELEPHONY_POOL_DATABASE: undefined, COLUMNS: undefined };

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

async function pool(args: string[], env: Record<string, string | undefined> = {}): Promise<Ended> {
  const child = telephony(["pool", ...args], { ...NO_KEYS, ...env });
  const code = await child.exited;
  return { code, out: child.stdout(), err: child.stderr() };
}

async function json<T>(args: string[], env: Record<string, string | undefined>): Promise<T> {
  const { code, out, err } = await pool([...args, "--json"], env);
  expect(code, err).to.equal(0);
  expect(out.trim().split("\n")).to.have.length(1);
  return JSON.parse(out) as T;
}

onEveryDatabase("telephony pool", (bench) => {
  afterEach(killAll);
  const env = () => ({ TELEPHONY_POOL_DATABASE: bench.database });

  it("goes through a number's life, in JSON", async function () {
    this.timeout(300_000); // many processes, one after the other
    const added = await json<PoolNumber[]>(["add", "--pool", "shops", "--unchecked", "--platform", "vapi", "+1 (415) 236-1204", "+12125551234"], env());
    expect(added.map((n) => [n.number, n.status, n.areaCode])).to.deep.equal([["+14152361204", "available", "415"], ["+12125551234", "available", "212"]]);
    // There is but one pool: it needn't be named any more.
    const given = await json<PoolNumber>(["assign", "shop-42", "--area-code", "415"], env());
    expect(given).to.include({ number: "+14152361204", holder: "shop-42", status: "assigned" });
    expect(await json<PoolNumber>(["reserve", "+12125551234", "--for", "the hotline"], env())).to.include({ status: "reserved", reservedFor: "the hotline" });
    expect(await json<PoolStats>(["status"], env())).to.include({ pool: "shops", total: 2, available: 0, assigned: 1, reserved: 1, low: false });
    expect((await json<PoolNumber[]>(["list", "--status", "assigned"], env())).map((n) => n.holder)).to.deep.equal(["shop-42"]);
    expect(await json<PoolNumber>(["unassign", "shop-42"], env())).to.include({ status: "available", lastHolder: "shop-42" });
    expect(await json(["unassign", "shop-42"], env())).to.equal(null);
    expect(await json<PoolNumber>(["unreserve", "+12125551234"], env())).to.include({ status: "available" });
    expect(await json<PoolNumber>(["remove", "+12125551234"], env())).to.include({ number: "+12125551234" });
    expect(await json(["remove", "+12125551234"], env())).to.equal(null);
    const events = await json<PoolEvent[]>(["history", "--number", "+14152361204"], env());
    expect(events.map((e) => e.event)).to.deep.equal(["unassigned", "assigned", "added"]);
  });
});

onOneDatabase("telephony pool, as people see it", (bench) => {
  afterEach(killAll);
  const env = () => ({ TELEPHONY_POOL_DATABASE: bench.database });

  it("tells people the same, in a table as wide as the terminal", async function () {
    this.timeout(300_000); // many processes, one after the other
    const shops = await bench.connect();
    await shops.configure({ lowWater: 2 });
    const holder = "a shop with a name that is longer than anybody's terminal is wide, \u001b[31m花屋\u001b[0m\nand two lines";
    for (const number of ["+14152361204", "+14152361205"]) await shops.add({ number, platform: "vapi" });
    await shops.assign(holder);
    await shops.close();

    const status = await pool(["status", "--check"], env());
    expect(status).to.include({ code: 3 });
    expect(status.out).to.match(/^Pool "shops": 2 numbers\n +1 available +can be drawn now\n +0 resting.*\n +1 assigned\n +0 reserved.*\nLow: only 1 number can be drawn, and there should be 2 at least \(since .* UTC\)\.\n$/);
    expect((await pool(["status"], env())).code).to.equal(0);

    const wide = (await pool(["list"], env())).out;
    expect(wide).to.include("anybody's terminal is wide, �[31m花屋�[0m�and two lines").and.not.include("\u001b");
    for (const columns of ["100", "80", "60", "40"]) {
      const { out } = await pool(["list"], { ...env(), COLUMNS: columns });
      const lines = out.trimEnd().split("\n").filter((line) => !line.startsWith("("));
      expect(Math.max(...lines.map((line) => line.length)), out).to.be.at.most(Number(columns));
      expect(out).to.match(/^\+1415236120\d +assigned +a shop .*…/m).and.match(/^\+1415236120\d +available/m);
    }
    expect((await pool(["history"], env())).out).to.match(/^At \(UTC\) +Number +Event +Holder/).and.match(/^\d{4}-\d\d-\d\d \d\d:\d\d +\+1415236120\d +assigned +a shop/m);
  });

  it("says in plain words what is refused, each kind with its own exit code", async function () {
    this.timeout(300_000); // many processes, one after the other
    const shops = await bench.connect();
    await shops.add({ number: "+14152361204", platform: "vapi" });
    await shops.assign("shop-42");
    await (await bench.connect({ pool: "offices" })).add({ number: "+12125551234", platform: "vapi" });
    await shops.close();
    for (const [args, code, message] of [
      [["status"], 1, 'error: the database has several pools: "offices", "shops". Choose one with --pool\n'],
      [["status", "--pool", "shpos"], 2, 'error: there is no pool "shpos" in the database; there is "offices", "shops"\n'],
      [["remove", "+14152361204", "--pool", "shops"], 2, 'error: +14152361204 is assigned to "shop-42": it can\'t be removed; unassign "shop-42" first\n'],
      [["reserve", "12", "--pool", "shops"], 2, /"12" is no phone number/],
      [["add", "+12125551234", "--unchecked", "--platform", "vapi", "--pool", "shops"], 2, /is in the pool "offices" already/],
      [["assign", "shop-43", "--pool", "shops"], 3, /has no number to give/],
      [["assign", "shop-43", "--pool", "shops", "--assistant", "a", "--squad", "b"], 1, /give exactly one of/],
      [["list", "--status", "sold", "--pool", "shops"], 1, /Allowed choices are available, assigned, reserved/],
    ] as [string[], number, string | RegExp][]) {
      const ended = await pool(args, env());
      expect(ended.code, `${args.join(" ")}: ${ended.err}`).to.equal(code);
      expect(ended.out).to.equal("");
      if (typeof message === "string") expect(ended.err).to.equal(message);
      else expect(ended.err).to.match(message);
    }
  });
});

describe("telephony pool, and where it looks", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), "cli-pool-"))));
  afterEach(() => {
    killAll();
    rmSync(directory, { recursive: true });
  });

  it("makes nothing where there is nothing", async () => {
    const database = path.join(directory, "pool");
    const { code, err } = await pool(["status", "--database", database]);
    expect(code).to.equal(2);
    expect(err).to.include(`there is no pool in ${database} yet`).and.include("telephony pool add --pool NAME");
    expect(existsSync(database)).to.equal(false);
  });

  it("never says the database's password", async () => {
    const password = "p%40ss-w0rd";
    for (const [database, code] of [
      [`postgres://pool:${password}@127.0.0.1:1/shops`, 4],
      [`postgres://pool:${password}@host.invalid/shops`, 4],
      [`postgres://pool:${password}@[nowhere/shops`, 1],
      [`mysql://pool:${password}@127.0.0.1/shops`, 1],
    ] as const) {
      const ended = await pool(["status", "--database", database]);
      expect(ended.code, ended.err).to.equal(code);
      expect(ended.err).to.match(/^error: /).and.not.match(/p%40ss|p@ss|w0rd|\n\s+at /);
    }
  });

  it("has its exit codes in every help", async () => {
    for (const args of [["--help"], ["assign", "--help"], ["serve", "--help"]]) {
      const { code, out } = await pool(args);
      expect(code).to.equal(0);
      expect(out).to.match(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n.*\n {2}3 .*\n {2}4 .*\n {2}5 /);
    }
  });
});

onOneDatabase("telephony pool, with the platforms", (bench) => {
  let s: TestSandbox;
  const env = () => ({ ...s.sandbox.env, TELEPHONY_POOL_DATABASE: bench.database });
  beforeEach(async () => {
    s = await start();
  });
  afterEach(async () => {
    killAll();
    await s.sandbox.close();
  });

  /** Bought by hand, in Vapi's dashboard. */
  const buy = async (changes: object = {}) => {
    const { id } = (await s.vapi("POST", "/phone-number", { provider: "vapi", numberDesiredAreaCode: "415", ...changes })).json as { id: string };
    await s.advance("10s");
    const { number } = (await s.vapi("GET", `/phone-number/${id}`)).json as { number: string };
    return { id, number };
  };
  const assistantOf = async (id: string) => ((await s.vapi("GET", `/phone-number/${id}`)).json as { assistantId?: string }).assistantId;

  it("adopts a number that the account owns, wherever it is, and links it", async function () {
    this.timeout(300_000); // many processes, one after the other
    const { id, number } = await buy();
    const [added] = await json<PoolNumber[]>(["add", number, "--pool", "shops"], env());
    expect(added).to.include({ number, platform: "vapi", platformId: id, status: "available" });
    const assistant = ((await s.vapi("POST", "/assistant", { name: "Receptionist" })).json as { id: string }).id;
    const { code, out, err } = await pool(["assign", "shop-42", "--assistant", assistant], env());
    expect(code, err).to.equal(0);
    expect(out).to.equal(`${number} is assigned to shop-42 and linked to assistant ${assistant}.\n`);
    expect(await assistantOf(id)).to.equal(assistant);
    expect((await pool(["unassign", "shop-42"], env())).out).to.match(/is taken back from shop-42\. It rests until .* UTC\.\n$/);
    expect(await assistantOf(id)).to.equal(undefined);
  });

  it("adds nothing that the account doesn't own, that isn't ready, or that a program owns", async function () {
    this.timeout(300_000); // many processes, one after the other
    const { number } = await buy();
    const stranger = await pool(["add", number, "+18005551234", "--pool", "shops"], env());
    expect(stranger.code).to.equal(2);
    expect(stranger.err).to.include("doesn't own +18005551234: buy it there first, or check VAPI_API_KEY");
    expect(await json<PoolNumber[]>(["list"], env())).to.deep.equal([]); // not even the first of the two

    const marked = await buy({ name: "Hotline [pulumi k3f9x2a1.1]" });
    const owned = await pool(["add", marked.number, "--platform", "vapi"], env());
    expect(owned.code).to.equal(2);
    expect(owned.err).to.include("belongs to a Pulumi resource (mark k3f9x2a1.1)");

    const keyless = await pool(["add", number], { ...env(), ...Object.fromEntries(["VAPI_API_KEY", "WIIL_API_KEY", "VOIPBIN_ACCESS_KEY", "BURKI_API_KEY"].map((key) => [key, undefined])) });
    expect(keyless.code).to.equal(1);
    expect(keyless.err).to.match(/there is no key for any platform.*set VAPI_API_KEY/);
    await s.control("POST", "/faults", { platform: "vapi", kind: "status", status: 401, times: 9 });
    const refused = await pool(["add", number, "--platform", "vapi"], env());
    expect(refused.code, refused.err).to.equal(5);
    expect(await json<PoolNumber[]>(["add", number, "--platform", "vapi", "--unchecked"], env())).to.have.length(1);
  });

  it("gives the number back when the platform refuses the link", async function () {
    this.timeout(300_000); // many processes, one after the other
    const { number } = await buy();
    await pool(["add", number, "--pool", "shops"], env());
    const { code, err } = await pool(["assign", "shop-42", "--assistant", "00000000-0000-0000-0000-000000000000"], env());
    expect(code).to.equal(5);
    expect(err).to.include("could not be linked, and went back to the pool");
  });
});
