import { z } from "zod";
import { platforms } from "../platforms/index.js";
import { isVirtual, parseNumber, toE164 } from "../platforms/numbering.js";
import type { PlatformDefinition } from "../platforms/platform.js";
import { printable, shown } from "../shown.js";
import type { Failure } from "./context.js";
import { isAmount } from "./money.js";
import { hasUnknown, UNKNOWN } from "./unknown.js";

/**
 * Every failure of the schema, at its property. What is not known yet in a preview passes, alone or inside of an object.
 */
export function failuresOf(schema: z.ZodType, value: Record<string, unknown>): Failure[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues
    .filter((issue) => !passesAsUnknown(value, issue.path))
    .flatMap((issue): Failure[] =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({ property: dotted([...issue.path, key]), reason: `unknown property ${shown(key)}` }))
        : [{ property: dotted(issue.path), reason: issue.message.replace(/^Invalid input: /, "") }],
    );
}

/** Whether the value at the path, one above it, or anything inside it, is not known yet. */
function passesAsUnknown(value: unknown, path: readonly PropertyKey[]): boolean {
  let at: unknown = value;
  for (const key of path) {
    if (at === UNKNOWN) return true;
    at = (at as Record<PropertyKey, unknown> | undefined)?.[key];
  }
  return path.length > 0 && hasUnknown(at);
}

function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => (typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${printable(String(key), 60)}` : printable(String(key), 60)), "");
}

const list = (words: readonly string[]) => words.map((w) => `"${w}"`).join(", ");

/** Says what would be accepted, in place of zod's "expected string, received number". */
export const text = (what: string) => z.string({ error: `expected ${what}` }).min(1, `expected ${what}`);

export const flag = z.boolean({ error: "expected true or false" });

export const platformName = z.enum(Object.keys(platforms) as [string, ...string[]], { error: `expected one of ${list(Object.keys(platforms))}` });

export const numberType = z.enum(["local", "toll-free", "mobile", "virtual"], { error: 'expected "local", "toll-free", "mobile" or "virtual"' });

/** Anything else may be a key that was pasted into the wrong place: it is not repeated. */
const LIKE_A_NUMBER = /^[+\d .()/-]{1,40}$/;

/** NANP area code 555 stands for numbers in documents, VoIPBIN's own among them [seed 002]; no numbering plan has it. */
const DOCUMENTATION = /^\+1555\d{7}$/;

/**
 * A number in E.164 that can exist. What the numbering plans don't know is refused, except for the numbers that a platform
 * makes up itself.
 */
export const e164 = z.string({ error: 'expected a number in E.164, for example "+12125551234"' }).superRefine((value, issues) => {
  if (isVirtual(value) || DOCUMENTATION.test(value)) return;
  if (!/^\+[1-9]\d{1,14}$/.test(value)) {
    const meant = toE164(value) ?? (/^[\d\s().-]+$/.test(value) ? parseNumber(value, "US")?.number : undefined);
    issues.addIssue({ code: "custom", message: `${LIKE_A_NUMBER.test(value) ? `"${value}"` : "this"} is not in E.164, which is "+", country code and digits without spaces${meant ? `; did you mean "${meant}"?` : ', for example "+12125551234"'}` });
  } else if (value.startsWith("+899")) {
    issues.addIssue({ code: "custom", message: `${value} can't exist: a virtual number is +899 and nine digits` });
  } else if (!parseNumber(value)?.isValid()) {
    issues.addIssue({ code: "custom", message: `${value} can't exist: no country's numbering plan has such a number` });
  }
});

export const money = z.strictObject(
  {
    amount: z.string({ error: 'expected a decimal amount as text, for example "2.00"' }).refine(isAmount, 'expected a decimal amount as text, for example "2.00"'),
    currency: z.string({ error: 'expected an ISO 4217 currency, for example "USD"' }).regex(/^[A-Z]{3}$/, 'expected an ISO 4217 currency in capitals, for example "USD"'),
  },
  { error: (issue) => (issue.code === "invalid_type" ? 'expected an amount and a currency, for example { amount: "2.00", currency: "USD" }' : undefined) },
);

export const searchCriteria = {
  country: z.string({ error: 'expected an ISO 3166-1 country code, for example "US"' }).regex(/^[A-Z]{2}$/, 'expected a two-letter ISO 3166-1 country code in capitals, for example "US"').optional(),
  type: numberType.optional(),
  areaCode: z.string({ error: 'expected the digits of an area code as text, for example "212"' }).regex(/^\d{1,6}$/, 'expected the digits of an area code, for example "212"').optional(),
  contains: z.string({ error: 'expected digits as text, for example "555" or "55*5"' }).regex(/^[\d*]{1,15}$/, 'expected digits, with * for any one digit, for example "55*5"').optional(),
  region: text("a state or province").optional(),
  locality: text("a city").optional(),
  postalCode: text("a postal code").optional(),
  capabilities: z.array(text('a capability, for example "voice" or "sms"'), { error: 'expected a list, for example ["voice", "sms"]' }).optional(),
  limit: z.number({ error: "expected a whole number from 1 to 1000" }).int("expected a whole number from 1 to 1000").min(1, "expected a whole number from 1 to 1000").max(1000, "expected a whole number from 1 to 1000").optional(),
};

/** What the platform can't search for, said before any call is made. */
export function searchFailures({ traits }: PlatformDefinition, criteria: Record<string, unknown>, prefix: string): Failure[] {
  const failures: Failure[] = [];
  const { type, country } = criteria;
  if (typeof type === "string" && numberType.safeParse(type).success && !(traits.numberTypes as readonly string[]).includes(type)) {
    failures.push({ property: `${prefix}type`, reason: `${traits.title} has no ${type} numbers; ${othersWith((p) => (p.traits.numberTypes as readonly string[]).includes(type))}` });
  }
  if (country === undefined && traits.countryRequiredExcept && type !== UNKNOWN && !(traits.countryRequiredExcept as readonly unknown[]).includes(type)) {
    failures.push({ property: `${prefix}country`, reason: `${traits.title} searches by country: expected a two-letter ISO 3166-1 code, for example "US"` });
  }
  for (const key of Object.keys(criteria)) {
    if (!traits.criteria || !(key in searchCriteria) || key === "limit" || key === "type" || (traits.criteria as readonly string[]).includes(key)) continue;
    failures.push({ property: `${prefix}${key}`, reason: `${traits.title} can't search by ${key}; it knows ${traits.criteria.join(" and ")}` });
  }
  return failures;
}

/** "voipbin has", "no platform has" */
export function othersWith(test: (p: PlatformDefinition) => boolean): string {
  const names = Object.values(platforms).filter(test).map((p) => p.name);
  return names.length === 0 ? "no platform has" : `${names.join(" and ")} ${names.length === 1 ? "has" : "have"}`;
}
