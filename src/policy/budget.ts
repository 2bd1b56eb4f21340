import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { formatMoney, isMore, totals } from "../provider/money.js";
import { parseBudget } from "../provider/parse-budget.js";
import type { Money } from "../types.js";
import { token } from "./resources.js";

const numbersOf = (resources: readonly PolicyResource[]) => resources.filter((r) => r.type === token("PhoneNumber"));

/** The price of a number, as the preview tells it; undefined when nobody tells it. */
function priceOf({ props }: PolicyResource): Money | undefined {
  try {
    const { amount, currency } = props["monthlyPrice"] as Money;
    return { amount, currency };
  } catch {
    return undefined; // no price, or one that isn't known yet
  }
}

/** What the numbers of a stack may cost a month. Prices in other currencies than the budget's are refused, since they can't be compared. */
export function budget(allowed?: string): StackValidationPolicy {
  parseBudget(allowed);
  return {
    name: "telephony-budget",
    description: "The phone numbers of a stack cost no more than the budget.",
    enforcementLevel: "mandatory",
    configSchema: { properties: { monthlyBudget: { type: "string" } } },
    validateStack: ({ resources, ...args }, report) => {
      const limit = parseBudget(args.getConfig<{ monthlyBudget?: string }>().monthlyBudget ?? allowed);
      if (!limit) return;
      const priced = numbersOf(resources).flatMap((r) => ({ name: r.name, urn: r.urn, price: priceOf(r) }));
      for (const { urn, price } of priced) {
        if (price && price.currency !== limit.currency) report(`costs ${formatMoney(price)} a month, and the budget is in ${limit.currency}`, urn);
      }
      const ours = priced.filter(({ price }) => price?.currency === limit.currency);
      const [total] = totals(ours.map(({ price }) => price!));
      if (!total || !isMore(total.amount, limit.amount)) return;
      const list = ours.map(({ name, price }) => `${name} (${formatMoney(price!)})`);
      report(`the phone numbers cost ${formatMoney(total)} a month, more than the budget of ${formatMoney(limit)}: ${list.slice(0, 20).join(", ")}${list.length > 20 ? ` and ${list.length - 20} more` : ""}`);
    },
  };
}

/** Names the numbers whose price no platform tells: no budget can hold them. Advisory. */
export function unknownPrices(): StackValidationPolicy {
  return {
    name: "telephony-unknown-prices",
    description: "Each phone number has a price that its platform tells.",
    enforcementLevel: "advisory",
    validateStack: ({ resources }, report) => {
      for (const number of numbersOf(resources)) {
        if (!priceOf(number)) report(`no platform tells what ${number.name} costs: it counts against no budget`, number.urn);
      }
    },
  };
}
