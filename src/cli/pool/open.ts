/** Opens a pool that is there. Of all commands only `add` makes one: a name that was mistyped shall not. */
import { DEFAULT_DIRECTORY, openDatabase } from "../../pool/database.js";
import { connect } from "../../pool/pool.js";
import { mayHoldPools, poolNames } from "../../pool/pools.js";
import type { Pool } from "../../pool/types.js";
import { keepSecret, Refusal } from "./errors.js";

export interface Where {
  database?: string;
  pool?: string;
}

/** Shorter than an application's: a person waits. */
const PATIENCE = "10s";

export async function openPool(where: Where, make = false): Promise<{ pool: Pool; made: boolean }> {
  const database = where.database ?? (process.env["TELEPHONY_POOL_DATABASE"] || DEFAULT_DIRECTORY);
  keepSecret(database);
  if (!make && !mayHoldPools(database)) throw new Refusal(`there is no pool in ${database} yet. ${HOW_TO_MAKE}; --database or TELEPHONY_POOL_DATABASE says where another one is`);
  const peek = await openDatabase(database, { connections: 1, patience: 10_000 });
  try {
    const names = await poolNames(peek);
    const name = choose(names, where.pool, make);
    return { pool: await connect({ database, pool: name, patience: PATIENCE }), made: !names.includes(name) };
  } finally {
    await peek.close();
  }
}

const HOW_TO_MAKE = 'A NumberPool in a Pulumi program makes one, or "telephony pool add --pool NAME …" does';

function choose(names: readonly string[], wanted: string | undefined, make: boolean): string {
  const list = names.map((name) => `"${name}"`).join(", ");
  if (wanted !== undefined) {
    if (names.includes(wanted) || make) return wanted;
    throw new Refusal(names.length > 0 ? `there is no pool "${wanted}" in the database; there is ${list}` : `there is no pool "${wanted}" in the database. ${HOW_TO_MAKE}`);
  }
  if (names.length === 1) return names[0]!;
  if (names.length > 1) throw new Refusal(`the database has several pools: ${list}. Choose one with --pool`, 1);
  throw make ? new Refusal("name the pool to make with --pool", 1) : new Refusal(`there is no pool in the database yet. ${HOW_TO_MAKE}`);
}
