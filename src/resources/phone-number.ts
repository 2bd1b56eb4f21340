import * as pulumi from "../sdk.js";
import type { Candidate, Channels, Money, NumberType, PlatformName, Purchase, SearchCriteria } from "../types.js";
import { type Declared, withinBudget } from "./budget.js";
import { ledger } from "./monthly-cost.js";
import { NumberSearch } from "./number-search.js";
import { TelephonyResource, typeToken, withoutDependency } from "./resource.js";

/** Search criteria as a program gives them. */
export type SearchArgs = { [K in keyof SearchCriteria]: pulumi.Input<SearchCriteria[K]> };

/** Arguments of {@link PhoneNumber}. Give exactly one of `number`, `search` and `candidates`. */
export interface PhoneNumberArgs {
  /** The platform that sells the number: "vapi", "wiil", "voipbin" or "burki". Changing it buys a new number before the old one is released. */
  platform: pulumi.Input<PlatformName>;
  /** One exact number in E.164, for example "+12125551234". Changing it buys the new one before the old one is released. */
  number?: pulumi.Input<string>;
  /**
   * What the number must be like. The resource searches once, by a {@link NumberSearch} of its own named `NAME-search` (none at Vapi,
   * which picks the number itself), and buys the first number that it can get. Changing the criteria later never replaces a number that was bought.
   */
  search?: pulumi.Input<SearchArgs>;
  /** The numbers to choose from, usually those of a {@link NumberSearch}; tried in their order. */
  candidates?: pulumi.Input<pulumi.Input<Candidate | string>[]>;
  /** What people see in the platform's dashboard. @default the resource's name */
  name?: pulumi.Input<string>;
  /** WIIL: the carrier to buy from, "signalwire", "twilio" or "vonage". Used at the purchase. @default the platform's choice */
  carrier?: pulumi.Input<string>;
  /** The type of an exact number, where the platform asks for it. Used at the purchase. @default as the numbering plan says */
  type?: pulumi.Input<NumberType>;
  /** Take the number over if the account owns it already and no Pulumi resource does; bought only if it doesn't. @default false */
  adopt?: pulumi.Input<boolean>;
  /** Take the number over even if another Pulumi resource owns it. @default false */
  takeover?: pulumi.Input<boolean>;
  /** Whether the number is given back when the resource goes. A released number can't be had again. @default "release" */
  onDelete?: pulumi.Input<"release" | "retain">;
  /** Refuse to release the number, whatever asks for it. @default false */
  deletionProtection?: pulumi.Input<boolean>;
  /**
   * Bring in a number that you have at a carrier (Vapi: `carrier` "twilio", "telnyx", "vonage" or "byo-phone-number"). Twilio: `{ sid, token }` or
   * `{ sid, apiKey, apiSecret }`; the others: `{ credentialId }`. Kept as a secret. Nothing is bought, and releasing it leaves it at the carrier.
   */
  carrierAccount?: pulumi.Input<{ [field: string]: pulumi.Input<string> }>;
  /** The most that the number may cost a month; checked before it is bought. @default no limit */
  maxMonthlyPrice?: pulumi.Input<{ amount: pulumi.Input<string>; currency: pulumi.Input<string> }>;
}

const OUTPUTS = ["status", "country", "capabilities", "monthlyPrice", "setupPrice", "channels", "purchaseId", "purchasedAt", "purchase", "platformId", "webhooks", "number", "type", "carrier", "name", "__created"];

/**
 * A phone number that you own: bought when the resource is created, released when it is deleted. Nothing is bought twice: a run
 * that died after the purchase is taken up where it stopped, by the mark that the number carries in the platform's dashboard
 * (`Hotline [pulumi k3f9x2a1.1]`).
 *
 * How long a purchase may take is Pulumi's `customTimeouts: { create: "5m" }`. One that takes longer is kept in the state as
 * pending; the next `pulumi up` goes on with it and orders nothing again.
 *
 * Errors: a number that is taken, a search without a result, a price over `maxMonthlyPrice`, credit that does not suffice, a key that is refused.
 * All of them leave nothing bought.
 *
 * @example
 * // Any toll-free number in the US.
 * const hotline = new telephony.PhoneNumber("hotline", {
 *   platform: "voipbin", search: { country: "US", type: "toll-free" }, name: "Hotline", deletionProtection: true });
 *
 * @example
 * // An exact number, for at most 2 dollars a month; two channels appear with it.
 * const support = new telephony.PhoneNumber("support", {
 *   platform: "wiil", number: "+12125551234", name: "Customer Support Line", carrier: "signalwire", type: "local",
 *   maxMonthlyPrice: { amount: "2.00", currency: "USD" },
 * }, { customTimeouts: { create: "5m" } });
 * export const voiceChannel = support.channels.voice;
 *
 * @example
 * // A number that was bought by hand, and is to outlive the program.
 * const old = new telephony.PhoneNumber("old", { platform: "wiil", number: "+18005551234", adopt: true, onDelete: "retain" });
 */
export class PhoneNumber extends TelephonyResource {
  /** E.164. */
  declare readonly number: pulumi.Output<string>;
  declare readonly platform: pulumi.Output<PlatformName>;
  declare readonly name: pulumi.Output<string>;
  /** The platform's word in lower case: "active", "pending", "suspended", … */
  declare readonly status: pulumi.Output<string>;
  /** ISO 3166-1 alpha-2; undefined for virtual numbers. */
  declare readonly country: pulumi.Output<string | undefined>;
  declare readonly type: pulumi.Output<NumberType | undefined>;
  /** Where the platform tells it. */
  declare readonly carrier: pulumi.Output<string | undefined>;
  /** In lower case, for example `["voice", "sms"]`; where the platform tells them. */
  declare readonly capabilities: pulumi.Output<string[] | undefined>;
  /**
   * What the number costs a month, where the platform tells it (WIIL, VoIPBIN, Burki at Telnyx; not Vapi). Known in the preview of a new
   * number too: what its kind costs by the price list, on Burki what the first one on offer costs.
   */
  declare readonly monthlyPrice: pulumi.Output<Money | undefined>;
  /** What was charged once, beside the first month, where the platform tells it (Burki at Telnyx). Known in the preview like `monthlyPrice`. */
  declare readonly setupPrice: pulumi.Output<Money | undefined>;
  /** WIIL: the ids of the voice and SMS channels that were opened with the number. */
  declare readonly channels: pulumi.Output<Channels>;
  /** Burki: where calls and messages are reported to. */
  declare readonly webhooks: pulumi.Output<{ voice?: string; sms?: string } | undefined>;
  /** The platform's id of the purchase. */
  declare readonly purchaseId: pulumi.Output<string | undefined>;
  /** UTC, ISO 8601. */
  declare readonly purchasedAt: pulumi.Output<string | undefined>;
  /** WIIL: what it says of the purchase: status, credits charged, times. */
  declare readonly purchase: pulumi.Output<Purchase | undefined>;
  /** What is chosen from: `candidates`, or what the number's own search found; empty for a number that is looked up. Not kept in the number's state. */
  declare readonly candidates: pulumi.Output<(Candidate | string)[]>;
  /** The platform's id of the number. */
  declare readonly platformId: pulumi.Output<string | undefined>;

  /** @internal When one with a price was created, in milliseconds. */
  declare readonly __created: pulumi.Output<number | undefined>;

  /** @internal The platform as declared: unlike the output, it stays known in the preview of an update. */
  readonly declaredPlatform: pulumi.Input<PlatformName>;

  /** @internal The name in the program. */
  readonly declaredName: string;

  constructor(name: string, args: PhoneNumberArgs, opts?: pulumi.CustomResourceOptions) {
    const search = searchFor(name, args, opts);
    const kind = args.candidates === undefined ? undefined : searchedBy(args.candidates);
    const given = args as PhoneNumberArgs & { __criteria?: pulumi.Input<object> };
    const declared: Declared = { name, args, criteria: args.search ?? given.__criteria ?? kind, parent: opts?.parent };
    const after = opts?.id === undefined ? withinBudget(declared) : undefined;
    super("PhoneNumber", name, { ...args, ...(kind && !given.__criteria && { __kind: kind }), ...(args.carrierAccount && { carrierAccount: pulumi.secret(args.carrierAccount) }), ...(search && { __search: withoutDependency(search.urn), __offered: search.numbers }) }, OUTPUTS, opts, after);
    declared.resource = this;
    // Known to the program, and in the search's state: the number's own would repeat it, for each number of a search.
    this.candidates = pulumi.output(args.candidates ?? search?.numbers ?? []);
    this.declaredPlatform = args.platform;
    this.declaredName = name;
    if (opts?.id === undefined) ledger().numbers.push(this);
  }

  /**
   * A number that the account owns, looked up by its id (WIIL: the number in E.164; VoIPBIN: the number's UUID or E.164). It is
   * read, never changed and never released.
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, args: { platform: pulumi.Input<PlatformName> }, opts?: pulumi.CustomResourceOptions): PhoneNumber {
    return new PhoneNumber(name, { platform: args.platform }, { ...opts, id });
  }
}

/** Where and what the search behind these candidates looks for, so that a price can be told before it is made. */
function searchedBy(candidates: PhoneNumberArgs["candidates"]): NumberSearch["kind"] | undefined {
  if (!pulumi.Output.isInstance(candidates)) return undefined;
  const behind = (candidates as unknown as { resources(): Set<pulumi.Resource> }).resources();
  return [...behind].find((resource): resource is NumberSearch => resource instanceof NumberSearch)?.kind;
}

/** The platforms with the trait `allocates`; a test holds the two against each other. */
export const ALLOCATING: readonly PlatformName[] = ["vapi"];

const CRITERIA = ["country", "type", "areaCode", "contains", "region", "locality", "postalCode", "capabilities", "limit"] as const;

/**
 * The search that writes down what may be bought before it is bought. An exact number has one too: on a platform that doesn't show an
 * order under way (WIIL), a lost order of ours can be told from a stranger's only by knowing that an earlier run meant to buy.
 */
function searchFor(name: string, args: PhoneNumberArgs, opts: pulumi.CustomResourceOptions = {}): NumberSearch | undefined {
  const { platform, carrier, number, search, candidates } = args;
  // Where the platform picks the number there are no candidates to write down.
  if ((ALLOCATING as readonly unknown[]).includes(platform)) return undefined;
  // What is no valid choice makes no search: `check` says what is wrong with it.
  if (opts.id !== undefined || candidates !== undefined || (number === undefined) === (search === undefined)) return undefined;
  const criteria = pulumi.output(search).apply((s) => s ?? {});
  const what = number === undefined ? Object.fromEntries(CRITERIA.map((key) => [key, criteria.apply((c) => (c as SearchCriteria)[key])])) : { number };
  const derived = { __derived: true }; // what is wrong with the criteria is said once, by the PhoneNumber's check
  return new NumberSearch(`${name}-search`, { platform, carrier, ...what, ...derived }, {
    parent: opts.parent,
    provider: opts.provider,
    dependsOn: opts.dependsOn,
    aliases: opts.aliases?.map((alias) => pulumi.output(alias).apply(searchAlias)) as pulumi.Input<pulumi.Alias>[] | undefined,
  });
}

/** Under the alias of a number, its search has one as well. */
function searchAlias(alias: string | pulumi.Alias): string | pulumi.Alias {
  if (typeof alias !== "string") return alias.name === undefined ? alias : { ...alias, name: pulumi.interpolate`${alias.name}-search` };
  return `${alias.replace(typeToken("PhoneNumber"), typeToken("NumberSearch"))}-search`;
}
