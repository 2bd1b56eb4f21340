import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import pWaitFor, { TimeoutError } from "p-wait-for";

export interface PollOptions {
  /** The platform's poll interval in milliseconds: {@link gapAfter} makes the pauses of it. */
  interval: number;
  /** Milliseconds in all; at their end there is one more look. */
  timeout: number;
  /** Ends it before its time. */
  signal?: AbortSignal | undefined;
  /** The part of the time already waited after which there is another look at the latest. @default {@link GROWTH} */
  growth?: () => number;
  /** Ends a pause before its time, when there is something to see. */
  woken?: (over: AbortSignal) => Promise<unknown>;
}

/** What is found out so comes late by a twelfth of its time on the average, and in five minutes by half the looks of one every 5 s. */
export const GROWTH = 1 / 6;

/** How long until the next look at something that has been waited for `waited` ms: short at first, then the interval, then ever longer. */
export function gapAfter(waited: number, interval: number, growth = GROWTH): number {
  return Math.max(Math.min(interval, Math.max(waited, interval / 2)), waited * growth);
}

/** A twentieth more or less, so that many who began together don't go on together. */
const jittered = (ms: number) => ms * (0.95 + Math.random() / 10);

/**
 * Asks again and again until the answer is yes; for the first time after half of the interval. The question is told when it is put
 * for the last time.
 * @throws TimeoutError when it is still no after `timeout`; the signal's reason when that is aborted
 */
export async function poll(isSo: (last: boolean) => Promise<boolean>, { interval, timeout, signal, growth, woken }: PollOptions): Promise<void> {
  const started = performance.now();
  const left = () => started + timeout - performance.now();
  const end = signal && AbortSignal.any([signal]);
  if (end) setMaxListeners(0, end); // each wait leaves a listener behind, and from the eleventh on Node would warn in the middle of the run's output
  const look = async () => {
    await pause(Math.min(jittered(gapAfter(performance.now() - started, interval, growth?.())), left()), end, woken);
    const last = left() < 2; // a timer may come a millisecond early
    if (await isSo(last)) return true;
    if (last) throw new TimeoutError(`still so after ${timeout} ms`);
    return false;
  };
  // p-wait-for's own interval is the same each time: the pause is a part of the question.
  await pWaitFor(look, { interval: 0, ...(end && { signal: end }) });
}

async function pause(ms: number, signal: AbortSignal | undefined, woken: PollOptions["woken"]): Promise<void> {
  const done = new AbortController();
  const over = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  try {
    await Promise.race([sleep(Math.max(ms, 0), undefined, { signal: over }), ...(woken ? [woken(over)] : [])]);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    done.abort();
  }
}
