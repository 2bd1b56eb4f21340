import { z } from "zod";
import { builtOnce, phoneDigits } from "../decode.js";

/**
 * Wire types of Vapi (contracts/vapi.md). Answers may echo secrets (twilioAuthToken, twilioApiSecret, authentication.password):
 * a phone number is parsed by a whitelist, so that they never come further than here. [OAS]
 */

const text = z.string().nullish().transform((x) => x || undefined);

export const phoneNumber = z.object({
  id: z.string(),
  /** `vapi`, `twilio`, `telnyx`, `vonage`, `byo-phone-number`. */
  provider: text,
  /** Missing until it is allocated; in some answers masked: `+165****8621`. [OAS], [3P 61449107110] */
  number: phoneDigits.nullish().transform((x) => x || undefined),
  sipUri: text,
  name: text,
  /** `active`, `activating`, `blocked`; optional for every provider. [OAS] */
  status: text,
  assistantId: text,
  squadId: text,
  workflowId: text,
  createdAt: text,
});

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

/** What a number can point at, and the field that says so. [OAS] */
export const FIELDS = { assistant: "assistantId", squad: "squadId", workflow: "workflowId" } as const;
export type Kind = keyof typeof FIELDS;
export const KINDS = Object.keys(FIELDS) as Kind[];

/** `assistant:ID`, `squad:ID`; a workflow is foreign. Several at once, which only a hand can have set, are joined by "+". */
export const targetOf = (n: PhoneNumber): string | undefined =>
  KINDS.flatMap((kind) => (n[FIELDS[kind]] ? [`${kind}:${n[FIELDS[kind]]}`] : [])).join("+") || undefined;
