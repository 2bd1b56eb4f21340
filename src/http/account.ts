import { createHash } from "node:crypto";
import pLimit, { type LimitFunction } from "p-limit";
import { newPace } from "./pace.js";
import { type CallsLeft, sleep } from "./wait.js";

/** What all clients of one account share in a process: the limit of calls under way, their pace, and the pause that a 429 imposes on them all. */
export interface Account {
  /** Digest of platform, URL and key: safe to print. */
  readonly id: string;
  /**
   * Runs the task once a call may be made, first come, first served. It is told when it was started, as {@link Account.refused} and
   * {@link Account.accepted} ask for it. Rejects with the signal's reason when it is aborted before.
   */
  run<T>(task: (startedAt: number) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** No call of this account starts within the next `ms` milliseconds. */
  pause(ms: number): void;
  /**
   * By the platform's word so many calls are left. Those that are under way take theirs.
   * @param longest the longest time that calls wait for, in milliseconds
   */
  left(told: CallsLeft, longest: number): void;
  /**
   * Counts the 429s in a row. Those of calls that had started before the last pause count as one with it: eight calls under way
   * that are refused together are one refusal.
   * @returns the count, 1 for the first
   */
  refused(startedAt: number): number;
  /** How many 429s in a row there were. */
  refusals(): number;
  /** A call got through: the next 429 is the first again. */
  accepted(startedAt: number): void;
}

/** The pace is right where no larger part of the limit is left. */
const NEAR = 0.05;

/** A window of a second, and what `X-RateLimit-Reset` and `Date` add to it, each in whole seconds. */
const ROUNDED_MS = 2_000;

const accounts = new Map<string, Account & { readonly limit: LimitFunction }>();

/**
 * The account of a platform, a base URL and a key: the same object for all who ask in this process. Where they ask for different
 * limits the lowest holds.
 */
export function accountOf(platform: string, baseUrl: string, key: string, concurrency: number): Account {
  const id = createHash("sha256").update(JSON.stringify([platform, baseUrl, key])).digest("hex").slice(0, 12);
  let account = accounts.get(id);
  if (account) {
    if (concurrency < account.limit.concurrency) account.limit.concurrency = concurrency;
  } else {
    account = newAccount(id, concurrency);
    accounts.set(id, account);
  }
  return account;
}

function newAccount(id: string, concurrency: number): Account & { readonly limit: LimitFunction } {
  const limit = pLimit(concurrency);
  const gate = pLimit(1);
  const pace = newPace();
  const now = () => performance.now();
  let pausedUntil = -Infinity;
  let refusals = 0;
  let refusedAt = -Infinity;
  let underWay = 0;
  let free = Infinity; // calls that the platform will let through, by its last word, until then
  let freeUntil = -Infinity;

  /** As many calls are under way as the platform lets through until `freeUntil`, or more. */
  const exhausted = () => {
    const rest = freeUntil - now();
    // A time in whole seconds is up to a second longer than it is: within that, the pace says better when to go on.
    if (rest <= ROUNDED_MS) pace.full(now(), -free);
    if (rest > ROUNDED_MS || !pace.isKnown()) pausedUntil = Math.max(pausedUntil, freeUntil);
  };

  async function turn<T>(task: (startedAt: number) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const startedAt = await gate(async () => {
      signal?.throwIfAborted();
      // In a loop: while one call waits, another may have been refused and prolonged the pause, or changed the pace.
      for (let due: number; (due = pausedUntil > now() ? pausedUntil : pace.dueAt(now())) > now(); ) await sleep(due - now(), signal);
      const start = now();
      pace.start(start);
      underWay++;
      if (start < freeUntil && --free === 0) exhausted();
      return start;
    });
    return task(startedAt).finally(() => underWay--);
  }

  return {
    id,
    limit,
    run(task, signal) {
      if (!signal) return limit(() => turn(task));
      return new Promise((resolve, reject) => {
        // A queue entry can't be withdrawn, but its caller need not wait for it.
        const aborted = () => reject(signal.reason as Error);
        if (signal.aborted) return aborted();
        signal.addEventListener("abort", aborted, { once: true });
        void limit(async () => {
          signal.removeEventListener("abort", aborted);
          await turn(task, signal).then(resolve, reject);
        });
      });
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, now() + ms);
    },
    left({ calls, of = 0, resetMs = ROUNDED_MS }, longest) {
      if (resetMs > longest) return; // the platform says 429 if it means it
      free = calls - (underWay - 1); // the call that was told is under way still
      freeUntil = now() + resetMs;
      if (free <= 0) exhausted();
      else if (pace.isKnown() && free <= 1 + of * NEAR) pace.full(now(), 0);
    },
    refused(startedAt) {
      pace.refused(now(), startedAt);
      if (refusals === 0 || startedAt > refusedAt) {
        refusals++;
        refusedAt = now();
      }
      return refusals;
    },
    refusals: () => refusals,
    accepted(startedAt) {
      pace.passed();
      if (startedAt > refusedAt) refusals = 0;
    },
  };
}
