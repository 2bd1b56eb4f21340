import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ConnectOptions, Pool } from "pulumi-telephony/pool";
import { type Database, openDatabase } from "../../dist/pool/database.js";
import { copyEmptyCluster } from "./empty-cluster.js";
import { hasPostgres, POSTGRES_HINT, type PostgresServer, startPostgres } from "./postgres-server.js";

/** An empty database for each test, and what the tests do with it. */
export interface Bench {
  /** A URL, or a directory. */
  database: string;
  /** Postgres only. */
  server?: PostgresServer;
  /** Closed after the test. */
  connect(options?: Partial<ConnectOptions>): Promise<Pool>;
  /** Plain SQL, beside the pool. */
  sql(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

export const OPTIONS = { connections: 10, patience: 20_000 };

/** The same tests on PGlite and on Postgres; where there is no Postgres, that is said. */
export function onEveryDatabase(title: string, tests: (bench: Bench) => void): void {
  on(["PGlite", "Postgres"], title, tests);
}

/** For what has nothing to do with which database it is: on Postgres, which starts faster, or on PGlite where there is none. */
export function onOneDatabase(title: string, tests: (bench: Bench) => void): void {
  on([hasPostgres() ? "Postgres" : "PGlite"], title, tests);
}

function on(kinds: readonly ("PGlite" | "Postgres")[], title: string, tests: (bench: Bench) => void): void {
  describe(title, () => {
    for (const kind of kinds) {
      describe(`on ${kind}`, () => {
        const bench = {} as Bench;
        const open: { close(): Promise<void> }[] = [];
        let server: PostgresServer | undefined;
        let root: string;
        let count = 0;
        before(async function () {
          root = mkdtempSync(path.join(tmpdir(), "telephony-pool-"));
          if (kind === "PGlite") return;
          server = await startPostgres();
          if (!server) {
            console.log(`        skipped: ${POSTGRES_HINT}`);
            this.skip();
          }
        });
        beforeEach(async () => {
          bench.database = server ? await server.createDatabase() : path.join(root, String(++count));
          bench.server = server;
          if (!server) await copyEmptyCluster(bench.database);
        });
        afterEach(async () => {
          for (const it of open.splice(0)) await it.close();
        });
        after(async () => {
          await server?.close();
          rmSync(root, { recursive: true, force: true });
        });
        bench.connect = async (options) => {
          const pool = await Pool.connect({ database: bench.database, pool: "shops", patience: "20s", ...options });
          open.push(pool);
          return pool;
        };
        bench.sql = async (statement, values) => {
          const database: Database = await openDatabase(bench.database, OPTIONS);
          try {
            if (values) return await database.query(statement, values);
            await database.run(statement);
            return [];
          } finally {
            await database.close();
          }
        };
        tests(bench);
      });
    }
  });
}

/** +1 415 236 1200, …; all of Vapi. */
export async function fill(pool: Pool, count: number, from = 0): Promise<string[]> {
  const numbers = Array.from({ length: count }, (_, i) => `+1415236${String(1200 + from + i)}`);
  for (const number of numbers) await pool.add({ number, platform: "vapi" });
  return numbers;
}

/** The code of the PoolError that a call must end with, and its message. */
export async function refused(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await call;
  } catch (error) {
    return { code: (error as { code: string }).code, message: (error as Error).message };
  }
  throw new Error("this call must be refused");
}
