import { z } from "zod";
import { platformNamed, platforms } from "../platforms/index.js";
import type { PlatformName } from "../types.js";
import type { Failure } from "./context.js";
import { databaseFailures, place } from "./pool-place.js";
import { cooldown, count } from "./pool-settings.js";
import { hasUnknown, UNKNOWN } from "./unknown.js";
import { e164, failuresOf, flag, money, platformName, searchCriteria, searchFailures, text } from "./validate.js";

const { limit: _limit, ...criteria } = searchCriteria;

const reference = z.strictObject({ platform: platformName, id: text("the platform's id of the number"), number: e164 });

const schema = z.strictObject({
  pool: place.pool,
  database: z.unknown().optional(),
  webhook: z.unknown().optional(),
  platform: platformName,
  search: z.strictObject(criteria, { error: (issue) => (issue.code === "invalid_type" ? 'expected search criteria, for example { country: "US", type: "local" }' : undefined) }).optional(),
  size: count(0),
  lowWater: count(0).optional(),
  cooldown: cooldown.optional(),
  reserve: z.array(e164, { error: 'expected a list of numbers in E.164, for example ["+12125551234"]' }).optional(),
  numbers: z.array(reference, { error: "expected a list of PhoneNumber resources, or of { platform, id, number }" }).optional(),
  name: text("a name").optional(),
  carrier: text("a carrier").optional(),
  maxMonthlyPrice: money.optional(),
  onDelete: z.enum(["release", "retain"], { error: 'expected "release" or "retain"' }).optional(),
  deletionProtection: flag.optional(),
});

/** How often a number is given; a pool has it once. */
function repeated(numbers: unknown, property: string): Failure[] {
  if (!Array.isArray(numbers)) return [];
  const list = (numbers as unknown[]).map((n) => (typeof n === "object" && n !== null ? (n as { number?: unknown }).number : n));
  return [...new Set(list.filter((n, i) => n !== UNKNOWN && list.indexOf(n) !== i))].map((n) => ({ property, reason: `${String(n)} is given twice` }));
}

/** All that is wrong with the arguments of a NumberPool, in words. Said once, and not again by each of its numbers. */
export function poolProblems(args: Record<string, unknown>): string[] {
  const { platform, search, size, lowWater, numbers } = args;
  const given = Array.isArray(numbers) ? numbers.length : 0;
  const failures = [...failuresOf(schema, args), ...databaseFailures(args), ...repeated(numbers, "numbers"), ...repeated(args["reserve"], "reserve")];
  const definition = platformNamed(platform);
  if (search === undefined && typeof size === "number" && size > given) {
    failures.push({ property: "search", reason: 'say what numbers to buy, for example { country: "US", type: "local" }' });
  }
  if (definition && typeof search === "object" && search !== null) failures.push(...searchFailures(definition, search as Record<string, unknown>, "search."));
  if (typeof lowWater === "number" && typeof size === "number" && lowWater > size && !hasUnknown(lowWater)) {
    failures.push({ property: "lowWater", reason: `a pool of ${size} can never have ${lowWater} numbers left; expected ${size} or less` });
  }
  return failures.map(({ property, reason }) => (property ? `${property}: ${reason}` : reason));
}

/** The most candidates that a search for a pool keeps. */
const OFFERED = 100;
/** How many there are for each number: where marks don't last, no two numbers share one. */
const FOR_EACH = { shared: 2, own: 4 };

/**
 * How many numbers of a pool come out of one search, and how many candidates it asks for; undefined where the platform picks the numbers
 * itself, and there is nothing to search.
 */
export function blocksOf(platform: PlatformName): { size: number; limit: number } | undefined {
  const { allocates, mostOffered = OFFERED, marksFade } = platforms[platform].traits;
  const limit = Math.min(mostOffered, OFFERED);
  return allocates ? undefined : { size: Math.floor(limit / (marksFade ? FOR_EACH.own : FOR_EACH.shared)), limit };
}
