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

const queues = new Map<string, Promise<unknown>>();

/** Runs work on one thing one after the other: no platform offers a compare-and-set. */
export async function exclusively<T>(thing: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(thing) ?? Promise.resolve();
  const mine = before.then(work, work);
  const settled = mine.catch(() => undefined);
  queues.set(thing, settled);
  try {
    return await mine;
  } finally {
    if (queues.get(thing) === settled) queues.delete(thing);
  }
}

const current = new Map<string, Promise<unknown>>();
const next = new Map<string, Promise<unknown>>();

/**
 * Answers everybody who asks the same at the same time with one call. It begins after the last of them has asked: an answer that
 * was on its way already may lack what was bought meanwhile.
 */
export function together<T>(question: string, ask: () => Promise<T>): Promise<T> {
  const waiting = next.get(question) as Promise<T> | undefined;
  if (waiting) return waiting;
  const begin = () => {
    next.delete(question);
    const asked = ask();
    const settled = asked.then(
      () => {},
      () => {},
    );
    current.set(question, settled);
    void settled.then(() => current.get(question) === settled && current.delete(question));
    return asked;
  };
  const fresh = (current.get(question) ?? Promise.resolve()).then(begin);
  next.set(question, fresh);
  return fresh;
}

const generations = new Map<string, number>();

/** Remembers a mark that is in the state, or is about to be: what this process has adopted, or was told of by the engine. */
export function noteMark(mark: Mark | undefined): void {
  if (mark) generations.set(mark.digest, Math.max(mark.generation, generations.get(mark.digest) ?? 0));
}

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
