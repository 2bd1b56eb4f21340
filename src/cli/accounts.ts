/** The accounts that a command works on: one line for each key that can be found. */
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { platforms } from "../platforms/index.js";
import type { Platform } from "../platforms/platform.js";
import { type ConfigReader, envName, EXPLICIT, type Settings, settingsFrom } from "../provider/settings.js";
import type { PlatformName } from "../types.js";

/** One account on one platform, and where its key is from. */
export interface Account {
  /** "default", or the name of the provider resource or file. Of the accounts on one platform no two have the same. */
  name: string;
  platform: PlatformName;
  /** Where its key is: "VAPI_API_KEY", "telephony:vapiApiKey of stack dev", "provider emea of stack dev", "emea.env". */
  from: string;
  settings: Settings;
  /** @throws when the key or the address can't be one */
  open(): Platform;
}

/** What accounts need of a stack; `StackState` has it all. */
export interface StackKeys {
  project: string;
  stack: string;
  /** Settings under their names, in plain text: `{ wiilApiKey: "…" }`. */
  config: Record<string, string>;
  providers: { name: string; config: Record<string, string> }[];
}

export interface AccountSources {
  /** @default process.env */
  env?: NodeJS.ProcessEnv;
  stacks?: readonly StackKeys[];
  /** `NAME=FILE`, as `--account` takes it. */
  files?: readonly string[];
}

/** A place where keys may be. */
interface Source {
  /** What to call its accounts: the first that isn't taken. */
  names: string[];
  from: (keySetting: string) => string;
  settings: Settings;
  /** Only the platforms whose key is really from there. */
  has?: (keySetting: string) => boolean;
}

const definitions = Object.values(platforms);
const KEYS = new Set(definitions.map(({ traits }) => envName(traits.keySetting)));

const withoutKeys = (env: NodeJS.ProcessEnv) => Object.fromEntries(Object.entries(env).filter(([name]) => !KEYS.has(name)));
const readerOf = (config: Record<string, string>): ConfigReader => (key) => config[key];
const nothing: ConfigReader = () => undefined;

function sourcesIn({ env = process.env, stacks = [], files = [] }: AccountSources): Source[] {
  const bare = withoutKeys(env);
  const label = ({ project, stack }: StackKeys) => (stacks.some((other) => other.stack === stack && other.project !== project) ? `${project}/${stack}` : stack);

  // As in a run of the stack: the environment's key goes to the address that the stack's configuration names.
  const fromEnv = (reader: ConfigReader, names: string[]): Source => ({
    names,
    from: envName,
    settings: settingsFrom(reader, env),
    has: (keySetting) => Boolean(env[envName(keySetting)]?.trim()),
  });

  return [
    ...(stacks.length > 0 ? stacks.map((stack) => fromEnv(readerOf(stack.config), ["default", label(stack)])) : [fromEnv(nothing, ["default"])]),
    ...stacks.map((stack): Source => ({
      names: ["default", label(stack)],
      from: (keySetting) => `telephony:${keySetting} of stack ${label(stack)}`,
      settings: settingsFrom(readerOf(stack.config), bare),
    })),
    ...stacks.flatMap((stack) =>
      stack.providers.map(({ name, config }): Source => ({
        names: [name, `${label(stack)}/${name}`],
        from: () => `provider ${name} of stack ${label(stack)}`,
        settings: settingsFrom(readerOf({ ...config, [EXPLICIT]: "true" }), bare),
      })),
    ),
    ...files.map((text): Source => {
      const { name, file, values } = readAccountFile(text);
      return { names: [name], from: () => file, settings: settingsFrom(nothing, { ...bare, ...values }) };
    }),
  ];
}

/** @throws when it isn't NAME=FILE, or no file with a key */
function readAccountFile(text: string): { name: string; file: string; values: Record<string, string | undefined> } {
  const [, name, file] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || file === undefined) throw new Error("--account: expected NAME=FILE, for example --account emea=emea.env; the file holds lines such as WIIL_API_KEY=…");
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`--account ${name}: ${file} can't be read (${(error as NodeJS.ErrnoException).code ?? "no reason given"})`, { cause: error });
  }
  const values = parseEnv(content);
  if (![...KEYS].some((key) => values[key]?.trim())) throw new Error(`--account ${name}: there is no key in ${file}; expected a line with ${[...KEYS].map((key) => `${key}=…`).join(" or ")}`);
  return { name, file, values };
}

/**
 * The accounts that there is a key for: in the environment, in the configuration of the stacks, in the explicit providers of their
 * states, and in files. An account of which several places have the key is listed once, with the first of them. A key that can't
 * be one is listed too: {@link Account.open} says what is wrong with it.
 *
 * @throws when a file of `files` can't be read, or has no key
 * @example
 * for (const account of accountsFrom({ stacks })) console.log(account.name, account.platform, account.from); // default vapi VAPI_API_KEY
 */
export function accountsFrom(sources: AccountSources): Account[] {
  const accounts: Account[] = [];
  const known = new Set<string>();
  for (const { names, from, settings, has } of sourcesIn(sources)) {
    for (const definition of definitions) {
      const { name: platform, traits } = definition;
      if (!settings.hasKey(definition) || has?.(traits.keySetting) === false) continue;
      const open = () => settings.open(platform);
      const id = settings.problem(definition) === undefined ? open().account : `${from(traits.keySetting)} ${platform}`;
      if (known.has(id)) continue;
      known.add(id);
      const free = (name: string) => !accounts.some((other) => other.platform === platform && other.name === name);
      accounts.push({ name: freeName(names, free), platform, from: from(traits.keySetting), settings, open });
    }
  }
  return accounts;
}

function freeName(names: string[], free: (name: string) => boolean): string {
  const found = names.find(free);
  if (found !== undefined) return found;
  let n = 2;
  while (!free(`${names.at(-1)}-${n}`)) n++;
  return `${names.at(-1)}-${n}`;
}
