import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { iso } from "../clock";
import { stableUuid } from "../ids";
import type { Account } from "../store";
import type { Env } from "../world";

/** A failure in NestJS's shape [page support.vapi.ai/t/18819419]: `{message, error, statusCode}`; `message` is a list where a body is invalid. */
export class VapiError extends Error {
  constructor(readonly status: number, readonly text: string | string[]) {
    super(String(text));
  }
}

/** `DELETE /assistant/{id}` of one that is pinned: a shape of its own [OAS AssistantPinnedConflictResponseDTO]. */
export class PinnedError extends Error {}

const reasons: Record<number, string> = {
  400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
  422: "Unprocessable Entity", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
  504: "Gateway Timeout",
};

export function failure(c: Context<Env>, error: VapiError): Response {
  const { status, text } = error;
  return c.json({ message: text, error: reasons[status] ?? "Error", statusCode: status }, status as ContentfulStatusCode);
}

/** A failure of which only the status is known. */
export function failureOfStatus(status: number): VapiError {
  return new VapiError(status, reasons[status] ?? "Request failed");
}

export function badRequest(...text: string[]): VapiError {
  return new VapiError(400, text);
}

/** The text is ASSUMED. */
export function notFound(what: string, id: string): VapiError {
  return new VapiError(404, `${what} ${id} not found.`);
}

const orgIds = new Map<string, string>(); // each row of a list has one

export function orgId({ account }: { account: string }): string {
  const known = orgIds.get(account) ?? stableUuid(`vapi org ${account}`);
  orgIds.set(account, known);
  return known;
}

/** What every resource carries. */
export function common(record: { id: string; createdAt: number; updatedAt: number; account: string }): object {
  return { id: record.id, orgId: orgId(record), createdAt: iso(record.createdAt), updatedAt: iso(record.updatedAt) };
}

export async function json(c: Context<Env>): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = await c.req.json();
  } catch {
    throw new VapiError(400, "Unexpected end of JSON input");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badRequest("body must be an object");
  return value as Record<string, unknown>;
}

/** Checks a body; every failure at once, in class-validator's words. */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badRequest(...parsed.error.issues.flatMap(messages));
}

const kinds: Record<string, string> = {
  string: "a string", number: "a number", int: "an integer number", boolean: "a boolean value", array: "an array", object: "an object", record: "an object",
};

function messages(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.join(".");
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => `${path && `${path}.`}property ${key} should not exist`);
    case "invalid_type":
      return [`${path} must be ${kinds[issue.expected] ?? issue.expected}`];
    case "invalid_value":
      return [`${path} must be one of the following values: ${issue.values.join(", ")}`];
    case "too_big":
      return [issue.origin === "string" ? `${path} must be shorter than or equal to ${issue.maximum} characters`
        : `${path} must not be greater than ${issue.maximum}`];
    case "too_small":
      return [issue.origin === "string" ? `${path} must be longer than or equal to ${issue.minimum} characters`
        : issue.origin === "array" ? `${path} must contain at least ${issue.minimum} elements`
        : `${path} must not be less than ${issue.minimum}`];
    default:
      return [`${path} ${issue.message}`.trim()];
  }
}

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  Gt: (a, b) => a > b, Lt: (a, b) => a < b, Ge: (a, b) => a >= b, Le: (a, b) => a <= b,
};

/** An account's records by the time filters of a list, newest first. */
export function filtered<T extends { account: string; createdAt: number; updatedAt: number }>(c: Context<Env>, account: Account, all: T[]): T[] {
  let found = all.filter((item) => item.account === account.account);
  for (const field of ["createdAt", "updatedAt"] as const) {
    for (const [suffix, holds] of Object.entries(comparisons)) {
      const text = c.req.query(field + suffix);
      if (text === undefined) continue;
      const at = Date.parse(text);
      if (Number.isNaN(at)) throw badRequest(`${field}${suffix} must be a valid ISO 8601 date string`);
      found = found.filter((item) => holds(item[field], at));
    }
  }
  return found.sort((a, b) => b.createdAt - a.createdAt);
}

/** `limit`: 100 where none is given, at most 1000. [OAS] */
export function limitOf(c: Context<Env>): number {
  return wholeNumber(c, "limit", 100, 0, 1000);
}

export function wholeNumber(c: Context<Env>, name: string, fallback: number, min: number, max: number): number {
  const text = c.req.query(name);
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isFinite(value)) throw badRequest(`${name} must be a number conforming to the specified constraints`);
  if (value < min) throw badRequest(`${name} must not be less than ${min}`);
  if (value > max) throw badRequest(`${name} must not be greater than ${max}`);
  return Math.floor(value);
}
