import { parseDuration } from "../duration.js";
import { isBaseUrl } from "../http/index.js";
import { platformNamed, platforms } from "../platforms/index.js";
import type { Platform, PlatformDefinition } from "../platforms/platform.js";

/** Reads `telephony:<name>` from Pulumi's configuration. */
export type ConfigReader = (key: string) => string | undefined;

/** What `Provider` puts into its bag, so that its own key is never outdone by the environment's. */
export const EXPLICIT = "explicitProvider";

/** `wiilApiKey` is `WIIL_API_KEY` in the environment. */
export function envName(setting: string): string {
  return setting.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase();
}

/** Finds keys and addresses, and keeps one opened platform an account. */
export interface Settings {
  /** The value of a setting such as `wiilApiKey`. */
  get(setting: string): string | undefined;
  /** Whether there is a key for the platform, good or bad. */
  hasKey(definition: PlatformDefinition): boolean;
  /** What keeps the platform from being used, and how to put it right: no key, an address that is none. No value is repeated in it. */
  problem(definition: PlatformDefinition): string | undefined;
  /** @throws when the platform is unknown or its key is missing */
  open(platform: string): Platform;
}

/** What would be accepted in place of this value; undefined when it is good. */
function unaccepted(value: string, option: string, kind: "duration" | readonly string[]): string | undefined {
  if (kind !== "duration") return kind.includes(value) ? undefined : `expected ${kind.map((word) => `"${word}"`).join(" or ")}`;
  try {
    return parseDuration(value) > 0 || !option.endsWith("PollInterval") ? undefined : 'expected more than nothing, for example "5s"';
  } catch {
    return 'expected a duration, for example "90s", "5m" or "1h30m"';
  }
}

/**
 * The environment comes first: plain `refresh` and `destroy` hand over the configuration kept in the state, and a rotated key
 * must work at once (pulumi-facts.md §3). An explicit provider is an account of its own: there its bag comes first, and its
 * keys are never taken from the environment.
 */
export function settingsFrom(config: ConfigReader, env: Record<string, string | undefined> = process.env): Settings {
  const explicit = config(EXPLICIT) === "true";
  const isKey = (setting: string) => Object.values(platforms).some((p) => p.traits.keySetting === setting);
  const fromEnv = (setting: string) => env[envName(setting)] || undefined;
  const get = (setting: string) => {
    if (!explicit) return fromEnv(setting) ?? config(setting);
    return config(setting) ?? (isKey(setting) ? undefined : fromEnv(setting));
  };

  const hasKey = ({ traits }: PlatformDefinition) => Boolean(get(traits.keySetting)?.trim());

  const missingKey = (definition: PlatformDefinition) => {
    const { traits } = definition;
    if (hasKey(definition)) return undefined;
    return explicit
      ? `this provider has no key for ${traits.title}: give ${traits.keySetting} to new telephony.Provider(…)`
      : `no key for ${traits.title}: run "pulumi config set --secret telephony:${traits.keySetting} …" or set ${envName(traits.keySetting)}`;
  };

  const problem = (definition: PlatformDefinition) => {
    const { traits, name } = definition;
    const missing = missingKey(definition);
    if (missing) return missing;
    if (/[^\x21-\x7e]/.test(get(traits.keySetting)!.trim())) {
      return `${traits.keySetting} holds a character that no key has (a line break, a blank, a letter with an accent): copy the key of ${traits.title} again`;
    }
    const url = get(`${name}Url`);
    if (url !== undefined && !isBaseUrl(url)) return `${name}Url (${envName(`${name}Url`)}): expected an address such as ${traits.defaultUrl}, without credentials and query`;
    for (const [option, kind] of Object.entries(traits.options)) {
      const value = get(option);
      const accepted = value === undefined ? undefined : unaccepted(value, option, kind);
      if (accepted) return `${option} (${envName(option)}): ${accepted}`;
    }
    return undefined;
  };

  const opened = new Map<string, Platform>();
  return {
    get,
    hasKey,
    problem,
    open: (name) => {
      const before = opened.get(name);
      if (before) return before;
      const definition = platformNamed(name);
      if (!definition) throw new Error(`unknown platform "${name}"; known are ${Object.keys(platforms).join(", ")}`);
      const found = problem(definition);
      if (found) throw new Error(found);
      const platform = definition.open({
        url: get(`${name}Url`) ?? definition.traits.defaultUrl,
        key: get(definition.traits.keySetting)!,
        option: (option) => get(option),
      });
      opened.set(name, platform);
      return platform;
    },
  };
}
