import { setMaxListeners } from "node:events";
import pWaitFor, { TimeoutError } from "p-wait-for";

export interface PollOptions {
  /** Milliseconds between two looks. */
  interval: number;
  /** Milliseconds in all. */
  timeout: number;
  /** Ends it before its time. */
  signal?: AbortSignal | undefined;
}

/**
 * Asks again and again until the answer is yes.
 * @throws TimeoutError when it is still no after `timeout`; the signal's reason when that is aborted
 */
export async function poll(isSo: () => Promise<boolean>, { interval, timeout, signal }: PollOptions): Promise<void> {
  const limit = AbortSignal.timeout(timeout);
  const end = signal ? AbortSignal.any([limit, signal]) : limit;
  setMaxListeners(0, end); // each wait leaves a listener behind, and from the eleventh on Node would warn in the middle of the run's output
  try {
    await pWaitFor(isSo, { interval, signal: end });
  } catch (error) {
    throw limit.aborted && error === limit.reason ? new TimeoutError(`still so after ${timeout} ms`) : error;
  }
}
