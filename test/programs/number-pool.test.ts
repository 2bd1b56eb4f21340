import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { Pool } from "pulumi-telephony/pool";
import { copyEmptyCluster } from "../pool/empty-cluster.js";
import { hasPostgres, POSTGRES_HINT, type PostgresServer, startPostgres } from "../pool/postgres-server.js";
import { errorsOf, onEveryEngine, type Program, warningsOf } from "./bench.js";

const NAME = "shops";

onEveryEngine("a number pool", (bench) => {
  for (const kind of ["PGlite", "Postgres"] as const) {
    describe(`on ${kind}`, function () {
      this.timeout(300_000);
      let server: PostgresServer | undefined;
      let root: string;
      let database: string;
      let count = 0;

      before(async function () {
        root = mkdtempSync(path.join(tmpdir(), "telephony-number-pool-"));
        if (kind === "PGlite") return;
        server = await startPostgres();
        if (!server) {
          console.log(`          skipped: ${POSTGRES_HINT}`);
          this.skip();
        }
      });
      const emptyDatabase = async () => {
        if (server) return server.createDatabase();
        const directory = path.join(root, String(++count));
        await copyEmptyCluster(directory);
        return directory;
      };
      beforeEach(async () => void (database = await emptyDatabase()));
      after(async () => {
        await server?.close();
        rmSync(root, { recursive: true, force: true });
      });

      const shops = (args: Partial<telephony.NumberPoolArgs> = {}): Program => () => {
        const pool = new telephony.NumberPool(NAME, {
          ...{ platform: "voipbin", search: { country: "US" }, size: 3, lowWater: 1, database: database },
          ...args,
        });
        return Promise.resolve({ numbers: pool.numbers, size: pool.size, stats: pool.stats });
      };
      const withPool = async <T>(work: (pool: Pool) => Promise<T>): Promise<T> => {
        const pool = await Pool.connect({ database, pool: NAME });
        try {
          return await work(pool);
        } finally {
          await pool.close();
        }
      };
      const named = (result: { steps: { op: string; name: string }[] }) => result.steps.map((s) => `${s.op} ${s.name}`).sort();
      const numbersIn = async () => (await withPool((pool) => pool.list())).map((n) => n.number);

      /** What is the same on both, as the tests of the pool itself show, runs on a server where there is one. */
      const itOnOne: typeof it = (kind === "PGlite" && hasPostgres() ? () => undefined : it) as typeof it;

      it("buys, adds what is ready, and is drawn from", async () => {
        const preview = await bench.engine(shops()).preview();
        expect(preview.ok, errorsOf(preview)).to.be.true;
        expect(preview.summary.create).to.equal(10); // stack, component, settings, search, 3 numbers, 3 members
        const { outputs } = await bench.apply(shops());
        expect(outputs["size"]).to.equal(3);
        expect(outputs["numbers"]).to.have.length(3);
        expect(outputs["stats"]).to.deep.equal({ total: 3, available: 3, cooling: 0, assigned: 0, reserved: 0 });
        expect(await bench.ledger("purchase")).to.have.length(3);
        expect(await numbersIn()).to.have.members(outputs["numbers"] as string[]);
        expect((await bench.apply(shops())).steps).to.deep.equal([]);
      });

      itOnOne("grows and shrinks by one number, and keeps those that somebody has", async () => {
        await bench.apply(shops({ size: 7 }));
        const last = (await bench.owned()).find((n) => n.name === "shops-7")!.number;
        const holders = await withPool(async (pool) => {
          await pool.reserve(last, { for: "the boss" });
          return [await pool.assign("a"), await pool.assign("b")];
        });

        const more = await bench.engine(shops({ size: 8 })).preview();
        expect(named(more)).to.deep.equal(["create shops-8", "create shops-8-member"]);
        await bench.apply(shops({ size: 8 }));
        expect(await bench.ledger("purchase")).to.have.length(8);

        // 8 goes, and not 7, which is reserved, but the last free one before it.
        const held = (await bench.owned()).filter((n) => holders.some((h) => h.number === n.number)).map((n) => n.name);
        const free = [6, 5, 4].find((slot) => !held.includes(`shops-${slot}`))!;
        const less = await bench.engine(shops({ size: 6 })).preview();
        expect(named(less)).to.deep.equal([`delete shops-${free}`, `delete shops-${free}-member`, "delete shops-8", "delete shops-8-member"]);
        expect(named(await bench.apply(shops({ size: 6 })))).to.deep.equal(named(less));
        expect((await bench.apply(shops({ size: 6 }))).steps).to.deep.equal([]);
        const left = await numbersIn();
        expect(left).to.have.length(6).and.include.members([last, ...holders.map((n) => n.number)]);
        expect((await bench.owned()).map((n) => n.number)).to.have.members(left);
        expect(named(await bench.engine(shops({ size: 7 })).preview()), "a name is never another number's").to.deep.equal(["create shops-9", "create shops-9-member"]);

        const refused = await bench.refuse(shops({ size: 2, lowWater: 0 }));
        for (const what of ["size 2 is too small. 3 numbers are assigned or reserved", 'assigned to "a"', 'assigned to "b"', 'reserved for "the boss"', "size to 3 or more"]) expect(refused).to.contain(what);
        expect(await bench.ledger("release"), "nothing else is touched").to.have.length(2);
      });

      itOnOne("is not destroyed while somebody has a number", async () => {
        await bench.apply(shops({ size: 3 }));
        const [taken] = await numbersIn();
        await withPool((pool) => pool.remove(taken!));
        const back = await bench.engine(shops()).preview();
        expect(named(back).join(), "taken out by hand, it is put back, and neither released nor bought again").to.match(/^update shops-\d-member$/);
        expect(warningsOf(back)).to.contain(`${taken} was taken out of the pool, and comes back with this update`);
        await bench.apply(shops());
        expect(await numbersIn()).to.include(taken).and.have.length(3);
        expect((await bench.apply(shops())).steps).to.deep.equal([]);
        expect(await bench.ledger()).to.have.length(3);

        const held = await withPool((pool) => pool.assign("shop-42"));
        const destroy = await bench.engine(shops()).destroy();
        expect(destroy.ok).to.be.false;
        expect(errorsOf(destroy)).to.contain(`${held.number} is assigned to "shop-42"`);
        expect((await bench.owned()).map((n) => n.number)).to.include(held.number);
        await withPool((pool) => pool.unassign("shop-42"));
        const again = await bench.engine(shops()).destroy();
        expect(again.ok, errorsOf(again)).to.be.true;
        expect(await bench.owned()).to.deep.equal([]);
        expect(await numbersIn()).to.deep.equal([]);
        const anew = await bench.engine(shops({ size: 1 })).preview();
        expect(named(anew)).to.include.members(["create shops-1", "create shops-1-member"]);
      });

      itOnOne("adds what was there before, keeps back what is reserved, and lets go of neither", async () => {
        const { outputs: bought } = await bench.apply(() => {
          const old = new telephony.PhoneNumber("old", { platform: "wiil", number: "+12125551234" });
          return Promise.resolve({ id: old.id });
        });
        expect(bought["id"]).to.equal("+12125551234");
        const program = (reserve: string[]): Program => () => {
          const old = new telephony.PhoneNumber("old", { platform: "wiil", number: "+12125551234" });
          const elsewhere = { platform: "burki", id: "7", number: "+14152361204" } as const;
          const pool = new telephony.NumberPool(NAME, { platform: "voipbin", search: { country: "US" }, size: 3, database, numbers: [old, elsewhere], reserve, cooldown: "1h" });
          return Promise.resolve({ numbers: pool.numbers, stats: pool.stats });
        };
        const noBurki = { BURKI_API_KEY: undefined };
        const up = await bench.apply(program(["+12125551234"]), noBurki);
        expect((up.outputs["numbers"] as string[]).slice(0, 2)).to.deep.equal(["+12125551234", "+14152361204"]);
        expect(up.outputs["stats"]).to.include({ total: 3, available: 2, reserved: 1 });
        const rows = await withPool((pool) => pool.list());
        expect(rows.find((n) => n.number === "+12125551234")).to.include({ platform: "wiil", status: "reserved" });
        expect(await bench.ledger("purchase"), "one for the pool").to.have.length(2);
        expect((await withPool((pool) => pool.stats())).cooldown).to.equal("1h");
        const refused = errorsOf(await bench.engine(program([]), noBurki).destroy());
        expect(refused).to.match(/\+12125551234 is reserved for "declared in the Pulumi program"/);
        expect(named(await bench.apply(program([]), noBurki))).to.include("update shops-old-member");
        expect((await withPool((pool) => pool.stats())).reserved).to.equal(0);
      });

      itOnOne("warns when it is low, and says what is wrong before anything is bought", async () => {
        await bench.apply(shops({ size: 3, lowWater: 3 }));
        await withPool((pool) => pool.assign("a"));
        const preview = await bench.engine(shops({ size: 3, lowWater: 3 })).preview();
        expect(warningsOf(preview)).to.contain('the pool "shops" is low: 2 of 3 numbers can be drawn, fewer than lowWater 3');
        expect(preview.diagnostics.find((d) => d.severity === "warning")?.urn).to.match(/NumberPool::shops$/);
        expect((await withPool((pool) => pool.stats())).low).to.be.true;
        const told = await bench.refuse(shops({ size: 2.5, lowWater: 4, search: { country: "usa" }, cooldown: "soon", maxMonthlyPrice: { amount: "x", currency: "USD" } }));
        for (const what of ["size: ", "lowWater: ", "search.country: ", "cooldown: ", "maxMonthlyPrice.amount: "]) expect(told).to.contain(what);
        expect(await bench.ledger()).to.have.length(3);
      });

      it("tells no password of a database that refuses it, and buys nothing", async () => {
        const password = "sup3rsecret#pw";
        const address = server ? database.replace("pool@", `stranger:${encodeURIComponent(password)}@`) : `mysql://stranger:${encodeURIComponent(password)}@localhost/shops`;
        const told = await bench.refuse(shops({ database: address }));
        expect(told).to.match(server ? /its database can't be read: .*stranger/ : /database: expected a postgres:\/\/ URL or a directory/);
        for (const text of [told, JSON.stringify(bench.events), JSON.stringify(await bench.engine(shops()).exportState())]) {
          for (const form of [password, encodeURIComponent(password), address]) expect(text).not.to.contain(form);
        }
        expect(await bench.ledger()).to.deep.equal([]);
      });

      itOnOne("takes up what a run that died left: each number bought once, added once", async () => {
        await bench.control("faults", { platform: "voipbin", method: "POST", path: "/numbers", kind: "drop-after-commit", nth: 2 });
        await bench.control("faults", { platform: "voipbin", method: "GET", path: "/numbers/*", kind: "status", status: 403, nth: 2 });
        const first = await bench.up(shops({ size: 4 }));
        if (!first.ok) await bench.apply(shops({ size: 4 }));
        expect(await bench.ledger()).to.have.length(4);
        const numbers = await numbersIn();
        expect((await bench.owned()).map((n) => n.number)).to.have.members(numbers).and.length(4);
        const added = (await withPool((pool) => pool.history())).filter((e) => e.event === "added");
        expect(added).to.have.length(4);
        const text = JSON.stringify(await bench.engine(shops()).exportState());
        expect(text, "the database is a secret").not.to.contain(JSON.stringify(database).slice(1, -1));
      });

      it("killed again and again, comes to the same in the end", async () => {
        const script = [require.resolve("tsx/cjs"), path.join(__dirname, "pool-up.ts")];
        const backend = mkdtempSync(path.join(root, "state-"));
        const project = path.join(__dirname, "project");
        const ended = (child: ChildProcess) => new Promise((resolve) => child.once("exit", resolve));
        for (const bought of [1, 4]) {
          const child = spawn(process.execPath, ["--require", ...script, JSON.stringify({ backend, database, project, size: 5 })], { env: { ...process.env, ...bench.sandbox.env }, stdio: "ignore" });
          const end = ended(child);
          let over = false;
          void end.then(() => (over = true));
          while (!over && (await bench.ledger("purchase")).length < bought) await new Promise((resolve) => setTimeout(resolve, 20));
          child.kill("SIGKILL");
          await end;
          rmSync(path.join(backend, ".pulumi", "locks"), { recursive: true, force: true }); // as `pulumi cancel` does
        }
        const last = spawn(process.execPath, ["--require", ...script, JSON.stringify({ backend, database, project, size: 5 })], { env: { ...process.env, ...bench.sandbox.env }, stdio: "inherit" });
        expect(await ended(last)).to.equal(0);
        expect(await bench.ledger()).to.have.length(5);
        expect((await bench.owned()).map((n) => n.number)).to.have.members(await numbersIn()).and.length(5);
        expect((await withPool((pool) => pool.history())).map((e) => e.event)).to.deep.equal(Array(5).fill("added"));
      });

      itOnOne("releases nothing at the word of a database that never had the numbers", async () => {
        await bench.apply(shops({ size: 2 }));
        await withPool((pool) => pool.assign("a"));
        const rightOne = database;
        database = await emptyDatabase();
        const wrong = await bench.refuse(shops({ size: 2 }));
        expect(wrong).to.match(/the new database has no pool "shops".*assigned to "a"/s);
        database = rightOne;
        expect((await bench.apply(shops({ size: 2 }))).steps).to.deep.equal([]);
        expect(await bench.ledger("release")).to.deep.equal([]);
        expect((await withPool((pool) => pool.stats())).assigned).to.equal(1);

        // The same by the environment, where Pulumi sees no difference.
        const unnamed: Program = () => Promise.resolve(void new telephony.NumberPool("others", { platform: "voipbin", search: { country: "US" }, size: 1 }));
        await withPool((pool) => pool.unassign("a"));
        await bench.apply(unnamed, { TELEPHONY_POOL_DATABASE: rightOne }); // replaces the pool above
        const elsewhere = await emptyDatabase();
        const gone = await bench.engine(unnamed, { TELEPHONY_POOL_DATABASE: elsewhere }).destroy();
        expect(errorsOf(gone)).to.match(/the pool "others" in this database never had \+\d+: .* The number is kept/s);
        expect(await bench.owned()).to.have.length(1);
        // What a refresh there finds missing is not forgotten: the right one is asked before the number goes.
        const others = await Pool.connect({ database: rightOne, pool: "others" });
        await others.assign("b");
        await others.close();
        const refreshed = await bench.engine(unnamed, { TELEPHONY_POOL_DATABASE: elsewhere }).refresh();
        expect(refreshed.ok, errorsOf(refreshed)).to.be.true;
        expect(warningsOf(refreshed)).to.match(/never had \+\d+: is it the right one/);
        const held = await bench.engine(unnamed, { TELEPHONY_POOL_DATABASE: rightOne }).destroy();
        expect(errorsOf(held)).to.contain('is assigned to "b"');
        expect(await bench.owned()).to.have.length(1);
        await bench.apply(unnamed, { TELEPHONY_POOL_DATABASE: rightOne });
        expect((await bench.apply(unnamed, { TELEPHONY_POOL_DATABASE: rightOne })).steps).to.deep.equal([]);
        expect(await bench.ledger("purchase")).to.have.length(3);
      });
    });
  }

  it("buys from the other platforms, one number more at a time", async function () {
    this.timeout(300_000);
    const directory = mkdtempSync(path.join(tmpdir(), "telephony-number-pool-"));
    await copyEmptyCluster(directory);
    const offers = [["vapi", { country: "US", areaCode: "415" }], ["wiil", { country: "US", type: "local" }], ["burki", { country: "US" }]] as const;
    const program = (size: number): Program => () => {
      const pools = offers.map(([platform, search]) => new telephony.NumberPool(platform, { platform, search, size, database: directory }));
      return Promise.resolve(Object.fromEntries(pools.map((pool, i) => [offers[i]![0], pool.numbers])));
    };
    await bench.apply(program(2));
    const { outputs } = await bench.apply(program(3));
    for (const [platform] of offers) expect(new Set(outputs[platform] as string[]).size, platform).to.equal(3);
    expect(await bench.ledger("purchase")).to.have.length(9);
    expect((await bench.apply(program(3))).steps).to.deep.equal([]);
    const gone = await bench.engine(program(3)).destroy();
    expect(gone.ok, errorsOf(gone)).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
    rmSync(directory, { recursive: true, force: true });
  });
});

onEveryEngine("the example shop-pool", (bench) => {
  it("buys the numbers, gives each shop its own, linked, and lets go of free ones only", async function () {
    this.timeout(300_000);
    const database = mkdtempSync(path.join(tmpdir(), "telephony-shop-pool-"));
    const up = async (size: string) => {
      const result = await bench.example("shop-pool", { database, size }).up();
      expect(result.ok, errorsOf(result)).to.be.true;
      return result;
    };
    const { outputs } = await up("2");
    const app = (...args: string[]) =>
      promisify(execFile)(process.execPath, ["--require", require.resolve("tsx/cjs"), path.join(__dirname, "..", "..", "examples", "shop-pool", "app.ts"), ...args], {
        env: { ...process.env, ...bench.sandbox.env, DATABASE_URL: database, ASSISTANT_ID: outputs["assistantId"] as string },
      }).then(
        ({ stdout }) => stdout.trim(),
        ({ stderr }: { stderr: string }) => stderr.trim().split("\n").pop(),
      );
    const number = await app("install", "shop-42");
    expect(outputs["numbers"]).to.include(number);
    expect(await app("install", "shop-42"), "the same again").to.equal(number);
    const { VAPI_URL: url, VAPI_API_KEY: key } = bench.sandbox.env;
    const lines = (await (await fetch(`${url}/phone-number`, { headers: { authorization: `Bearer ${key}` } })).json()) as { number: string; assistantId?: string }[];
    expect(lines.find((line) => line.number === number)?.assistantId).to.equal(outputs["assistantId"]);
    await app("install", "shop-43");
    expect(await app("install", "shop-44")).to.equal("No number is free just now. The pool is being filled up.");
    expect(await app("remove", "shop-43")).to.match(/^\+1415/);
    await up("1");
    expect((await bench.owned()).map((n) => n.number)).to.deep.equal([number]);
    await app("remove", "shop-42");
    expect((await bench.example("shop-pool", { database, size: "1" }).destroy()).ok).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
    rmSync(database, { recursive: true, force: true });
  });
});
