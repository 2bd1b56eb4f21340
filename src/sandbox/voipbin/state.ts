import { z } from "zod";
import type { Account } from "../store";
import { settingsOf, type World } from "../world";

export const zeroUuid = "00000000-0000-0000-0000-000000000000";

/** Microseconds since the epoch: what VoIPBIN's timestamps count, and what its page tokens are made of. */
export type Micros = number;

export interface PhoneNumber {
  id: string;
  account: string;
  customer_id: string;
  number: string;
  type: "normal" | "virtual";
  call_flow_id: string;
  message_flow_id: string;
  name: string;
  detail: string;
  metadata: { rtp_debug: boolean };
  /** Until then a normal number shows "purchase-pending". */
  activeAt: number;
  renewAt: number;
  /** What the platform did to it by itself: there is no call that suspends or takes a number away. */
  standing?: "suspended" | "released";
  tm_purchase: Micros;
  tm_renew: Micros;
  tm_create: Micros;
  tm_update: Micros;
  tm_delete: Micros | null;
}

export interface Action {
  id: string;
  next_id: string;
  type: string;
  option?: Record<string, unknown>;
}

export interface Flow {
  id: string;
  customer_id: string;
  type: "flow";
  name: string;
  detail: string;
  actions: Action[];
  on_complete_flow_id: string;
  tm_create: Micros;
  tm_update: Micros;
  tm_delete: Micros | null;
}

export interface Accesskey {
  id: string;
  account: string;
  customer_id: string;
  name: string;
  detail: string;
  token: string;
  tm_expire: Micros;
  tm_create: Micros;
  tm_update: Micros;
  tm_delete: Micros | null;
}

export interface VoipbinState {
  numbers: PhoneNumber[];
  flows: Flow[];
  accesskeys: Accesskey[];
  /** The last timestamp given out: a page token is a timestamp, so no two rows may share one. */
  lastMicros: Micros;
}

export function emptyVoipbin(): VoipbinState {
  return { numbers: [], flows: [], accesskeys: [], lastMicros: 0 };
}

export function voipbin(world: World): VoipbinState {
  return world.state.platforms["voipbin"] as VoipbinState;
}

/** Where the contract is silent or its sources disagree. */
export const voipbinSettings = z.object({
  /** Body of an error: the envelope of [RST restful_api], none at all ([SRV @21911a6c]), or a flat `message` ([MCP]). */
  errorBody: z.enum(["envelope", "empty", "flat"]).default("envelope"),
  /** "typed": each failure with the status and reason that the catalogue plans for it. "translated": what [SRV error_translate.go] makes of the server's texts today (409 STATE_INVALID, 500 INTERNAL). */
  errors: z.enum(["typed", "translated"]).default("typed"),
  /** A field that a PUT leaves out: stays as it is (newest server), is refused (older OAS: all required), or is emptied (older server). */
  putMissing: z.enum(["keep", "reject", "empty"]).default("keep"),
  /** Both timestamp formats are in the wild. */
  timestamps: z.enum(["space", "iso"]).default("space"),
  /** `tm_delete` of a row that isn't deleted: the sentinel, or null, or left out. */
  tmDelete: z.enum(["sentinel", "null", "absent"]).default("sentinel"),
  /** How long a normal number shows "purchase-pending" [RST number_overview]. */
  pendingMs: z.number().int().min(0).default(0),
  /** `GET /billing_accounts`: the newer credit in micro-dollars, or the older float balance. */
  billing: z.enum(["credit", "balance"]).default("credit"),
  /** Requests a second and customer. The contract states no quota; the headers' example of 100 would throttle a test. */
  rateLimit: z.number().int().min(1).default(5000),
});
export type VoipbinSettings = z.infer<typeof voipbinSettings>;

export function voipbinOptions(world: World): VoipbinSettings {
  return settingsOf<VoipbinSettings>(world, "voipbin");
}

export const voipbinAccountFields = z.object({
  /** Whether the customer's identity is verified; without it only virtual numbers can be had. */
  verified: z.boolean().default(true),
  /** How many virtual numbers the customer's tier allows. ASSUMED 50. */
  virtualLimit: z.number().int().min(0).default(50),
  frozen: z.boolean().default(false),
  /** Number calls need admin or manager; renew needs super-admin. */
  permission: z.enum(["agent", "manager", "admin", "super-admin"]).default("admin"),
  /** For `POST /auth/login`. */
  username: z.string().default(""),
  password: z.string().default(""),
});
export type VoipbinAccount = z.infer<typeof voipbinAccountFields>;

export function extraOf(account: Account): VoipbinAccount {
  return account.extra as VoipbinAccount;
}
