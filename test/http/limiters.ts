/** Rate limits as platforms keep them, each for a server of its own. They know nothing of each other. */

export interface Verdict {
  passes: boolean;
  headers: Record<string, string>;
}

/** Decides on a call that comes at this moment, in milliseconds of real time. */
export type Limiter = (now: number) => Verdict;

const seconds = (ms: number) => String(Math.ceil(ms / 1_000));

/** So many calls in each window, which begins with its first call; with what is left, as VoIPBIN tells it [RST common_overview]. */
export function fixedWindow(calls: number, windowMs: number): Limiter {
  let start = -Infinity;
  let used = 0;
  return (now) => {
    if (now >= start + windowMs) [start, used] = [now, 0];
    used++;
    const headers = { "x-ratelimit-limit": String(calls), "x-ratelimit-remaining": String(Math.max(0, calls - used)), "x-ratelimit-reset": seconds(start + windowMs) };
    return used <= calls ? { passes: true, headers } : { passes: false, headers: { ...headers, "retry-after": seconds(start + windowMs - now) } };
  };
}

/** So many calls in the last second, whenever that is; without a word of when to come again. */
export function slidingWindow(calls: number): Limiter {
  let passed: number[] = [];
  return (now) => {
    passed = passed.filter((at) => at > now - 1_000);
    const passes = passed.length < calls;
    if (passes) passed.push(now);
    return { passes, headers: {} };
  };
}

/** A token for each call; they come evenly, and so many are kept. */
export function tokenBucket(perSecond: number, size: number): Limiter {
  let tokens = size;
  let at = -Infinity;
  return (now): Verdict => {
    tokens = Math.min(size, tokens + (at === -Infinity ? 0 : ((now - at) * perSecond) / 1_000));
    at = now;
    if (tokens < 1) return { passes: false, headers: { "retry-after": seconds(((1 - tokens) * 1_000) / perSecond) } };
    tokens--;
    return { passes: true, headers: {} };
  };
}
