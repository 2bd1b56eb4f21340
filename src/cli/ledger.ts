/** What the sandbox's ledger says about a run: every purchase and release, and what they came to. */
import { sum } from "../provider/money.js";
import { bold, columns } from "./terminal.js";

/** A line of `GET /_sandbox/ledger`. */
export interface LedgerEntry {
  at: string;
  platform: string;
  kind: "purchase" | "release" | "renewal";
  number: string;
  /** Decimal string. */
  amount: string;
  currency: string;
}

/** A line of `GET /_sandbox/numbers`. */
export interface OwnedNumber {
  platform: string;
  number: string;
  id: string;
  name: string;
}

/** "USD 6.50"; with several currencies "USD 6.50 + EUR 1.00", since they can't be added up. */
export function charges(ledger: readonly LedgerEntry[]): string {
  const currencies = [...new Set(ledger.map((entry) => entry.currency))];
  if (currencies.length === 0) return "nothing";
  return currencies.map((currency) => `${currency} ${sum(ledger.filter((e) => e.currency === currency).map((e) => e.amount))}`).join(" + ");
}

export const count = (ledger: readonly LedgerEntry[], kind: LedgerEntry["kind"]) => ledger.filter((entry) => entry.kind === kind).length;

/** "1 purchase", "3 purchases". */
export const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** The ledger as a table with its totals. */
export function ledgerTable(ledger: readonly LedgerEntry[]): string[] {
  const rows = ledger.map((entry) => [entry.at, entry.platform, entry.kind, entry.number, `${entry.currency} ${entry.amount}`]);
  const total = [`${plural(count(ledger, "purchase"), "purchase")}, ${plural(count(ledger, "release"), "release")}`, "", "", "", charges(ledger)];
  const [head = "", ...body] = columns([["at (UTC)", "platform", "kind", "number", "amount"], ...rows, total], [4]);
  const last = body.pop() ?? "";
  return [bold(head), ...body, "-".repeat(Math.max(head.length, last.length)), last];
}

/** Numbers that weren't bought exactly once and released exactly once, with what happened to them. */
export function irregular(ledger: readonly LedgerEntry[]): string[] {
  const numbers = [...new Set(ledger.map((entry) => entry.number))];
  return numbers.flatMap((number) => {
    const own = ledger.filter((entry) => entry.number === number);
    const [bought, released] = [count(own, "purchase"), count(own, "release")];
    return bought === 1 && released === 1 ? [] : [`${number} was bought ${bought} times and released ${released} times`];
  });
}
