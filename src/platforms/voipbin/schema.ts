import { z } from "zod";
import { builtOnce, phoneDigits } from "../wire.js";
import { ZERO_UUID } from "./definition.js";

/** Wire types of VoIPBIN (contracts/voipbin.md). */

const text = z.string().nullish().transform((x) => x ?? undefined);
const flowId = text.transform((x) => (x === undefined || x === "" || x === ZERO_UUID ? undefined : x));

export const availableNumber = z.object({
  number: phoneDigits,
  country: text,
  region: text,
  postal_code: text,
  city: text, // [seed 002]
  features: z.array(z.string()).nullish(),
});

export const number = z.object({
  id: z.string(),
  number: phoneDigits,
  type: text,
  call_flow_id: flowId,
  message_flow_id: flowId,
  name: text,
  detail: text,
  status: text,
  tm_purchase: text,
  tm_create: text,
  tm_delete: text,
});

export const action = z.looseObject({ type: z.string() });

export const flow = z.object({
  id: z.string(),
  name: text,
  detail: text,
  actions: z.array(action).nullish().transform((x) => x ?? []),
  on_complete_flow_id: flowId,
  tm_delete: text,
});

export const list = builtOnce(<S extends z.ZodType>(item: S) =>
  // Go writes an empty list as null; without the field it is no list, and "nothing is owned" must not come of it.
  z.object({ result: z.array(item).nullable().transform((x) => x ?? []), next_page_token: text }),
);

/** Millionth parts of a currency: what the newer API counts in, and finer than any price. */
const MICRO = 1_000_000;

const balance = z
  .object({ balance: z.number().nullish(), balance_credit: z.int().nullish(), currency: text })
  .transform(({ balance, balance_credit: credit, currency = "USD" }) => ({ micro: credit ?? (balance == null ? undefined : Math.round(balance * MICRO)), currency }));

/** One account, or a list; with the balance as a float or, newer, as whole micro-dollars. [RST billing_account_overview], [OAS BillingManagerAccount] */
export const billing = z.union([list(balance).transform(({ result }) => result), balance.transform((one) => [one])]);

export type Balance = z.output<typeof balance>;
export type AvailableNumber = z.output<typeof availableNumber>;
export type Num = z.output<typeof number>;
export type Flow = z.output<typeof flow>;
