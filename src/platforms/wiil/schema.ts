import { z } from "zod";
import { builtOnce, phoneDigits } from "../wire.js";

/**
 * Wire types of WIIL (contracts/wiil.md). Three generations of envelopes and two of enum spellings are on record, so enums
 * are strings here and compared by `word` (word.ts); fields that a generation may lack are optional.
 */

const text = z.string().nullish().transform((x) => x ?? undefined);

/** Prices are JSON numbers on the wire; their shortest decimal form is what was sent, here with two decimals at least. */
const amount = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((x) => (x == null ? undefined : String(x).replace(/^(\d+)(?:\.(\d))?$/, (_, whole: string, tenth?: string) => `${whole}.${tenth ?? "0"}0`)));

export const numberInfo = z.object({
  phoneNumber: phoneDigits,
  friendlyName: text,
  countryCode: text,
  capabilities: z.record(z.string(), z.unknown()).nullish(),
  numberType: text,
  lata: text,
  rateCenter: text,
  region: text,
  postalCode: text,
  beta: z.boolean().nullish(),
});

export const purchase = z.object({
  id: z.string(),
  phoneNumber: phoneDigits,
  friendlyName: text,
  countryCode: text,
  status: z.string(),
  numberType: text,
  statusDetails: text,
  chargedCredits: z.number().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  completedAt: z.number().nullish(),
  createdAt: z.number().nullish(),
  updatedAt: z.number().nullish(),
});

export const pricing = z.object({
  number_type: text,
  country: text,
  countryCode: text,
  phoneNumberPrices: z.array(z.object({ base_price: amount, current_price: amount })).nullish(),
  price: amount,
  priceUnit: text,
  currency: text,
});


/** What points a channel at an agent: one channel, one deployment. [CORE deployment-config.schema.ts] */
export const deployment = z.object({
  id: z.string(),
  projectId: z.string(),
  deploymentChannelId: z.string(),
  agentConfigurationId: z.string(),
  instructionConfigurationId: z.string(),
  deploymentName: text,
  isActive: z.boolean().nullish(),
});

/** A channel as a populated reference. One that was read with its deployment has null where there is none. [CORE phone-config.schema.ts] */
const channel = z.object({ id: z.string(), deployment: deployment.nullish().catch(undefined) }).nullish();

export const phoneConfiguration = z.object({
  id: z.string(),
  phoneNumber: phoneDigits,
  phoneRequestId: text,
  friendlyName: text,
  monthlyPrice: amount,
  countryCode: text,
  providerType: text,
  status: text,
  markedForRelease: z.boolean().nullish(),
  voiceChannelId: text,
  smsChannelId: text,
  voiceChannel: channel,
  smsChannel: channel,
  createdAt: z.number().nullish(),
});

/** `by-request/{id}` is typed a phone configuration by the SDK and read as a purchase by the guide. */
export const purchaseOrConfiguration = z.union([phoneConfiguration.extend({ providerType: z.string() }), purchase]);

/** DELETE answers a boolean; an empty 204 is as good. */
export const released = z.boolean().nullish().transform((x) => x ?? true);

export const region = z.object({ regionId: z.string(), regionName: z.string() });

/** A page is `{data: […], meta}`, in the documentation `{items: […]}`, in the older SDK a bare array. */
export const page = builtOnce(<S extends z.ZodType>(item: S) => {
  const items = z.array(item);
  const meta = z.object({ hasNextPage: z.boolean().optional(), page: z.number().optional(), totalPages: z.number().optional() }).nullish();
  const more = (m: z.output<typeof meta>) => m?.hasNextPage ?? (m?.page ?? 1) < (m?.totalPages ?? 1);
  return z.union([
    items.transform((all) => ({ items: all, more: false })),
    z.object({ data: items, meta }).transform((p) => ({ items: p.data, more: more(p.meta) })),
    z.object({ items, meta }).transform((p) => ({ items: p.items, more: more(p.meta) })),
  ]);
});

/** Unknown fields stay: a program may have given them, and sees them drift. [CORE agent-config.schema.ts] */
export const agent = z.looseObject({
  id: z.string(),
  name: text,
  instructionConfigurationId: text,
  createdAt: z.number().nullish(),
});

/** [CORE instruction-config.schema.ts] */
export const instruction = z.looseObject({ id: z.string(), instructionName: text });

/** A channel without a deployment is a 404; `data: null` [DOCS reference] says the same. */
export const maybeDeployment = deployment.nullish().transform((x) => x ?? undefined);

export type NumberInfo = z.output<typeof numberInfo>;
export type Purchase = z.output<typeof purchase>;
export type Pricing = z.output<typeof pricing>;
export type PhoneConfiguration = z.output<typeof phoneConfiguration>;
export type Agent = z.output<typeof agent>;
export type Instruction = z.output<typeof instruction>;
export type Deployment = z.output<typeof deployment>;
