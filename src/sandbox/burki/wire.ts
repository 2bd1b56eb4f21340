import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import type { Env } from "../world";
import { carriers, type Carrier } from "./state";

/** FastAPI: `{detail}`, a text, or a list where the input is invalid. */
export class BurkiError extends Error {
  constructor(readonly status: number, readonly detail: string | Invalid[]) {
    super(typeof detail === "string" ? detail : "Validation error");
  }
}

/** One line of a 422, as Pydantic writes it. */
export interface Invalid {
  type: string;
  loc: (string | number)[];
  msg: string;
  input?: unknown;
}

const texts: Record<number, string> = {
  400: "Bad Request", 401: "Authentication required. Provide a valid API key or login session.", 403: "Not authenticated", 404: "Not Found",
  429: "Rate limit exceeded", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
};

export function failure(c: Context<Env>, { status, detail }: BurkiError): Response {
  if (status === 401) c.header("WWW-Authenticate", "Bearer");
  return c.json({ detail }, status as ContentfulStatusCode);
}

/** A failure of which only the status is known. */
export function failureOfStatus(status: number): BurkiError {
  return new BurkiError(status, status === 422 ? [{ type: "value_error", loc: ["body"], msg: "Value error" }] : texts[status] ?? "Request failed");
}

export function invalid(...detail: Invalid[]): BurkiError {
  return new BurkiError(422, detail);
}

/** The JSON body, checked; every failure at once. */
export async function body<T>(c: Context<Env>, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = await c.req.json();
  } catch {
    throw invalid({ type: "json_invalid", loc: ["body", 0], msg: "JSON decode error", input: {} });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(...parsed.error.issues.flatMap((issue) => lines(issue, json)));
}

const kinds: Record<string, [type: string, noun: string]> = {
  string: ["string_type", "string"], number: ["float_type", "number"], int: ["int_type", "integer"], boolean: ["bool_type", "boolean"],
  array: ["list_type", "list"], object: ["dict_type", "dictionary"], record: ["dict_type", "dictionary"],
};

function lines(issue: z.core.$ZodIssue, json: unknown): Invalid[] {
  const loc = ["body", ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  const input = issue.path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], json);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        type: "extra_forbidden", loc: [...loc, key], msg: "Extra inputs are not permitted", input: (input as Record<string, unknown>)[key],
      }));
    case "invalid_type": {
      if (input === undefined) return [{ type: "missing", loc, msg: "Field required", input: json }];
      const [type, noun] = kinds[issue.expected] ?? ["value_error", issue.expected];
      return [{ type, loc, msg: `Input should be a valid ${noun}`, input }];
    }
    case "too_big":
      return [issue.origin === "string" ? { type: "string_too_long", loc, msg: `String should have at most ${issue.maximum} characters`, input }
        : { type: "less_than_equal", loc, msg: `Input should be less than or equal to ${issue.maximum}`, input }];
    case "too_small":
      return [issue.origin === "string" ? { type: "string_too_short", loc, msg: `String should have at least ${issue.minimum} character`, input }
        : { type: "greater_than_equal", loc, msg: `Input should be greater than or equal to ${issue.minimum}`, input }];
    default:
      return [{ type: "value_error", loc, msg: `Value error, ${issue.message}`, input }];
  }
}

export function parseProvider(text: string): Carrier {
  const provider = carriers.find((known) => known === text.toLowerCase());
  if (!provider) throw new BurkiError(400, "Provider must be 'twilio' or 'telnyx'");
  return provider;
}

/** An integer of the path; `name` is what the server calls it. */
export function pathInt(c: Context<Env>, param: string, name: string): number {
  const input = c.req.param(param) ?? "";
  if (/^-?\d+$/.test(input)) return Number(input);
  throw invalid({ type: "int_parsing", loc: ["path", name], msg: "Input should be a valid integer, unable to parse string as an integer", input });
}

export function queryInt(c: Context<Env>, name: string, fallback: number, min: number, max: number): number {
  const input = c.req.query(name);
  if (input === undefined) return fallback;
  const loc = ["query", name];
  if (!/^-?\d+$/.test(input)) throw invalid({ type: "int_parsing", loc, msg: "Input should be a valid integer, unable to parse string as an integer", input });
  const value = Number(input);
  if (value < min) throw invalid({ type: "greater_than_equal", loc, msg: `Input should be greater than or equal to ${min}`, input });
  if (value > max) throw invalid({ type: "less_than_equal", loc, msg: `Input should be less than or equal to ${max}`, input });
  return value;
}

export function queryFlag(c: Context<Env>, name: string, fallback: boolean): boolean {
  const input = c.req.query(name);
  if (input === undefined) return fallback;
  if (/^(true|1|yes|on|t|y)$/i.test(input)) return true;
  if (/^(false|0|no|off|f|n)$/i.test(input)) return false;
  throw invalid({ type: "bool_parsing", loc: ["query", name], msg: "Input should be a valid boolean, unable to interpret input", input });
}

/** APIResponse and APIResult [OAS]. */
export function apiResponse(c: Context<Env>, success: boolean, message: string, data: object | null = null): Response {
  return c.json({ success, message, data });
}
