import { z } from "zod";
import { builtOnce, phoneDigits } from "../wire.js";

/** Wire types of Burki (contracts/burki.md). Two generations are on record, so what either may lack is optional. */

const text = z.string().nullish().transform((x) => x ?? undefined);

/** Ids are integers on the wire, and text everywhere else. [OAS] */
const id = z.union([z.int(), z.string()]).transform(String);

/** `{voice: true, sms: false}`. [OAS] */
const capabilities = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((of) => (of ? Object.keys(of).filter((k) => of[k] === true).map((k) => k.toLowerCase()) : undefined));

/** A string ("$1.00") in the documents, a float in the Python SDK. [OAS], [PY] */
const cost = z.union([z.string(), z.number()]).nullish();

export const availableNumber = z.object({
  phone_number: phoneDigits,
  country_code: text,
  iso_country: text, // [PY]
  locality: text,
  region: text,
  capabilities,
  cost,
  monthly_cost: cost, // [PY]
  setup_cost: cost,
});

export const available = z.object({ numbers: z.array(availableNumber) });

/** Twilio's details have a sid and no status; Telnyx's are those of the order. [SRC twilio_service.py, telnyx_service.py], [seed 003] */
export const purchaseDetails = z.object({
  id: text,
  sid: text,
  status: text,
  message: text,
  date_created: text,
});

export const purchased = z.object({
  phone_number: text,
  message: text,
  purchase_details: purchaseDetails.nullish(),
});

const target = z.object({ id }).nullish();

/** A row of the organisation's list. The open-source server's answer lacks `provider`. [OAS OrganizationPhoneNumberResponse], [SRC assistants.py] */
export const organizationNumber = z.object({
  id,
  phone_number: phoneDigits,
  friendly_name: text,
  provider: text,
  is_active: z.boolean().nullish(),
  capabilities,
  assistant: target,
  flow: target,
  created_at: text,
});

/** Telnyx's word on a number; `found` is absent where Telnyx couldn't be asked. [SRC telnyx_service.py diagnose_phone_number_connection] */
export const diagnosis = z.object({ diagnosis: z.looseObject({ found: z.boolean().nullish() }) });

export const webhooks = z.object({ voice_webhook_url: text, sms_webhook_url: text });

export const countries = z.object({ country_codes: z.array(z.string()) });

/** Kept whole: which fields a program may use is the server's business. */
export const assistant = z.looseObject({ id, name: z.string(), description: text });

export const flow = z.object({
  id,
  name: z.string(),
  base_assistant_id: id.nullish(),
  graph: z.record(z.string(), z.unknown()).nullish(),
});

/** Lists are bare arrays; "some lists are {items, total, skip, limit}". [OAS], [DOCS introduction] */
export const list = builtOnce(<S extends z.ZodType>(item: S) =>
  z.preprocess((body) => (typeof body === "object" && body !== null && "items" in body ? body.items : body), z.array(item)),
);

/** An answer of which only `success` matters, and that is looked at before. [OAS APIResponse, APIResult] */
export const done = z.unknown();

export type AvailableNumber = z.output<typeof availableNumber>;
export type Purchased = z.output<typeof purchased>;
export type OrganizationNumber = z.output<typeof organizationNumber>;
export type Webhooks = z.output<typeof webhooks>;
export type Assistant = z.output<typeof assistant>;
export type Flow = z.output<typeof flow>;
