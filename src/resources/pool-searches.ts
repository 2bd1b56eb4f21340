import * as pulumi from "../sdk.js";
import type { Candidate, PlatformName } from "../types.js";
import { NumberSearch } from "./number-search.js";
import type { PhoneNumber } from "./phone-number.js";
import { settled } from "./settled.js";

/** What one slot of a pool may buy, and the URN of the search that says so. */
interface Found {
  candidates: Candidate[];
  search: string;
}

export interface BlockArgs {
  /** Of the block's first search. Where it brings too few, "NAME-2", "NAME-3", … follow. */
  name: string;
  platform: PlatformName;
  carrier?: pulumi.Input<string>;
  criteria: pulumi.Output<object>;
  /** How many slots it is for. */
  size: number;
  parent: pulumi.Resource;
  /** What the first search waits for. */
  dependsOn: pulumi.Resource[];
  /** The numbers of the block, by their place in it; looked at when a search turns out to be too short. */
  numbers: ReadonlyMap<number, PhoneNumber>;
  /** Whether the slot at this place has its number: it needs no candidates any more. */
  isFilled: (index: number) => boolean;
}

/** How many candidates a number gets. */
const CANDIDATES = 4;

const CRITERIA = ["country", "type", "areaCode", "contains", "region", "locality", "postalCode", "capabilities", "limit"] as const;

/** The criteria, each for itself: one that isn't given is no property. */
function spread(criteria: pulumi.Output<object>): object {
  return Object.fromEntries(CRITERIA.map((key) => [key, criteria.apply((c) => (c as Record<string, unknown>)[key])]));
}

/** Where marks don't last, a number is known by its candidate alone: no two slots may have the same. */
const isShared = (offered: readonly Candidate[]) => offered.every((c) => c.owned === undefined);

/**
 * How many slots a search serves. Each has a candidate of its own, so that no two go after the same number; and a second one, where it
 * can't try the others' when somebody else was faster.
 */
export function served(offered: readonly Candidate[]): number {
  return isShared(offered) ? offered.length : Math.ceil(offered.length / 2);
}

/** The candidates of the slot at this place of those that a search serves: its own, then the others'. */
export function candidatesAt(offered: readonly Candidate[], index: number, slots: number): Candidate[] {
  const own = offered.filter((_, i) => i % slots === index);
  const others = isShared(offered) ? [...offered.slice(index), ...offered.slice(0, index)].filter((c) => !own.includes(c)) : [];
  return [...own, ...others].slice(0, CANDIDATES).map(({ number, country, type, capabilities, monthlyPrice, owned }) => {
    const candidate = { number, country, type, capabilities, monthlyPrice, owned };
    return Object.fromEntries(Object.entries(candidate).filter(([, value]) => value !== undefined)) as unknown as Candidate;
  });
}

/**
 * The candidates of a block of slots. One search serves them all, as a rule. How many numbers of what it brings meet the criteria can't be
 * known before: those that it has none for are served by a further one, which is made when the numbers before them are bought, so that
 * the platform offers others. Which slot gets what follows from the frozen searches alone: a run that died goes on with the same candidates.
 */
export function searchesOf(block: BlockArgs): (index: number) => { candidates: pulumi.Output<Candidate[]>; search: Promise<string | undefined> } {
  const { numbers, isFilled } = block;

  const searchFrom = (first: number, count: number, dependsOn: pulumi.Resource[]): ((index: number) => pulumi.Output<Found>) => {
    const search = new NumberSearch(count === 1 ? block.name : `${block.name}-${count}`, { platform: block.platform, carrier: block.carrier, ...spread(block.criteria) }, { parent: block.parent, dependsOn });
    let further: ReturnType<typeof searchFrom> | undefined;
    return (index) =>
      pulumi.all([search.numbers, search.urn]).apply(([offered, urn]): pulumi.Output<Found> => {
        const slots = Math.min(served(offered), block.size - first);
        // Criteria that were changed since may find nothing: what is bought needs nothing of them.
        if (index - first < slots || (slots === 0 && isFilled(index))) return pulumi.output({ candidates: candidatesAt(offered, index - first, slots), search: urn });
        const before = [...numbers].filter(([at]) => at < first + slots).map(([, number]) => number);
        further ??= searchFrom(first + slots, count + 1, [...block.dependsOn, ...before]);
        return further(index);
      });
  };

  const offerOf = searchFrom(0, 1, block.dependsOn);
  return (index) => {
    const offer = offerOf(index);
    // No output: its dependencies would stand in the state of every number once more.
    return { candidates: offer.apply(({ candidates }) => candidates), search: settled(offer).then((found) => found?.search) };
  };
}
