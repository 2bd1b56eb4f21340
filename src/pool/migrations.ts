import { codeOf, type Database, type Session } from "./database.js";
import { toE164 } from "../platforms/numbering.js";
import { PoolError } from "./error.js";
import { placeOf } from "./place.js";

/** One step of the schema. It runs in a transaction, behind a lock, once. */
type Migration = (session: Session, pool: string) => Promise<void>;

const UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * The seed's table, made or taken over with its rows, and what a pool needs beside it. Rows that were there, and those that an older
 * application goes on to insert, belong to the pool that came first.
 */
const version1: Migration = async (session, pool) => {
  await session.run(`
    CREATE TABLE IF NOT EXISTS phone_number_pool (
      id UUID PRIMARY KEY,
      phone_number TEXT UNIQUE NOT NULL,
      provider TEXT DEFAULT 'vapi',
      status TEXT DEFAULT 'available', -- available, assigned, reserved
      assigned_at TIMESTAMPTZ,
      created_at TIMESTAMPTZ DEFAULT now()
    );
    ALTER TABLE phone_number_pool
      ALTER COLUMN id SET DEFAULT gen_random_uuid(),
      ALTER COLUMN assigned_at TYPE TIMESTAMPTZ,
      ALTER COLUMN created_at TYPE TIMESTAMPTZ,
      ADD COLUMN pool TEXT NOT NULL DEFAULT ${literal(pool)},
      ADD COLUMN assigned_to TEXT,
      ADD COLUMN platform_id TEXT,
      ADD COLUMN mark TEXT,
      ADD COLUMN country TEXT,
      ADD COLUMN region TEXT,
      ADD COLUMN area_code TEXT,
      ADD COLUMN reserved_for TEXT,
      ADD COLUMN cooldown_until TIMESTAMPTZ NOT NULL DEFAULT '-infinity',
      ADD COLUMN last_holder TEXT,
      ADD COLUMN link JSONB,
      ADD COLUMN additional BOOLEAN NOT NULL DEFAULT false;
    COMMENT ON COLUMN phone_number_pool.additional IS 'a further number of a holder who had several when the table was taken over';

    CREATE TABLE phone_number_pools (
      pool TEXT PRIMARY KEY,
      low_water INTEGER NOT NULL DEFAULT 0,
      cooldown INTERVAL NOT NULL DEFAULT '24 hours',
      webhook_url TEXT,
      webhook_secret TEXT,
      low_since TIMESTAMPTZ,
      fall UUID,
      told_at TIMESTAMPTZ,
      telling_since TIMESTAMPTZ
    );
    CREATE TABLE phone_number_pool_history (
      id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
      pool TEXT NOT NULL,
      event TEXT NOT NULL,
      phone_number TEXT,
      holder TEXT,
      detail TEXT
    );
  `);

  // What the seed's application has assigned to its shops stays so, and both columns tell the same from here on, whoever writes.
  const [shops] = await session.query(`
    SELECT 1 FROM pg_attribute WHERE attrelid = 'phone_number_pool'::regclass AND attname = 'assigned_to_shop_id' AND NOT attisdropped`);
  if (shops) {
    await session.run(`
      UPDATE phone_number_pool SET assigned_to = assigned_to_shop_id::text WHERE status IS DISTINCT FROM 'available';
      UPDATE phone_number_pool SET status = 'assigned' WHERE status IS NULL AND assigned_to IS NOT NULL;
      CREATE FUNCTION phone_number_pool_shop() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          NEW.assigned_to := coalesce(NEW.assigned_to, NEW.assigned_to_shop_id::text);
        ELSIF NEW.assigned_to_shop_id IS DISTINCT FROM OLD.assigned_to_shop_id THEN
          NEW.assigned_to := NEW.assigned_to_shop_id::text;
          RETURN NEW;
        END IF;
        NEW.assigned_to_shop_id := CASE WHEN NEW.assigned_to ~* '${UUID}' THEN NEW.assigned_to::uuid END;
        RETURN NEW;
      END $$;
      CREATE TRIGGER phone_number_pool_shop BEFORE INSERT OR UPDATE ON phone_number_pool
        FOR EACH ROW EXECUTE FUNCTION phone_number_pool_shop();
    `);
  }

  const odd = await session.query("SELECT phone_number, status FROM phone_number_pool WHERE status NOT IN ('available', 'assigned', 'reserved') ORDER BY 1 LIMIT 10");
  if (odd.length > 0) {
    const list = odd.map((row) => `${row["phone_number"] as string} ("${row["status"] as string}")`).join(", ");
    throw new PoolError("migration", `phone_number_pool has numbers that are neither available, assigned nor reserved: ${list}. Set their status; nothing was changed`);
  }
  const numbers = await session.query("SELECT id, phone_number FROM phone_number_pool");
  const spelled = new Set(numbers.map((row) => row["phone_number"] as string));
  for (const row of numbers) {
    const was = row["phone_number"] as string;
    const number = toE164(was) ?? was;
    const free = number !== was && !spelled.has(number);
    if (free) spelled.add(number);
    const { country, areaCode } = placeOf(number);
    await session.query("UPDATE phone_number_pool SET phone_number = $2, country = $3, area_code = $4 WHERE id = $1", [row["id"], free ? number : was, country ?? null, areaCode ?? null]);
  }

  await session.run(`
    UPDATE phone_number_pool SET status = coalesce(status, 'available'), provider = coalesce(provider, 'vapi'), created_at = coalesce(created_at, now());
    UPDATE phone_number_pool SET assigned_to = 'unknown holder of ' || phone_number WHERE status = 'assigned' AND assigned_to IS NULL;
    UPDATE phone_number_pool n SET additional = true WHERE status = 'assigned' AND EXISTS (
      SELECT 1 FROM phone_number_pool o WHERE o.status = 'assigned' AND o.assigned_to = n.assigned_to
        AND (coalesce(o.assigned_at, '-infinity'), o.id) < (coalesce(n.assigned_at, '-infinity'), n.id));
    INSERT INTO phone_number_pool_history (at, pool, event, phone_number, holder, detail)
      SELECT created_at, pool, 'added', phone_number, assigned_to, 'taken over' FROM phone_number_pool ORDER BY created_at;
    ALTER TABLE phone_number_pool
      ALTER COLUMN status SET NOT NULL, ALTER COLUMN provider SET NOT NULL, ALTER COLUMN created_at SET NOT NULL,
      ADD CONSTRAINT phone_number_pool_status CHECK (status IN ('available', 'assigned', 'reserved'));
    CREATE UNIQUE INDEX phone_number_pool_holder ON phone_number_pool (pool, assigned_to) WHERE status = 'assigned' AND NOT additional;
    CREATE INDEX phone_number_pool_status ON phone_number_pool (pool, status);
    CREATE INDEX phone_number_pool_next ON phone_number_pool (pool, cooldown_until, id) WHERE status = 'available';
    CREATE INDEX phone_number_pool_next_in_area ON phone_number_pool (pool, area_code, cooldown_until, id) WHERE status = 'available';
    CREATE INDEX phone_number_pool_last_holder ON phone_number_pool (pool, last_holder) WHERE status = 'available';
    CREATE INDEX phone_number_pool_history_number ON phone_number_pool_history (pool, phone_number, id);
    CREATE INDEX phone_number_pool_history_holder ON phone_number_pool_history (pool, holder, id);

    CREATE FUNCTION phone_number_pool_log() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      event TEXT;
    BEGIN
      IF TG_OP = 'INSERT' THEN
        event := 'added';
      ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO phone_number_pool_history (pool, event, phone_number) VALUES (OLD.pool, 'removed', OLD.phone_number);
        RETURN NULL;
      ELSIF NEW.status = OLD.status AND NEW.assigned_to IS NOT DISTINCT FROM OLD.assigned_to AND NEW.reserved_for IS NOT DISTINCT FROM OLD.reserved_for THEN
        IF (NEW.phone_number, NEW.pool, NEW.provider, NEW.platform_id, NEW.mark) IS NOT DISTINCT FROM (OLD.phone_number, OLD.pool, OLD.provider, OLD.platform_id, OLD.mark) THEN
          RETURN NULL;
        END IF;
        event := 'changed';
      ELSIF OLD.status = 'assigned' AND NEW.status <> 'assigned' THEN
        INSERT INTO phone_number_pool_history (pool, event, phone_number, holder) VALUES (NEW.pool, 'unassigned', NEW.phone_number, OLD.assigned_to);
        IF NEW.status = 'available' THEN
          RETURN NULL;
        END IF;
        event := 'reserved';
      ELSE
        event := CASE NEW.status WHEN 'assigned' THEN 'assigned' WHEN 'reserved' THEN 'reserved' ELSE 'unreserved' END;
      END IF;
      INSERT INTO phone_number_pool_history (pool, event, phone_number, holder, detail)
        VALUES (NEW.pool, event, NEW.phone_number, CASE WHEN NEW.status = 'assigned' THEN NEW.assigned_to END, NEW.reserved_for);
      RETURN NULL;
    END $$;
    CREATE TRIGGER phone_number_pool_log AFTER INSERT OR UPDATE OR DELETE ON phone_number_pool
      FOR EACH ROW EXECUTE FUNCTION phone_number_pool_log();
  `);
};

/** Which number fills which slot of the Pulumi component, NumberPool. */
const version2: Migration = (session) =>
  session.run(`
    CREATE TABLE phone_number_pool_slots (
      pool TEXT NOT NULL,
      slot INTEGER NOT NULL,
      phone_number TEXT, -- NULL: given up; a slot is not used twice, so that its name never means another number
      PRIMARY KEY (pool, slot)
    );
  `);

/** In order; their number is the version. What is released is never changed, only added to. */
const MIGRATIONS: readonly Migration[] = [version1, version2];

/** Any constant: "tele" in ASCII. */
const LOCK = 0x74656c65;

async function versionOf(session: Session): Promise<number> {
  const [row] = await session.query("SELECT coalesce(max(version), 0)::int AS version FROM phone_number_pool_migrations");
  const version = row!["version"] as number;
  if (version > MIGRATIONS.length) {
    throw new PoolError("migration", `the pool's tables are of version ${version}, made by a newer pulumi-telephony; this one knows ${MIGRATIONS.length}. Upgrade it here too`);
  }
  return version;
}

/**
 * Brings the tables to this version's schema: in one transaction, whole or not at all, by one process while others wait.
 * @param pool gets the rows of a table that was there before
 */
export async function migrate(database: Database, pool: string): Promise<void> {
  try {
    if ((await versionOf(database)) === MIGRATIONS.length) return;
  } catch (error) {
    if (codeOf(error) !== "42P01") throw error; // undefined_table: there are no migrations yet
  }
  await database.transaction(async (session) => {
    await session.query("SELECT pg_advisory_xact_lock($1::bigint)", [LOCK]);
    await session.run("CREATE TABLE IF NOT EXISTS phone_number_pool_migrations (version INTEGER PRIMARY KEY, at TIMESTAMPTZ NOT NULL DEFAULT now())");
    for (let version = (await versionOf(session)) + 1; version <= MIGRATIONS.length; version++) {
      await MIGRATIONS[version - 1]!(session, pool);
      await session.query("INSERT INTO phone_number_pool_migrations (version) VALUES ($1)", [version]);
    }
  });
}
