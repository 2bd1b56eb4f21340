import { parseDuration } from "../duration.js";
import type { OpenSettings } from "./platform.js";

/**
 * Deadline of one attempt of a call, in milliseconds.
 * @throws when the setting is no duration, or none at all
 */
export function requestTimeout(settings: OpenSettings): number {
  const text = settings.option("requestTimeout") ?? "30s";
  let ms = 0;
  try {
    ms = parseDuration(text);
  } catch {
    // said below
  }
  // A timer takes no more than 31 bits.
  if (ms < 1 || ms > 2 ** 31 - 1) throw new Error(`requestTimeout: "${text}" is no time to wait for an answer; write "30s" or "2m"`);
  return ms;
}
