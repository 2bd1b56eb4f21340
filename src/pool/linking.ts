import { platforms } from "../platforms/index.js";
import type { Pointers, Slots } from "../platforms/platform.js";
import { exclusively } from "../together.js";
import type { Settings } from "../provider/settings.js";
import { PoolError } from "./error.js";
import type { PoolLink, PoolNumber } from "./types.js";

const TARGETS = ["assistant", "squad", "agent", "callFlow"] as const;

/**
 * The platforms that can link a number so.
 * @throws PoolError `invalid-argument` when it doesn't name exactly one target
 */
export function platformsFor(link: PoolLink): string[] {
  const given = TARGETS.filter((key) => link[key] !== undefined);
  if (given.length !== 1 || !link[given[0]!]) throw new PoolError("invalid-argument", `link: give exactly one of ${TARGETS.join(", ")}, as a non-empty id`);
  const target = given[0]!;
  if (target === "agent" && (!link.instruction || !link.project)) throw new PoolError("invalid-argument", "link: a link to an agent needs the ids of its instruction and project");
  return Object.values(platforms)
    .filter(({ traits }) => (target === "callFlow" ? traits.callFlows : traits.links.includes(target)))
    .map(({ name }) => name);
}

/** Where a link stands on the platform, and how to change that. */
interface Pointing {
  now: Slots;
  /** What the link puts where. */
  wanted: Record<string, string>;
  /** Points the number; `next` need not repeat what stays. */
  set: (next: Slots) => Promise<void>;
}

const targets = (pointers: Pointers, link: PoolLink): Record<string, string> => {
  const slots = link.callFlow !== undefined ? pointers.flows?.toSlots(link) : pointers.links?.toSlots(link);
  return Object.fromEntries(Object.entries(slots ?? {}).filter((slot): slot is [string, string] => !!slot[1]));
};

/** One at a time for each number; undefined when the platform doesn't know the number any more. */
function withNumber<T>(settings: Settings, of: PoolNumber, link: PoolLink, work: (pointing: Pointing | undefined) => Promise<T>): Promise<T> {
  const platform = settings.open(of.platform);
  const { pointers, numbers, account } = platform;
  if (!pointers) throw new Error(`numbers of ${of.platform} can't be linked`);
  const id = numbers.idOf({ number: of.number, platformId: of.platformId });
  return exclusively(`${account} ${id}`, async () => {
    const now = await pointers.get(id, {});
    return work(now && { now, wanted: targets(pointers, link), set: (next) => pointers.set(id, { ...now, ...next }, now, {}) });
  });
}

const sameTarget = (a: string | undefined, b: string | undefined) => (a || undefined) === (b || undefined);

/**
 * Links a number. What it points at already must be what is wanted, or what this pool set before.
 * @param before what the pool linked it to until now
 */
export async function link(settings: Settings, number: PoolNumber, to: PoolLink, before: PoolLink | undefined, takeover: boolean): Promise<void> {
  await withNumber(settings, number, to, async (pointing) => {
    if (!pointing) throw new Error(`there is no number ${number.number} in the account at ${number.platform}`);
    const { now, wanted, set } = pointing;
    const pointers = settings.open(number.platform).pointers!;
    const ours = before ? targets(pointers, before) : {};
    const foreign = Object.keys(wanted).find((slot) => now[slot] && now[slot] !== wanted[slot] && now[slot] !== ours[slot]);
    if (foreign && !takeover) throw new Error(`${number.number} points at ${now[foreign]} (${foreign}), which the pool did not set; takeover: true replaces it`);
    const left = Object.keys(ours).filter((slot) => !(slot in wanted) && now[slot] === ours[slot]);
    if (left.length === 0 && Object.entries(wanted).every(([slot, target]) => now[slot] === target)) return;
    await set({ ...Object.fromEntries(left.map((slot) => [slot, undefined])), ...wanted });
  });
}

/** Clears what the link set and nothing else. No error when the platform doesn't know the number any more. */
export async function unlink(settings: Settings, number: PoolNumber, from: PoolLink): Promise<void> {
  await withNumber(settings, number, from, async (pointing) => {
    if (!pointing) return;
    const { now, wanted, set } = pointing;
    const ours = Object.keys(wanted).filter((slot) => sameTarget(now[slot], wanted[slot]));
    if (ours.length > 0) await set(Object.fromEntries(ours.map((slot) => [slot, undefined])));
  });
}
