import type { Money } from "../types.js";

const DECIMAL = /^\d{1,15}(\.\d{1,15})?$/;

/** Whether the text is an amount: "2", "2.00"; no sign, no exponent, no more digits than money has. */
export function isAmount(text: string): boolean {
  return DECIMAL.test(text);
}

/** Whether `a` is more than `b`, in exact decimals. Both must be amounts. */
export function isMore(a: string, b: string): boolean {
  const digits = Math.max(...[a, b].map((x) => (x.split(".")[1] ?? "").length));
  const scaled = (x: string) => {
    const [whole, part = ""] = x.split(".");
    return BigInt(whole! + part.padEnd(digits, "0"));
  };
  return scaled(a) > scaled(b);
}

/** "USD 2.00" */
export function formatMoney({ amount, currency }: Money): string {
  return `${currency} ${amount}`;
}
