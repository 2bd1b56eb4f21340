import { setTimeout as sleep } from "node:timers/promises";
import type { Pool as PgPool, PoolClient } from "pg";
import { codeOf, type Database, type DatabaseOptions, type Session } from "./database.js";
import { PoolError } from "./error.js";

/** The server is away, or about to be: connection exceptions, shutdowns, and system calls that failed on the way. */
const AWAY = /^(08...|57P0[123]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOENT)$/;

function isAway(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return AWAY.test(code);
  // pg gives these no code.
  return error instanceof Error && /^(Connection terminated|Client has encountered a connection error|Query read timeout|Client was closed)/.test(error.message);
}

const sessionOf = (client: Pick<PgPool | PoolClient, "query">): Session => ({
  query: async (sql, values = []) => (await client.query(sql, [...values])).rows as Record<string, unknown>[],
  run: async (sql) => void (await client.query(sql)),
});

/** A Postgres server, through `pg`. While it is away calls wait, up to the patience that was set. */
export async function openPostgres(url: string, { connections, patience }: DatabaseOptions): Promise<Database> {
  if (!URL.canParse(url)) throw new PoolError("invalid-argument", "database: this is no postgres:// URL; encode special characters of the password, for example # as %23");
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: patience,
    query_timeout: Math.max(patience, 30_000),
    keepAlive: true,
    application_name: "pulumi-telephony pool",
    allowExitOnIdle: true,
  });
  pool.on("error", () => {}); // an idle connection broke: the next call opens another

  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    const deadline = Date.now() + patience;
    for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
      try {
        return await work();
      } catch (error) {
        if (!isAway(error)) throw error;
        if (Date.now() + pause > deadline) throw new PoolError("unavailable", `the pool's database can't be reached: ${(error as Error).message}`, { cause: error });
        await sleep(pause * (0.5 + Math.random() / 2));
      }
    }
  };

  const direct = sessionOf(pool);
  return {
    query: (sql, values) => patiently(() => direct.query(sql, values)),
    run: (sql) => patiently(() => direct.run(sql)),
    transaction: (work) =>
      patiently(async () => {
        const client = await pool.connect();
        client.on("error", ignore);
        let broken: Error | undefined;
        try {
          await client.query("BEGIN");
          const result = await work(sessionOf(client));
          await client.query("COMMIT");
          return result;
        } catch (error) {
          await client.query("ROLLBACK").catch((e: Error) => (broken = e));
          throw error;
        } finally {
          client.off("error", ignore);
          client.release(broken);
        }
      }),
    close: () => pool.end(),
  };
}

/** A connection that breaks fails its query too: nothing is lost by not listening. */
function ignore(): void {}
