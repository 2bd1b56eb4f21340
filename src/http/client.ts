import { accountOf } from "./account.js";
import { type ErrorKind, type HttpCall, PlatformError, type PlatformErrorFields, seconds } from "./error.js";
import { redact, registerSecret } from "./redact.js";
import { type Answer, send, SendError } from "./send.js";
import { backoff, callsLeft, retryAfter, sleep } from "./wait.js";

/** How to reach one account on one platform. */
export interface HttpClientOptions {
  /** The platform's id, as messages begin with it: "wiil". */
  platform: string;
  /** The name as people write it: "WIIL". @default platform */
  platformName?: string;
  /** "https://api.wiil.io/v1"; a trailing slash is tolerated. */
  baseUrl: string;
  /** Where the key rides. White space around it (the newline at the end of a file) is dropped. */
  auth: { header: string; value: string } | { query: string; value: string };
  /** Calls under way at once for one account (platform, base URL, key), shared by all clients of the process; the lowest asked for holds. @default 8 */
  concurrency?: number;
  /** Deadline of one attempt in milliseconds, from connecting to the last byte. Waiting for a turn does not count. @default 30000 */
  timeoutMs?: number;
  /**
   * Attempts of a call that may be repeated, the first included. Of those that are refused with a 429 only the ones count between which no
   * other call of the account got through.
   * @default 5
   */
  attempts?: number;
  /** The first backoff in milliseconds; doubles with each attempt, with full jitter. @default 250 */
  backoffMs?: number;
  /** The longest backoff in milliseconds. @default 20000 */
  maxBackoffMs?: number;
  /**
   * The longest wait that the platform may ask for (`Retry-After`, `X-RateLimit-Reset`), in milliseconds. When it asks for more, the
   * call fails at once and says so. @default 120000
   */
  maxRetryAfterMs?: number;
  /** Called when a call is on its way: what its answer is read with can be loaded in the platform's time. It may fail: nobody hears of it. */
  whileWaiting?: () => unknown;
  /**
   * Reads the platform's error envelopes from a parsed body; the body is undefined for an empty one, a string when it isn't JSON.
   * Also used on 2xx: return an error for `success:false` under HTTP 200, undefined for a success.
   */
  readError?: (status: number, body: unknown) => { code?: string; message?: string; requestId?: string; status?: number } | undefined;
  /** The config key and environment variable to name when the key is refused (401, 403). */
  keyHint?: { configKey: string; env: string };
  /** Maps a platform's error to a kind where the status alone doesn't tell (the text "Phone number not available" to "taken"). */
  classify?: (e: { status: number; code?: string; message?: string; method: string; path: string }) => ErrorKind | undefined;
}

/** One call. */
export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base URL, without a query, its variable parts percent-encoded: "/numbers/abc". */
  path: string;
  /** What is undefined is left out. */
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /**
   * - "safe": may be repeated: reads, and writes that come to the same when done twice
   * - "once": spends money or creates: never repeated after it may have been processed
   *
   * @default "once" for POST, else "safe". PATCH is safe because the platforms' PATCH sets fields to the given values, no matter how often
   */
  repeat?: "safe" | "once";
  /** With repeat "once": a 429 is documented as not processed, so the call may be repeated. @default true */
  repeatOn429?: boolean;
  /** Whether a 2xx other than 204 may come without a body. @default true for DELETE, else false */
  mayBeEmpty?: boolean;
  /** Gives up the call, also while it waits for its turn; one with repeat "once" only as long as it was not sent. */
  signal?: AbortSignal;
  /** Deadline of one attempt in milliseconds. @default the client's */
  timeoutMs?: number;
}

/** A 2xx with a body that was JSON (undefined when it was empty, and could be). */
export interface HttpResponse {
  status: number;
  /** Names in lower case; of several values, joined by ", ". */
  headers: Record<string, string>;
  body: unknown;
  requestId?: string;
  /** The call that was answered: what `malformed` names. */
  call: HttpCall;
}

/** Calls one account on one platform. */
export interface HttpClient {
  /**
   * @throws {PlatformError} for everything that is no understood 2xx
   */
  request(r: HttpRequest): Promise<HttpResponse>;
  /** Short digest of platform, URL and key: tells accounts apart, safe to print. */
  readonly account: string;
}

const TRANSIENT_STATUS = new Set([408, 425, 429, 500, 502, 503, 504, /* Cloudflare's own */ 520, 521, 522, 523, 524]);
const TRANSIENT_KIND = new Set<ErrorKind>(["rate-limited", "unavailable", "timeout", "network", "malformed", "unexpected"]);

/** A call that is refused for so long gives up, although others get through. */
const MOST_REFUSED_MS = 600_000;

/** A failed attempt: what to report of it, and whether and when to make another. */
interface Failure {
  error: PlatformErrorFields;
  again: boolean;
  /** What the platform asked for, in milliseconds. */
  askedMs?: number;
}

/**
 * A client for one account on one platform. Clients are cheap: those of the same account share its limits, all share the
 * connections. Nothing needs to be closed, and nothing keeps the process alive between calls.
 *
 * @throws {TypeError} for a base URL that is none
 * @example
 * const client = httpClient({
 *   platform: "voipbin",
 *   platformName: "VoIPBIN",
 *   baseUrl: "https://api.voipbin.net/v1.0",
 *   auth: { query: "accesskey", value: key },
 *   keyHint: { configKey: "telephony:voipbinAccessKey", env: "VOIPBIN_ACCESS_KEY" },
 *   readError: (_, body) => Envelope.safeParse(body).data?.error,
 * });
 * const { body } = await client.request({ method: "GET", path: "/numbers", query: { page_size: 100 } });
 * await client.request({ method: "POST", path: "/numbers", body: { number: "+15125550100" } }); // never sent twice
 */
export function httpClient(options: HttpClientOptions): HttpClient {
  const { platform, auth, attempts = 5, backoffMs = 250, maxBackoffMs = 20_000, maxRetryAfterMs = 120_000, whileWaiting, readError, classify } = options;
  const base = baseOf(options.baseUrl);
  const secret = auth.value.trim();
  registerSecret(secret);
  const account = accountOf(platform, base.origin + base.path, secret, options.concurrency ?? 8);
  const hint = options.keyHint ? { keyHint: options.keyHint } : {};

  async function request(r: HttpRequest): Promise<HttpResponse> {
    const repeat = r.repeat ?? (r.method === "POST" ? "once" : "safe");
    const call: HttpCall = { platform, platformName: options.platformName ?? platform, method: r.method, path: redact(r.path), repeat };
    refuseOddPath(call, r.path);
    const { signal } = r;
    const began = Date.now();
    let failures = 0;
    for (let n = 1; ; n++) {
      const result = await account.run((startedAt) => attempt(r, call, startedAt), signal).catch((e: unknown) => interrupted(e, call, signal));
      if (!("error" in result)) return result;
      const { error, askedMs } = result;
      const tooLong = askedMs !== undefined && askedMs > maxRetryAfterMs;
      // As long as others get through, a refusal is no failure: this call's turn will come.
      const isRefused = error.kind === "rate-limited";
      const isEnough = isRefused ? account.refusals() >= attempts || Date.now() - began > MOST_REFUSED_MS : ++failures >= attempts;
      if (!result.again || isEnough || tooLong) {
        throw new PlatformError({
          ...error,
          ...hint,
          attempts: n,
          ...(askedMs === undefined ? {} : { retryAfterMs: askedMs }),
          ...(result.again && tooLong ? { what: `asks to wait ${seconds(askedMs)}, which is more than the ${seconds(maxRetryAfterMs)} that a call waits` } : {}),
        });
      }
      // After a 429 the account is paused, this call with it.
      if (error.status === 429) continue;
      const wait = askedMs === undefined ? backoff(n, backoffMs, maxBackoffMs) : askedMs + backoff(1, backoffMs, maxBackoffMs);
      await sleep(wait, signal).catch((e: unknown) => {
        throw new PlatformError(interrupted(e, call, signal).error);
      });
    }
  }

  async function attempt(r: HttpRequest, call: HttpCall, startedAt: number): Promise<HttpResponse | Failure> {
    const timeoutMs = r.timeoutMs ?? options.timeoutMs ?? 30_000;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(r.query ?? {})) if (value !== undefined) query.append(name, String(value));
    if ("query" in auth) query.append(auth.query, secret);
    const search = query.toString();
    let answer: Answer;
    try {
      answer = await send({
        origin: base.origin,
        path: base.path + r.path + (search && `?${search}`),
        method: r.method,
        headers: {
          accept: "application/json",
          "user-agent": "pulumi-telephony",
          ...(r.body === undefined ? {} : { "content-type": "application/json" }),
          ...("header" in auth ? { [auth.header]: secret } : {}),
        },
        ...(r.body === undefined ? {} : { body: JSON.stringify(r.body) }),
        fresh: call.repeat === "once",
        timeoutMs,
        ...(r.signal ? { signal: r.signal } : {}),
        ...(whileWaiting ? { onSent: whileWaiting } : {}),
      });
    } catch (e) {
      if (e instanceof SendError) return unanswered(e, call, timeoutMs);
      throw e;
    }
    return judge(answer, r, call, startedAt);
  }

  function judge(answer: Answer, r: HttpRequest, call: HttpCall, startedAt: number): HttpResponse | Failure {
    const once = call.repeat === "once";
    const { headers } = answer;
    const parsed = parse(answer.text);
    const success = answer.status >= 200 && answer.status < 300;
    const told = readError?.(answer.status, parsed.body);
    const requestId = told?.requestId ?? requestIdOf(headers);
    const id = requestId === undefined ? {} : { requestId };
    const status = told?.status !== undefined && told.status >= 400 && told.status < 600 && success ? told.status : answer.status;
    const answered = { call, status: answer.status, ...id };

    if (success && !told) {
      pace(status, headers, startedAt);
      const empty = answer.text.trim() === "";
      if (empty && (answer.status === 204 || (r.mayBeEmpty ?? r.method === "DELETE"))) return { ...answered, headers, body: undefined };
      if (parsed.json && !answer.garbled) return { ...answered, headers, body: parsed.body };
      const what = empty ? "an empty body" : parsed.json ? "a body that is not in UTF-8" : `a body that is no JSON (${headers["content-type"] ?? "no content type"}): "${answer.text.slice(0, 80)}"`;
      return { error: { ...answered, kind: "malformed", what: `answered ${answer.status} with ${what}`, ambiguous: once }, again: !once };
    }

    const { code, message } = told ?? {};
    const words = { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
    // A page of a gateway or a router's "404 page not found" says nothing about the thing that was asked for.
    const foreign = status === 404 && !parsed.json && answer.text.trim() !== "";
    const told4xx = status >= 400 && status < 500;
    const known = foreign ? undefined : classify?.({ status, ...words, method: call.method, path: call.path });
    const kind = foreign ? "unexpected" : known ?? kindOf(status);
    // A limit on what the account may own goes by the same status as one on its calls.
    const asked = pace(kind === "rate-limited" || status !== 429 ? status : 403, headers, startedAt);
    const refused = status === 429 && once && r.repeatOn429 === false;
    // A failure under 2xx that neither its status nor the platform's folder can place may be anything.
    const definite = told4xx ? status !== 408 && !refused : success && known !== undefined;
    const mayRepeat = TRANSIENT_STATUS.has(status) && TRANSIENT_KIND.has(kind) && (once ? status === 429 && !refused : true);
    return {
      error: {
        ...answered,
        status,
        kind,
        ...(code === undefined ? {} : { code }),
        ...(message === undefined ? {} : { platformMessage: message }),
        ...(foreign ? { what: "the answer does not come from the platform's API" } : {}),
        ...(status >= 300 && status < 400 ? { what: `redirects to ${headers.location ?? "nowhere"}` } : {}),
        ambiguous: once && !definite,
      },
      again: mayRepeat,
      ...(asked === undefined ? {} : { askedMs: asked }),
    };
  }

  /**
   * Sets the account's pace by an answer.
   * @returns the wait that the platform asked for before this call may be made again, in milliseconds
   */
  function pace(status: number, headers: Record<string, string>, startedAt: number): number | undefined {
    const left = callsLeft(headers);
    if (status !== 429) {
      if (left) account.left(left, maxRetryAfterMs);
      account.accepted(startedAt);
      return status >= 400 ? retryAfter(headers) : undefined;
    }
    const asked = retryAfter(headers) ?? (left?.calls === 0 ? left.resetMs : undefined);
    const refusals = account.refused(startedAt);
    const step = Math.min(maxBackoffMs, backoffMs * 2 ** (refusals - 1));
    // Without a hint at least half of the step: a pause of the account must not come out as none.
    if (asked === undefined) account.pause(step / 2 + (Math.random() * step) / 2);
    else if (asked <= maxRetryAfterMs) account.pause(asked + backoff(1, Math.min(backoffMs, asked / 10), maxBackoffMs));
    return asked;
  }

  return { request, account: account.id };
}

function kindOf(status: number): ErrorKind {
  switch (status) {
    case 400: case 413: case 422: return "invalid";
    case 401: return "unauthorized";
    case 402: return "credits";
    case 403: return "forbidden";
    case 404: case 410: return "not-found";
    case 408: return "timeout";
    case 409: return "conflict";
    case 425: return "unavailable";
    case 429: return "rate-limited";
    default: return status >= 500 && status < 600 ? "unavailable" : "unexpected";
  }
}

/** No answer at all. */
function unanswered(e: SendError, call: HttpCall, timeoutMs: number): Failure {
  const { cause } = e;
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  const words = cause instanceof Error ? cause.message || code : undefined;
  const what =
    e.reason === "cancelled" ? "cancelled"
    : e.reason === "timeout" ? (e.sent ? `no answer within ${seconds(timeoutMs)}` : `no connection ${words ? `(${words})` : `within ${seconds(timeoutMs)}`}`)
    : e.sent ? `the connection broke before the answer was complete (${words ?? "no reason given"})`
    : `no connection (${words ?? "no reason given"})`;
  return {
    error: { call, kind: e.reason, what, ambiguous: e.sent && call.repeat === "once", ...(cause === undefined ? {} : { cause }) },
    again: e.reason !== "cancelled" && (!e.sent || call.repeat === "safe") && !isForGood(code),
  };
}

/** A certificate that is not accepted, or a request that undici won't send, is no better a second later. */
function isForGood(code: string | undefined): boolean {
  return code !== undefined && /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|UND_ERR_INVALID_ARG)/.test(code);
}

/** Aborted while waiting for a turn or for the next attempt: nothing is under way. Anything but an abort is a bug and goes on. */
function interrupted(e: unknown, call: HttpCall, signal?: AbortSignal): Failure {
  if (!signal?.aborted) throw e;
  return { error: { call, kind: "cancelled", what: "cancelled before it was sent" }, again: false };
}

/** A byte order mark at the beginning is no part of the text. [RFC 8259 8.1] */
function parse(given: string): { json: boolean; body: unknown } {
  const text = given.replace(/^\ufeff/, "");
  if (text.trim() === "") return { json: false, body: undefined };
  try {
    return { json: true, body: JSON.parse(text) };
  } catch {
    return { json: false, body: text };
  }
}

function requestIdOf(headers: Record<string, string>): string | undefined {
  for (const name of ["x-request-id", "request-id", "x-correlation-id", "x-trace-id", "cf-ray"]) if (headers[name]) return headers[name];
  return undefined;
}

/** Whether a client can be made for this address. */
export function isBaseUrl(baseUrl: string): boolean {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username && !url.password;
}

function baseOf(baseUrl: string): { origin: string; path: string } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !isBaseUrl(baseUrl)) {
    throw new TypeError(`The base URL of a platform is like https://api.example.com/v1, without credentials and query; this one is not: ${redact(baseUrl)}`);
  }
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, "") };
}

/** An id that is empty, or was not encoded, would turn `DELETE /numbers/{id}` into another call. */
function refuseOddPath(call: HttpCall, path: string): void {
  if (/^\/(?!.*(\/\/|\/\.\.?(\/|$)|[?#\s]))/.test(path) && !(call.method === "DELETE" && path.endsWith("/"))) return;
  throw new PlatformError({ call, kind: "invalid", what: "the path has an empty part or one that is not encoded", remedy: "An id is missing or malformed: check the ids in the program and in the state." });
}
