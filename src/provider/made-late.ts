import { TimeoutError } from "p-wait-for";
import { PlatformError } from "../http/index.js";
import type { Platform } from "../platforms/platform.js";
import type { Context } from "./context.js";
import { poll } from "./poll.js";

/** Longer than any platform is at work on something that needs no carrier. ASSUMED */
const LONGEST_MS = 30_000;

/**
 * Looks for what a create may have made whose answer was lost, by its mark. Without an answer the platform may still be at it: then
 * it is looked for again and again.
 * @throws the error itself where nothing can have been made, or nothing is found
 */
export async function madeAllTheSame<T>({ call }: Pick<Context, "call">, error: unknown, platform: Platform, look: () => Promise<T | undefined>): Promise<T> {
  if (!(error instanceof PlatformError) || !error.ambiguous) throw error;
  const isUnderWay = error.kind === "timeout" || error.kind === "network";
  let found = await look();
  if (found === undefined && isUnderWay) {
    const timeout = Math.min(platform.orderWindowMs, LONGEST_MS);
    const again = async () => (found = await look()) !== undefined;
    await poll(again, { interval: Math.min(platform.pollIntervalMs, timeout), timeout, signal: call.signal }).catch((e: unknown) => {
      if (!(e instanceof TimeoutError)) throw e;
    });
  }
  if (found === undefined) throw error;
  return found;
}
