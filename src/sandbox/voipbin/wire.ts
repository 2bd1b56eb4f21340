import { randomInt } from "node:crypto";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { stableUuid } from "../ids";
import { worldNow, type Env, type World } from "../world";
import { voipbin, voipbinOptions, zeroUuid, type Micros } from "./state";

/** Microseconds, each given out once. */
export function micros(world: World, at = worldNow(world)): Micros {
  const state = voipbin(world);
  state.lastMicros = Math.max(at * 1000, state.lastMicros + 1);
  return state.lastMicros;
}

/** `2026-11-21 08:00:00.000000`, or `2026-11-21T08:00:00.000000Z`. */
export function timestamp(world: World, at: Micros): string {
  const text = `${new Date(Math.floor(at / 1000)).toISOString().slice(0, 23)}${String(at % 1000).padStart(3, "0")}`;
  return voipbinOptions(world).timestamps === "iso" ? `${text}Z` : text.replace("T", " ");
}

/** The micros of a timestamp in either format; undefined when it is neither. */
export function parseTimestamp(text: string): Micros | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?$/.exec(text);
  if (!match) return undefined;
  const ms = Date.parse(`${match[1]}T${match[2]}Z`);
  return Number.isNaN(ms) ? undefined : ms * 1000 + Number((match[3] ?? "").padEnd(6, "0").slice(0, 6));
}

/** tm_create, tm_update and tm_delete of a row. */
export function timestamps(world: World, row: { tm_create: Micros; tm_update: Micros; tm_delete: Micros | null }): Record<string, unknown> {
  const { tmDelete } = voipbinOptions(world);
  const deleted = row.tm_delete !== null ? timestamp(world, row.tm_delete)
    : tmDelete === "sentinel" ? sentinel(world) : tmDelete === "null" ? null : undefined;
  return { tm_create: timestamp(world, row.tm_create), tm_update: timestamp(world, row.tm_update), ...(deleted !== undefined && { tm_delete: deleted }) };
}

/** "Not deleted" [RST common_overview]. */
function sentinel(world: World): string {
  return voipbinOptions(world).timestamps === "iso" ? "9999-01-01T00:00:00.000000Z" : "9999-01-01 00:00:00.000000";
}

export type Status =
  | "INVALID_ARGUMENT" | "UNAUTHENTICATED" | "PAYMENT_REQUIRED" | "PERMISSION_DENIED" | "NOT_FOUND" | "ALREADY_EXISTS"
  | "FAILED_PRECONDITION" | "RESOURCE_EXHAUSTED" | "INTERNAL" | "UNAVAILABLE";

/** [RST restful_api] status to HTTP. */
const httpStatus: Record<Status, number> = {
  INVALID_ARGUMENT: 400, UNAUTHENTICATED: 401, PAYMENT_REQUIRED: 402, PERMISSION_DENIED: 403, NOT_FOUND: 404, ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409, RESOURCE_EXHAUSTED: 429, INTERNAL: 500, UNAVAILABLE: 503,
};

export class VoipbinError extends Error {
  readonly http: number;
  /** `today`: what the server's translator makes of it, where that differs [SRV error_translate.go]. */
  constructor(readonly status: Status, readonly reason: string, message: string, readonly today?: [Status, string, string], http?: number) {
    super(message);
    this.http = http ?? httpStatus[status];
  }
}

export const internalToday: [Status, string, string] = ["INTERNAL", "INTERNAL", "An internal error occurred."];

export function notFound(): VoipbinError {
  return new VoipbinError("NOT_FOUND", "RESOURCE_NOT_FOUND", "The requested resource was not found.");
}

export function permissionDenied(): VoipbinError {
  return new VoipbinError("PERMISSION_DENIED", "PERMISSION_DENIED", "You do not have permission to access this resource.");
}

export function invalidBody(): VoipbinError {
  return new VoipbinError("INVALID_ARGUMENT", "INVALID_JSON_BODY", "The request body is not valid JSON.");
}

/** `{error:{status, reason, domain, message, request_id}}` [RST restful_api]. */
export function failure(c: Context<Env>, world: World, error: VoipbinError): Response {
  const { errorBody, errors } = voipbinOptions(world);
  const translated = errors === "translated" && error.today ? new VoipbinError(...error.today) : error;
  const { status, reason, message } = translated;
  const http = translated.http as ContentfulStatusCode;
  const requestId = c.res.headers.get("X-Request-Id") ?? newRequestId();
  c.header("X-Request-Id", requestId);
  if (errorBody === "empty") return c.body(null, http);
  if (errorBody === "flat") return c.json({ message }, http);
  return c.json({ error: { status, reason, domain: "api-manager", message, request_id: requestId } }, http);
}

/** A failure of which only the HTTP status is known. */
export function failureOfStatus(http: number): VoipbinError {
  const known: Record<number, [Status, string, string]> = {
    400: ["INVALID_ARGUMENT", "INVALID_ARGUMENT", "The request is invalid."],
    401: ["UNAUTHENTICATED", "INVALID_CREDENTIALS", "The supplied token or access key is invalid or expired."],
    402: ["PAYMENT_REQUIRED", "INSUFFICIENT_BALANCE", "Customer balance is below the minimum required for this operation."],
    403: ["PERMISSION_DENIED", "PERMISSION_DENIED", "You do not have permission to access this resource."],
    404: ["NOT_FOUND", "RESOURCE_NOT_FOUND", "The requested resource was not found."],
    409: ["FAILED_PRECONDITION", "STATE_INVALID", "The operation is invalid for the current resource state."],
    429: ["RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "Rate limit exceeded."],
    503: ["UNAVAILABLE", "SERVICE_UNAVAILABLE", "An upstream service is temporarily unavailable."],
  };
  const [status, reason, message] = known[http] ?? (http < 500 ? known[400]! : internalToday);
  return new VoipbinError(status, reason, message, undefined, http);
}

/** `req_` and 26 characters of Crockford's base 32 [RST restful_api example]. */
export function newRequestId(): string {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return `req_${Array.from({ length: 26 }, () => alphabet[randomInt(32)]).join("")}`;
}

/** The JSON body. A shape that doesn't bind is INVALID_JSON_BODY, as text that isn't JSON [SRV server/numbers.go]. */
export async function body<T>(c: Context<Env>, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = await c.req.json();
  } catch {
    throw invalidBody();
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw invalidBody();
  return parsed.data;
}

/** The fields of a PUT as the setting says: the newest server leaves alone what isn't sent. */
export function putFields<T extends Record<string, unknown>>(world: World, sent: { [K in keyof T]?: T[K] | null }, empty: T): Partial<T> {
  const { putMissing } = voipbinOptions(world);
  const fields = Object.fromEntries(Object.entries(sent).filter(([, value]) => value != null)) as Partial<T>;
  if (putMissing === "keep") return fields;
  const missing = Object.keys(empty).filter((name) => !(name in fields));
  if (putMissing === "reject" && missing.length) {
    throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", `The request is invalid: ${missing.join(", ")} missing.`);
  }
  return { ...empty, ...fields };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** The `{id}` of a path. The zero UUID isn't an id either [SRV server/numbers.go]. */
export function pathId(c: Context<Env>): string {
  const id = c.req.param("id") ?? "";
  if (!isUuid(id) || id === zeroUuid) throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ID", "The provided id is not a valid UUID.");
  return id.toLowerCase();
}

/** page_size: 100 to begin with, and whatever is out of range is 100, too [SRV server/numbers.go]. */
export function pageSize(c: Context<Env>): number {
  const text = c.req.query("page_size");
  if (text === undefined || text === "") return 100;
  const size = Number(text);
  if (!Number.isInteger(size)) throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", "Invalid format for parameter page_size.");
  return size < 1 || size > 100 ? 100 : size;
}

/**
 * A page of rows, newest first. The token is the last row's tm_create, and is there whenever the page has a row: that the list is at its
 * end shows in an empty result only ([SRV server/numbers.go], against [RST common_overview]).
 */
export function page<T extends { tm_create: Micros; tm_delete: Micros | null }>(
  c: Context<Env>, world: World, rows: T[], view: (row: T) => object,
): Response {
  const size = pageSize(c);
  const token = c.req.query("page_token");
  const before = token ? parseTimestamp(token) : Number.POSITIVE_INFINITY;
  if (before === undefined) throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", "Invalid format for parameter page_token.");
  const found = rows.filter((row) => row.tm_delete === null && row.tm_create < before).sort((a, b) => b.tm_create - a.tm_create).slice(0, size);
  const last = found.at(-1);
  return c.json({ result: found.map(view), next_page_token: last ? timestamp(world, last.tm_create) : "" });
}

/** The same account has the same customer id in every run. */
export function customerId(account: { account: string }): string {
  return stableUuid(`customer ${account.account}`);
}
