import * as pulumi from "../sdk.js";
import { formatTotals, totals } from "../provider/money.js";
import type { Money } from "../types.js";
import type { PhoneNumber } from "./phone-number.js";
import { settled } from "./settled.js";

/** What a stack's numbers cost a month. */
export interface MonthlyCost {
  /** One sum a currency; currencies are not converted. Empty where no price is known, or there is no number. */
  total: Money[];
  /** How many numbers are counted. */
  numbers: number;
  /** How many of them have a price that no platform tells. They are in no sum: it is unknown what they cost, and not nothing. */
  unknown: number;
}

/** What one program declares. */
export interface Ledger {
  readonly numbers: PhoneNumber[];
  /** Pools, which read their table before they declare their numbers. */
  readonly pools: Promise<unknown>[];
  readonly begun: number;
}

/** By the run's stack: several programs may run in one process, one after the other. */
const ledgers = new WeakMap<object, Ledger>();
const NO_STACK = {};

/** Of the program that runs. The first one to ask makes it say at the end what all numbers cost. */
export function ledger(): Ledger {
  const stack = pulumi.getStackResource() ?? NO_STACK;
  let found = ledgers.get(stack);
  if (!found) {
    found = { numbers: [], pools: [], begun: Date.now() };
    ledgers.set(stack, found);
    if (stack !== NO_STACK) void summarize(found).catch(() => {}); // whatever fails is said where it failed
  }
  return found;
}

/** What this run adds is not in the stack's output, which would change with every run. */
type Cost = MonthlyCost & { added: Money[] };

async function summarize(of: Ledger): Promise<void> {
  const cost = await costOf(of);
  if (cost.numbers > 0) await pulumi.log.info(summary(cost, pulumi.isDryRun()));
}

/** "4 phone numbers: USD 11.50 a month, and 1 of unknown price; this update adds USD 5.00" */
function summary({ total, added, numbers, unknown }: Cost, preview: boolean): string {
  const known = total.length > 0 ? `${formatTotals(total)} a month` : "no price is known";
  const rest = unknown > 0 && total.length > 0 ? `, and ${unknown} of unknown price` : "";
  const more = added.length > 0 ? `; this update ${preview ? "adds" : "has added"} ${formatTotals(added)}` : "";
  return `${numbers} phone ${numbers === 1 ? "number" : "numbers"}: ${known}${rest}${more}`;
}

/** Waits for all that is declared, and for what is declared meanwhile. */
async function costOf(of: Ledger): Promise<Cost> {
  const prices: (Money | undefined)[] = [];
  const added: Money[] = [];
  let pools = 0;
  for (;;) {
    await new Promise(setImmediate); // the program's own turn
    if (pools < of.pools.length) {
      await of.pools[pools++];
      continue;
    }
    const number = of.numbers[prices.length];
    if (!number) return { total: totals(prices.filter((p) => p !== undefined)), added: totals(added), numbers: prices.length, unknown: prices.filter((p) => p === undefined).length };
    const [id, price, created] = await Promise.all([settled(number.id), settled(number.monthlyPrice), settled(number.__created)]);
    prices.push(price);
    if (price && (id === undefined || (created ?? 0) >= of.begun)) added.push(price);
  }
}

/**
 * What all {@link PhoneNumber}s of the program cost a month, those of its pools among them. In a preview that is what they will cost: new numbers
 * count with the price that their platform tells beforehand. Numbers that are only looked up (`PhoneNumber.get`) don't count.
 *
 * No platform is asked for what is owned already. A price that no platform tells (Vapi; Burki at Twilio) is counted under `unknown`.
 *
 * @example
 * export const monthly = telephony.monthlyCost();
 * // { total: [{ amount: "11.50", currency: "USD" }], numbers: 4, unknown: 1 }
 */
export function monthlyCost(): pulumi.Output<MonthlyCost> {
  return pulumi.output(costOf(ledger()).then(({ total, numbers, unknown }) => ({ total, numbers, unknown })));
}
