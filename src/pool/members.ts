import { registerSecret } from "../http/redact.js";
import { codeOf, type Database, DEFAULT_DIRECTORY, openDatabase } from "./database.js";
import { PoolError } from "./error.js";
import { numberIn } from "./place.js";
import { connect } from "./pool.js";
import { mayHoldPools, poolNames } from "./pools.js";
import { holders, isHeld, type Slot } from "./slots.js";
import type { AddNumber, NumberStatus, Pool, PoolNumber } from "./types.js";

/** Where a declared pool is. */
export interface Place {
  /** @default as for `Pool.connect` */
  database?: string;
  pool: string;
}

/** How a pool stands, as far as the component tells it. */
export interface Counts {
  total: number;
  available: number;
  cooling: number;
  assigned: number;
  reserved: number;
}

/** What holds for a pool of which nothing was said. */
export const DEFAULTS = { lowWater: 0, cooldown: "24h" };

const PATIENCE_MS = 30_000;
/** How long a pool stays open for the next one that asks, in milliseconds: opening an embedded one takes long. */
const LINGER = 500;
/** A password that is shorter than this is not masked on its own: too many words would go with it. */
const LONG_PASSWORD = 8;

const resolved = (database: string | undefined) => database ?? (process.env["TELEPHONY_POOL_DATABASE"] || DEFAULT_DIRECTORY);

/** Keeps the address of a database, and its password, out of all that is said. */
function conceal(where: string): void {
  if (!URL.canParse(where)) return;
  const { password } = new URL(where);
  registerSecret(where);
  for (const form of [password, decoded(password)]) if (form.length >= LONG_PASSWORD) registerSecret(form);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Which numbers fill the slots, which were in the pool once, and how it stands. Reads only, and makes nothing.
 * @returns undefined where there is no such pool yet
 */
export async function readPool({ database: given, pool }: Place): Promise<{ slots: Slot[]; counts: Counts; removed: string[] } | undefined> {
  const where = resolved(given);
  conceal(where);
  if (!mayHoldPools(where)) return undefined;
  const database = await openDatabase(where, { connections: 1, patience: PATIENCE_MS });
  try {
    const rows = await database.query(
      `SELECT s.slot, s.phone_number, n.provider, n.status, n.assigned_to, n.reserved_for
       FROM phone_number_pool_slots s LEFT JOIN phone_number_pool n ON n.pool = s.pool AND n.phone_number = s.phone_number
       WHERE s.pool = $1 ORDER BY s.slot`,
      [pool],
    );
    const text = (value: unknown) => (value as string | null) ?? undefined;
    const slots = rows.map((row): Slot => ({
      slot: row["slot"] as number,
      number: text(row["phone_number"]),
      platform: text(row["provider"]),
      status: text(row["status"]) as NumberStatus | undefined,
      holder: text(row["assigned_to"]),
      reservedFor: text(row["reserved_for"]),
    }));
    const [counts] = await database.query(
      `SELECT count(*)::int AS total,
         count(*) FILTER (WHERE status = 'available' AND cooldown_until <= now())::int AS available,
         count(*) FILTER (WHERE status = 'available' AND cooldown_until > now())::int AS cooling,
         count(*) FILTER (WHERE status = 'assigned')::int AS assigned,
         count(*) FILTER (WHERE status = 'reserved')::int AS reserved
       FROM phone_number_pool WHERE pool = $1`,
      [pool],
    );
    const removed = await database.query(
      `SELECT DISTINCT h.phone_number FROM phone_number_pool_history h WHERE h.pool = $1 AND h.event = 'removed'
         AND NOT EXISTS (SELECT FROM phone_number_pool n WHERE n.pool = h.pool AND n.phone_number = h.phone_number)`,
      [pool],
    );
    return { slots, counts: counts as unknown as Counts, removed: removed.map((row) => row["phone_number"] as string) };
  } catch (error) {
    // No table, no such column, no database: nobody has put a number in yet.
    if (["42P01", "42703", "3D000"].includes(codeOf(error) ?? "")) return undefined;
    throw error;
  } finally {
    await database.close();
  }
}

interface Opened {
  pool: Pool;
  database: Database;
}

const opened = new Map<string, { users: number; idle?: NodeJS.Timeout; connection: Promise<Opened | undefined> }>();

async function open(where: string, pool: string): Promise<Opened> {
  const connected = await connect({ database: where, pool, connections: 4, patience: `${PATIENCE_MS}ms` });
  return { pool: connected, database: await openDatabase(where, { connections: 2, patience: PATIENCE_MS }) };
}

/** Makes nothing: a database that has no such pool may be the wrong one. */
async function openExisting(where: string, pool: string): Promise<Opened | undefined> {
  if (!mayHoldPools(where)) return undefined;
  const database = await openDatabase(where, { connections: 1, patience: PATIENCE_MS });
  try {
    return (await poolNames(database)).includes(pool) ? await open(where, pool) : undefined;
  } finally {
    await database.close();
  }
}

/** Everybody in this process who works on the pool does so over one connection; it is closed soon after the last one. */
async function shared<T, O extends Opened | undefined>({ database, pool }: Place, opening: (where: string, pool: string) => Promise<O>, work: (on: O) => Promise<T>): Promise<T> {
  const where = resolved(database);
  conceal(where);
  const key = JSON.stringify([where, pool, opening.name]);
  const entry = opened.get(key) ?? { users: 0, connection: opening(where, pool) };
  opened.set(key, entry);
  clearTimeout(entry.idle);
  entry.users++;
  try {
    const on = (await entry.connection) as O;
    if (!on && opened.get(key) === entry) opened.delete(key); // it may be made at any moment: who comes later looks anew
    return await work(on);
  } finally {
    if (--entry.users === 0) {
      const close = () => {
        if (opened.get(key) === entry) opened.delete(key);
        entry.connection.then((on) => Promise.all([on?.pool.close(), on?.database.close()])).catch(() => undefined);
      };
      entry.idle = setTimeout(close, LINGER).unref();
    }
  }
}

/** Works on a pool, whose tables are made if there are none. */
export const withPool = <T>(place: Place, work: (pool: Pool) => Promise<T>): Promise<T> => shared(place, open, ({ pool }) => work(pool));

/** The same on a pool that is there; without it where the database has none of this name. */
export const withPoolIfAny = <T>(place: Place, work: (pool: Pool | undefined) => Promise<T>): Promise<T> => shared(place, openExisting, (on) => work(on?.pool));

/** Puts a number in; however often it is called, it is there once. */
export function join(place: Place, slot: number | undefined, add: AddNumber): Promise<PoolNumber> {
  return shared(place, open, async ({ pool, database }) => {
    const number = numberIn(add.number);
    if (slot !== undefined) {
      const filled = await database.query(
        `INSERT INTO phone_number_pool_slots AS s (pool, slot, phone_number) VALUES ($1, $2::int, $3)
         ON CONFLICT (pool, slot) DO UPDATE SET phone_number = excluded.phone_number
         WHERE s.phone_number IS NULL OR s.phone_number = excluded.phone_number
           OR NOT EXISTS (SELECT FROM phone_number_pool n WHERE n.pool = s.pool AND n.phone_number = s.phone_number)
         RETURNING s.slot`,
        [place.pool, slot, number],
      );
      if (filled.length === 0) {
        const [row] = await database.query("SELECT phone_number FROM phone_number_pool_slots WHERE pool = $1 AND slot = $2::int", [place.pool, slot]);
        throw new PoolError(
          "other-pool",
          `${number} is not added: place ${slot} of the pool "${place.pool}" has ${row?.["phone_number"] as string}. Another NumberPool fills this pool already; give one of them another name (pool: "…")`,
        );
      }
    }
    return pool.add({ ...add, number });
  });
}

const hadOnce = async (pool: Pool | undefined, number: string) => pool !== undefined && (await pool.history({ number, limit: 1 })).length > 0;

/** What the pool has of a number; `known` is whether it ever had it. */
export function look(place: Place, number: string): Promise<{ row?: PoolNumber; known: boolean }> {
  return withPoolIfAny(place, async (pool) => {
    const [row] = (await pool?.list({ number })) ?? [];
    return row ? { row, known: true } : { known: await hadOnce(pool, number) };
  });
}

/**
 * Takes a number out of the pool, so that it may be released. Whether it is free is asked by the very statement that removes it.
 * @param onward it is to be in another database: its slot is not given up
 * @throws PoolError `assigned`, naming the holder, or `reserved`; `unknown-number` when this database never had it: it may be the wrong
 * one, and who has the number stands in another; `other-pool` when it has been put into another pool
 */
export function leave(place: Place, slot: number | undefined, text: string, onward = false): Promise<void> {
  return shared(place, openExisting, async (on) => {
    const number = numberIn(text);
    if (!on || (!(await on.pool.remove(number)) && !(await hadOnce(on.pool, number)))) {
      throw new PoolError(
        "unknown-number",
        `the pool "${place.pool}" in this database never had ${number}: who has it may stand in another database. Check database and TELEPHONY_POOL_DATABASE`,
      );
    }
    const { database } = on;
    const [elsewhere] = await database.query("SELECT pool FROM phone_number_pool WHERE phone_number = $1", [number]);
    if (elsewhere) throw new PoolError("other-pool", `${number} is in the pool "${elsewhere["pool"] as string}" now: take it out there first`);
    if (slot === undefined) return;
    const change = onward ? "DELETE FROM phone_number_pool_slots" : "UPDATE phone_number_pool_slots SET phone_number = NULL";
    await database.query(`${change} WHERE pool = $1 AND slot = $2::int AND phone_number = $3`, [place.pool, slot, number]);
  });
}

/**
 * Whether a pool may go on in another database. An address that leads to the same pool, under a new password or name, always may.
 * @throws PoolError `assigned` when the other has no such pool, and somebody has a number by this one
 */
export async function assertMovable(from: Place, to: Place): Promise<void> {
  if (((await readPool(to))?.counts.total ?? 0) > 0) return;
  const here = await readPool(from);
  const held = (here?.counts.assigned ?? 0) + (here?.counts.reserved ?? 0);
  if (held === 0) return;
  const known = holders(here!.slots.filter(isHeld));
  throw new PoolError(
    "assigned",
    `the new database has no pool "${to.pool}", and in the old one ${held} of its numbers ${held === 1 ? "is" : "are"} assigned or reserved${known && `: ${known}`}. Move the tables phone_number_pool* there first, or set database back`,
  );
}

/** The component is gone: a later one of this name begins with slot 1 again. */
export function forget(place: Place): Promise<void> {
  return shared(place, openExisting, async (on) => {
    await on?.pool.configure({ ...DEFAULTS, webhook: null });
    await on?.database.query("DELETE FROM phone_number_pool_slots WHERE pool = $1 AND phone_number IS NULL", [place.pool]);
  });
}
