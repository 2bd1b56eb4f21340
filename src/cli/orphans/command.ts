/** `telephony orphans`: what is paid for and in no stack, and its release. */
import { createInterface } from "node:readline/promises";
import type { Account } from "../accounts.js";
import { askAll, type Common, messageOf, type Outcome, run, stacksOf, titleOf } from "../inventory/ask.js";
import { priceText } from "../inventory/search.js";
import { plural } from "../ledger.js";
import { sum } from "../../provider/money.js";
import { type Column, printable, table } from "../table.js";
import { EXIT } from "./exit-codes.js";
import { type Awaited, findOrphans, type Kind, type Orphan } from "./find.js";
import { release, watcher } from "./release.js";

export interface OrphansOptions extends Common {
  release?: boolean;
  includeUnknown?: boolean;
  includeUnmarked?: boolean;
  yes?: boolean;
}

/** What `--json` prints, beside `skipped` and `failures`. */
export interface OrphansReport {
  /** "shop/dev", …: what was read. */
  stacks: string[];
  orphans: Orphan[];
  awaited: Awaited[];
}

const COLUMNS: Column[] = [
  { title: "Number" },
  { title: "Platform" },
  { title: "Account", atLeast: 8 },
  { title: "Name", atLeast: 8, expendable: 3 },
  { title: "Status", expendable: 2 },
  { title: "A month" },
  { title: "Points at", atLeast: 10, expendable: 4 },
  { title: "Mark", expendable: 1 },
];

const HEADINGS: Record<Kind, string> = {
  "left-over": "Left over by the given stacks: their resource has another number by now",
  "unknown-owner": "Marked by a resource that is in none of the given stacks. A stack that was not given, or is kept elsewhere, may own it",
  unmarked: "Without a mark: bought by hand, by an application, or by something else. `telephony adopt` declares them",
};
const KINDS = Object.keys(HEADINGS) as Kind[];

const cells = ({ number, platform, account, name, status, monthlyPrice, pointsAt, mark }: Orphan) =>
  [number, platform, account === "default" ? "" : account, name, status, priceText(monthlyPrice), pointsAt?.join(", ") ?? "", mark ?? ""];

/** "USD 12.00 a month", and how many have a price that nobody tells. */
function costOf(orphans: readonly Orphan[]): string {
  const prices = orphans.flatMap(({ monthlyPrice }) => (monthlyPrice ? [monthlyPrice] : []));
  const currencies = [...new Set(prices.map(({ currency }) => currency))].sort();
  const told = currencies.map((currency) => `${currency} ${sum(prices.filter((p) => p.currency === currency).map((p) => p.amount))}`).join(" + ");
  const unknown = orphans.length - prices.length;
  return [told && `${told} a month`, unknown > 0 && `${told ? "and " : ""}${plural(unknown, "price")} unknown`].filter(Boolean).join(" ");
}

function listing(orphans: readonly Orphan[], awaited: readonly Awaited[], stacks: readonly string[]): string[] {
  const lines: string[] = [];
  for (const kind of KINDS) {
    const of = orphans.filter((orphan) => orphan.kind === kind);
    if (of.length > 0) lines.push(`${HEADINGS[kind]}:`, ...table(COLUMNS, of.map(cells)), "");
  }
  for (const { number, owner } of awaited) lines.push(`${number} was bought by a run that died: pulumi up of ${owner.split(" ")[0]} adopts it as ${owner.split(" ")[1]}`);
  const read = stacks.length > 5 ? plural(stacks.length, "stack") : `the stack${stacks.length === 1 ? "" : "s"} ${stacks.join(", ")}`;
  if (orphans.length === 0) return [...lines, `No number is outside of ${read}.`];
  return [...lines, `${plural(orphans.length, "number")} outside of ${read}: ${costOf(orphans)}.`, "Only these stacks were looked at. Every other stack's numbers look like orphans here, and so do numbers that an application holds."];
}

/** Returns the exit code. */
export function orphans(options: OrphansOptions): Promise<number> {
  return run(options, async (scope): Promise<Outcome> => {
    if (!options.stack?.length && !options.allStacks && !options.state?.length) {
      throw new Error("no stack is given, so that every number would look like an orphan: give all stacks that use these accounts with --stack, --all-stacks or --state");
    }
    const { answers, skipped, failures } = await askAll(scope, (platform, account) => findOrphans(platform, account, scope.stacks));
    const found = answers.flatMap(({ account, value }) => value.orphans.map((orphan) => ({ account, orphan })));
    const report: OrphansReport = {
      stacks: scope.stacks.map(({ project, stack }) => `${project}/${stack}`),
      orphans: found.map(({ orphan }) => orphan),
      awaited: answers.flatMap(({ value }) => value.awaited),
    };
    const say = (...lines: string[]) => (options.json ? undefined : lines.forEach((line) => console.log(line)));
    say(...listing(report.orphans, report.awaited, report.stacks));
    const left = () => (report.orphans.some(({ released }) => !released) ? EXIT.orphans : 0);
    const outcome = (exit: number): Outcome => ({ json: report, lines: [], skipped, failures, exit });
    if (!options.release || report.orphans.length === 0) return outcome(left());

    const wanted = found.filter(({ orphan: { kind, kept } }) => !kept && (kind === "left-over" || (kind === "unknown-owner" ? options.includeUnknown : options.includeUnmarked)));
    for (const { number, kept } of report.orphans) if (kept) say(`${number} is kept: ${kept}`);
    for (const line of notAsked(report.orphans, options)) say(line);
    if (wanted.length === 0) return outcome(left());
    const refusal = await confirm(wanted.map(({ orphan }) => orphan), options);
    if (refusal) {
      console.error(refusal);
      return outcome(EXIT.refused);
    }
    const stacksNow = watcher(() => stacksOf(options));
    for (const [i, { account, orphan }] of wanted.entries()) {
      scope.progress.say(`releasing ${orphan.number} (${i + 1} of ${wanted.length})`);
      const error = await letGo(account, orphan, stacksNow);
      scope.progress.clear();
      if (error) failures.push({ platform: orphan.platform, account: orphan.account, error });
      else say(`released ${orphan.number}`);
    }
    return outcome(left());
  });
}

async function letGo(account: Account, orphan: Orphan, stacksNow: ReturnType<typeof watcher>): Promise<string | undefined> {
  try {
    await release(account.open(), orphan, await stacksNow());
    orphan.released = true;
    return undefined;
  } catch (error) {
    const message = messageOf(error);
    return message.includes(orphan.number) ? message : `${orphan.number} is not released: ${message}`;
  }
}

/** What --release leaves alone, and how to ask for it. */
function notAsked(all: readonly Orphan[], { includeUnknown, includeUnmarked }: OrphansOptions): string[] {
  const count = (kind: Kind) => all.filter((orphan) => orphan.kind === kind && !orphan.kept).length;
  const lines = [];
  if (!includeUnknown && count("unknown-owner") > 0) lines.push(`${plural(count("unknown-owner"), "number")} of unknown owners not released: --include-unknown, once every stack that uses these accounts was given`);
  if (!includeUnmarked && count("unmarked") > 0) lines.push(`${plural(count("unmarked"), "number")} without a mark not released: --include-unmarked, once you know that nobody uses them`);
  return lines;
}

/** Asks the person. Returns why nothing is done; undefined: go on. */
async function confirm(numbers: readonly Orphan[], { yes, json }: OrphansOptions): Promise<string | undefined> {
  const lines = numbers.map(({ number, platform, account, name, monthlyPrice, kind }) => `  ${number}  ${titleOf(platform)}${account === "default" ? "" : ` (${account})`}  ${priceText(monthlyPrice) || "price unknown"}  ${kind}${name ? `  "${name}"` : ""}`);
  const text = [`To be released for good: ${plural(numbers.length, "number")}, ${costOf(numbers)}. A released number can't be had again.`, ...lines].map((line) => printable(line));
  if (!json) text.forEach((line) => console.log(line));
  if (yes) return undefined;
  if (json || !process.stdin.isTTY) return "nothing was released: there is nobody to ask here. Give --yes if these are to go";
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const expected = `release ${numbers.length}`;
  try {
    const answer = await prompt.question(`Type "${expected}" to let ${numbers.length === 1 ? "it" : "them"} go: `);
    return answer.trim() === expected ? undefined : "nothing was released";
  } finally {
    prompt.close();
  }
}
