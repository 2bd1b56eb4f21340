/** Lets orphans go: each one only after it was looked at once more. */
import { markText } from "../../mark.js";
import type { Platform } from "../../platforms/platform.js";
import { managedBy } from "../managed.js";
import type { StackState } from "../stacks.js";
import { isManaged, type Orphan, ownersIn } from "./find.js";

/** A look at the stacks this old still counts: reading one takes the CLI a second or two. */
const FRESH_MS = 5_000;

/** Reads the stacks anew, at most every few seconds. */
export function watcher(read: () => Promise<StackState[]>): () => Promise<StackState[]> {
  let last: { at: number; stacks: StackState[] } | undefined;
  return async () => {
    if (!last || Date.now() - last.at > FRESH_MS) last = { stacks: await read(), at: Date.now() };
    return last.stacks;
  };
}

/**
 * Releases one number, for good.
 *
 * @throws when it isn't any more what it was in the list: another mark, other digits, in a stack by now; or when the platform refuses
 */
export async function release(platform: Platform, orphan: Orphan, stacks: readonly StackState[]): Promise<void> {
  const { number, id, platformId, mark, kind } = orphan;
  const kept = (why: string) => new Error(`${number} is not released: ${why}`);
  const found = await platform.numbers.get(id, platformId, {});
  const record = found && !found.mark && mark ? ((await platform.numbers.find(number, {})) ?? found) : found;
  if (!record || record.gone) throw kept("it is gone already");
  if (record.number !== number || record.platformId !== platformId) throw kept("it is another number by now");
  if ((record.mark && markText(record.mark)) !== mark) throw kept("its mark has changed since it was listed: somebody has taken it over");
  if (record.pending) throw kept(`it is ${record.status}`);
  if (isManaged(managedBy(stacks), platform, record)) throw kept("it is in a stack by now");
  const owner = record.mark && ownersIn(stacks).get(record.mark.digest);
  if (kind === "left-over" ? !owner?.settled || owner.isProtected : owner !== undefined) throw kept("the stack that its mark belongs to has changed since it was listed");
  await platform.numbers.release(record, {});
}
