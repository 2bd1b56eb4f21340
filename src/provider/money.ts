import type { Money } from "../types.js";

const DECIMAL = /^\d{1,15}(\.\d{1,15})?$/;

/** Whether the text is an amount: "2", "2.00"; no sign, no exponent, no more digits than money has. */
export function isAmount(text: string): boolean {
  return DECIMAL.test(text);
}

const fraction = (amount: string) => amount.split(".")[1] ?? "";

/** The amount as a whole number of its last digit's unit. */
const scaled = (amount: string, digits: number) => BigInt(amount.split(".")[0]! + fraction(amount).padEnd(digits, "0"));

/** Whether `a` is more than `b`, in exact decimals. Both must be amounts. */
export function isMore(a: string, b: string): boolean {
  const digits = Math.max(fraction(a).length, fraction(b).length);
  return scaled(a, digits) > scaled(b, digits);
}

/** The exact sum of amounts, a minus before some of them or not, with as many decimals as the one that has most, two at the least. */
export function sum(amounts: readonly string[]): string {
  const digits = Math.max(2, ...amounts.map((a) => fraction(a).length));
  const total = amounts.reduce((all, a) => all + scaled(a, digits), 0n);
  const text = String(total < 0n ? -total : total).padStart(digits + 1, "0");
  return `${total < 0n ? "-" : ""}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** One sum a currency, in the order of the alphabet; currencies are never added up. */
export function totals(prices: readonly Money[]): Money[] {
  const currencies = [...new Set(prices.map((p) => p.currency))].sort();
  return currencies.map((currency) => ({ amount: sum(prices.filter((p) => p.currency === currency).map((p) => p.amount)), currency }));
}

/** "USD 2.00" */
export function formatMoney({ amount, currency }: Money): string {
  return `${currency} ${amount}`;
}

/** "USD 12.00 and EUR 3.00"; "nothing" of none. */
export function formatTotals(prices: readonly Money[]): string {
  return totals(prices).map(formatMoney).join(" and ") || "nothing";
}
