/** Money in the sandbox is whole cents of a US dollar; decimal strings at its edge. Never a float. */

/** Cents of a decimal string such as "12.5"; undefined when it isn't one. */
export function parseAmount(text: string): number | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text);
  if (!match) return undefined;
  const cents = Number(match[2]) * 100 + Number((match[3] ?? "").padEnd(2, "0"));
  return match[1] ? -cents : cents;
}

/** "12.50" of 1250. */
export function formatAmount(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, "0");
  return `${cents < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The JSON number of an amount, for a wire that carries one: parsed from the decimal string, so it is the nearest double. */
export function amountNumber(cents: number): number {
  return Number(formatAmount(cents));
}
