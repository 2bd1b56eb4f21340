/** What a program may declare of a number. Only `check` and `plan` need it, and no refresh: phone-number.ts loads it for them. */
import { z } from "zod";
import { platformNamed } from "../platforms/index.js";
import { shown } from "../shown.js";
import type { Context, Failure, ResourceCore } from "./context.js";
import { platformFailures } from "./number-search.js";
import type { ARGS, PhoneNumberInputs, PhoneNumberOutputs } from "./phone-number.js";
import { same } from "./plain.js";
import { planPurchase } from "./planned-price.js";
import { hasUnknown } from "./unknown.js";
import { e164, failuresOf, flag, money, numberType, platformName, searchCriteria, searchFailures, text } from "./validate.js";

type Core = Required<ResourceCore<PhoneNumberInputs, PhoneNumberOutputs>>;

const candidate = z.union([e164, z.looseObject({ number: z.string().regex(/^\+\d{4,15}$/, 'expected a number in E.164, for example "+12125551234"') })], { error: 'expected numbers, for example those of a NumberSearch: candidates: search.numbers' });

const schema = z.strictObject({
  platform: platformName,
  number: e164.optional(),
  search: z.strictObject(searchCriteria, { error: (issue) => (issue.code === "invalid_type" ? 'expected search criteria, for example { country: "US", areaCode: "212" }' : undefined) }).optional(),
  candidates: z.array(candidate, { error: "expected a list of numbers, for example candidates: search.numbers" }).optional(),
  name: text("a name"),
  carrier: text("a carrier").optional(),
  type: numberType.optional(),
  adopt: flag.optional(),
  takeover: flag.optional(),
  onDelete: z.enum(["release", "retain"], { error: 'expected "release" or "retain"' }).optional(),
  deletionProtection: flag.optional(),
  maxMonthlyPrice: money.optional(),
  carrierAccount: z.unknown().optional(), // looked at in importFailures: what is wrong with a secret is said without its property's value
} satisfies Record<(typeof ARGS)[number], z.ZodType>);

const WAYS = ["number", "search", "candidates"] as const;

const given = (inputs: Record<string, unknown>) => WAYS.filter((k) => inputs[k] !== undefined);

function ruleFailures(context: Context, news: Record<string, unknown>, isNew: boolean): Failure[] {
  const failures: Failure[] = [];
  const ways = given(news);
  if (ways.length === 0 && isNew) { // what is owned has its number; with ignoreChanges: ["candidates"] the state has none to put in their place
    failures.push({ property: "number", reason: 'say which number: exactly one of number ("+12125551234"), search ({ country: "US", … }) or candidates (a NumberSearch\'s numbers)' });
  }
  for (const extra of ways.length > 1 ? ways : []) {
    failures.push({ property: extra, reason: `${ways.join(" and ")} exclude each other; give exactly one of number, search and candidates` });
  }
  const definition = platformNamed(news["platform"]);
  if (!definition) return failures;
  failures.push(...platformFailures(context, news));
  if (definition.traits.allocates && news["candidates"] !== undefined) {
    failures.push({ property: "candidates", reason: `${definition.traits.title} picks the number itself, so that there are no candidates to choose from; give search` });
  }
  const { search, type } = news;
  if (typeof search === "object" && search !== null) failures.push(...searchFailures(definition, search as Record<string, unknown>, "search."));
  if (numberType.safeParse(type).success && !(definition.traits.numberTypes as readonly unknown[]).includes(type)) {
    failures.push({ property: "type", reason: `${definition.traits.title} has no ${type} numbers` });
  }
  return failures;
}

/** An own number at a carrier: what the platform can bring in, and with what. Never at the property, which would print it. */
function importFailures(news: Record<string, unknown>): Failure[] {
  const { carrierAccount: account, carrier, number, adopt } = news;
  const definition = platformNamed(news["platform"]);
  if (!definition) return [];
  const { title, imports = {}, allocates } = definition.traits;
  if (account === undefined) {
    if (!allocates || number === undefined || adopt === true || hasUnknown([number, adopt])) {
      return allocates && carrier !== undefined ? [{ property: "carrier", reason: `carrier goes with carrierAccount; ${title} picks the carrier of a number that it sells` }] : [];
    }
    const ways = "search to buy one, adopt: true for one that was bought in the dashboard, carrier and carrierAccount for one of your own";
    return [{ property: "number", reason: `${title} sells no number by its digits; use ${ways}` }];
  }
  if (hasUnknown([account, carrier])) return [];
  if (Object.keys(imports).length === 0) return [{ property: "", reason: `carrierAccount: ${title} can't bring in a number of your own` }];
  const needed = typeof carrier === "string" && Object.hasOwn(imports, carrier) ? imports[carrier] : undefined;
  if (!needed) return [{ property: "carrier", reason: `carrierAccount needs the carrier: one of ${Object.keys(imports).map((c) => `"${c}"`).join(", ")}` }];
  if (number === undefined) return [{ property: "number", reason: "give the number that is to be brought in" }];
  const has = typeof account === "object" && account !== null ? (account as Record<string, unknown>) : {};
  if (needed.some((key) => !Object.hasOwn(has, key))) return [{ property: "", reason: `carrierAccount: ${carrier as string} needs ${needed.join(" and ")}` }];
  const odd = Object.keys(has).filter((key) => typeof has[key] !== "string" || has[key] === "");
  return odd.length ? [{ property: "", reason: `carrierAccount: expected text at ${odd.map((key) => shown(key)).join(", ")}` }] : [];
}

export const check: Core["check"] = (context, olds, news) => {
  const inputs: Record<string, unknown> = { ...news, name: news["name"] ?? context.name };
  // A number that was bought needs nothing of a search that was made anew since, and found nothing.
  const isNew = olds.platform === undefined;
  const none = isNew && given(inputs).join() === "candidates" && Array.isArray(inputs["candidates"]) && inputs["candidates"].length === 0;
  const failures = [...failuresOf(schema, inputs), ...(none ? [{ property: "candidates", reason: "expected at least one number to choose from" }] : []), ...ruleFailures(context, inputs, isNew), ...importFailures(inputs)];
  if (failures.length === 0 && olds.search && inputs["search"] && !hasUnknown(inputs["search"]) && !same(olds.search, inputs["search"])) {
    context.log.warn("search criteria are used once, at the purchase: the number that was bought is kept. For another number, declare another resource");
  }
  return { inputs, failures };
};

export const plan: Core["plan"] = async (context, olds, news) => {
  // What is owned has its price: nobody is asked.
  if (olds.platform !== undefined) return { inputs: { ...news, monthlyPrice: olds.monthlyPrice, setupPrice: olds.setupPrice }, failures: [] };
  return planPurchase(context, news as unknown as PhoneNumberInputs);
};
