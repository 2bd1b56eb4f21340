import { createRequire } from "node:module";
import type { CountryCode, PhoneNumber } from "libphonenumber-js/max";
import type { Candidate, NumberType, SearchCriteria } from "../types.js";
import type { SearchResult } from "./platform.js";

const load = createRequire(__filename);

/**
 * Reads a number; one without its country code is taken to be of the country. The library is loaded when the first is read. Its metadata
 * is the largest set because no smaller one tells types right: it costs 2 ms and half a megabyte more than the smallest.
 */
export function parseNumber(text: string, country?: CountryCode): PhoneNumber | undefined {
  if (last?.text !== text || last.country !== country) {
    last = { text, country, parsed: (load("libphonenumber-js/max") as typeof import("libphonenumber-js/max")).parsePhoneNumberFromString(text, country) };
  }
  return last.parsed;
}

/** A number's country is asked for right before its type, a thousand times in a listing. */
let last: { text: string; country: CountryCode | undefined; parsed: PhoneNumber | undefined } | undefined;

/** VoIPBIN's virtual numbers: +899 and nine digits, in no public numbering plan. [SRV models/number/validate.go] */
const VIRTUAL = /^\+899\d{9}$/;

export function isVirtual(number: string): boolean {
  return VIRTUAL.test(number);
}

/** The type that the numbering plan gives a number; undefined when it doesn't say. */
export function typeOf(number: string): NumberType | undefined {
  if (isVirtual(number)) return "virtual";
  switch (parseNumber(number)?.getType()) {
    case "TOLL_FREE":
      return "toll-free";
    case "MOBILE":
      return "mobile";
    case "FIXED_LINE":
    case "FIXED_LINE_OR_MOBILE": // the North American plan doesn't tell the two apart
      return "local";
    default:
      return undefined;
  }
}

/** ISO country of a number; undefined where the plan doesn't say. */
export function countryOf(number: string): string | undefined {
  return parseNumber(number)?.country;
}

/** `+165****8621`: some answers have digits masked. [3P 61449107110] */
export const isMasked = (number: string | undefined): boolean => number?.includes("*") ?? false;

/** What the numbering plan says of a number; nothing of one whose digits are masked. */
export function planOf(number: string): { country?: string; type?: NumberType } {
  if (isMasked(number)) return {};
  return { country: isVirtual(number) ? undefined : countryOf(number), type: typeOf(number) };
}

/** The same number in E.164, from any way to write it with its country code; undefined when it is none. */
export function toE164(text: string): string | undefined {
  const compact = text.replace(/[\s().-]/g, "");
  if (VIRTUAL.test(compact)) return compact;
  return parseNumber(text)?.number;
}

/** The digits after the country code. */
export function national(number: string): string {
  return parseNumber(number)?.nationalNumber ?? number.slice(1);
}

const sameText = (a: string | undefined, b: string) => a?.trim().toLowerCase() === b.trim().toLowerCase();

type Test = (candidate: Candidate) => boolean;

/** Every criterion as a test, and what the numbers offered have to show for it. */
function tests(criteria: SearchCriteria): [keyof SearchCriteria, Test, ((all: Candidate[]) => string[])?][] {
  const { country, type, areaCode, contains, region, locality, postalCode, capabilities } = criteria;
  const distinct = (of: (c: Candidate) => string | undefined) => (all: Candidate[]) => [...new Set(all.map(of).filter((x): x is string => !!x))];
  const list: [keyof SearchCriteria, Test | undefined, ((all: Candidate[]) => string[])?][] = [
    ["country", country ? (c) => sameText(c.country, country) : undefined, distinct((c) => c.country)],
    ["type", type ? (c) => c.type === type : undefined, distinct((c) => c.type)],
    ["areaCode", areaCode ? (c) => national(c.number).startsWith(areaCode.replace(/^0/, "")) : undefined, distinct((c) => (c.country === "US" ? national(c.number).slice(0, 3) : undefined))],
    ["contains", contains ? (c) => new RegExp(contains.replace(/\*/g, "\\d")).test(national(c.number)) : undefined],
    ["region", region ? (c) => sameText(c.region, region) : undefined, distinct((c) => c.region)],
    ["locality", locality ? (c) => sameText(c.locality, locality) : undefined, distinct((c) => c.locality)],
    ["postalCode", postalCode ? (c) => sameText(c.postalCode, postalCode) : undefined, distinct((c) => c.postalCode)],
    ["capabilities", capabilities?.length ? (c) => capabilities.every((x) => c.capabilities?.includes(x.toLowerCase())) : undefined, distinct((c) => c.capabilities?.join("+"))],
  ];
  return list.filter((entry): entry is [keyof SearchCriteria, Test, ((all: Candidate[]) => string[])?] => !!entry[1]);
}

/**
 * Keeps what meets the criteria, up to the limit, and counts what each of them left.
 * @param answered the criteria that the platform has searched by itself
 */
export function select(offered: Candidate[], criteria: SearchCriteria, answered: (keyof SearchCriteria)[] = []): SearchResult {
  let rest = offered;
  const left: SearchResult["left"] = [];
  for (const [criterion, test, values] of tests(criteria)) {
    if (answered.includes(criterion)) continue;
    const before = rest;
    rest = before.filter(test);
    const offeredValues = rest.length === 0 && before.length > 0 ? (values?.(before) ?? []) : [];
    left.push({ criterion, count: rest.length, hint: offeredValues.length ? offeredValues.slice(0, 8).join(", ") : undefined });
  }
  return { candidates: rest.slice(0, criteria.limit ?? 10), offered: offered.length, left };
}
