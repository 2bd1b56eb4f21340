import type { PlatformName } from "../types.js";
import type { Row } from "./database.js";
import type { NumberStatus, PoolEvent, PoolEventName, PoolLink, PoolNumber } from "./types.js";

/** What {@link toNumber} reads; `n` is the table. */
export const COLUMNS = `n.id, n.phone_number, n.pool, n.provider, n.platform_id, n.mark, n.status, n.country, n.region, n.area_code, n.assigned_to,
  n.assigned_at, n.reserved_for, CASE WHEN n.status = 'available' AND n.cooldown_until > now() THEN n.cooldown_until END AS cooldown_until, n.last_holder, n.link, n.created_at`;

const text = (value: unknown) => (value === null || value === undefined ? undefined : (value as string));
const time = (value: unknown) => (value instanceof Date ? value.toISOString() : undefined);

/** Leaves out what is undefined. */
function compact<T extends object>(of: T): T {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;
}

export function toNumber(row: Row): PoolNumber {
  const assigned = row["status"] === "assigned";
  return compact<PoolNumber>({
    id: row["id"] as string,
    number: row["phone_number"] as string,
    pool: row["pool"] as string,
    platform: row["provider"] as PlatformName,
    platformId: text(row["platform_id"]),
    mark: text(row["mark"]),
    status: row["status"] as NumberStatus,
    country: text(row["country"]),
    region: text(row["region"]),
    areaCode: text(row["area_code"]),
    holder: assigned ? text(row["assigned_to"]) : undefined,
    assignedAt: assigned ? time(row["assigned_at"]) : undefined,
    reservedFor: text(row["reserved_for"]),
    cooldownUntil: time(row["cooldown_until"]),
    lastHolder: text(row["last_holder"]),
    link: (row["link"] as PoolLink | null) ?? undefined,
    createdAt: time(row["created_at"])!,
  });
}

export function toEvent(row: Row): PoolEvent {
  return compact<PoolEvent>({
    at: time(row["at"])!,
    event: row["event"] as PoolEventName,
    number: text(row["phone_number"]),
    holder: text(row["holder"]),
    detail: text(row["detail"]),
  });
}
