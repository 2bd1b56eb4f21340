import { z } from "zod";
import { settingsOf, type World } from "../world";
import type { NumberType } from "../stock";

/**
 * Two generations of WIIL's API are in the wild: the one that [seed 001] describes (`POST /phone-configurations/purchase`, upper-case
 * enums) and the current one of [JS] (`POST …/telephony-provider/purchase`, lower-case). An order, and the number that comes of it,
 * speaks the dialect of the route that it was placed by.
 */
export type Generation = "current" | "older";

export type PurchaseStatus = "pending" | "processing" | "completed" | "failed" | "cancelled";

export const providers = ["signal-wire", "twilio", "vonage", "telnyx", "messagebird", "sns"] as const;
export type Provider = (typeof providers)[number];

export interface Order {
  id: string;
  account: string;
  generation: Generation;
  phoneNumber: string;
  friendlyName: string;
  countryCode: string;
  numberType: NumberType;
  provider: Provider;
  /** Cents; what completion costs. Held back from the balance while the order is open, charged when it completes. */
  price: number;
  status: PurchaseStatus;
  statusDetails: string | null;
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
  /** When it leaves PENDING, and when it ends. */
  processingAt: number;
  endsAt: number;
  /** How it is going to end, unless nothing was asked for: COMPLETED. */
  outcome: { status: "completed" | "failed" | "cancelled"; statusDetails: string | null };
}

export interface PhoneConfiguration {
  id: string;
  account: string;
  generation: Generation;
  phoneNumber: string;
  providerPhoneNumberId: string;
  phoneRequestId: string;
  friendlyName: string | null;
  /** Cents. */
  price: number;
  region: string;
  countryCode: string;
  numberType: NumberType;
  provider: Provider;
  markedForRelease: boolean;
  voiceChannelId: string | null;
  smsChannelId: string | null;
  createdAt: number;
  updatedAt: number;
  /** When it can be read: a purchase may be completed a moment before. */
  visibleAt: number;
  renewAt: number;
}

export type DeploymentType = "calls" | "sms" | "web" | "mobile-app" | "whatsapp" | "email";

export interface Channel {
  id: string;
  account: string;
  generation: Generation;
  deploymentType: DeploymentType;
  channelIdentifier: string;
  channelName: string;
  recordingEnabled: boolean;
  configuration: Record<string, unknown>;
  createdAt: number;
  updatedAt: number;
}

export interface Deployment {
  id: string;
  account: string;
  generation: Generation;
  projectId: string;
  deploymentChannelId: string;
  agentConfigurationId: string;
  instructionConfigurationId: string;
  deploymentName: string | null;
  deploymentStatus: string;
  provisioningType: string;
  provisioningConfigChainId: string | null;
  isActive: boolean;
  createdAt: number;
  updatedAt: number;
}

export interface Instruction {
  id: string;
  account: string;
  fields: Record<string, unknown>;
  createdAt: number;
  updatedAt: number;
}

/** Has the id of its instruction in `fields`. */
export type Agent = Instruction;

export interface WiilState {
  orders: Order[];
  configurations: PhoneConfiguration[];
  channels: Channel[];
  deployments: Deployment[];
  agents: Agent[];
  instructions: Instruction[];
  /** What `POST /_sandbox/outcomes` asked for, by number. */
  outcomes: Record<string, { status: "failed" | "cancelled"; statusDetails: string | null }>;
  /** What `POST /_sandbox/wiil/purchase-times` asked for, by number: how long its next order takes, in milliseconds. */
  purchaseTimes: Record<string, number>;
}

export function emptyWiil(): WiilState {
  return { orders: [], configurations: [], channels: [], deployments: [], agents: [], instructions: [], outcomes: {}, purchaseTimes: {} };
}

export function wiil(world: World): WiilState {
  const state = world.state.platforms["wiil"] as WiilState;
  // A dataDir of before there were these.
  state.agents ??= [];
  state.instructions ??= [];
  state.purchaseTimes ??= {};
  return state;
}

/** Where the contract is silent or its sources disagree. */
export const wiilSettings = z.object({
  /** How long a purchase takes ([seed 001]: "under 5 minutes"). The first half is PENDING, the second PROCESSING. */
  purchaseMs: z.number().int().min(0).default(8000),
  /** Whether an order shows PROCESSING on its way: [seed 004] has it, [CORE] names it in descriptions only. */
  processing: z.boolean().default(true),
  /** How long a completed purchase's configuration still answers 404 ([JS examples/channels/voice-channels.md] retries for that). */
  configurationDelayMs: z.number().int().min(0).default(0),
  /** Case of enum values: that of the route's generation, or one for all. */
  enums: z.enum(["generation", "current", "older"]).default("generation"),
  /** `GET …/by-request/{id}`: [seed 001] polls it for a purchase status, [JS] types it as a PhoneConfiguration. */
  byRequest: z.enum(["generation", "purchase", "configuration"]).default("generation"),
  /** `data` of a list: `{data, meta}` [CORE], `{items, meta}` [DOCS reference], or bare; "generation" is the page for the current routes, bare for the older ones. */
  lists: z.enum(["generation", "data", "items", "array"]).default("generation"),
  /** Envelope of a failure: `{code, message}` [JS client/types.ts], `{error:{code, message}}` [PY], `{error:"…"}` [DOCS reference]. */
  errors: z.enum(["flat", "nested", "text"]).default("flat"),
  /** Failures arrive with HTTP 200 and `success:false` ([JS HttpClient] handles that). */
  errorsAs200: z.boolean().default(false),
  /** Status of "Phone number not available". ASSUMED: only the text is on record. */
  unavailableStatus: z.number().int().min(400).max(499).default(409),
  /** Status of "Insufficient credits". ASSUMED: only the text is on record. */
  insufficientStatus: z.number().int().min(400).max(499).default(402),
  /** What DELETE does: the number goes at once, or is marked and stays readable until its month ends ([CORE] markedForRelease). */
  release: z.enum(["immediate", "marked"]).default("immediate"),
  /** Deleting what is in use: an instruction that an agent has ([JS examples/service-mgt/instruction-configs-guide.md]), an agent that is deployed (ASSUMED). */
  deleteInUse: z.enum(["refuse", "allow"]).default("refuse"),
  /** Deleting a deployment that is active: "Cannot delete active deployment" ([JS examples/service-mgt/deployment-configs-guide.md]). */
  deleteActiveDeployment: z.enum(["refuse", "allow"]).default("refuse"),
});
export type WiilSettings = z.infer<typeof wiilSettings>;

export function wiilOptions(world: World): WiilSettings {
  return settingsOf<WiilSettings>(world, "wiil");
}
