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
  /** How to supply the platform's key; undefined when it is there. */
  missingKey(definition: PlatformDefinition): string | undefined;
  /** @throws when the platform is unknown or its key is missing */
  open(platform: string): Platform;
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

  const missingKey = ({ traits }: PlatformDefinition) => {
    if (get(traits.keySetting)) return undefined;
    return explicit
      ? `this provider has no key for ${traits.title}: give ${traits.keySetting} to new telephony.Provider(…)`
      : `no key for ${traits.title}: run "pulumi config set --secret telephony:${traits.keySetting} …" or set ${envName(traits.keySetting)}`;
  };

  const opened = new Map<string, Platform>();
  return {
    get,
    missingKey,
    open: (name) => {
      const definition = platformNamed(name);
      if (!definition) throw new Error(`unknown platform "${name}"; known are ${Object.keys(platforms).join(", ")}`);
      const missing = missingKey(definition);
      if (missing) throw new Error(missing);
      let platform = opened.get(name);
      if (!platform) {
        platform = definition.open({
          url: get(`${name}Url`) ?? definition.traits.defaultUrl,
          key: get(definition.traits.keySetting)!,
          option: (option) => get(option),
        });
        opened.set(name, platform);
      }
      return platform;
    },
  };
}
