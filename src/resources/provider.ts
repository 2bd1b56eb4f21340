import * as pulumi from "../sdk.js";
import { onlyProgramFrames } from "./program-frames.js";

/** Arguments of {@link Provider}: keys and addresses of one account per platform. */
export interface ProviderArgs {
  /** @default none: this provider then can't be used for Vapi */
  vapiApiKey?: pulumi.Input<string>;
  /** @default none: this provider then can't be used for Burki */
  burkiApiKey?: pulumi.Input<string>;
  /** Base address. @default config `telephony:vapiUrl`, else VAPI_URL, else https://api.vapi.ai */
  vapiUrl?: pulumi.Input<string>;
  /** Base address. @default config `telephony:burkiUrl`, else BURKI_URL, else https://api.burki.dev */
  burkiUrl?: pulumi.Input<string>;
  /** @default none: this provider then can't be used for WIIL */
  wiilApiKey?: pulumi.Input<string>;
  /** @default none: this provider then can't be used for VoIPBIN */
  voipbinAccessKey?: pulumi.Input<string>;
  /** Base address. @default config `telephony:wiilUrl`, else WIIL_URL, else https://api.wiil.io/v1 */
  wiilUrl?: pulumi.Input<string>;
  /** Base address. @default config `telephony:voipbinUrl`, else VOIPBIN_URL, else https://api.voipbin.net/v1.0 */
  voipbinUrl?: pulumi.Input<string>;
  /** Any further setting under its name in the configuration, for example `{ wiilApi: "2025-12" }`. */
  settings?: { [name: string]: pulumi.Input<string> };
}

const KEYS = ["vapiApiKey", "wiilApiKey", "voipbinAccessKey", "burkiApiKey"] as const;
const URLS = ["vapiUrl", "wiilUrl", "voipbinUrl", "burkiUrl"] as const;

/**
 * One more account. Resources that name it with `{ provider: emea }` live there, and never in the default account. Rotating a
 * key updates the provider alone, no resource.
 *
 * @example
 * const emea = new telephony.Provider("emea", { wiilApiKey: config.requireSecret("emeaKey") });
 * new telephony.PhoneNumber("london", { platform: "wiil", search: { country: "GB" } }, { provider: emea });
 */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions) {
    const config = new pulumi.Config("telephony");
    const bag: Record<string, pulumi.Input<string>> = { "telephony:explicitProvider": "true" };
    for (const key of KEYS) {
      const value = args[key];
      if (value !== undefined) bag[`telephony:${key}`] = pulumi.secret(value);
    }
    for (const url of URLS) {
      const value = args[url] ?? config.get(url);
      if (value !== undefined) bag[`telephony:${url}`] = value;
    }
    const budget = config.get("monthlyBudget"); // counts for all accounts
    if (budget !== undefined) bag["telephony:monthlyBudget"] = budget;
    for (const [setting, value] of Object.entries(args.settings ?? {})) bag[`telephony:${setting}`] = value;
    const allFrames = onlyProgramFrames();
    try {
      super("pulumi-nodejs", name, bag, opts);
    } finally {
      allFrames();
    }
  }
}
