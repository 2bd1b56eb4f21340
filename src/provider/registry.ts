import type { NumberRecord } from "../platforms/platform.js";
import type { Mark } from "../mark.js";

/**
 * What this process knows of numbers beyond any one resource. One provider process serves all resources of an account side by
 * side (pulumi-facts.md §7), so it can keep them off each other's candidates.
 */
const busy = new Map<string, string>();
const offered = new Set<string>();

const key = (account: string, number: string) => `${account} ${number}`;

/** Reserves a number for one resource; false when another one has it. */
export function claim(account: string, number: string, urn: string): boolean {
  const holder = busy.get(key(account, number));
  if (holder !== undefined && holder !== urn) return false;
  busy.set(key(account, number), urn);
  return true;
}

/** Gives a number up again. */
export function unclaim(account: string, number: string): void {
  busy.delete(key(account, number));
}

/** Remembers that a search of this very run offered the number. */
export function noteOffered(account: string, number: string): void {
  offered.add(key(account, number));
}

/**
 * Whether a search of this very run offered the number. If not, the candidate was frozen by an earlier run, which may have
 * ordered it and died before it could say so: "taken" then means "perhaps ours".
 */
export function offeredThisRun(account: string, number: string): boolean {
  return offered.has(key(account, number));
}

/** How long what a purchase has answered is what the number is like: its link follows it at once. */
const FRESH_MS = 10_000;

const bought = new Map<string, { record: NumberRecord; at: number }>();

/** Remembers a number that was bought a moment ago, by its resource id. */
export function noteBought(account: string, id: string, record: NumberRecord): void {
  bought.set(key(account, id), { record, at: Date.now() });
}

/** The number as it was when it was bought a moment ago. Told once: whoever asks is about to change it. */
export function takeBought(account: string, id: string): NumberRecord | undefined {
  const found = bought.get(key(account, id));
  bought.delete(key(account, id));
  return found && Date.now() - found.at < FRESH_MS ? found.record : undefined;
}

const generations = new Map<string, number>();

/** Remembers a mark that is in the state, or is about to be: what this process has adopted, or was told of by the engine. */
export function noteMark(mark: Mark | undefined): void {
  if (mark) generations.set(mark.digest, Math.max(mark.generation, generations.get(mark.digest) ?? 0));
}

/** Whether this process has met the mark. */
export const isKnown = (digest: string): boolean => generations.has(digest);

/**
 * Whether a thing is another's by now, and not to be deleted with the resource whose state has the mark `ours`: it bears another
 * digest, or a later generation of the resource is in the state, the new half of a replacement. A later generation that only the thing
 * itself bears is that of an adoption which never came into the state.
 *
 * A run that resumes a replacement has compared the new half before it deletes the old one, so this process knows of it; a destroy has
 * not, and both go.
 */
export function isAnothers(mark: Mark | undefined, ours: Mark | undefined): boolean {
  if (ours && (generations.get(ours.digest) ?? 0) > ours.generation) return true;
  return mark !== undefined && mark.digest !== ours?.digest;
}
