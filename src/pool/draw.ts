import type { AssignOptions } from "./types.js";
import { bareAreaCode } from "./place.js";
import { COLUMNS } from "./rows.js";

export interface Statement {
  sql: string;
  values: unknown[];
}

/**
 * The one statement behind `assign`: what the holder has, or the first number of the best tier that has one. Each tier looks only
 * when those before it found nothing, and locks the one row it takes. `SKIP LOCKED` lets clients that draw at the same time pass
 * each other by; a unique index keeps two calls for one holder from both succeeding.
 * @param wait waits for rows that others have locked: "nothing is left" is then certain
 */
export function drawStatement(pool: string, holder: string, options: AssignOptions & { platforms?: string[] }, wait = false): Statement {
  const values: unknown[] = [pool, holder, options.link ? JSON.stringify(options.link) : null];
  const bind = (value: unknown) => `$${values.push(value)}`;

  const must = ["n.pool = $1", "n.status = 'available'"];
  if (options.country) must.push(`n.country = ${bind(options.country.toUpperCase())}`);
  if (options.platforms) must.push(`n.provider = ANY(${bind(options.platforms)}::text[])`);
  const area = options.areaCode && `n.area_code = ${bind(bareAreaCode(options.areaCode))}`;
  const region = options.region && `lower(n.region) = lower(${bind(options.region)})`;
  const rested = "n.cooldown_until <= now()";
  const own = "n.last_holder = $2";

  const tiers = [[own, ...[area, region].filter((x) => !!x)], ...[area, region].flatMap((x) => (x ? [[x, rested]] : [])), [rested], [own]] as string[][];
  const names = tiers.map((_, i) => `tier${i}`);
  const ctes = tiers.map((conditions, i) => {
    const before = ["held", ...names.slice(0, i)].map((name) => `NOT EXISTS (SELECT FROM ${name})`);
    return `${names[i]} AS (
      SELECT n.id FROM phone_number_pool n WHERE ${[...must, ...conditions, ...before].join(" AND ")}
      ORDER BY n.cooldown_until, n.id LIMIT 1 FOR UPDATE OF n${wait ? "" : " SKIP LOCKED"})`;
  });
  const sql = `
    WITH held AS (SELECT ${COLUMNS} FROM phone_number_pool n WHERE n.pool = $1 AND n.assigned_to = $2 AND n.status = 'assigned' AND NOT n.additional),
    ${ctes.join(",\n    ")},
    taken AS (
      UPDATE phone_number_pool n
      SET status = 'assigned', assigned_to = $2, assigned_at = clock_timestamp(), cooldown_until = '-infinity', link = $3::jsonb, additional = false
      FROM (${names.map((name) => `SELECT id FROM ${name}`).join(" UNION ALL ")}) pick
      WHERE n.id = pick.id
      RETURNING ${COLUMNS})
    SELECT drawn.*, p.low_water FROM (SELECT false AS fresh, held.* FROM held UNION ALL SELECT true, taken.* FROM taken) drawn, phone_number_pools p WHERE p.pool = $1`;
  return { sql, values };
}
