import type * as pulumi from "@pulumi/pulumi";
import type { Candidate, PlatformName, SearchCriteria } from "../types.js";
import { TelephonyResource } from "./resource.js";

/** Arguments of {@link NumberSearch}: where to search, and for what. */
export interface NumberSearchArgs {
  /** The platform to search: "wiil" or "voipbin". */
  platform: pulumi.Input<PlatformName>;
  /** ISO 3166-1 alpha-2, for example "US". VoIPBIN needs it, except for virtual numbers. */
  country?: pulumi.Input<string>;
  /** "local", "toll-free", "mobile" or, on VoIPBIN, "virtual". @default any type but virtual */
  type?: pulumi.Input<SearchCriteria["type"]>;
  /** The digits after the country code that name an area, for example "212". */
  areaCode?: pulumi.Input<string>;
  /** Digits that the number contains after the country code; `*` stands for any one digit. */
  contains?: pulumi.Input<string>;
  /** State or province, as the platform writes it. */
  region?: pulumi.Input<string>;
  /** City or rate centre, as the platform writes it. */
  locality?: pulumi.Input<string>;
  postalCode?: pulumi.Input<string>;
  /** What the numbers must be able to do, for example `["voice", "sms"]`. */
  capabilities?: pulumi.Input<pulumi.Input<string>[]>;
  /** How many candidates to keep, 1 to 1000. @default 10 */
  limit?: pulumi.Input<number>;
  /** WIIL: the carrier to search, "signalwire", "twilio" or "vonage". @default "signalwire" */
  carrier?: pulumi.Input<string>;
  /** One exact number in E.164: is it offered, and at which price? */
  number?: pulumi.Input<string>;
}

/**
 * The numbers that a purchase may choose from. The search is made once, when the resource is created, and its result frozen: a
 * later `pulumi up` never searches again. It is in Pulumi's state before anything is bought, which is what lets an interrupted
 * purchase be found again. Searching costs nothing, and there is nothing to delete.
 *
 * A search that finds nothing is an error, which says which criterion to loosen. To search again with the same criteria, replace
 * the resource: `pulumi up --replace URN`; other criteria search anew by themselves.
 *
 * @example
 * // Fifty numbers out of one search: each PhoneNumber takes another candidate.
 * const search = new telephony.NumberSearch("sales", { platform: "voipbin", country: "US", limit: 60 });
 * const numbers = Array.from({ length: 50 }, (_, i) =>
 *   new telephony.PhoneNumber(`sales-${i}`, { platform: "voipbin", candidates: search.numbers }));
 *
 * @example
 * const search = new telephony.NumberSearch("ny", { platform: "wiil", country: "US", areaCode: "212" });
 * export const cheapest = search.numbers.apply((numbers) => numbers[0]?.monthlyPrice);
 */
export class NumberSearch extends TelephonyResource {
  /** What was offered, in the platform's order. */
  declare readonly numbers: pulumi.Output<Candidate[]>;
  /** When it was searched: UTC, ISO 8601. */
  declare readonly searchedAt: pulumi.Output<string>;
  declare readonly platform: pulumi.Output<PlatformName>;

  /** @internal What is searched for, as declared. */
  readonly kind: { country?: pulumi.Input<string>; type?: NumberSearchArgs["type"] };

  constructor(name: string, args: NumberSearchArgs, opts?: pulumi.CustomResourceOptions) {
    super("NumberSearch", name, args, ["numbers", "searchedAt"], opts);
    this.kind = { ...(args.country !== undefined && { country: args.country }), ...(args.type !== undefined && { type: args.type }) };
  }
}
