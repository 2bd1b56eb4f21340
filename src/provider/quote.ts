import { platformNamed } from "../platforms/index.js";
import { countryOf, typeOf } from "../platforms/numbering.js";
import type { Platform } from "../platforms/platform.js";
import type { Money, NumberType } from "../types.js";
import { type Context, messageOf } from "./context.js";
import { formatMoney } from "./money.js";
import type { Settings } from "./settings.js";
import { hasUnknown } from "./unknown.js";

/** What kind of number is priced. */
export interface Kind {
  platform: string;
  country?: string;
  type?: NumberType;
  carrier?: string;
}

/** What a number costs, as far as it is told before it is bought. */
export interface Quote {
  monthlyPrice?: Money;
  setupPrice?: Money;
  /** All numbers of the kind cost this. Otherwise it is what the first one on offer costs. */
  fixed: boolean;
  /** Why there is no price. */
  unknown?: string;
}

/** The kind of a number by what is declared: an exact number says by itself where it is and what type it has. */
export function planned({ platform, country, type, carrier, number }: Kind & { number?: string }): Kind {
  return { platform, country: country ?? (number ? countryOf(number) : undefined), type: type ?? (number ? typeOf(number) : undefined), carrier };
}

/** A preview does not wait longer than this for a price. */
const PATIENCE_MS = 15_000;

/** By settings, which live as long as the run: one question a platform, country and type. */
const asked = new WeakMap<Settings, Map<string, Promise<Quote>>>();

/** What a number of this kind costs. Spends nothing, and never fails: what can't be told is unknown, and never zero. */
export function quote(context: Pick<Context, "settings" | "call">, kind: Kind): Promise<Quote> {
  const definition = platformNamed(kind.platform);
  if (!definition || hasUnknown(kind)) return Promise.resolve({ fixed: false, unknown: "its price is not known yet" });
  const { platform, country, type, carrier } = kind;
  const key = JSON.stringify([platform, country, type, carrier]);
  const known = asked.get(context.settings) ?? new Map<string, Promise<Quote>>();
  asked.set(context.settings, known);
  const { title, pricesInSearch } = definition.traits;
  const ask = async (): Promise<Quote> => {
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(context.call.signal ? [context.call.signal] : [])]);
    try {
      const opened = context.settings.open(platform);
      const told = await (pricesInSearch ? firstOffered : listed)(opened, kind, signal);
      return told.monthlyPrice ? told : { ...told, unknown: `${title} tells none` };
    } catch (error) {
      return { fixed: false, unknown: `${title} could not be asked for its price: ${signal.aborted ? "no answer in time" : messageOf(error)}` };
    }
  };
  const answer = known.get(key) ?? ask();
  known.set(key, answer);
  return answer;
}

/** By the platform's price list. */
async function listed(platform: Platform, { country, type, carrier }: Kind, signal: AbortSignal): Promise<Quote> {
  const all = (await platform.prices({ country, type, carrier }, { signal })).filter((p) => type !== undefined || p.type !== "virtual");
  const [first] = type === undefined ? all : all.filter((p) => p.type === type);
  // Where the type is left open and the types cost differently, nobody knows which it will be.
  const same = all.every((p) => p.monthlyPrice.amount === first?.monthlyPrice.amount && p.monthlyPrice.currency === first.monthlyPrice.currency);
  return { monthlyPrice: type !== undefined || same ? first?.monthlyPrice : undefined, fixed: true };
}

/** By what is on offer. */
async function firstOffered(platform: Platform, { country, type, carrier }: Kind, signal: AbortSignal): Promise<Quote> {
  const { candidates } = await platform.search({ country, ...(type && { type }), carrier, limit: 1 }, { signal });
  return { monthlyPrice: candidates[0]?.monthlyPrice, setupPrice: candidates[0]?.setupPrice, fixed: false };
}

/** "USD 1.00 a month and USD 1.00 once" */
export function formatPrice({ monthlyPrice, setupPrice }: Pick<Quote, "monthlyPrice" | "setupPrice">): string {
  const once = setupPrice && /[1-9]/.test(setupPrice.amount) ? ` and ${formatMoney(setupPrice)} once` : "";
  return monthlyPrice ? `${formatMoney(monthlyPrice)} a month${once}` : "";
}
