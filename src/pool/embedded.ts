import { existsSync, mkdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PGlite } from "@electric-sql/pglite" with { "resolution-mode": "import" };
import pLimit from "p-limit";
import type { Database, DatabaseOptions, Session } from "./database.js";
import { type Lock, lockDirectory } from "./lock.js";

/** How long a busy process goes on after another began to wait, in milliseconds: opening takes half a second, so not too short. */
const TURN = 2_000;
/** A process that asks nothing for so long, in milliseconds, isn't busy. */
const IDLE = 50;
/** How long who let go stands back, in milliseconds. */
const STEP_BACK = 100;

const sessionOf = (on: Pick<PGlite, "query" | "exec">): Session => ({
  query: async (sql, values = []) => (await on.query<Record<string, unknown>>(sql, [...values])).rows,
  run: async (sql) => void (await on.exec(sql)),
});

/** Makes the cluster beside its place first: who dies in the middle leaves nothing that looks finished. */
async function start(directory: string): Promise<PGlite> {
  const { PGlite } = await import("@electric-sql/pglite");
  const data = path.join(directory, "postgres");
  if (!existsSync(data)) {
    const fresh = path.join(directory, "postgres.new");
    rmSync(fresh, { recursive: true, force: true });
    const pglite = await PGlite.create(fresh);
    await pglite.close();
    renameSync(fresh, data);
  }
  return PGlite.create(data);
}

/**
 * PGlite in a directory. Two processes in one directory would destroy it, so each holds a lock while it has it open, and hands it
 * over when another process wants it: an application and `pulumi up` take turns.
 */
function open(directory: string, patience: number): Database {
  const oneByOne = pLimit(1);
  let held: { lock: Lock; pglite: PGlite } | undefined;
  let wantedSince: number | undefined;
  let steppedBackAt = 0;
  let idle: NodeJS.Timeout | undefined;

  const letGo = async () => {
    if (!held) return;
    const { lock, pglite } = held;
    [held, wantedSince] = [undefined, undefined];
    clearTimeout(idle);
    steppedBackAt = lock.wanted ? Date.now() : 0;
    try {
      await pglite.close();
    } finally {
      await lock.release();
    }
  };
  const letGoIfWanted = async () => {
    if (wantedSince === undefined) return;
    if (Date.now() - wantedSince > TURN) return letGo();
    clearTimeout(idle);
    idle = setTimeout(() => void oneByOne(async () => wantedSince !== undefined && letGo()).catch(() => undefined), IDLE);
  };
  const get = async (): Promise<PGlite> => {
    if (held) return held.pglite;
    const pause = steppedBackAt + STEP_BACK - Date.now();
    if (pause > 0) await sleep(pause);
    const lock = await lockDirectory(directory, patience);
    try {
      held = { lock, pglite: await start(directory) };
    } catch (error) {
      await lock.release();
      throw error;
    }
    wantedSince = lock.wanted ? Date.now() : undefined;
    lock.on("wanted", () => {
      wantedSince ??= Date.now();
      void letGoIfWanted();
    });
    return held.pglite;
  };

  const use = <T>(work: (pglite: PGlite) => Promise<T>): Promise<T> =>
    oneByOne(async () => {
      clearTimeout(idle);
      const pglite = await get();
      try {
        return await work(pglite);
      } catch (error) {
        if ((error as Error).name === "RuntimeError") await letGo().catch(() => undefined); // WebAssembly gave up: it is of no more use
        throw error;
      } finally {
        await letGoIfWanted();
      }
    });

  return {
    query: (sql, values) => use((pglite) => sessionOf(pglite).query(sql, values)),
    run: (sql) => use((pglite) => sessionOf(pglite).run(sql)),
    transaction: (work) => use((pglite) => pglite.transaction((tx) => work(sessionOf(tx)))),
    close: () => oneByOne(letGo),
  };
}

const opened = new Map<string, { database: Database; users: number }>();

/** All who open the same directory in this process share it. */
export function openEmbedded(where: string, { patience }: DatabaseOptions): Database {
  mkdirSync(where, { recursive: true, mode: 0o700 });
  const directory = realpathSync(where);
  const shared = opened.get(directory) ?? { database: open(directory, patience), users: 0 };
  opened.set(directory, shared);
  shared.users++;
  let closed = false;
  return {
    ...shared.database,
    close: async () => {
      if (closed) return;
      closed = true;
      if (--shared.users > 0) return;
      opened.delete(directory);
      await shared.database.close();
    },
  };
}
