import { z } from "zod";
import { builtOnce, phoneDigits } from "../wire.js";

/**
 * Wire types of Vapi (contracts/vapi.md). Answers may echo secrets (twilioAuthToken, twilioApiSecret, authentication.password):
 * a phone number is parsed by a whitelist, so that they never come further than here. [OAS]
 */

const raw = z.string().nullish();
const text = raw.transform((x) => x || undefined);

/** What `text` does, in one pass for all of an item: a listing has thousands of these. */
function told<T extends object>(item: T): { [K in keyof T]: Exclude<T[K], null> } {
  const out = { ...item } as Record<string, unknown>;
  for (const key in out) if (out[key] === null || out[key] === "") out[key] = undefined;
  return out as { [K in keyof T]: Exclude<T[K], null> };
}

export const phoneNumber = z.object({
  id: z.string().min(1),
  /** `vapi`, `twilio`, `telnyx`, `vonage`, `byo-phone-number`. */
  provider: raw,
  /** Missing until it is allocated; in some answers masked: `+165****8621`. [OAS], [3P 61449107110] */
  number: phoneDigits.nullish(),
  sipUri: raw,
  name: raw,
  /** `active`, `activating`, `blocked`; optional for every provider. [OAS] */
  status: raw,
  assistantId: raw,
  squadId: raw,
  workflowId: raw,
  createdAt: raw,
}).transform(told);

/** An assistant has several dozen fields, most of them objects; they are passed through. [OAS CreateAssistantDTO] */
export const assistant = z.looseObject({
  id: z.string(),
  name: text,
  metadata: z.record(z.string(), z.unknown()).nullish(),
  createdAt: text,
});

/** `GET /v2/phone-number`. [OAS] */
export const page = builtOnce(<S extends z.ZodType>(item: S) =>
  z.object({
    results: z.array(item),
    metadata: z
      .object({ totalItems: z.number().nullish(), totalPages: z.number().nullish(), hasNextPage: z.boolean().nullish() })
      .nullish(),
  }),
);

/** The lists of before, bare arrays. [OAS] */
export const list = builtOnce(<S extends z.ZodType>(item: S) => z.array(item));

export type PhoneNumber = z.output<typeof phoneNumber>;
export type Assistant = z.output<typeof assistant>;
