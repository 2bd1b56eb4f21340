import type { NumberStatus } from "./types.js";

/** One of the places that a NumberPool fills with a number it buys. Its child resources bear its number in their names. */
export interface Slot {
  slot: number;
  /** What fills it; absent when it was given up. */
  number?: string;
  /** As the table has the number; absent when it isn't there. */
  platform?: string;
  status?: NumberStatus;
  holder?: string;
  reservedFor?: string;
}

/** Whether the number is somebody's: it must not be released. */
export const isHeld = ({ status }: Slot) => status === "assigned" || status === "reserved";

const holderOf = ({ number, status, holder, reservedFor }: Slot) => `${number} (${status === "assigned" ? `assigned to "${holder}"` : `reserved${reservedFor ? ` for "${reservedFor}"` : ""}`})`;

/** "+1… (assigned to "shop-1"), +1… (reserved)"; the first ones of many. */
export function holders(slots: readonly Slot[], most = 20): string {
  return slots.slice(0, most).map(holderOf).join(", ") + (slots.length > most ? ` and ${slots.length - most} more` : "");
}

/**
 * Which slots make up a pool of `count` numbers. What is there stays, a number that somebody has before all; of the free ones the
 * last go first. New slots are the lowest that never were: whatever became of an earlier run, the same ones again.
 * @throws when more numbers are held than there are to be
 */
export function chooseSlots(count: number, slots: readonly Slot[]): { chosen: number[]; dropped: Slot[] } {
  const filled = slots.filter((s) => s.number !== undefined).sort((a, b) => a.slot - b.slot);
  const held = filled.filter(isHeld);
  if (held.length > count) throw new Error(`${held.length} numbers are assigned or reserved, and are not released: ${holders(held)}`);
  const free = [...filled.filter((s) => s.status === "available"), ...filled.filter((s) => s.status === undefined)];
  const kept = [...held, ...free.slice(0, count - held.length)].map((s) => s.slot);
  const used = new Set(slots.map((s) => s.slot));
  for (let slot = 1; kept.length < count; slot++) if (!used.has(slot)) kept.push(slot);
  return { chosen: kept.sort((a, b) => a - b), dropped: free.slice(count - held.length) };
}
