import { STATUS_CODES } from "node:http";
import { redact } from "./redact.js";

/**
 * What went wrong, in the words that the rest of the package decides by:
 *
 * - `invalid`: the platform refused the input (400, 422); also a path that must not be called
 * - `unauthorized`: the key was refused (401)
 * - `credits`: the account lacks money (402)
 * - `forbidden`: the key is good, but may not do this (403)
 * - `not-found`: the platform says that there is no such thing (404, 410)
 * - `conflict`: something else holds it, or changed it meanwhile (409)
 * - `taken`: someone else has the number; only `classify` tells
 * - `rate-limited`: too many calls (429)
 * - `unavailable`: trouble on the platform's side (425, 5xx)
 * - `timeout`: no answer, or no connection, within the deadline (also 408)
 * - `network`: no connection, or one that broke
 * - `malformed`: an answer whose shape is not understood
 * - `cancelled`: the caller's signal was aborted
 * - `unexpected`: anything else, a redirect for one
 */
export type ErrorKind =
  | "invalid" | "unauthorized" | "credits" | "forbidden" | "not-found" | "conflict" | "taken" | "rate-limited" | "unavailable"
  | "timeout" | "network" | "malformed" | "cancelled" | "unexpected";

/** The call that an answer or an error belongs to. Holds no secret: `path` is without the query. */
export interface HttpCall {
  readonly platform: string;
  /** The platform's name as people write it: "VoIPBIN". */
  readonly platformName: string;
  readonly method: string;
  readonly path: string;
  readonly repeat: "safe" | "once";
}

/** What a {@link PlatformError} is made of. */
export interface PlatformErrorFields {
  call: HttpCall;
  kind: ErrorKind;
  /** Says what happened where the platform said nothing: "no answer within 30 s". */
  what?: string;
  status?: number;
  code?: string;
  platformMessage?: string;
  requestId?: string;
  ambiguous?: boolean;
  retryAfterMs?: number;
  /** How often the call was made. @default 1 */
  attempts?: number;
  keyHint?: { configKey: string; env: string };
  /** Replaces the sentence that the kind has by itself. */
  remedy?: string;
  cause?: unknown;
}

/**
 * A call to a platform that failed. The message holds all that one needs at three in the morning: platform, call, status, the
 * platform's own code and words, the request id, and what to do. No field of it holds a secret.
 *
 * @example
 * // voipbin: POST /numbers failed: 402 INSUFFICIENT_BALANCE: "balance too low" (request id 7f3a). Top up the VoIPBIN account, then
 * // run pulumi up again.
 * try { … } catch (e) {
 *   if (e instanceof PlatformError && e.kind === "credits") …
 * }
 */
export class PlatformError extends Error {
  readonly kind: ErrorKind;
  readonly platform: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The HTTP status, or the one that the platform gave in the body of a 2xx. Absent if there was no answer. */
  readonly status?: number;
  /** The platform's own code: "INSUFFICIENT_BALANCE". */
  readonly code?: string;
  /** The platform's own words. */
  readonly platformMessage?: string;
  /** To quote to the platform's support. */
  readonly requestId?: string;
  /** What to do about it, in a sentence or two. */
  readonly remedy: string;
  /** True when a call that isn't repeatable may have been processed all the same: look before trying again. */
  readonly ambiguous: boolean;
  /** How long the platform asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;

  constructor(fields: PlatformErrorFields) {
    const { call, kind } = fields;
    const ambiguous = fields.ambiguous ?? false;
    const remedy = redact(remedyFor(fields, ambiguous));
    super(redact(messageOf(fields)) + " " + remedy);
    this.name = "PlatformError";
    this.kind = kind;
    this.platform = call.platform;
    this.method = call.method;
    this.path = redact(call.path);
    if (fields.status !== undefined) this.status = fields.status;
    if (fields.code !== undefined) this.code = redact(fields.code);
    if (fields.platformMessage !== undefined) this.platformMessage = redact(fields.platformMessage);
    if (fields.requestId !== undefined) this.requestId = redact(fields.requestId);
    this.remedy = remedy;
    this.ambiguous = ambiguous;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
    const cause = cleanCause(fields.cause);
    // Not enumerable, as where Error itself sets it.
    if (cause) Object.defineProperty(this, "cause", { value: cause, configurable: true, writable: true });
  }
}

/**
 * Whether the platform answered that there is no such thing. The one test for "gone": a 404 that did not come from the platform's
 * API (an HTML page of a gateway, "404 page not found" of a router) is none.
 */
export function isNotFound(e: unknown): e is PlatformError {
  return e instanceof PlatformError && e.kind === "not-found";
}

/** One thing that is wrong with an answer. A zod issue is one. */
export interface ShapeIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What {@link malformed} needs of a response. */
export interface AnsweredCall {
  readonly call: HttpCall;
  readonly status?: number;
  readonly requestId?: string;
}

/**
 * The error for an answer whose shape is not understood. It names the call, the fields and the request id. It is `ambiguous` when
 * the call was one that may not be repeated: something was done, only what is not understood.
 *
 * @example
 * const parsed = NumberList.safeParse(response.body);
 * if (!parsed.success) throw malformed(response, parsed.error.issues);
 * // voipbin: GET /numbers answered with a shape that is not understood: result[0].number: expected string (request id 7f3a). …
 *
 * throw malformed(response, "data.id", "empty");
 */
export function malformed(response: AnsweredCall, issues: readonly ShapeIssue[]): PlatformError;
export function malformed(response: AnsweredCall, field: string, what: string): PlatformError;
export function malformed(response: AnsweredCall, problem: string | readonly ShapeIssue[], what = "not understood"): PlatformError {
  const { call, status, requestId } = response;
  return new PlatformError({
    call,
    kind: "malformed",
    what: `answered with a shape that is not understood: ${typeof problem === "string" ? `${problem}: ${what}` : describe(problem)}`,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
    ambiguous: call.repeat === "once",
  });
}

const MOST_ISSUES = 3;

function describe(issues: readonly ShapeIssue[]): string {
  const shown = issues.slice(0, MOST_ISSUES).map(({ path, message }) => `${dotted(path)}: ${inWords(message)}`);
  if (issues.length > shown.length) shown.push(`and ${issues.length - shown.length} more`);
  return shown.join("; ");
}

/** zod's words, in ours. Of a union it says nothing but "Invalid input". */
function inWords(message: string): string {
  if (message === "Invalid input") return "of another kind than expected";
  return message.replace(/^Invalid input: /, "").replace(/^(expected .+), received undefined$/, "missing, $1");
}

function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => (typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)), "") || "the body";
}

const LONGEST_QUOTE = 500;

function messageOf(fields: PlatformErrorFields): string {
  const { call, status, code, platformMessage, requestId, kind } = fields;
  const start = `${call.platform}: ${call.method} ${call.path}`;
  const id = requestId === undefined ? "" : ` (request id ${requestId})`;
  const times = fields.attempts !== undefined && fields.attempts > 1 ? ` after ${fields.attempts} attempts` : "";
  if (kind === "malformed" && fields.what?.startsWith("answered ")) return `${start} ${fields.what}${times}${id}.`;
  const quote = platformMessage === undefined ? undefined : `"${oneLine(platformMessage)}"`;
  const answer = status === undefined ? code : [String(status), code ?? (quote ? undefined : STATUS_CODES[status])].filter(Boolean).join(" ");
  const what = [answer, quote, fields.what].filter(Boolean).join(": ");
  return `${start} failed${times}: ${what || kind}${id}.`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

function remedyFor(fields: PlatformErrorFields, ambiguous: boolean): string {
  const own = fields.remedy ?? remedyOf(fields);
  return ambiguous ? `It may have gone through all the same: look before trying again (pulumi up does). ${own}` : own;
}

function remedyOf({ kind, call, keyHint, retryAfterMs }: PlatformErrorFields): string {
  const name = call.platformName;
  const again = "then run pulumi up again";
  const setKey = keyHint && `pulumi config set --secret ${keyHint.configKey} … or ${keyHint.env}`;
  switch (kind) {
    case "invalid": return `Correct what ${name} names, ${again}.`;
    case "unauthorized": return `Check the ${name} key: it is missing, mistyped, expired or revoked.${setKey ? ` Set it with: ${setKey}` : ""}`;
    case "credits": return `Top up the ${name} account, ${again}.`;
    case "forbidden": return `Check what the ${name} key may do and whether the account is verified and in good standing.${setKey ? ` Use another key with: ${setKey}` : ""}`;
    case "not-found": return "If it was deleted outside of Pulumi, run pulumi refresh; else check the id.";
    case "conflict": return `Something else holds it or changed it meanwhile: run pulumi refresh, ${again}.`;
    case "taken": return `Someone else has the number: choose another one or search anew, ${again}.`;
    case "rate-limited": return `${name} limits the calls of this account: ${retryAfterMs ? `wait ${seconds(retryAfterMs)}` : "wait a little"}, ${again}, with a lower --parallel if it recurs.`;
    case "unavailable": return `${name} has trouble on its side: ${retryAfterMs ? `wait ${seconds(retryAfterMs)}` : "see its status page, wait a little"}, ${again}.`;
    case "timeout": return `${name} or the way to it is slow: wait a little, ${again}.`;
    case "network": return "Check the network, the base URL and the proxy settings (HTTPS_PROXY, NO_PROXY), " + again + ".";
    case "malformed": return `Something between (a proxy, a gateway) may have answered, or ${name} has changed its API: check the base URL, upgrade pulumi-telephony, or report this error.`;
    case "cancelled": return "The run was cancelled: run pulumi up again to go on.";
    case "unexpected": return `Check the base URL of ${name}; if it is right, report this error.`;
  }
}

/** "20 s", "2 min": the way a person says it. */
export function seconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`;
}

/** undici's errors may hold headers, URLs and raw answers: only name, code and words go on. */
function cleanCause(cause: unknown): Error | undefined {
  if (!(cause instanceof Error)) return undefined;
  const clean = new Error(redact(cause.message));
  clean.name = cause.name;
  clean.stack = `${clean.name}: ${clean.message}`;
  const code = (cause as NodeJS.ErrnoException).code;
  return typeof code === "string" ? Object.assign(clean, { code }) : clean;
}
