import { setTimeout as sleepFor } from "node:timers/promises";

/** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms > 0) await sleepFor(ms, undefined, signal ? { signal } : {});
  signal?.throwIfAborted();
}

/**
 * Exponential backoff with full jitter: anything from 0 to `first` · 2^(n-1), at most `cap`, in milliseconds.
 * @param n 1 before the first repeat
 */
export function backoff(n: number, first: number, cap: number): number {
  return Math.random() * Math.min(cap, first * 2 ** (n - 1));
}

type Headers = Record<string, string>;

/** What `Retry-After` asks for, in milliseconds from now; undefined without the header or when it makes no sense. */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers["retry-after"]?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - serverNow(headers));
}

/** What a platform says of the calls that it still lets through. */
export interface CallsLeft {
  calls: number;
  /** How many there are in all. */
  of: number | undefined;
  /** For how many milliseconds from now. */
  resetMs: number | undefined;
}

/**
 * How many calls the account has left, by `X-RateLimit-Remaining`, `-Limit` and `-Reset` (or the `RateLimit-…` of the IETF draft);
 * undefined when the headers don't say.
 */
export function callsLeft(headers: Headers): CallsLeft | undefined {
  const remaining = headers["x-ratelimit-remaining"] ?? headers["ratelimit-remaining"];
  if (remaining === undefined || !/^\s*\d+\s*$/.test(remaining)) return undefined;
  const limit = Number(headers["x-ratelimit-limit"] ?? headers["ratelimit-limit"] ?? NaN);
  return { calls: Number(remaining), of: Number.isFinite(limit) ? limit : undefined, resetMs: resetIn(headers) };
}

function resetIn(headers: Headers): number | undefined {
  const reset = Number(headers["x-ratelimit-reset"] ?? headers["ratelimit-reset"] ?? NaN);
  if (!Number.isFinite(reset) || reset < 0) return undefined;
  // Epoch seconds; some send milliseconds, and the IETF draft has seconds from now.
  if (reset < 1e9) return reset * 1000;
  return Math.max(0, (reset > 1e11 ? reset : reset * 1000) - serverNow(headers));
}

/** The platform's clock, as its times are to be measured by, else ours. */
function serverNow(headers: Headers): number {
  const date = Date.parse(headers.date ?? "");
  return Number.isNaN(date) ? Date.now() : date;
}
