import { createHash } from "node:crypto";
import pLimit, { type LimitFunction } from "p-limit";
import { sleep } from "./wait.js";

/** What all clients of one account share in a process: the limit of calls under way, and the pause that a 429 imposes on them all. */
export interface Account {
  /** Digest of platform, URL and key: safe to print. */
  readonly id: string;
  /** Runs the task once a call may be made, first come, first served. Rejects with the signal's reason when it is aborted before. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** No call of this account starts within the next `ms` milliseconds. */
  pause(ms: number): void;
  /**
   * Counts the 429s in a row. Those of calls that had started before the last pause count as one with it: eight calls under way
   * that are refused together are one refusal.
   * @returns the count, 1 for the first
   */
  refused(startedAt: number): number;
  /** A call got through: the next 429 is the first again. */
  accepted(startedAt: number): void;
}

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
  let pausedUntil = 0;
  let refusals = 0;
  let refusedAt = 0;

  async function turn<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    // In a loop: while one call waits, another may have been refused and prolonged the pause.
    while (pausedUntil > Date.now()) await sleep(pausedUntil - Date.now(), signal);
    return task();
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
      pausedUntil = Math.max(pausedUntil, Date.now() + ms);
    },
    refused(startedAt) {
      if (refusals === 0 || startedAt > refusedAt) {
        refusals++;
        refusedAt = Date.now();
      }
      return refusals;
    },
    accepted(startedAt) {
      if (startedAt > refusedAt) refusals = 0;
    },
  };
}
