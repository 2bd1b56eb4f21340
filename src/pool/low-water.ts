import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "./database.js";
import type { LowEvent } from "./types.js";
import { callWebhook } from "./webhook.js";

/** When a webhook that failed is tried again, in milliseconds; after that the next process that asks tries, see {@link TELLING}. */
const RETRIES = [2_000, 8_000];
/** How long, as an interval of SQL, a process that began to tell is given before another does. */
const TELLING = "60 seconds";

/** How many can be drawn, counted no further than the low-water mark: cheap in a pool of any size. `p` is the pool. */
const REMAINING = `(SELECT count(*)::int FROM (
  SELECT FROM phone_number_pool n WHERE n.pool = p.pool AND n.status = 'available' AND n.cooldown_until <= now() LIMIT p.low_water) counted)`;

/** Notes in the database that the pool fell below its mark, or rose again; who notes it is alone in that. */
const NOTE = `
  WITH s AS (SELECT p.pool, ${REMAINING} AS remaining FROM phone_number_pools p WHERE p.pool = $1),
  noted AS (
    UPDATE phone_number_pools p
    SET low_since = CASE WHEN s.remaining < p.low_water THEN now() END,
        fall = CASE WHEN s.remaining < p.low_water THEN gen_random_uuid() END,
        told_at = NULL, telling_since = NULL
    FROM s WHERE p.pool = s.pool AND (p.low_since IS NULL) = (s.remaining < p.low_water)
    RETURNING p.pool, p.fall, p.low_since, p.low_water, s.remaining),
  logged AS (
    INSERT INTO phone_number_pool_history (pool, event, detail)
    SELECT pool, CASE WHEN fall IS NULL THEN 'restocked' ELSE 'low' END, remaining || ' of ' || low_water FROM noted WHERE low_water > 0)
  SELECT * FROM noted WHERE fall IS NOT NULL`;

/** Takes on a fall that the webhook has not been told of. */
const TAKE_ON = `
  UPDATE phone_number_pools p SET telling_since = now()
  WHERE p.pool = $1 AND p.fall IS NOT NULL AND p.webhook_url IS NOT NULL AND p.told_at IS NULL
    AND (p.telling_since IS NULL OR p.telling_since < now() - interval '${TELLING}')
  RETURNING p.pool, p.fall, p.low_since, p.low_water, p.webhook_url, p.webhook_secret, ${REMAINING} AS remaining`;

const toLowEvent = (row: Record<string, unknown>): LowEvent => ({
  type: "pool.low",
  id: row["fall"] as string,
  pool: row["pool"] as string,
  available: row["remaining"] as number,
  lowWater: row["low_water"] as number,
  at: (row["low_since"] as Date).toISOString(),
});

/** Watches one pool's mark, and tells the webhook of each fall once. Its state is in the database: any process may go on with it. */
export interface LowWater {
  /** Call it after each change. @returns the fall, when it was this process that noted it */
  note(): Promise<LowEvent | undefined>;
  /** Begins to tell what nobody has told, or whose teller died. */
  tell(): void;
  close(): Promise<void>;
}

export function lowWaterOf(database: Database, pool: string): LowWater {
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();

  const deliver = async () => {
    const [row] = await database.query(TAKE_ON, [pool]);
    if (!row) return;
    const webhook = { url: row["webhook_url"] as string, secret: row["webhook_secret"] as string };
    for (const pause of [...RETRIES, undefined]) {
      try {
        await callWebhook(webhook, toLowEvent(row));
        await database.query("UPDATE phone_number_pools SET told_at = now() WHERE pool = $1 AND fall = $2", [pool, row["fall"]]);
        return;
      } catch {
        if (pause === undefined) return; // another try is made by whoever asks after TELLING
        await sleep(pause, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
        if (closing.signal.aborted) break;
      }
    }
    await database.query("UPDATE phone_number_pools SET telling_since = NULL WHERE pool = $1 AND fall = $2 AND told_at IS NULL", [pool, row["fall"]]);
  };

  return {
    note: async () => {
      const [row] = await database.query(NOTE, [pool]);
      return row && toLowEvent(row);
    },
    tell: () => {
      const run: Promise<void> = deliver()
        .catch(() => undefined) // the database is away: the next process that asks goes on
        .finally(() => underWay.delete(run));
      underWay.add(run);
    },
    close: async () => {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}
