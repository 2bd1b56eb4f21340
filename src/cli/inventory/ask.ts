/** Asks accounts side by side: one that fails, or can't do what is asked for, doesn't hide what the others say. */
import { redact } from "../../http/index.js";
import { platforms } from "../../platforms/index.js";
import type { Platform } from "../../platforms/platform.js";
import { envName } from "../../provider/settings.js";
import type { PlatformName } from "../../types.js";
import { type Account, accountsFrom } from "../accounts.js";
import { openProgress, type Progress } from "../progress.js";
import { readStacks, type StackState } from "../stacks.js";
import { printable } from "../table.js";
import { yellow } from "../terminal.js";
import { EXIT } from "./exit-codes.js";

/** The options that all of these commands have. */
export interface Common {
  json?: boolean;
  platform?: PlatformName[];
  /** NAME=FILE */
  account?: string[];
  stack?: string[];
  allStacks?: boolean;
  /** Files of `pulumi stack export`. */
  state?: string[];
  cwd?: string;
}

/** What a command works on. */
export interface Scope {
  accounts: Account[];
  stacks: StackState[];
  progress: Progress;
}

/** An account, as `--json` names it. */
export interface Who {
  platform: PlatformName;
  account: string;
}

export interface Answers<T> {
  answers: { account: Account; value: T }[];
  /** Accounts that can't do it, and why: no error. */
  skipped: (Who & { reason: string })[];
  failures: (Who & { error: string })[];
}

/** What a command found, for programs and for people; `exit` where it isn't 0 and nothing failed. */
export interface Outcome extends Pick<Answers<unknown>, "skipped" | "failures"> {
  json: object;
  lines: string[];
  exit?: number;
}

/** Thrown by what is asked of an account that can't do it at all. */
export class NotOffered extends Error {}

/** The stacks can't be read. */
class StacksError extends Error {}

export const titleOf = (platform: PlatformName) => platforms[platform].traits.title;

export const messageOf = (error: unknown) => redact(error instanceof Error && error.message ? error.message : String(error));

export async function askAll<T>({ accounts, progress }: Pick<Scope, "accounts" | "progress">, ask: (platform: Platform, account: Account) => Promise<T>): Promise<Answers<T>> {
  const waiting = new Set(accounts);
  const tell = () => progress.say(`waiting for ${[...waiting].map(({ platform, name }) => `${titleOf(platform)}${name === "default" ? "" : ` (${name})`}`).join(", ")}`);
  tell();
  const settled = await Promise.allSettled(
    accounts.map(async (account) => {
      try {
        return await ask(account.open(), account);
      } finally {
        waiting.delete(account);
        tell();
      }
    }),
  );
  progress.clear();
  const result: Answers<T> = { answers: [], skipped: [], failures: [] };
  for (const [i, answer] of settled.entries()) {
    const account = accounts[i]!;
    const who = { platform: account.platform, account: account.name };
    if (answer.status === "fulfilled") result.answers.push({ account, value: answer.value });
    else if (answer.reason instanceof NotOffered) result.skipped.push({ ...who, reason: answer.reason.message });
    else result.failures.push({ ...who, error: messageOf(answer.reason) });
  }
  return result;
}

const either = (words: readonly string[]) => (words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`);

const namesStacks = ({ stack = [], allStacks, state = [] }: Common) => stack.length > 0 || allStacks === true || state.length > 0;

/** The stacks that the options name. */
export function stacksOf(options: Common): Promise<StackState[]> {
  if (!namesStacks(options)) return Promise.resolve([]);
  const { stack = [], allStacks = false, state = [], cwd } = options;
  return readStacks({ ...(cwd !== undefined && { cwd }), stacks: stack, all: allStacks, stateFiles: state });
}

/**
 * The accounts that the options ask for.
 * @throws when there is a platform without a key among those that were asked for, or no key at all
 */
export function chosenAccounts({ account, platform }: Common, stacks: readonly StackState[]): Account[] {
  const found = accountsFrom({ stacks, ...(account && { files: account }) });
  const missing = (platform ?? []).filter((name) => !found.some((other) => other.platform === name));
  if (missing.length > 0 || found.length === 0) {
    const wanted = missing.length > 0 ? missing : (Object.keys(platforms) as PlatformName[]);
    const keys = wanted.map((name) => envName(platforms[name].traits.keySetting));
    const who = missing.length > 0 ? either(missing.map(titleOf)) : "any platform";
    throw new Error(`there is no key for ${who}: set ${either(keys)}, name the stack whose configuration has it with --stack, or a file with --account NAME=FILE`);
  }
  return platform ? found.filter((other) => platform.includes(other.platform)) : found;
}

/** One account for each platform, for what doesn't depend on whose it is. One that was named by --account comes first. */
export function onePerPlatform(accounts: readonly Account[], { account = [] }: Common): Account[] {
  const named = (a: Account) => account.some((text) => text.endsWith(`=${a.from}`));
  const sorted = [...accounts.filter(named), ...accounts.filter((a) => !named(a))];
  return accounts.map((a) => a.platform).filter((name, i, all) => all.indexOf(name) === i).map((name) => sorted.find((a) => a.platform === name)!);
}

/** Runs a command and prints what came of it. Returns the exit code. */
export async function run(options: Common, work: (scope: Scope) => Promise<Outcome>): Promise<number> {
  const progress = openProgress();
  try {
    if (namesStacks(options)) progress.say("reading the stacks");
    const stacks = await stacksOf(options).catch((error: unknown) => {
      throw new StacksError(messageOf(error), { cause: error });
    });
    const { json, lines, skipped, failures, exit = 0 } = await work({ stacks, accounts: chosenAccounts(options, stacks), progress });
    progress.clear();
    if (options.json) console.log(JSON.stringify({ ...json, skipped, failures }));
    else {
      for (const line of lines) console.log(line);
      for (const { reason } of skipped) console.error(`note: ${printable(reason)}`);
    }
    for (const { platform, account, error } of failures) console.error(yellow(`error: ${titleOf(platform)}${account === "default" ? "" : ` (${printable(account)})`}: ${printable(error)}`));
    return failures.length > 0 ? EXIT.platform : exit;
  } catch (error) {
    progress.clear();
    console.error(`error: ${printable(messageOf(error))}`);
    return error instanceof StacksError ? EXIT.stacks : EXIT.wrong;
  }
}
