/** `telephony numbers`: what all accounts own, in one table. */
import type { Money, NumberType } from "../../types.js";
import { plural } from "../ledger.js";
import { sum } from "../../provider/money.js";
import { type Column, table } from "../table.js";
import { bold } from "../terminal.js";
import { askAll, type Common, run, titleOf } from "./ask.js";
import { type Declarations, declarationsIn, type OwnedNumber, ownedNumbers, type Target } from "./owned.js";
import { priceText } from "./search.js";

export interface NumbersOptions extends Common {
  country?: string;
  type?: NumberType;
  /** Digits that are in the number. */
  contains?: string;
  unowned?: boolean;
  unlinked?: boolean;
}

/** What the numbers come to. */
export interface Totals {
  numbers: number;
  /** A line for each currency. */
  monthly: Money[];
  /** How many have a price that nobody tells. */
  unknownPrice: number;
}

const COLUMNS: Column[] = [
  { title: "Number" },
  { title: "Platform" },
  { title: "Account", atLeast: 8 },
  { title: "Status", expendable: 1 },
  { title: "A month", expendable: 2 },
  { title: "Linked to", atLeast: 14 },
  { title: "Mark", expendable: 4 },
  { title: "Stack", atLeast: 8, expendable: 3 },
  { title: "Resource", atLeast: 10 },
];

const targetText = ({ kind, id, name, inactive }: Target) => `${kind} ${name ?? id}${inactive ? " (switched off)" : ""}`;

const cellsOf = (n: OwnedNumber, severalAccounts: boolean) => [
  n.number || "(no digits yet)",
  n.platform,
  severalAccounts ? n.account : "",
  n.status,
  priceText(n.monthlyPrice),
  n.linkedTo ? n.linkedTo.map(targetText).join(", ") : "unknown",
  n.takenOver ? `${n.mark} (another's)` : (n.mark ?? ""),
  n.owner?.stack ?? "",
  n.owner?.resource ?? "",
];

export function totalsOf(numbers: readonly OwnedNumber[]): Totals {
  const prices = numbers.flatMap(({ monthlyPrice }) => (monthlyPrice ? [monthlyPrice] : []));
  const currencies = [...new Set(prices.map(({ currency }) => currency))].sort();
  return {
    numbers: numbers.length,
    monthly: currencies.map((currency) => ({ currency, amount: sum(prices.filter((p) => p.currency === currency).map((p) => p.amount)) })),
    unknownPrice: numbers.length - prices.length,
  };
}

function totalsText({ numbers, monthly, unknownPrice }: Totals, all: number): string {
  const cost = monthly.map(priceText).join(" + ");
  const unknown = unknownPrice === 0 ? "" : `${unknownPrice === numbers ? "all" : unknownPrice} of unknown price`;
  return [`${plural(numbers, "number")}${numbers < all ? ` of ${all}` : ""}`, cost && `${cost} a month`, unknown].filter(Boolean).join(", ");
}

function wanted(options: NumbersOptions): (n: OwnedNumber) => boolean {
  const { country, type, contains, unowned, unlinked } = options;
  const digits = contains?.replace(/\D/g, "");
  return (n) =>
    (country === undefined || n.country === country) &&
    (type === undefined || n.type === type) &&
    (digits === undefined || n.number.includes(digits)) &&
    (!unowned || (n.mark === undefined && n.owner === undefined)) &&
    (!unlinked || n.linkedTo?.length === 0);
}

/** What the states have and no account does; only where all accounts of a platform have answered. */
function missingFrom(declared: Declarations, owned: readonly OwnedNumber[], answered: (platform: string) => boolean) {
  const found = new Set(owned.map(({ owner }) => owner?.urn));
  return declared.all.filter(({ platform, urn }) => answered(platform) && !found.has(urn)).map(({ platform, number, stack, resource, urn }) => ({ platform, number, stack, resource, urn }));
}

export const numbers = (options: NumbersOptions) =>
  run(options, async (scope) => {
    const declared = declarationsIn(scope.stacks);
    const { answers, skipped, failures } = await askAll(scope, (platform, account) =>
      ownedNumbers(platform, account, declared, (done, of) => scope.progress.say(`${titleOf(platform.name)}: what ${of} numbers point at: ${done} read`)),
    );
    const owned = answers.flatMap(({ value }) => [...value.numbers].sort((a, b) => a.number.localeCompare(b.number)));
    for (const { account, value } of answers) {
      if (value.unread > 0) failures.push({ platform: account.platform, account: account.name, error: `what ${plural(value.unread, "number")} point${value.unread === 1 ? "s" : ""} at could not be read` });
    }
    const shown = owned.filter(wanted(options));
    const missing = missingFrom(declared, owned, (name) => answers.some(({ account }) => account.platform === name) && !failures.some(({ platform }) => platform === name));
    const severalAccounts = new Set(answers.map(({ account }) => account.platform)).size < answers.length;
    const totals = totalsOf(shown);
    return {
      json: { numbers: shown, totals, missing },
      lines: [
        ...(shown.length > 0 ? [...table(COLUMNS, shown.map((n) => cellsOf(n, severalAccounts))), ""] : []),
        bold(totalsText(totals, owned.length)),
        ...missing.map(({ platform, number, stack, resource }) => `${number} of ${resource} in stack ${stack} is in no account of ${titleOf(platform as OwnedNumber["platform"])} that was asked: it is gone, or another account has it`),
      ],
      skipped,
      failures,
    };
  });
