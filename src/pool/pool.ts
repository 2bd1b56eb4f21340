import { EventEmitter } from "node:events";
import { formatDuration, parseDuration } from "../duration.js";
import { platformNamed } from "../platforms/index.js";
import { type Settings, settingsFrom } from "../provider/settings.js";
import { codeOf, DEFAULT_DIRECTORY, type Database, openDatabase, type Row } from "./database.js";
import { drawStatement } from "./draw.js";
import { PoolError } from "./error.js";
import { link, platformsFor, unlink } from "./linking.js";
import { type LowWater, lowWaterOf } from "./low-water.js";
import { migrate } from "./migrations.js";
import { bareAreaCode, numberIn, placeOf } from "./place.js";
import { COLUMNS, toEvent, toNumber } from "./rows.js";
import type { AddNumber, AssignOptions, ConnectOptions, HistoryOptions, ListOptions, LowEvent, Pool, PoolEventName, PoolLink, PoolNumber, PoolSettings, PoolStats, ReserveOptions } from "./types.js";

const EVENTS: readonly PoolEventName[] = ["added", "changed", "assigned", "unassigned", "reserved", "unreserved", "removed", "low", "restocked"];

const UNIQUE_VIOLATION = "23505";
/** How often one draw is tried before it is called empty; the last tries wait for others. */
const DRAWS = 5;

function named(what: string, value: unknown): string {
  if (typeof value !== "string" || value.trim() === "" || value.length > 255) throw new PoolError("invalid-argument", `${what}: expected a text of 1 to 255 characters`);
  return value;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Numbers that stand in the way, in words: who has them. */
function refusal(number: PoolNumber, what: string): PoolError {
  return number.status === "assigned"
    ? new PoolError("assigned", `${number.number} is assigned to "${number.holder}": ${what}; unassign "${number.holder}" first`)
    : new PoolError("reserved", `${number.number} is reserved${number.reservedFor ? ` for "${number.reservedFor}"` : ""}: ${what}; unreserve it first`);
}

/**
 * Opens a pool, and makes or upgrades its tables.
 * @throws PoolError `unavailable` when the database can't be reached within the patience, or another process holds the directory
 * @example
 * import { Pool } from "pulumi-telephony/pool";
 *
 * const pool = await Pool.connect({ database: process.env.DATABASE_URL, pool: "shops" });
 * const { number } = await pool.assign("shop-42", { country: "US", areaCode: "415", link: { assistant: assistantId } });
 */
export async function connect(options: ConnectOptions): Promise<Pool> {
  const name = named("pool", options.pool);
  let patience: number;
  try {
    patience = parseDuration(options.patience ?? "30s");
  } catch (error) {
    throw new PoolError("invalid-argument", `patience: ${messageOf(error)}`);
  }
  const database = await openDatabase(options.database ?? (process.env["TELEPHONY_POOL_DATABASE"] || DEFAULT_DIRECTORY), { connections: options.connections ?? 10, patience });
  try {
    await migrate(database, name);
    await database.query("INSERT INTO phone_number_pools (pool) VALUES ($1) ON CONFLICT DO NOTHING", [name]);
    const pool = new TablePool(name, database, settingsFrom((key) => options.settings?.[key]));
    pool.start();
    return pool;
  } catch (error) {
    await database.close();
    throw error;
  }
}

class TablePool implements Pool {
  private readonly events = new EventEmitter<{ low: [LowEvent] }>();
  private readonly lowWater: LowWater;
  private closed: Promise<void> | undefined;

  constructor(
    readonly name: string,
    private readonly database: Database,
    private readonly settings: Settings,
  ) {
    this.lowWater = lowWaterOf(database, name);
  }

  /** Goes on with a webhook whose teller died. */
  start(): void {
    this.lowWater.tell();
  }

  async assign(holder: string, options: AssignOptions = {}): Promise<PoolNumber> {
    named("holder", holder);
    const platforms = options.link && platformsFor(options.link);
    const { fresh, watched, number } = await this.draw(holder, { ...options, platforms });
    let assigned = number;
    if (options.link) {
      const before = fresh ? undefined : number.link;
      try {
        await link(this.settings, number, options.link, before, options.takeover === true);
        if (!fresh) assigned = await this.remember(number, options.link);
      } catch (error) {
        const back = fresh ? await this.putBack(number, options.link) : `it stays assigned to "${holder}"`;
        throw new PoolError("link-failed", `${number.number} could not be linked, and ${back}: ${messageOf(error)}`, { cause: error });
      }
    }
    if (fresh && watched) await this.noteLow();
    return assigned;
  }

  private async draw(holder: string, options: AssignOptions & { platforms?: string[] }): Promise<{ fresh: boolean; watched: boolean; number: PoolNumber }> {
    for (let attempt = 1; ; attempt++) {
      const { sql, values } = drawStatement(this.name, holder, options, attempt > 1);
      let row: Row | undefined;
      try {
        [row] = await this.database.query(sql, values);
      } catch (error) {
        if (codeOf(error) === UNIQUE_VIOLATION && attempt < DRAWS) continue; // another call for this holder was first: it has one now
        throw error;
      }
      if (row) return { fresh: row["fresh"] === true, watched: (row["low_water"] as number) > 0, number: toNumber(row) };
      // Who waited saw the table as it was before: meanwhile another call for this holder may have got the last number.
      if (attempt > 2) throw await this.empty(options);
    }
  }

  private async empty({ country, link: to }: AssignOptions): Promise<PoolError> {
    const { total, available, cooling, assigned, reserved } = await this.stats();
    const wanted = [country && `in ${country.toUpperCase()}`, to && "that can be linked so"].filter((x) => !!x).join(" ");
    const counts = `${total} in all: ${available} available, ${cooling} resting, ${assigned} assigned, ${reserved} reserved`;
    return new PoolError("empty", `the pool "${this.name}" has no number${wanted ? ` ${wanted}` : ""} to give (${counts}); add numbers to it`);
  }

  private async remember(number: PoolNumber, to: PoolLink): Promise<PoolNumber> {
    const [row] = await this.database.query(
      `UPDATE phone_number_pool n SET link = $3::jsonb WHERE n.id = $1 AND n.status = 'assigned' AND n.assigned_to = $2 RETURNING ${COLUMNS}`,
      [number.id, number.holder, JSON.stringify(to)],
    );
    return row ? toNumber(row) : number;
  }

  /**
   * Undoes an assignment whose link failed. The number goes to the end of the queue: the next holder should not meet the same
   * trouble. One that may still be linked is given to nobody.
   */
  private async putBack(number: PoolNumber, to: PoolLink): Promise<string> {
    let stuck: string | undefined;
    try {
      await unlink(this.settings, number, to);
    } catch (error) {
      stuck = messageOf(error);
    }
    await this.database.query(
      `UPDATE phone_number_pool SET status = $3::text, reserved_for = $4::text, assigned_to = NULL, assigned_at = NULL, link = NULL, cooldown_until = now()
       WHERE id = $1 AND status = 'assigned' AND assigned_to = $2`,
      [number.id, number.holder, stuck ? "reserved" : "available", stuck ? `check its link, then unreserve it: ${stuck}` : null],
    );
    return stuck ? "is kept back as reserved, because it may be linked all the same" : "went back to the pool";
  }

  async unassign(holder: string): Promise<PoolNumber | undefined> {
    named("holder", holder);
    const held = (await this.list({ holder })).filter((number) => number.status === "assigned");
    for (const number of held) {
      if (!number.link) continue;
      try {
        await unlink(this.settings, number, number.link);
      } catch (error) {
        throw new PoolError("unlink-failed", `${number.number} stays assigned to "${holder}", because its link could not be taken off: ${messageOf(error)}`, { cause: error });
      }
    }
    if (held.length === 0) return undefined;
    const rows = await this.database.query(
      `UPDATE phone_number_pool n
       SET status = 'available', assigned_to = NULL, assigned_at = NULL, link = NULL, additional = false, last_holder = $2, cooldown_until = now() + p.cooldown
       FROM phone_number_pools p
       WHERE p.pool = n.pool AND n.pool = $1 AND n.assigned_to = $2 AND n.status = 'assigned' AND n.id = ANY($3::uuid[])
       RETURNING ${COLUMNS}`,
      [this.name, holder, held.map(({ id }) => id)],
    );
    await this.noteLow();
    return rows[0] && toNumber(rows[0]);
  }

  async reserve(number: string, options: ReserveOptions = {}): Promise<PoolNumber> {
    return this.keep(number, "reserved", options.for ?? "");
  }

  async unreserve(number: string): Promise<PoolNumber> {
    return this.keep(number, "available", null);
  }

  private async keep(text: string, status: "reserved" | "available", reservedFor: string | null): Promise<PoolNumber> {
    const number = numberIn(text);
    const [row] = await this.database.query(
      `UPDATE phone_number_pool n SET status = $3::text, reserved_for = $4::text WHERE n.pool = $1 AND n.phone_number = $2 AND n.status <> 'assigned' RETURNING ${COLUMNS}`,
      [this.name, number, status, reservedFor],
    );
    if (!row) {
      const [there] = await this.list({ number });
      if (there) throw refusal(there, `it can't be made ${status}`);
      throw new PoolError("unknown-number", `${number} is not in the pool "${this.name}"; add it first`);
    }
    await this.noteLow();
    return toNumber(row);
  }

  async add(add: AddNumber): Promise<PoolNumber> {
    const number = numberIn(add.number);
    if (!platformNamed(add.platform)) throw new PoolError("invalid-argument", `platform: there is none called "${add.platform}"`);
    const place = placeOf(number);
    const [row] = await this.database.query(
      `INSERT INTO phone_number_pool AS n (pool, phone_number, provider, platform_id, mark, country, region, area_code, status, reserved_for)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $9::text IS NULL THEN 'available' ELSE 'reserved' END, $9)
       ON CONFLICT (phone_number) DO UPDATE SET provider = excluded.provider,
         platform_id = coalesce(excluded.platform_id, n.platform_id), mark = coalesce(excluded.mark, n.mark), country = coalesce(excluded.country, n.country),
         region = coalesce(excluded.region, n.region), area_code = coalesce(excluded.area_code, n.area_code)
       WHERE n.pool = excluded.pool
       RETURNING ${COLUMNS}`,
      [
        ...[this.name, number, add.platform, add.platformId ?? null, add.mark ?? null, add.country?.toUpperCase() ?? place.country ?? null],
        ...[add.region ?? null, add.areaCode ? bareAreaCode(add.areaCode) : (place.areaCode ?? null), add.reservedFor ?? null],
      ],
    );
    if (!row) {
      const [there] = await this.database.query("SELECT pool FROM phone_number_pool WHERE phone_number = $1", [number]);
      throw new PoolError("other-pool", `${number} is in the pool "${there?.["pool"] as string}" already; remove it there first`);
    }
    await this.noteLow();
    return toNumber(row);
  }

  async remove(text: string): Promise<PoolNumber | undefined> {
    const number = numberIn(text);
    const [row] = await this.database.query(
      `DELETE FROM phone_number_pool n WHERE n.pool = $1 AND n.phone_number = $2 AND n.status = 'available' RETURNING ${COLUMNS}`,
      [this.name, number],
    );
    if (!row) {
      const [there] = await this.list({ number });
      if (there) throw refusal(there, "it can't be removed");
      return undefined;
    }
    await this.noteLow();
    return toNumber(row);
  }

  async list({ status, holder, number, limit }: ListOptions = {}): Promise<PoolNumber[]> {
    const rows = await this.database.query(
      `SELECT ${COLUMNS} FROM phone_number_pool n
       WHERE n.pool = $1 AND ($2::text IS NULL OR n.status = $2) AND ($3::text IS NULL OR (n.status = 'assigned' AND n.assigned_to = $3)) AND ($4::text IS NULL OR n.phone_number = $4)
       ORDER BY n.additional, n.phone_number LIMIT $5::int`,
      [this.name, status ?? null, holder ?? null, number === undefined ? null : numberIn(number), limit ?? null],
    );
    return rows.map(toNumber);
  }

  async stats(): Promise<PoolStats> {
    await this.noteLow();
    this.lowWater.tell();
    const [row] = await this.database.query(
      `SELECT p.low_water, p.webhook_url, p.low_since, extract(epoch FROM p.cooldown)::float8 AS cooldown, count(n.id)::int AS total,
         count(*) FILTER (WHERE n.status = 'available' AND n.cooldown_until <= now())::int AS available,
         count(*) FILTER (WHERE n.status = 'available' AND n.cooldown_until > now())::int AS cooling,
         count(*) FILTER (WHERE n.status = 'assigned')::int AS assigned,
         count(*) FILTER (WHERE n.status = 'reserved')::int AS reserved
       FROM phone_number_pools p LEFT JOIN phone_number_pool n ON n.pool = p.pool WHERE p.pool = $1 GROUP BY p.pool`,
      [this.name],
    );
    const counts = row as Pick<PoolStats, "total" | "available" | "cooling" | "assigned" | "reserved"> & Row;
    const lowWater = row!["low_water"] as number;
    const lowSince = row!["low_since"] as Date | null;
    const url = row!["webhook_url"] as string | null;
    return {
      pool: this.name,
      ...{ total: counts.total, available: counts.available, cooling: counts.cooling, assigned: counts.assigned, reserved: counts.reserved },
      lowWater,
      low: counts.available < lowWater,
      ...(lowSince && { lowSince: lowSince.toISOString() }),
      cooldown: formatDuration((row!["cooldown"] as number) * 1_000),
      ...(url && { webhookUrl: url }),
    };
  }

  async history({ number, holder, limit }: HistoryOptions = {}): Promise<ReturnType<typeof toEvent>[]> {
    const rows = await this.database.query(
      `SELECT at, event, phone_number, holder, detail FROM phone_number_pool_history
       WHERE pool = $1 AND ($2::text IS NULL OR phone_number = $2) AND ($3::text IS NULL OR holder = $3) ORDER BY id DESC LIMIT $4::int`,
      [this.name, number === undefined ? null : numberIn(number), holder ?? null, limit ?? 100],
    );
    return rows.map(toEvent);
  }

  async totals(): Promise<Record<PoolEventName, number>> {
    const rows = await this.database.query("SELECT event, count(*)::int AS total FROM phone_number_pool_history WHERE pool = $1 GROUP BY event", [this.name]);
    const none = Object.fromEntries(EVENTS.map((event) => [event, 0]));
    return { ...none, ...Object.fromEntries(rows.map((row) => [row["event"] as string, row["total"] as number])) } as Record<PoolEventName, number>;
  }

  async configure({ lowWater, cooldown, webhook }: PoolSettings): Promise<PoolStats> {
    if (lowWater !== undefined && (!Number.isInteger(lowWater) || lowWater < 0)) throw new PoolError("invalid-argument", "lowWater: expected a whole number, 0 or more");
    if (webhook && !/^https?:$/.test(URL.canParse(webhook.url) ? new URL(webhook.url).protocol : "")) throw new PoolError("invalid-argument", "webhook.url: expected an http or https URL");
    if (webhook) named("webhook.secret", webhook.secret);
    let rest: number | undefined;
    try {
      rest = cooldown === undefined ? undefined : parseDuration(cooldown) / 1_000;
    } catch (error) {
      throw new PoolError("invalid-argument", `cooldown: ${messageOf(error)}`);
    }
    await this.database.query(
      `UPDATE phone_number_pools SET low_water = coalesce($2::int, low_water), cooldown = coalesce(make_interval(secs => $3::float8), cooldown),
         webhook_url = CASE WHEN $4::boolean THEN $5::text ELSE webhook_url END, webhook_secret = CASE WHEN $4::boolean THEN $6::text ELSE webhook_secret END
       WHERE pool = $1`,
      [this.name, lowWater ?? null, rest ?? null, webhook !== undefined, webhook?.url ?? null, webhook?.secret ?? null],
    );
    return this.stats();
  }

  /** Emits a fall that this process noted, and tells the webhook of it. */
  private async noteLow(): Promise<void> {
    const fall = await this.lowWater.note();
    if (!fall) return;
    this.events.emit("low", fall);
    this.lowWater.tell();
  }

  on(event: "low", listener: (event: LowEvent) => void): this {
    this.events.on(event, listener);
    return this;
  }

  off(event: "low", listener: (event: LowEvent) => void): this {
    this.events.off(event, listener);
    return this;
  }

  close(): Promise<void> {
    this.closed ??= this.lowWater.close().then(() => this.database.close());
    return this.closed;
  }
}
