import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { Pool } from "pulumi-telephony/pool";
import { openDatabase } from "../../dist/pool/database.js";
import { copyEmptyCluster } from "../pool/empty-cluster.js";
import { hasPostgres, POSTGRES_HINT, type PostgresServer, startPostgres } from "../pool/postgres-server.js";
import { errorsOf, onEveryEngine, type Program, warningsOf } from "./bench.js";
import type { Told } from "./pool-up.js";

const NAME = "shops";

onEveryEngine("a number pool", (bench, engine) => {
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
          ...{ platform: "voipbin", search: { country: "US" }, size: 4, lowWater: 1, database },
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

      const tablesIn = async (where: string) => {
        const there = await openDatabase(where, { connections: 1, patience: 20_000 });
        return there.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").finally(() => there.close());
      };

      /** What is the same on both, as the tests of the pool itself show, runs on a server where there is one. */
      const itOnOne: typeof it = (kind === "PGlite" && hasPostgres() ? () => undefined : it) as typeof it;

      itOnOne("is bought, drawn from, grows and shrinks by one number, and goes when nobody has one", async () => {
        const preview = await bench.engine(shops()).preview();
        expect(preview.ok, errorsOf(preview)).to.be.true;
        expect(preview.summary.create).to.equal(12); // stack, component, settings, search, 4 numbers, 4 members
        const { outputs } = await bench.apply(shops());
        expect(outputs["size"]).to.equal(4);
        expect(outputs["numbers"]).to.have.length(4);
        expect(outputs["stats"]).to.deep.equal({ total: 4, available: 4, cooling: 0, assigned: 0, reserved: 0 });
        expect(await bench.ledger("purchase")).to.have.length(4);
        expect(await numbersIn()).to.have.members(outputs["numbers"] as string[]);
        expect((await bench.apply(shops())).steps).to.deep.equal([]);

        const last = (await bench.owned()).find((n) => n.name === "shops-4")!.number;
        const holders = await withPool(async (pool) => {
          await pool.reserve(last, { for: "the boss" });
          return [await pool.assign("a"), await pool.assign("b")];
        });
        const more = await bench.engine(shops({ size: 5, lowWater: 3 })).preview();
        expect(named(more)).to.include.members(["create shops-5", "create shops-5-member", "update shops-settings"]).and.have.length(3);
        expect(warningsOf(more)).to.contain('the pool "shops" is low: 1 of 4 numbers can be drawn, fewer than lowWater 3');
        expect(more.diagnostics.find((d) => d.severity === "warning")?.urn).to.match(/NumberPool::shops$/);
        await bench.apply(shops({ size: 5, lowWater: 3 }));
        expect(await bench.ledger("purchase")).to.have.length(5);
        expect((await withPool((pool) => pool.stats())).low).to.be.true;

        // 5 goes, and not 4, which is reserved, but the last free one before it.
        const held = (await bench.owned()).filter((n) => holders.some((h) => h.number === n.number)).map((n) => n.name);
        const free = [3, 2, 1].find((slot) => !held.includes(`shops-${slot}`))!;
        const least = shops({ size: 3, lowWater: 3 });
        const less = await bench.engine(least).preview();
        expect(named(less)).to.deep.equal([`delete shops-${free}`, `delete shops-${free}-member`, "delete shops-5", "delete shops-5-member"]);
        expect(named(await bench.apply(least))).to.deep.equal(named(less));
        const left = await numbersIn();
        expect(left).to.have.members([last, ...holders.map((n) => n.number)]);
        expect((await bench.owned()).map((n) => n.number)).to.have.members(left);
        expect(named(await bench.engine(shops({ size: 4, lowWater: 3 })).preview()), "a name is never another number's").to.deep.equal(["create shops-6", "create shops-6-member"]);

        const refused = await bench.refuse(shops({ size: 2 }));
        for (const what of ["size 2 is too small. 3 numbers are assigned or reserved", 'assigned to "a"', 'assigned to "b"', 'reserved for "the boss"', "size to 3 or more"]) expect(refused).to.contain(what);
        const told = await bench.refuse(shops({ size: 2.5, lowWater: 4, search: { country: "usa" }, cooldown: "soon", maxMonthlyPrice: { amount: "x", currency: "USD" } }));
        for (const what of ["size: ", "lowWater: ", "search.country: ", "cooldown: ", "maxMonthlyPrice.amount: "]) expect(told).to.contain(what);
        expect(await bench.ledger("release"), "nothing else is touched").to.have.length(2);

        await withPool(async (pool) => {
          await pool.unreserve(last);
          await pool.remove(last);
          await pool.unassign("b");
        });
        const back = await bench.engine(least).preview();
        expect(named(back), "taken out by hand, it is put back, and neither released nor bought again").to.deep.equal(["update shops-4-member"]);
        expect(warningsOf(back)).to.contain(`${last} was taken out of the pool, and comes back with this update`);
        await bench.apply(least);
        expect(await numbersIn()).to.include(last).and.have.length(3);
        expect((await bench.apply(least)).steps).to.deep.equal([]);
        expect(await bench.ledger("purchase")).to.have.length(5);

        const destroy = await bench.engine(least).destroy();
        expect(destroy.ok).to.be.false;
        expect(errorsOf(destroy)).to.contain(`${holders[0]!.number} is assigned to "a"`);
        expect((await bench.owned()).map((n) => n.number)).to.include(holders[0]!.number);
        await withPool((pool) => pool.unassign("a"));
        const again = await bench.engine(least).destroy();
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

      /** The process that is killed brings its own engine, the embedded one. */
      const itOnItsOwn: typeof it = (engine === "embedded" ? it : () => undefined) as typeof it;

      itOnItsOwn("killed again and again, comes to the same in the end", async () => {
        const backend = mkdtempSync(path.join(root, "state-"));
        const arguments_ = JSON.stringify({ backend, database, project: path.join(__dirname, "project"), size: 5 });
        const up = () => fork(path.join(__dirname, "pool-up.ts"), [arguments_], { execArgv: ["--require", "tsx/cjs"], env: { ...process.env, ...bench.sandbox.env } });
        for (const bought of [1, 4]) {
          const child = up();
          const end = once(child, "exit");
          while (child.exitCode === null && (await bench.ledger("purchase")).length < bought) await new Promise((resolve) => setTimeout(resolve, 20));
          child.kill("SIGKILL");
          await end;
          rmSync(path.join(backend, ".pulumi", "locks"), { recursive: true, force: true }); // as `pulumi cancel` does
        }
        const last = up();
        const [[{ errors, numbers, stepsOfAnother }]] = (await Promise.all([once(last, "message"), once(last, "exit")])) as [[Told], unknown];
        expect(errors).to.deep.equal([]);
        expect(stepsOfAnother).to.deep.equal([]);
        expect(await bench.ledger()).to.have.length(5);
        expect((await bench.owned()).map((n) => n.number)).to.have.members(numbers).and.length(5);
        expect(await numbersIn()).to.have.members(numbers);
        const drawn = await withPool((pool) => pool.assign("shop-42"));
        expect(numbers).to.include(drawn.number);
        expect((await withPool((pool) => pool.history())).map((e) => e.event)).to.deep.equal(["assigned", ...Array<string>(5).fill("added")]);
      });

      itOnOne("releases nothing at the word of a database that never had the numbers, and makes no tables there", async () => {
        const elsewhere = await emptyDatabase();
        // The second one by the environment, where Pulumi sees no difference.
        const program = (named: string): Program => () => {
          const args = { platform: "voipbin", search: { country: "US" }, size: 1 } as const;
          const pools = [new telephony.NumberPool(NAME, { ...args, database: named }), new telephony.NumberPool("others", args)];
          return Promise.resolve({ numbers: pulumi.all(pools.map((pool) => pool.numbers)) });
        };
        const [right, wrong] = [database, elsewhere].map((where) => ({ TELEPHONY_POOL_DATABASE: where }));
        await bench.apply(program(database), right);
        await withPool((pool) => pool.assign("a"));
        expect(await bench.refuse(program(elsewhere), right)).to.match(/the new database has no pool "shops".*assigned to "a"/s);

        const gone = await bench.engine(program(database), wrong).destroy();
        expect(errorsOf(gone)).to.match(/the pool "others" in this database never had \+\d+: .* The number is kept/s).and.contain('is assigned to "a"');
        expect(await bench.owned()).to.have.length(2);
        // What a refresh there finds missing is not forgotten: the right one is asked before the number goes.
        const others = await Pool.connect({ database, pool: "others" });
        await others.assign("b");
        await others.close();
        const refreshed = await bench.engine(program(database), wrong).refresh();
        expect(refreshed.ok, errorsOf(refreshed)).to.be.true;
        expect(warningsOf(refreshed)).to.match(/never had \+\d+: is it the right one/).and.contain('this database has no pool "others": is it the right one');
        expect(await tablesIn(elsewhere)).to.deep.equal([]);
        const held = await bench.engine(program(database), right).destroy();
        expect(errorsOf(held)).to.contain('is assigned to "b"');
        expect(await bench.owned()).to.have.length(2);
        await bench.apply(program(database), right);
        expect((await bench.apply(program(database), right)).steps).to.deep.equal([]);
        expect(await bench.ledger()).to.have.length(2);
        expect((await withPool((pool) => pool.stats())).assigned).to.equal(1);
      });

      itOnOne("buys from the other platforms, one number more at a time, and beyond what one search brings", async () => {
        // Of the 50 numbers that a search of Burki brings, 14 are toll-free: the second block of slots has its own, and the first one needs two.
        const offers = [["vapi", { country: "US", areaCode: "415" }, 2], ["wiil", { country: "US", type: "local" }, 2], ["burki", { country: "US", type: "toll-free" }, 15]] as const;
        const program = (more: number): Program => () => {
          const pools = offers.map(([platform, search, size]) => new telephony.NumberPool(platform, { platform, search, size: size + more, database }));
          return Promise.resolve(Object.fromEntries(pools.map((pool, i) => [offers[i]![0], pool.numbers])));
        };
        const first = await bench.apply(program(0));
        expect(named(first)).to.include.members(["create burki-search-1", "create burki-search-1-2", "create burki-search-2"]);
        const one = await bench.apply(program(1));
        expect(named(one)).to.deep.equal(["burki-16", "burki-16-member", "vapi-3", "vapi-3-member", "wiil-3", "wiil-3-member"].map((name) => `create ${name}`));
        for (const [platform, , size] of offers) expect(new Set(one.outputs[platform] as string[]).size, platform).to.equal(size + 1);
        expect(await bench.ledger()).to.have.length(22);
        expect((await bench.apply(program(1))).steps).to.deep.equal([]);
        const gone = await bench.engine(program(1)).destroy();
        expect(gone.ok, errorsOf(gone)).to.be.true;
        expect(await bench.owned()).to.deep.equal([]);
      });

      itOnOne("says so when there are no more numbers of the kind, and keeps what it has", async () => {
        const rare = shops({ platform: "burki", search: { country: "US", areaCode: "415", contains: "71204" }, size: 3 });
        for (const attempt of [1, 2]) {
          expect(await bench.refuse(rare), `attempt ${attempt}`).to.contain("Burki offers no number for this search");
          expect(await numbersIn()).to.have.length(1);
          expect(await bench.ledger()).to.have.length(1);
        }
      });
    });
  }
});

onEveryEngine("the example shop-pool", (bench) => {
  it("buys the numbers, gives each shop its own, linked, and lets go of free ones only", async function () {
    this.timeout(300_000);
    const server = await startPostgres(); // opened by each of the app's processes in a fraction of PGlite's time
    const directory = mkdtempSync(path.join(tmpdir(), "telephony-shop-pool-"));
    const database = server ? await server.createDatabase() : directory;
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
    const [again] = await Promise.all([app("install", "shop-42"), app("install", "shop-43")]);
    expect(again, "the same again").to.equal(number);
    const { VAPI_URL: url, VAPI_API_KEY: key } = bench.sandbox.env;
    const lines = (await (await fetch(`${url}/phone-number`, { headers: { authorization: `Bearer ${key}` } })).json()) as { number: string; assistantId?: string }[];
    expect(lines.find((line) => line.number === number)?.assistantId).to.equal(outputs["assistantId"]);
    expect(await app("install", "shop-44")).to.equal("No number is free just now. The pool is being filled up.");
    expect(await app("remove", "shop-43")).to.match(/^\+1415/);
    await up("1");
    expect((await bench.owned()).map((n) => n.number)).to.deep.equal([number]);
    await app("remove", "shop-42");
    expect((await bench.example("shop-pool", { database, size: "1" }).destroy()).ok).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
    await server?.close();
    rmSync(directory, { recursive: true, force: true });
  });
});
