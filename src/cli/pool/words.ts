/** A pool in words, the same in the terminal and on the admin page. */
import type { PoolEvent, PoolEventName, PoolLink, PoolNumber, PoolStats } from "../../pool/types.js";

/** What a person sees of a number's status: one that rests from its last holder is not available to others. */
export type Standing = "available" | "resting" | "assigned" | "reserved";

export const standingOf = ({ status, cooldownUntil }: PoolNumber): Standing => (status === "available" && cooldownUntil ? "resting" : status);

/** "2026-11-21 09:30", UTC. */
export const minute = (iso: string | undefined) => (iso ? iso.slice(0, 16).replace("T", " ") : "");

export const EVENT_WORDS: Record<PoolEventName, string> = {
  added: "added",
  changed: "changed",
  assigned: "assigned",
  unassigned: "taken back",
  reserved: "reserved",
  unreserved: "made available",
  removed: "removed",
  low: "the pool ran low",
  restocked: "the pool is stocked again",
};

/** Who has a number, or what it waits for. */
export function whoHas(number: PoolNumber): string {
  switch (standingOf(number)) {
    case "assigned":
      return number.holder ?? "";
    case "reserved":
      return number.reservedFor ? `for ${number.reservedFor}` : "";
    case "resting":
      return `${number.lastHolder ? `from ${number.lastHolder}, ` : ""}until ${minute(number.cooldownUntil)}`;
    case "available":
      return "";
  }
}

/** What is true of a number that was taken out of the pool. */
export function stillYours({ platform, mark }: PoolNumber): string {
  const declared = mark ? " If a program's NumberPool declares it, the next pulumi up puts it back: to give it to nobody, reserve it." : "";
  return `On ${platform} it is still yours.${declared}`;
}

export function linkWords(link: PoolLink | undefined): string {
  if (!link) return "";
  const [kind, id] = link.assistant ? ["assistant", link.assistant] : link.squad ? ["squad", link.squad] : link.agent ? ["agent", link.agent] : ["call flow", link.callFlow];
  return `${kind} ${id}`;
}

export const detailOf = ({ event, detail }: PoolEvent): string => (detail ? (event === "low" || event === "restocked" ? `${detail} can be drawn` : event === "reserved" ? `for ${detail}` : detail) : "");

/** "only 2 numbers can be drawn, and there should be 5 at least (since 2026-11-21 09:30 UTC)" */
export function lowWords({ available, lowWater, lowSince }: Pick<PoolStats, "available" | "lowWater" | "lowSince">): string {
  const left = available === 0 ? "no number" : `only ${available} number${available === 1 ? "" : "s"}`;
  return `${left} can be drawn, and there should be ${lowWater} at least${lowSince ? ` (since ${minute(lowSince)} UTC)` : ""}`;
}
