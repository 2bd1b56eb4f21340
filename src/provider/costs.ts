import type { Money } from "../types.js";

/** What the numbers of this account cost, by URN. One provider process serves all of them, and one run (pulumi-facts.md §7). */
export const costs = new Map<string, { name: string; price?: Money }>();

/** A number that is owned costs what the state says. */
export function noteOwned(urn: string, name: string, price: Money | undefined): void {
  costs.set(urn, { name, price });
}
