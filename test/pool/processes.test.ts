import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect } from "chai";
import { fill, onEveryDatabase, refused } from "./databases.js";

interface Told {
  holder?: string;
  number?: string;
  failed?: string;
  ready?: boolean;
}

onEveryDatabase("a pool that several processes use", (bench) => {
  const children = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
    children.clear();
  });

  /** Draws for these holders in a process of its own. */
  const drawer = (holders: string[], patience = "60s") => {
    const child = fork(path.join(__dirname, "drawer.ts"), [bench.database, patience, ...holders], { execArgv: ["--require", "tsx/cjs"] });
    children.add(child);
    const told: Told[] = [];
    child.on("message", (message: Told) => told.push(message));
    const ended = once(child, "exit").then(() => told);
    return { child, told, ended };
  };
  const shops = (from: string, count: number) => Array.from({ length: count }, (_, i) => `${from}-${i}`);

  it("gives none twice, with this process and others at it at once", async () => {
    const pool = await bench.connect();
    await fill(pool, 30);
    const [a, b] = [drawer(shops("a", 10)), drawer(shops("b", 10))];
    const mine = Promise.all(shops("c", 10).map((holder) => pool.assign(holder)));
    const told = [...(await a.ended), ...(await b.ended)];
    expect(told.filter((t) => t.failed)).to.deep.equal([]);
    const numbers = [...told.map((t) => t.number), ...(await mine).map((n) => n.number)];
    expect(new Set(numbers)).to.have.property("size", 30);
    expect(await pool.stats()).to.include({ assigned: 30, available: 0 });
  });

  it("loses nothing when a client is killed in the middle", async () => {
    const pool = await bench.connect();
    await fill(pool, 40);
    if (!bench.server) await pool.close(); // this process, too, has had its hand on the directory
    const holders = shops("shop", 40);
    const { child, told, ended } = drawer(holders);
    while (told.length < 5) await once(child, "message");
    child.kill("SIGKILL");
    await ended;
    const again = bench.server ? pool : await bench.connect();
    const held = new Map((await again.list({ status: "assigned" })).map((n) => [n.holder, n.number]));
    for (const { holder, number } of told) expect(held.get(holder)).to.equal(number);
    expect(held.size).to.be.within(told.length, told.length + 1); // one whose answer was on its way
    for (const holder of holders) await again.assign(holder);
    expect(await again.stats()).to.include({ total: 40, assigned: 40 });
    expect((await again.history({ limit: 1_000 })).filter((e) => e.event === "assigned")).to.have.length(40);
  });

  it("loses nothing when the server is killed in the middle", async function () {
    const { server } = bench;
    if (!server) return this.skip(); // PGlite has none: its process is the client's
    const pool = await bench.connect({ patience: "60s" });
    await fill(pool, 60);
    let answered = 0;
    let enough!: () => void;
    const midway = new Promise<void>((resolve) => (enough = resolve));
    const calls = shops("shop", 60).map(async (holder) => {
      const given = await pool.assign(holder);
      if (++answered === 10) enough();
      return given;
    });
    await midway;
    await server.kill();
    const before = answered;
    await server.start();
    const given = await Promise.all(calls);
    expect(before).to.be.lessThan(60);
    expect(new Set(given.map((n) => n.number))).to.have.property("size", 60);
    const held = new Map((await pool.list({ status: "assigned" })).map((n) => [n.holder, n.number]));
    expect(held.size).to.equal(60);
    for (const { holder, number } of given) expect(held.get(holder)).to.equal(number);
  });

  it("says which process has the directory and doesn't let go", async function () {
    if (bench.server) return this.skip();
    const { child } = drawer([]);
    const [told] = (await once(child, "message")) as [Told];
    expect(told).to.deep.equal({ ready: true });
    child.kill("SIGSTOP"); // alive, but it can't answer: its lock is not taken from it
    expect(await refused(bench.connect({ patience: "300ms" }))).to.deep.include({ code: "unavailable" }).and.have.property("message").that.matches(new RegExp(`process ${child.pid} has the pool in .*Postgres`));
    child.kill("SIGCONT");
    expect(await (await bench.connect()).list()).to.deep.equal([]); // idle again, it lets others have it
  });

  it("waits no longer than it is told for a server that is away", async function () {
    const { server } = bench;
    if (!server) return this.skip();
    const url = bench.database;
    await server.kill();
    try {
      expect((await refused(bench.connect({ database: url, patience: "300ms" }))).code).to.equal("unavailable");
    } finally {
      await server.start();
    }
  });
});
