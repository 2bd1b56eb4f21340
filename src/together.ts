/** For what several ask, or do, at the same time in this process. */

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
