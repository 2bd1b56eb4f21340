/** Words that both sides of the wall use. Types only: this file is empty at run time. */

/** A platform: the API that is called. */
export type PlatformName = "vapi" | "wiil" | "voipbin" | "burki";

/** What kind of number it is; `virtual` numbers (VoIPBIN, +899…) are not reachable from the public network. */
export type NumberType = "local" | "toll-free" | "mobile" | "virtual";

/** An amount of money: a decimal string and an ISO 4217 currency, never a float. */
export interface Money {
  /** For example "2.00". */
  amount: string;
  /** For example "USD". */
  currency: string;
}

/** What a number must be like to be a candidate. */
export interface SearchCriteria {
  /** ISO 3166-1 alpha-2, for example "US". Required by VoIPBIN, except for virtual numbers. */
  country?: string;
  /** @default any type that the platform offers, except virtual */
  type?: NumberType;
  /** The digits after the country code that name an area, for example "212". */
  areaCode?: string;
  /** Digits that the number contains, anywhere after the country code; `*` stands for any one digit. */
  contains?: string;
  /** State or province, as the platform writes it, for example "NY" or "California". */
  region?: string;
  /** City or rate centre, as the platform writes it. */
  locality?: string;
  postalCode?: string;
  /** What the number must be able to do, for example `["voice", "sms"]`. */
  capabilities?: string[];
  /** How many candidates to keep, 1 to 1000. @default 10 */
  limit?: number;
}

/** A number that a search offered. */
export interface Candidate {
  /** E.164, for example "+12125551234". */
  number: string;
  country?: string;
  type?: NumberType;
  region?: string;
  locality?: string;
  postalCode?: string;
  /** In lower case, for example `["voice", "sms", "mms"]`. */
  capabilities?: string[];
  /** Where the platform tells prices. */
  monthlyPrice?: Money;
  /** What is charged once, beside the first month; where the platform tells it (Burki at Telnyx). */
  setupPrice?: Money;
  /** WIIL: what the carrier calls it, for example "New York Local". */
  friendlyName?: string;
  /** WIIL: the Local Access and Transport Area. */
  lata?: string;
  /** WIIL: whether the carrier offers it on trial. */
  beta?: boolean;
  /** Whether the account owned it already when it was offered; only told where marks don't last. */
  owned?: boolean;
}

/** The ids of the channels that a platform opens with a number (WIIL). The keys are always there, so that `number.channels.voice` is an output. */
export interface Channels {
  voice: string | undefined;
  sms: string | undefined;
}

/** A region that a platform sells numbers in, in the platform's own words. */
export interface Region {
  regionId: string;
  regionName: string;
}

/** What numbers of a kind cost. */
export interface Price {
  country?: string;
  type?: NumberType;
  monthlyPrice: Money;
  /** WIIL: the country's full name. */
  countryName?: string;
  /** WIIL: what the price is for, in its words: "per month". */
  unit?: string;
  /** WIIL: the tiers behind the price. */
  tiers?: { base?: Money; current?: Money }[];
}

/** What WIIL says of a purchase. Times are UTC, ISO 8601. */
export interface Purchase {
  /** As WIIL writes it: "COMPLETED". */
  status: string;
  statusDetails?: string;
  /** What the account was charged, in WIIL's credits. */
  chargedCredits?: number;
  metadata?: { [field: string]: unknown };
  createdAt?: string;
  updatedAt?: string;
  completedAt?: string;
}

/** A number that an account owns, whoever bought it. */
export interface PhoneNumberInfo {
  platform: PlatformName;
  /** The id under which {@link CallFlowBinding} and `PhoneNumber.get` know it. */
  id: string;
  /** The platform's own id. */
  platformId: string;
  number: string;
  name: string;
  /** In lower case: "active", "pending", "suspended", … */
  status: string;
  country?: string;
  type?: NumberType;
  carrier?: string;
  capabilities?: string[];
  monthlyPrice?: Money;
  channels: Channels;
  purchaseId?: string;
  /** UTC, ISO 8601. */
  purchasedAt?: string;
  /** Which Pulumi resource's mark is on it, for example "k3f9x2a1.1"; absent when nobody's is. */
  mark?: string;
}
