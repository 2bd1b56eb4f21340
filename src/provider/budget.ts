import type { Money } from "../types.js";
import type { Context, Failure, ResourceCore } from "./context.js";
import { costs } from "./costs.js";
import { formatMoney, formatTotals, isMore, totals } from "./money.js";
import { parseBudget, SETTING } from "./parse-budget.js";
import { planned, quote, type Kind } from "./quote.js";
import { same } from "./plain.js";
import type { Settings } from "./settings.js";
import { hasUnknown } from "./unknown.js";

/** A number of the program, as the budget knows it before it is bought. */
export interface BudgetedNumber extends Kind {
  urn: string;
  name: string;
  /** One exact number; only said where there is one. */
  number?: string;
  /** As `plan` found out; absent where no platform tells it. */
  monthlyPrice?: Money;
}

export interface BudgetInputs {
  /** As configured. */
  budget: string;
  numbers: BudgetedNumber[];
  /** What the numbers of other accounts cost. */
  elsewhere?: Money[];
  /** What all of these cost. */
  planned?: Money[];
}

/** What the numbers of other accounts cost. */
let elsewhere: readonly Money[] = [];

const sumOf = (currency: string) => totals([...elsewhere, ...[...costs.values()].flatMap(({ price }) => price ?? [])]).find((t) => t.currency === currency) ?? { amount: "0.00", currency };

/** What the program will cost in the budget's currency, when that is more than the budget. */
function excess(budget: Money): Money | undefined {
  const total = sumOf(budget.currency);
  return isMore(total.amount, budget.amount) ? total : undefined;
}

const budgetOf = (settings: Settings) => parseBudget(settings.get("monthlyBudget"));

/**
 * Counts a number at the price that it is about to be bought at. A price that isn't known leaves the one that was planned.
 *
 * @returns why the budget forbids it; undefined when it doesn't. It is then not counted.
 */
export function refusedByBudget(context: Pick<Context, "settings" | "urn" | "name">, price: Money | undefined): string | undefined {
  const budget = budgetOf(context.settings);
  const before = costs.get(context.urn);
  costs.set(context.urn, { name: context.name, price: price ?? before?.price });
  const total = budget && price?.currency === budget.currency ? excess(budget) : undefined;
  if (!budget || !total || !price) return undefined;
  if (before) costs.set(context.urn, before);
  else costs.delete(context.urn);
  return `costs ${formatMoney(price)} a month, and the phone numbers of this stack would then cost ${formatMoney(total)}, more than ${SETTING}, ${formatMoney(budget)}`;
}

/** Over the budget: what is new, what each costs, and what to do. */
function tooMuch(budget: Money, total: Money, news: readonly BudgetedNumber[]): string {
  const shown = news.filter((n) => n.monthlyPrice?.currency === budget.currency).map((n) => `${n.name} (${formatMoney(n.monthlyPrice!)})`);
  const list = shown.slice(0, 20).join(", ") + (shown.length > 20 ? ` and ${shown.length - 20} more` : "");
  return (
    `the phone numbers of this stack would cost ${formatMoney(total)} a month, more than ${SETTING}, ${formatMoney(budget)}. ` +
    `${list ? `Over it go: ${list}. ` : ""}Nothing was bought. Take some out, or raise the budget: pulumi config set ${SETTING} "${total.amount} ${total.currency}"`
  );
}

/** The price of each number: as it was found out before, else asked for. */
async function priced(context: Context, before: readonly BudgetedNumber[], numbers: readonly BudgetedNumber[]): Promise<BudgetedNumber[]> {
  const kind = ({ urn, platform, country, type, carrier, number }: BudgetedNumber) => ({ urn, platform, country, type, carrier, number });
  return Promise.all(
    numbers.map(async (number) => {
      const known = before.find((old) => same(kind(old), kind(number)));
      const { monthlyPrice } = known ?? (await quote(context, planned(number)));
      return { ...number, monthlyPrice };
    }),
  );
}

/** What the budget can't hold against the total is said: it does not pass in silence. */
function warnings(budget: Money, numbers: readonly BudgetedNumber[]): string[] {
  const unknown = numbers.filter((n) => !n.monthlyPrice).map((n) => n.name);
  const other = numbers.filter((n) => n.monthlyPrice && n.monthlyPrice.currency !== budget.currency);
  const many = (names: string[]) => names.slice(0, 20).join(", ") + (names.length > 20 ? ` and ${names.length - 20} more` : "");
  return [
    ...(unknown.length > 0 ? [`no platform tells what ${many(unknown)} will cost: not counted against ${SETTING}`] : []),
    ...(other.length > 0 ? [`${many(other.map((n) => n.name))}: ${formatTotals(other.map((n) => n.monthlyPrice!))} a month in another currency than ${SETTING}: not counted`] : []),
  ];
}

/**
 * What a program's numbers are going to cost, against the budget. The numbers wait for it, so that a program that costs too much buys
 * none of them. It keeps the prices, so that a run that changes nothing asks nobody.
 */
export const budget: ResourceCore<BudgetInputs, BudgetInputs> = {
  check: (_context, _olds, news) => {
    const failures: Failure[] = [];
    try {
      parseBudget(news["budget"] as string);
    } catch (error) {
      failures.push({ property: "", reason: (error as Error).message });
    }
    return { inputs: news, failures };
  },

  plan: async (context, olds, news) => {
    const inputs = news as unknown as BudgetInputs;
    const limit = parseBudget(inputs.budget)!;
    const before = olds.numbers ?? [];
    const numbers = await priced(context, before, inputs.numbers);
    for (const { urn, name, monthlyPrice } of numbers) costs.set(urn, { name, price: monthlyPrice });
    if (inputs.elsewhere && !hasUnknown(inputs.elsewhere)) elsewhere = inputs.elsewhere;
    const fresh = numbers.filter((n) => !before.some((old) => old.urn === n.urn));
    for (const warning of warnings(limit, fresh)) context.log.warn(warning);
    const total = excess(limit);
    const failures = total ? [{ property: "", reason: tooMuch(limit, total, fresh) }] : [];
    return { inputs: { ...inputs, numbers, planned: totals([...(inputs.elsewhere ?? []), ...numbers.flatMap((n) => n.monthlyPrice ?? [])]) }, failures };
  },

  diff: (_context, _id, olds, news) => ({ changes: (["budget", "numbers", "planned"] as const).some((key) => !hasUnknown(news[key]) && !same(olds[key], news[key])) }),

  create: (_context, inputs) => Promise.resolve({ id: "monthly-budget", outs: inputs }),
  read: (_context, id, props) => Promise.resolve({ id, outs: props as BudgetInputs }),
  update: (_context, _id, _olds, news) => Promise.resolve(news),
  delete: () => Promise.resolve(),
};
