import { z } from "zod";
import type { Account } from "../store";
import { settingsOf, worldNow, type World } from "../world";

export const providers = ["byo-phone-number", "twilio", "vonage", "vapi", "telnyx"] as const;
export type Provider = (typeof providers)[number];

export type Fields = Record<string, unknown>;

/** A phone number record. What a request may set, and an answer echoes, is in `fields`. */
export interface PhoneNumber {
  id: string;
  account: string;
  provider: Provider;
  /** The digits; null on a SIP address and on a half-made record. */
  number: string | null;
  /** When the digits appear, and when the status leaves "activating". */
  numberAt: number;
  activeAt: number;
  /** Where the status goes then. */
  status: "active" | "blocked";
  fields: Fields;
  createdAt: number;
  updatedAt: number;
}

export interface Assistant {
  id: string;
  account: string;
  fields: Fields;
  /** Why it can't be deleted; null when it can. */
  pinned: string | null;
  createdAt: number;
  updatedAt: number;
}

export interface Squad {
  id: string;
  account: string;
  fields: Fields;
  createdAt: number;
  updatedAt: number;
}

/** How an allocation ends, other than well: a record that is active and has no number, or one that is blocked. */
export type AllocationOutcome = "half-made" | "blocked";

export interface VapiState {
  numbers: PhoneNumber[];
  assistants: Assistant[];
  squads: Squad[];
  /** What `POST /_sandbox/vapi/outcomes` asked for, for the next allocations of an account. */
  outcomes: { account: string; status: AllocationOutcome }[];
  /** The last creation time given out: v1 lists are paged by createdAtLt, so no two records may share one. */
  lastCreated: number;
}

export function emptyVapi(): VapiState {
  return { numbers: [], assistants: [], squads: [], outcomes: [], lastCreated: 0 };
}

export function vapi(world: World): VapiState {
  return world.state.platforms["vapi"] as VapiState;
}

export function creationTime(world: World): number {
  const state = vapi(world);
  state.lastCreated = Math.max(worldNow(world), state.lastCreated + 1);
  return state.lastCreated;
}

/** Where the contract is silent or its sources disagree. */
export const vapiSettings = z.object({
  /**
   * What `POST /phone-number` with provider vapi does: "buy" allocates a number and knows no `number` ([OAS]); "link" takes the `number` of
   * one that was bought in the dashboard and links it, and makes a record without a number where none is given ([seed 000]).
   */
  create: z.enum(["buy", "link"]).default("buy"),
  /** How long a new number is "activating" ([DOCS free-telephony.mdx]: up to a few minutes). */
  activateMs: z.number().int().min(0).default(1500),
  /** How long its digits are missing ([3P 69848711916] polls for them); may be longer than activateMs. */
  numberMs: z.number().int().min(0).default(1500),
  /** Free numbers an account: 5 ([DOCS phone-calling.mdx]), 10 in [seed 000]. */
  freeNumbers: z.number().int().min(0).default(5),
  /** Status of the refusal beyond it, and of one for want of a payment method. ASSUMED: 402 or 400. */
  limitStatus: z.union([z.literal(402), z.literal(400)]).default(402),
  /** Status of importing a number twice: 400 ([3P 53158115142]) or 409 ([3P 55110920126]). */
  duplicateStatus: z.union([z.literal(400), z.literal(409)]).default(400),
  /** Where digits are masked (+165****8621): one report says so of lists and reads [3P 61449107110], other code reads them in full. */
  masked: z.enum(["never", "lists", "reads"]).default("never"),
  /** `assistantId: null` (squadId, workflowId): detaches (several repos do so), changes nothing, or is refused. The schema doesn't say. */
  nullLinks: z.enum(["detach", "ignore", "refuse"]).default("detach"),
  /** Answers carry twilioAuthToken, twilioApiSecret and authentication [OAS]. */
  echoSecrets: z.boolean().default(true),
});
export type VapiSettings = z.infer<typeof vapiSettings>;

export function vapiOptions(world: World): VapiSettings {
  return settingsOf<VapiSettings>(world, "vapi");
}

export const vapiAccountFields = z.object({
  /** Whether a payment method is saved: the first free number needs none, further ones do [DOCS phone-calling.mdx]. */
  paymentMethod: z.boolean().default(true),
});

export function hasPaymentMethod(account: Account): boolean {
  return (account.extra as z.infer<typeof vapiAccountFields>).paymentMethod;
}
