import { randomUUID } from "node:crypto";
import { z } from "zod";
import { platformNamed } from "../platforms/index.js";
import type { Platform, SearchResult } from "../platforms/platform.js";
import type { Candidate, SearchCriteria } from "../types.js";
import { type Context, type Failure, type ResourceCore } from "./context.js";
import { same } from "./plain.js";
import { together } from "../together.js";
import { noteOffered } from "./registry.js";
import { hasUnknown } from "./unknown.js";
import { e164, failuresOf, platformName, searchCriteria, searchFailures, text } from "./validate.js";

export interface NumberSearchInputs extends SearchCriteria {
  platform: string;
  carrier?: string;
  /** One exact number: is it offered, and at what price? */
  number?: string;
}

export interface NumberSearchOutputs extends NumberSearchInputs {
  numbers: Candidate[];
  searchedAt: string;
}

const schema = z.strictObject({ platform: platformName, carrier: text("a carrier").optional(), number: e164.optional(), ...searchCriteria });

const inputKeys = Object.keys(schema.shape) as (keyof NumberSearchInputs)[];

const pick = (of: NumberSearchInputs) => Object.fromEntries(inputKeys.filter((k) => of[k] !== undefined).map((k) => [k, of[k]])) as unknown as NumberSearchInputs;

/** Failures that the platform of a resource brings with it: no key, a carrier it can't choose. */
export function platformFailures(context: Context, { platform, carrier }: Record<string, unknown>): Failure[] {
  const definition = platformNamed(platform);
  if (!definition) return [];
  const failures: Failure[] = [];
  const problem = context.settings.problem(definition);
  if (problem) failures.push({ property: "platform", reason: problem });
  const { carriers, title } = definition.traits;
  if (typeof carrier === "string" && !hasUnknown(carrier) && !carriers.includes(carrier)) {
    const accepted = carriers.length ? `expected one of ${carriers.map((c) => `"${c}"`).join(", ")}` : `${title} chooses the carrier itself; leave it out`;
    failures.push({ property: "carrier", reason: accepted });
  }
  return failures;
}

/** Says what was offered, what each criterion left of it, and which to loosen. */
export function emptySearch(title: string, { offered, left }: SearchResult): string {
  if (offered === 0) return `${title} offers no number for this search; try another country, type or area`;
  const culprit = left.find((l) => l.count === 0);
  const steps = left.map((l) => `${l.count} after ${l.criterion}`).join(", ");
  const hint = culprit?.hint ? ` (offered: ${culprit.hint})` : "";
  return `none of the ${offered} numbers that ${title} offers meets the search: ${steps}. Loosen ${culprit?.criterion ?? "the search"}${hint}`;
}

/** Searches, and remembers what was offered in this run. */
export async function searchOnce(context: Context, platform: Platform, criteria: NumberSearchInputs): Promise<SearchResult> {
  const result = await together(`${platform.account} search ${JSON.stringify(criteria)}`, () => platform.search(criteria, context.call));
  for (const { number } of result.candidates) noteOffered(platform.account, number);
  return result;
}

/** What is wrong with a search, whichever account it is for. */
function criteriaFailures(inputs: Record<string, unknown>): Failure[] {
  const definition = platformNamed(inputs["platform"]);
  return [...failuresOf(schema, inputs), ...(definition && !inputs["number"] ? searchFailures(definition, inputs, "") : [])];
}

const failures = (context: Context, inputs: Record<string, unknown>) => [...criteriaFailures(inputs), ...platformFailures(context, inputs)];

/** The same for a caller that is no resource. */
export function searchProblems(inputs: Record<string, unknown>): string[] {
  return criteriaFailures(inputs).map(({ property, reason }) => (property ? `${property}: ${reason}` : reason));
}

async function search(context: Context, given: NumberSearchInputs): Promise<{ outs: NumberSearchOutputs; problem?: string }> {
  const inputs = pick(given);
  // A search that the number's own check is about to refuse is not made.
  if (context.hidden["__derived"] && failures(context, { ...inputs }).length > 0) return { outs: { ...inputs, numbers: [], searchedAt: new Date().toISOString() } };
  const platform = context.platform(inputs.platform);
  const result = await searchOnce(context, platform, inputs);
  const { traits } = platformNamed(inputs.platform)!;
  let numbers = result.candidates;
  const offered = numbers.length > 0;
  if (numbers.length === 0 && inputs.number) {
    // Perhaps it is owned already, perhaps the listing is not complete: the purchase will tell.
    noteOffered(platform.account, inputs.number);
    numbers = [{ number: inputs.number }];
  }
  if (traits.marksFade) {
    const before = inputs.number ? await platform.numbers.find(inputs.number, context.call, offered) : undefined;
    numbers = numbers.map((candidate) => ({ ...candidate, owned: before?.number === candidate.number }));
  }
  const outs = { ...inputs, numbers, searchedAt: new Date().toISOString() };
  return { outs, problem: numbers.length === 0 && !traits.allocates ? emptySearch(traits.title, result) : undefined };
}

/**
 * The candidates of a purchase, frozen: they are in Pulumi's checkpoint before any money is spent, which makes the checkpoint
 * the write-ahead log of the purchase.
 */
export const numberSearch: ResourceCore<NumberSearchInputs, NumberSearchOutputs> = {
  check: (context, _olds, news) => {
    if (context.hidden["__derived"]) return { inputs: news, failures: [] };
    const traits = platformNamed(news["platform"])?.traits;
    const none = traits?.allocates ? [{ property: "platform", reason: `${traits.title} can't be searched: it picks a number at the purchase. Give search to the PhoneNumber` }] : [];
    return { inputs: news, failures: [...failures(context, news), ...none] };
  },

  // Unchanged criteria are never searched again; other criteria are a new question.
  diff: (_context, _id, olds, news) => ({ changes: inputKeys.some((k) => !same(olds[k], news[k])) }),

  create: async (context, inputs) => {
    const { outs, problem } = await search(context, inputs);
    if (problem) throw new Error(problem);
    return { id: randomUUID(), outs };
  },

  read: (_context, id, props) => Promise.resolve({ id, outs: props as NumberSearchOutputs }),

  update: async (context, _id, _olds, news) => {
    const { outs, problem } = await search(context, news);
    if (problem) context.log.warn(problem); // a number that was bought from the old result needs nothing of the new one
    return outs;
  },

  delete: () => Promise.resolve(),
};
