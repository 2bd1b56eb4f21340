import { z } from "zod";
import type { Account } from "../store";
import { settingsOf, type World } from "../world";

export const carriers = ["twilio", "telnyx"] as const;
export type Carrier = (typeof carriers)[number];

/** Burki's own record of a number: what the API lists, assigns and names. */
export interface NumberRow {
  id: number;
  account: string;
  phone_number: string;
  friendly_name: string | null;
  provider: Carrier;
  /** The carrier's id; after a Telnyx purchase the order's [SRC app/api/phone_numbers.py]. */
  provider_phone_id: string;
  is_active: boolean;
  capabilities: Record<string, boolean>;
  sip_trunk_id: string | null;
  allowed_country_codes: string[] | null;
  assistant_id: number | null;
  flow_id: number | null;
  created_at: number;
  updated_at: number | null;
}

/** The number at the carrier, in the organisation's account there: what is paid for. */
export interface CarrierNumber {
  account: string;
  carrier: Carrier;
  number: string;
  id: string;
  voiceUrl: string | null;
  smsUrl: string | null;
  connectionId: string | null;
  /** Cents a month. */
  price: number;
  purchasedAt: number;
  renewAt: number;
}

/** A Telnyx number order that isn't through yet. */
export interface Order {
  id: string;
  account: string;
  number: string;
  endsAt: number;
  fails: boolean;
}

export type Fields = Record<string, unknown>;

export interface Assistant {
  id: number;
  account: string;
  fields: Fields;
  created_at: number;
  updated_at: number;
}

export interface Flow {
  id: number;
  account: string;
  base_assistant_id: number;
  name: string;
  graph: Fields;
  is_active: boolean;
  created_at: number;
  updated_at: number;
}

export const outcomes = ["PENDING", "LATE_FAILED", "FAILED", "AMBIGUOUS", "GONE"] as const;
export type Outcome = (typeof outcomes)[number];

export interface BurkiState {
  rows: NumberRow[];
  carrierNumbers: CarrierNumber[];
  orders: Order[];
  assistants: Assistant[];
  flows: Flow[];
  /** Numbers that somebody else has bought at the carrier. */
  sold: string[];
  /** What `POST /_sandbox/outcomes` asked for, by number. */
  outcomes: Record<string, Outcome>;
  lastId: { row: number; assistant: number; flow: number };
}

export function emptyBurki(): BurkiState {
  return { rows: [], carrierNumbers: [], orders: [], assistants: [], flows: [], sold: [], outcomes: {}, lastId: { row: 0, assistant: 100, flow: 40 } };
}

export function burki(world: World): BurkiState {
  return world.state.platforms["burki"] as BurkiState;
}

/** Where the contract is silent or its sources disagree. */
export const burkiSettings = z.object({
  /** Where the phone-number group is served: `/api/v1/phone-numbers` ([OAS]), `/phone-numbers` ([SRC] of 2025-08), or both. */
  phoneNumberPaths: z.enum(["both", "current", "older"]).default("both"),
  /** Status of a Telnyx order that went through: "completed" ([seed 003], [DOCS]) or Telnyx's own "success" ([SDK] of Telnyx). */
  orderStatus: z.enum(["completed", "success"]).default("completed"),
  /** How long an order with the outcome PENDING or LATE_FAILED stays open. */
  orderMs: z.number().int().min(0).default(3000),
  /** An unknown assistant_id on purchase: 404 ([seed 003], [DOCS]), 400 ([seed 003] too), or not looked at ([SRC]). */
  unknownAssistant: z.enum(["404", "400", "unchecked"]).default("404"),
  /** What a purchase sets up: voice, SMS and the Telnyx connection ([seed 003]), or Twilio's voice URL only ([SRC]). */
  purchaseWebhooks: z.enum(["all", "voice-only"]).default("all"),
  /** Buying a Telnyx number that the organisation has already: another order, charged again (contract), or a failure. */
  telnyxRepurchase: z.enum(["order", "refuse"]).default("order"),
  /** Field names of a search result: [OAS], or those of the Python model [PY]. */
  searchFields: z.enum(["oas", "python"]).default("oas"),
  /** assign by row id of a number that another assistant holds: refused like assign-by-number, or taken over without a word ([SRC]). */
  assignById: z.enum(["refuse", "take"]).default("refuse"),
  /** Deleting an assistant that a flow is based on. ASSUMED: the database refuses, and that is [SRC]'s 500; or it is allowed. */
  deleteAssistantInUse: z.enum(["refuse", "allow"]).default("refuse"),
});
export type BurkiSettings = z.infer<typeof burkiSettings>;

export function burkiOptions(world: World): BurkiSettings {
  return settingsOf<BurkiSettings>(world, "burki");
}

/** Whether the organisation has working credentials of the carrier. Its balance stands for what it has at both. */
export const burkiAccountFields = z.object({ twilio: z.boolean().default(true), telnyx: z.boolean().default(true) });

export function hasCredentials(account: Account, carrier: Carrier): boolean {
  return (account.extra as z.infer<typeof burkiAccountFields>)[carrier];
}

/** The organisation's and its user's id. */
export function organizationId(world: World, account: { account: string }): number {
  return world.state.accounts.filter((item) => item.platform === "burki").findIndex((item) => item.account === account.account) + 1;
}
