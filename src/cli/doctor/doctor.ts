/** `telephony doctor`: looks at all that a run of Pulumi needs, changes nothing, and shows no key. */
import * as path from "node:path";
import { redact } from "../../http/index.js";
import { chosenAccounts, type Common, stacksOf } from "../inventory/ask.js";
import { plural } from "../ledger.js";
import { openProgress } from "../progress.js";
import type { StackState } from "../stacks.js";
import { printable, terminalWidth } from "../table.js";
import { bold, dim, green, red, wrap, yellow } from "../terminal.js";
import { examineAccount } from "./accounts.js";
import { type Check, failure, type Section, warning } from "./check.js";
import { examineMachine, examineProject } from "./machine.js";

/** What `--json` prints, on one line. */
export interface DoctorReport {
  /** Nothing failed. */
  ok: boolean;
  sections: Section[];
}

const message = (error: unknown) => redact(error instanceof Error ? error.message : String(error));

async function examineAccounts(options: Common): Promise<Section[]> {
  let stacks: StackState[] = [];
  const sections: Section[] = [];
  try {
    stacks = await stacksOf(options);
  } catch (error) {
    sections.push({ title: "Stacks", checks: [failure("stacks", message(error))] });
  }
  let accounts;
  try {
    accounts = chosenAccounts(options, stacks);
  } catch (error) {
    const [what = "", remedy = ""] = message(error).split(/: (?=set )/);
    // A newcomer has none yet; who names a platform or a file means to have one.
    const wanted = options.platform ?? options.account;
    return [...sections, { title: "Accounts", checks: [wanted ? failure("key", what, capital(remedy)) : warning("key", what, capital(remedy))] }];
  }
  return [...sections, ...(await Promise.all(accounts.map(examineAccount)))];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Returns the exit code. */
export async function runDoctor(options: Common): Promise<number> {
  const progress = openProgress();
  progress.say("looking at accounts, machine and project");
  const cwd = path.resolve(options.cwd ?? ".");
  const [project, accounts] = await Promise.all([examineProject(cwd, options.stack ?? []), examineAccounts(options)]);
  progress.clear();
  const sections = [examineMachine(), project, ...accounts];
  const count = (level: Check["level"]) => sections.flatMap(({ checks }) => checks).filter((check) => check.level === level).length;
  const report: DoctorReport = { ok: count("failure") === 0, sections };
  console.log(options.json ? JSON.stringify(report) : [...sections.flatMap(lines), summary(count("failure"), count("warning"))].join("\n"));
  return report.ok ? 0 : 1;
}

const LEVELS = { ok: green("ok     "), warning: yellow("warning"), failure: red("failure") };
const INDENT = " ".repeat(11);

/** Comfortable to read, however wide the terminal is. */
const width = () => Math.min(terminalWidth(), 110);

function lines({ title, checks }: Section): string[] {
  return [
    bold(printable(title)),
    ...checks.flatMap(({ level, subject, text, remedy }) => {
      const [first = "", ...rest] = wrap(printable(`${subject}: ${text}`), INDENT, width());
      return [`  ${LEVELS[level]}  ${first.trimStart()}`, ...rest, ...(remedy ? wrap(printable(remedy), INDENT, width()).map(dim) : [])];
    }),
    "",
  ];
}

function summary(failures: number, warnings: number): string {
  const found = [failures > 0 && plural(failures, "failure"), warnings > 0 && plural(warnings, "warning")].filter(Boolean).join(", ");
  return failures > 0 ? red(found) : warnings > 0 ? yellow(found) : green("All is well.");
}
