import { platformNamed } from "../platforms/index.js";
import { countryOf, typeOf } from "../platforms/numbering.js";
import type { Candidate, Money, NumberType, SearchCriteria } from "../types.js";
import { refusedByBudget } from "./budget.js";
import type { Context, Failure } from "./context.js";
import { formatMoney, isMore } from "./money.js";
import type { PhoneNumberInputs } from "./phone-number.js";
import { same } from "./plain.js";
import { formatPrice, type Kind, quote, type Quote } from "./quote.js";
import { hasUnknown, UNKNOWN } from "./unknown.js";

/** The candidates as far as they are known. */
function candidatesOf(inputs: PhoneNumberInputs, offered: unknown): Candidate[] {
  const list = inputs.candidates ?? offered;
  if (!Array.isArray(list)) return [];
  return (list as (Candidate | string)[]).filter((c) => !hasUnknown(c)).map((c) => (typeof c === "string" ? { number: c } : c));
}

/** What kind of number is going to be bought. */
function kindOf(inputs: PhoneNumberInputs, hidden: Readonly<Record<string, unknown>>, first: Candidate | undefined): Kind {
  const { platform, carrier } = inputs;
  const number = inputs.number ?? first?.number;
  const searched = (inputs.search ?? hidden["__criteria"] ?? hidden["__kind"] ?? {}) as SearchCriteria;
  const country = first?.country ?? (number && number !== UNKNOWN ? countryOf(number) : searched.country);
  const type: NumberType | undefined = first?.type ?? inputs.type ?? (number && number !== UNKNOWN ? typeOf(number) : searched.type);
  return { platform, country, type, carrier };
}

/** What one number is going to cost: its own price, if a search has told it, else that of its kind. */
async function priceOf(context: Context, inputs: PhoneNumberInputs): Promise<Quote> {
  const offered = candidatesOf(inputs, context.hidden["__offered"]);
  const first = inputs.number === undefined ? offered[0] : offered.find((c) => c.number === inputs.number);
  if (first?.monthlyPrice) {
    const { monthlyPrice, setupPrice } = first;
    return { monthlyPrice, setupPrice, fixed: inputs.number !== undefined || offered.every((c) => same(c.monthlyPrice, monthlyPrice)) };
  }
  if (hasUnknown([inputs.number, inputs.search])) return { fixed: false, unknown: "what it costs is not known before its arguments are" };
  return quote(context, kindOf(inputs, context.hidden, first));
}

/** Why the limit forbids this price; undefined when it doesn't. */
export function overLimit(price: Money, limit: Money): string | undefined {
  if (price.currency !== limit.currency) return `costs ${formatMoney(price)} a month, and maxMonthlyPrice is in ${limit.currency}`;
  return isMore(price.amount, limit.amount) ? `costs ${formatMoney(price)} a month, more than maxMonthlyPrice ${formatMoney(limit)}` : undefined;
}

/** Says what a new number is going to cost, under its resource, and refuses what its own limit forbids before anything is bought. */
export async function planPurchase(context: Context, inputs: PhoneNumberInputs): Promise<{ inputs: Record<string, unknown>; failures: Failure[] }> {
  const unchanged = { inputs: { ...inputs } as Record<string, unknown>, failures: [] };
  if (hasUnknown(inputs.platform)) return unchanged;
  // The customer's own number at a carrier: nothing is bought, and the carrier goes on to charge for it.
  if (inputs.carrierAccount !== undefined) return unchanged;
  const price = await priceOf(context, inputs);
  const { monthlyPrice, setupPrice, fixed, unknown } = price;
  const { number, maxMonthlyPrice: limit, adopt, takeover } = inputs;
  context.log.info(monthlyPrice ? `costs ${formatPrice(price)}${fixed ? "" : ", if it is the first one on offer"}` : `price unknown: ${unknown ?? `${platformNamed(inputs.platform)!.traits.title} tells none`}`);
  const failures: Failure[] = [];
  // A number that may be owned already costs what it costs. Where prices differ within a kind, another candidate may be cheaper.
  if (limit && monthlyPrice && fixed && !adopt && !takeover && !hasUnknown([limit, adopt, takeover])) {
    const why = overLimit(monthlyPrice, limit);
    if (why) failures.push({ property: "maxMonthlyPrice", reason: `${number === undefined ? "it" : `${number}:`} ${why}. Nothing was bought` });
  }
  if (failures.length === 0) {
    const why = refusedByBudget(context, monthlyPrice);
    if (why) failures.push({ property: "", reason: why });
  }
  return { inputs: { ...inputs, monthlyPrice, setupPrice }, failures };
}
