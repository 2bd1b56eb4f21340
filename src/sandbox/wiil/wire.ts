import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { iso } from "../clock";
import { worldNow, type Env, type World } from "../world";
import { wiilOptions, type Generation } from "./state";

/** Ids look like [seed 001]'s `9x8y7z6w5v4u3t2s1r0q`. */
export function newId(): string {
  return Array.from(randomBytes(20), (byte) => (byte % 36).toString(36)).join("");
}

/** An enum value in the dialect of a generation: `toll-free` or `TOLL_FREE`, `signal-wire` or `SIGNALWIRE`. */
export function enumValue(world: World, generation: Generation, value: string): string {
  const { enums } = wiilOptions(world);
  const dialect = enums === "generation" ? generation : enums;
  if (dialect === "current") return value;
  return value === "signal-wire" ? "SIGNALWIRE" : value.toUpperCase().replaceAll("-", "_");
}

/** The key of an enum value in whichever dialect: upper case, letters and digits only. */
export function enumKey(value: string): string {
  return value.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
}

/** [JS client/types.ts]: `{success:true, data, metadata:{timestamp, version}}`. */
export function success(c: Context<Env>, world: World, data: unknown, status: 200 | 201 = 200): Response {
  return c.json({ success: true, data, metadata: { timestamp: worldNow(world), version: "v1" } }, status);
}

/** A failure that the contract knows. Codes other than NOT_FOUND and VALIDATION_ERROR are ASSUMED: no list of them is published. */
export class WiilError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly meta?: Record<string, unknown>) {
    super(message);
  }
}

export function notFound(what: string): WiilError {
  return new WiilError(404, "NOT_FOUND", `${what} not found`);
}

export function invalid(message: string, meta?: Record<string, unknown>): WiilError {
  return new WiilError(400, "VALIDATION_ERROR", message, meta);
}

export function failure(c: Context<Env>, world: World, error: WiilError): Response {
  const options = wiilOptions(world);
  const { status, code, message, meta } = error;
  const at = worldNow(world);
  const shapes = {
    flat: () => ({ success: false, status, code, message, ...(meta && { meta }), timestamp: iso(at) }),
    nested: () => ({ success: false, error: { code, message, ...(meta && { details: meta }) }, metadata: { timestamp: at, version: "v1" } }),
    text: () => ({ success: false, data: null, error: message, timestamp: iso(at) }),
  };
  return c.json(shapes[options.errors](), (options.errorsAs200 ? 200 : status) as ContentfulStatusCode);
}

const codes: Record<number, string> = {
  400: "VALIDATION_ERROR", 401: "UNAUTHORIZED", 402: "INSUFFICIENT_CREDITS", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT",
  422: "UNPROCESSABLE_ENTITY", 429: "RATE_LIMIT_EXCEEDED", 500: "INTERNAL_ERROR", 502: "BAD_GATEWAY", 503: "SERVICE_UNAVAILABLE",
  504: "GATEWAY_TIMEOUT",
};

/** A failure of which only the status is known. */
export function failureOfStatus(status: number): WiilError {
  const code = codes[status] ?? (status < 500 ? "REQUEST_FAILED" : "INTERNAL_ERROR");
  return new WiilError(status, code, code.toLowerCase().replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase()));
}

/** The JSON body, checked; every failure at once in `meta.issues`. */
export async function body<T>(c: Context<Env>, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = await c.req.json();
  } catch {
    throw invalid("The request body is not valid JSON");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ field: issue.path.join("."), issue: issue.message }));
  throw invalid(issues.map(({ field, issue }) => (field ? `${field}: ${issue}` : issue)).join("; "), { issues });
}

/** A list, cut to the page that was asked for: `page` from 1, `pageSize` 20 to begin with and 1000 at most [CORE paginated-result]. */
export function page<T extends object>(c: Context<Env>, world: World, all: T[], generation: Generation = "current"): Response {
  const pageNumber = wholeNumber(c, "page", 1, Number.MAX_SAFE_INTEGER);
  const pageSize = wholeNumber(c, "pageSize", 20, 1000);
  const { lists } = wiilOptions(world);
  const shape = lists === "generation" ? (generation === "current" ? "data" : "array") : lists;
  const sorted = sortItems(c, all);
  // The older routes had no pages: their clients read a bare array [JS@cdb4e76].
  if (shape === "array") return success(c, world, sorted);
  const totalPages = Math.ceil(sorted.length / pageSize);
  const items = sorted.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
  return success(c, world, {
    [shape]: items,
    meta: {
      page: pageNumber, pageSize, totalCount: sorted.length, totalPages,
      hasNextPage: pageNumber < totalPages, hasPreviousPage: pageNumber > 1 && totalPages > 0,
    },
  });
}

function wholeNumber(c: Context<Env>, name: string, fallback: number, max: number): number {
  const text = c.req.query(name);
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw invalid(`${name} must be a whole number from 1${max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : ""}`, { field: name });
  }
  return value;
}

function sortItems<T extends object>(c: Context<Env>, items: T[]): T[] {
  const by = c.req.query("sortBy");
  const direction = c.req.query("sortDirection");
  if (direction !== undefined && direction !== "asc" && direction !== "desc") throw invalid("sortDirection must be asc or desc");
  if (!by) return direction === "desc" ? [...items].reverse() : items;
  const valueOf = (item: T): string | number => {
    const value = (item as Record<string, unknown>)[by];
    return typeof value === "number" || typeof value === "string" ? value : "";
  };
  const sign = direction === "desc" ? -1 : 1;
  return [...items].sort((a, b) => (valueOf(a) < valueOf(b) ? -sign : valueOf(a) > valueOf(b) ? sign : 0));
}
