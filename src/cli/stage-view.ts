/** Shows one run of an engine: what goes on while it lasts, and the resource tree of what it did. */
import type { EngineEvent, EngineResult, Op } from "../engine/index.js";
import { branches, dim, green, magenta, red, wrap, yellow, type Screen } from "./terminal.js";

type Step = Extract<EngineEvent, { kind: "step" }>;

/** Pulumi's own signs. */
const SIGNS: Partial<Record<Op, { sign: string; paint: (text: string) => string; past: string }>> = {
  create: { sign: "+", paint: green, past: "created" },
  update: { sign: "~", paint: yellow, past: "updated" },
  delete: { sign: "-", paint: red, past: "deleted" },
  replace: { sign: "+-", paint: magenta, past: "replaced" },
  "create-replacement": { sign: "++", paint: green, past: "created as replacement" },
  "delete-replaced": { sign: "--", paint: red, past: "deleted as replaced" },
  read: { sign: ">", paint: dim, past: "read" },
};

/** The order in which people think of them: what is needed first stands first. */
const TYPE_ORDER = ["Stack", "Assistant", "CallFlow", "NumberSearch", "PhoneNumber", "CallFlowBinding", "PhoneNumberLink"];

export interface StageView {
  /** For an engine to call; it needs no `this`. */
  onEvent: (event: EngineEvent) => void;
  begin(doing: string): void;
  /** Prints what came of it. */
  end(result: EngineResult, options?: { planned?: boolean; seconds: number }): void;
}

export function createStageView(screen: Screen): StageView {
  const numbers = new Map<string, string>(); // by URN, over all stages: a delete no longer tells its outputs
  let steps = new Map<string, Step>();
  let said = new Map<string, string[]>();

  return {
    begin(doing) {
      steps = new Map();
      said = new Map();
      screen.status(`  ${doing} …`);
    },

    onEvent(event) {
      if (event.kind === "step" && event.op !== "same") {
        steps.set(`${event.op} ${event.urn}`, event);
        const number = event.outputs?.number;
        if (typeof number === "string" && typeName(event.type) === "PhoneNumber") numbers.set(event.urn, number);
      }
      if (event.kind !== "diagnostic" || event.severity === "debug") return;
      const name = nameOf(event.urn);
      // The time that has passed is news on a live line, and noise in a log.
      if (event.ephemeral) screen.status(`  ${name}: ${event.message}`, dim(`  ${name}: ${event.message.replace(/ \(\d[^)]*\)$/, "")}`));
      else if (event.severity === "info") said.set(event.urn ?? "", [...(said.get(event.urn ?? "") ?? []), event.message]);
    },

    end(result, { planned = false, seconds } = { seconds: 0 }) {
      screen.clearStatus();
      const note = (step: Step) => {
        const messages = said.get(step.urn);
        if (messages) {
          said.delete(step.urn);
          return messages.at(-1)!; // how it ended
        }
        return describe(step, numbers.get(step.urn));
      };
      const shown = result.steps.map((step): Step => steps.get(`${step.op} ${step.urn}`) ?? { kind: "step", ...step });
      const lines = tree(shown, note);
      if (lines.length > 0) screen.print(...lines, "");
      for (const { severity, urn, message } of result.diagnostics) {
        if (severity === "info" && !(urn !== "" && said.has(urn))) continue;
        const paint = severity === "error" ? red : severity === "warning" ? yellow : dim;
        screen.print(...wrap(`${severity}: ${urn ? `${nameOf(urn)}: ` : ""}${message}`, "  ").map(paint));
      }
      screen.print(`  ${totals(result, planned)} in ${seconds.toFixed(1)} s`);
    },
  };
}

/** `PhoneNumber` of `pulumi-nodejs:dynamic/telephony:PhoneNumber`. */
const typeName = (type: string) => type.slice(type.lastIndexOf(":") + 1);
const nameOf = (urn: string | undefined) => urn?.slice(urn.lastIndexOf("::") + 2) || "stack";

function tree(steps: Step[], note: (step: Step) => string): string[] {
  if (steps.length === 0) return [];
  const rank = (step: Step) => (TYPE_ORDER.indexOf(typeName(step.type)) + TYPE_ORDER.length + 1) % (TYPE_ORDER.length + 1);
  const sorted = [...steps].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const rows = sorted.filter((step) => typeName(step.type) !== "Stack");
  const stack = sorted.find((step) => typeName(step.type) === "Stack");
  const { fork, end } = branches();
  const typeWidth = Math.max(0, ...rows.map((step) => typeName(step.type).length));
  const nameWidth = Math.max(0, ...rows.map((step) => step.name.length));
  const lines = rows.map((step, i) => {
    const head = `${typeName(step.type).padEnd(typeWidth)}  ${step.name.padEnd(nameWidth)}  `;
    const before = SIGN_WIDTH + end.length + head.length;
    const [first = "", ...rest] = wrap(note(step), " ".repeat(before));
    return [line(step.op, dim(i === rows.length - 1 ? end : fork) + (head + first.trimStart()).trimEnd()), ...rest].join("\n");
  });
  return [...(stack ? [line(stack.op, stack.name)] : []), ...lines];
}

/** Of what `line` puts before its text. */
const SIGN_WIDTH = 5;

function line(op: Op, text: string): string {
  const { sign, paint } = SIGNS[op] ?? { sign: " ", paint: dim };
  return `  ${paint(sign.padEnd(2))} ${text}`;
}

/** What is worth knowing about a resource, where its provider has said nothing. */
function describe({ op, type, outputs, diff }: Step, number: string | undefined): string {
  const changed = diff?.filter((key) => !key.startsWith("__")) ?? [];
  if (op === "update") return changed.length > 0 ? `changed: ${changed.join(", ")}` : "";
  if (op === "delete" && typeName(type) === "PhoneNumber") return number ? `released ${number}` : "";
  if (op !== "create" || !outputs) return "";
  switch (typeName(type)) {
    case "PhoneNumber": {
      const { search, maxMonthlyPrice: limit } = outputs as { search?: Record<string, string>; maxMonthlyPrice?: Money };
      const wanted = number ?? [search?.country, search?.type].filter(Boolean).join(" ");
      return wanted + (limit ? `, at most ${price(limit)}` : "");
    }
    case "NumberSearch": {
      const { numbers } = outputs as { numbers?: { monthlyPrice?: Money }[] };
      if (!Array.isArray(numbers)) return "";
      const first = numbers[0]?.monthlyPrice;
      return `${numbers.length} offered${first ? `, first ${price(first)}` : ""}`;
    }
    case "Assistant":
    case "CallFlow":
      return typeof outputs.name === "string" ? `"${outputs.name}"` : "";
    default:
      return "";
  }
}

interface Money {
  amount: string;
  currency: string;
}
const price = ({ amount, currency }: Money) => `${currency} ${amount} a month`;

/** "1 updated, 9 unchanged". */
function totals({ summary }: EngineResult, planned: boolean): string {
  const parts = Object.entries(summary)
    .filter(([op, n]) => n > 0 && op !== "same")
    .map(([op, n]) => (planned ? `${n} to ${op}` : `${n} ${SIGNS[op as Op]?.past ?? op}`));
  if (summary.same) parts.push(`${summary.same} unchanged`);
  return parts.join(", ") || "nothing to do";
}
