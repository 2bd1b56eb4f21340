import * as pulumi from "./sdk.js";
import type { Platform } from "./platforms/platform.js";
import type { Candidate, NumberType, PhoneNumberInfo, PlatformName, Price, Region, SearchCriteria } from "./types.js";

/** Arguments of {@link searchNumbers}. */
export interface SearchNumbersArgs extends SearchCriteria {
  platform: PlatformName;
  /** WIIL: "signalwire", "twilio" or "vonage". @default "signalwire" */
  carrier?: string;
}

/** Arguments of {@link getRegions}. */
export interface GetRegionsArgs {
  platform: PlatformName;
  /** "signalwire", "twilio" or "vonage". @default "signalwire" */
  carrier?: string;
}

/** Arguments of {@link getPrices}. */
export interface GetPricesArgs {
  platform: PlatformName;
  country?: string;
  type?: NumberType;
  /** WIIL: "signalwire", "twilio" or "vonage". @default "signalwire" */
  carrier?: string;
}

/** Arguments of {@link getPhoneNumber}: the number in E.164, or its id. */
export interface GetPhoneNumberArgs {
  platform: PlatformName;
  number?: string;
  id?: string;
}

/** The stack's configuration; nothing outside of a Pulumi program. */
function configured(key: string): string | undefined {
  try {
    return new pulumi.Config("telephony").get(key);
  } catch {
    return undefined;
  }
}

/** Loaded when it is first needed: a program that only declares resources opens no connection. */
async function open(platform: string): Promise<Platform> {
  const { settingsFrom } = await import("./provider/settings.js");
  return settingsFrom(configured).open(platform);
}

/** Throws all that is wrong with the arguments, as `check` would say it. */
async function assertSearch(args: SearchNumbersArgs): Promise<void> {
  const { searchProblems } = await import("./provider/number-search.js");
  const problems = searchProblems({ ...args });
  if (problems.length > 0) throw new Error(`searchNumbers: ${problems.join("; ")}`);
}

/**
 * The numbers that a platform offers just now. For a purchase use {@link NumberSearch} or `search`, which freeze the result: a
 * fresh search in every run would offer another number each time.
 *
 * Needs the platform's key, from the environment or the stack's configuration. Costs nothing. An empty result is an empty list.
 *
 * @example
 * const offered = await telephony.searchNumbers({ platform: "voipbin", country: "US", type: "toll-free" });
 * for (const { number, monthlyPrice } of offered) console.log(number, monthlyPrice?.amount);
 */
export async function searchNumbers(args: SearchNumbersArgs): Promise<Candidate[]> {
  await assertSearch(args);
  return (await (await open(args.platform)).search(args, {})).candidates;
}

/**
 * The regions in which a platform sells numbers. Only WIIL's older API lists them.
 *
 * @example
 * const regions = await telephony.getRegions({ platform: "wiil", carrier: "signalwire" });
 * regions.forEach((region) => console.log(`- ${region.regionName} (${region.regionId})`));
 */
export async function getRegions(args: GetRegionsArgs): Promise<Region[]> {
  return (await open(args.platform)).regions(args, {});
}

/**
 * What numbers cost a month, by country and type. WIIL tells it by its API; VoIPBIN's is the flat price of its documents.
 *
 * @example
 * const [local] = await telephony.getPrices({ platform: "wiil", country: "US", type: "local" });
 * console.log(local?.monthlyPrice); // { amount: "2.00", currency: "USD" }
 */
export async function getPrices(args: GetPricesArgs): Promise<Price[]> {
  return (await open(args.platform)).prices(args, {});
}

/**
 * A number that the account owns, whoever bought it; undefined when it owns no such number.
 *
 * @example
 * const support = await telephony.getPhoneNumber({ platform: "wiil", number: "+12125551234" });
 * console.log(support?.channels.voice);
 */
export async function getPhoneNumber(args: GetPhoneNumberArgs): Promise<PhoneNumberInfo | undefined> {
  const { platform, number, id } = args;
  if ((number === undefined) === (id === undefined)) throw new Error("getPhoneNumber: give exactly one of number and id");
  const { numbers } = await open(platform);
  const record = number === undefined ? await numbers.get(id!, undefined, {}) : await numbers.find(number, {});
  if (!record || record.gone) return undefined;
  const { mark, ready: _ready, gone: _gone, slots: _slots, channels, ...rest } = record;
  return { ...rest, platform, id: numbers.idOf(record), channels: { voice: channels?.voice, sms: channels?.sms }, ...(mark && { mark: `${mark.digest}.${mark.generation}` }) };
}
