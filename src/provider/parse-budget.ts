import { z } from "zod";
import type { Money } from "../types.js";
import { isAmount } from "./money.js";

export const SETTING = "telephony:monthlyBudget";
const EXPECTED = `${SETTING} (MONTHLY_BUDGET): expected an amount and a currency, for example "25.00 USD"`;

const object = z.strictObject({ amount: z.string().refine(isAmount), currency: z.string().regex(/^[A-Z]{3}$/) });

/**
 * The budget as it is configured: "25.00 USD", or `{ amount: "25.00", currency: "USD" }` by `pulumi config set --path`. Undefined when
 * there is none.
 *
 * @throws when it is neither
 */
export function parseBudget(text: string | undefined): Money | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const plain = /^\s*(\S+)\s+([A-Z]{3})\s*$/.exec(text);
  if (plain && isAmount(plain[1]!)) return { amount: plain[1]!, currency: plain[2]! };
  try {
    return object.parse(JSON.parse(text));
  } catch {
    throw new Error(EXPECTED);
  }
}
