/** `telephony report`: what `pulumi preview --json` says, as people read it on a pull request. Markdown. */
import * as fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { nameOf, ROOT_STACK_TYPE, typeOf } from "../engine/urn.js";
import { formatMoney, formatTotals, isAmount } from "../provider/money.js";
import type { Money } from "../types.js";
import { plural } from "./ledger.js";

export interface ReportOptions {
  title?: string;
}

const money = z.object({ amount: z.string().refine(isAmount), currency: z.string() });
const values = z.record(z.string(), z.unknown()).optional();
const state = z.object({ id: z.string().nullish(), inputs: values, outputs: values }).nullish();
const step = z.object({ op: z.string(), urn: z.string(), oldState: state, newState: state });

/** What the CLI prints; `pulumi preview --json` of 3.x. */
const digest = z.object({
  steps: z.array(step).default([]),
  diagnostics: z.array(z.object({ urn: z.string().optional(), message: z.string(), severity: z.string() })).default([]),
});

type Step = z.infer<typeof step>;

/** The steps that people care for, in the order of their weight: what costs, and what can't be had back. */
const KINDS: { ops: string[]; sign: string; words: (n: number) => string }[] = [
  { ops: ["delete", "delete-replaced"], sign: "−", words: (n) => `${n} to delete` },
  { ops: ["create", "create-replacement"], sign: "+", words: (n) => `${n} to create` },
  { ops: ["update"], sign: "~", words: (n) => `${n} to change` },
  { ops: ["import"], sign: "=", words: (n) => `${n} to import` },
];

/** "PhoneNumber" for ours, the whole token for others. */
const kindOf = (urn: string) => typeOf(urn).replace(/^pulumi-nodejs:dynamic\/telephony:|^telephony:index:/, "");

const priceIn = (found: Step["oldState"]): Money | undefined =>
  [found?.outputs?.["monthlyPrice"], found?.inputs?.["monthlyPrice"]].map((price) => money.safeParse(price).data).find((price) => price !== undefined);

const textIn = (found: Step["oldState"], key: string) => [found?.outputs?.[key], found?.inputs?.[key]].find((value): value is string => typeof value === "string" && value.startsWith("+"));

/** The search that a PhoneNumber makes for itself; what is to be said of it is said of the number. */
const isPartOfNumber = (found: Step["oldState"]) => found?.inputs?.["__derived"] === true;

const numbersFirst = (a: Step, b: Step) => Number(kindOf(b.urn) === "PhoneNumber") - Number(kindOf(a.urn) === "PhoneNumber");

/** What GitHub and GitLab would take for markup, or for the end of a cell. */
const cell = (text: string) => text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>|#]/g, "\\$&");
const code = (text: string) => `\`${text.replace(/[`|\s]+/g, " ")}\``;

/** "local number in US, area code 415" */
function wanted(inputs: Record<string, unknown> = {}): string {
  const { country, type, areaCode } = { ...inputs, ...(inputs["search"] as object | undefined) } as Record<string, unknown>;
  const words = [typeof type === "string" ? `${type} number` : "a number", typeof country === "string" && `in ${country}`, typeof areaCode === "string" && `area code ${areaCode}`];
  return words.filter(Boolean).join(", ").replace(", in ", " in ");
}

/** Which arguments change. What Pulumi passes on beside them begins with "__". */
function changes({ oldState, newState }: Step): string[] {
  const [before = {}, after = {}] = [oldState?.inputs, newState?.inputs];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !key.startsWith("__") && !isDeepStrictEqual(before[key], after[key])).sort();
}

function describe(step: Step): string {
  const { op, urn, oldState, newState } = step;
  const isNumber = kindOf(urn) === "PhoneNumber";
  const before = textIn(oldState, "number");
  if (op.startsWith("delete")) {
    if (!isNumber) return "";
    const kept = oldState?.outputs?.["onDelete"] === "retain";
    return kept ? `${before ?? "the number"} is kept on the platform, and goes on to cost` : `**${before ?? "the number"} is released, for good**`;
  }
  if (op === "update") return changes(step).map(code).join(", ");
  if (!isNumber) return "";
  const exact = textIn(newState, "number");
  const action = op === "import" ? "imported" : newState?.inputs?.["adopt"] === true ? "adopted if owned, else bought" : "bought";
  return `${exact ?? wanted(newState?.inputs)}, ${action}`;
}

/** The report. `text` is what `pulumi preview --json` printed. */
export function report(text: string, title?: string): string {
  const { steps, diagnostics } = digest.parse(JSON.parse(text));
  const told = steps.filter(({ urn, newState, oldState }) => typeOf(urn) !== ROOT_STACK_TYPE && !isPartOfNumber(newState ?? oldState));
  const shown = KINDS.flatMap(({ ops, sign }) => told.filter(({ op }) => ops.includes(op)).sort(numbersFirst).map((step) => ({ ...step, sign })));
  const stack = (steps[0]?.urn ?? diagnostics.find(({ urn }) => urn)?.urn)?.split("::").slice(0, 2) ?? [];
  const where = stack.length === 2 ? `${stack[1]}/${stack[0]!.replace("urn:pulumi:", "")}` : "";
  const errors = diagnostics.filter(({ severity }) => severity === "error");

  const counts = KINDS.map(({ ops, words }) => ({ n: shown.filter(({ op }) => ops.includes(op)).length, words }));
  const summary = counts.filter(({ n }) => n > 0).map(({ n, words }) => words(n)).join(", ");
  const lines = [`### ${title ?? "Phone numbers"}${where && `: ${cell(where)}`}`, "", errors.length > 0 ? "**The preview failed.**" : `**${summary || "No change"}.**`];

  if (shown.length > 0) {
    lines.push("", "| | resource | | a month |", "|---|---|---|--:|");
    for (const step of shown) {
      const releases = step.op.startsWith("delete");
      const price = kindOf(step.urn) === "PhoneNumber" && step.op !== "update" ? priceIn(releases ? step.oldState : step.newState) : undefined;
      const cost = kindOf(step.urn) !== "PhoneNumber" || step.op === "update" ? "" : price ? `${releases ? "−" : ""}${formatMoney(price)}` : "unknown";
      lines.push(`| ${step.sign} | ${cell(kindOf(step.urn))} ${code(nameOf(step.urn))} | ${describe(step)} | ${cost} |`);
    }
    const sums = cost(shown);
    if (sums.length > 0) lines.push("", ...sums);
  }
  const rank = ["error", "warning", "info"];
  for (const severity of rank) {
    for (const { urn, message } of diagnostics.filter((d) => d.severity.startsWith(severity))) {
      const plain = message.replace(/\x1b\[[0-9;]*m/g, "").replace(/^(error|warning|info): /, "").trim();
      const about = urn && typeOf(urn) !== ROOT_STACK_TYPE ? `${code(nameOf(urn))}: ` : "";
      lines.push("", severity === "info" ? `${about}${cell(plain)}` : `> **${severity === "error" ? "Error" : "Warning"}** ${about}${plain.split("\n").slice(0, 30).map(cell).join("\\\n> ")}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** What the change adds and saves. A price that nobody tells is said to be unknown, and is not zero. */
function cost(shown: readonly Step[]): string[] {
  const numbers = shown.filter(({ urn }) => kindOf(urn) === "PhoneNumber");
  const bought = numbers.filter(({ op }) => op.startsWith("create")).map(({ newState }) => priceIn(newState));
  const released = numbers.filter(({ op, oldState }) => op.startsWith("delete") && oldState?.outputs?.["onDelete"] !== "retain").map(({ oldState }) => priceIn(oldState));
  const told = (prices: (Money | undefined)[]) => prices.filter((price) => price !== undefined);
  const parts = [
    ...(told(bought).length > 0 ? [`adds ${formatTotals(told(bought))} a month`] : []),
    ...(told(released).length > 0 ? [`saves ${formatTotals(told(released))} a month`] : []),
  ];
  const unknown = [...bought, ...released].filter((price) => price === undefined).length;
  const sentences = [parts.length > 0 && `This change ${parts.join(", and ")}.`, unknown > 0 && `What ${plural(unknown, "number")} cost${unknown === 1 ? "s" : ""} is unknown.`];
  return sentences.some(Boolean) ? [sentences.filter(Boolean).join(" ")] : [];
}

/** Returns the exit code: 1 for what is no preview. */
export function runReport(file: string, options: ReportOptions): number {
  let text: string;
  try {
    text = fs.readFileSync(file === "-" ? 0 : file, "utf8");
    process.stdout.write(report(text, options.title));
    return 0;
  } catch (error) {
    const reason = error instanceof z.ZodError || error instanceof SyntaxError ? "this is not what pulumi preview --json prints" : (error as Error).message;
    console.error(`error: ${file}: ${reason}`);
    return 1;
  }
}
