import { randomUUID } from "node:crypto";
import type { Account } from "../store";
import { charge, onOffer, worldNow, type Platform, type World } from "../world";
import { creationTime, hasPaymentMethod, vapi, vapiOptions, type Fields, type PhoneNumber, type Provider } from "./state";
import { VapiError } from "./wire";

export function addNumber(world: World, account: Account, provider: Provider, number: string | null, fields: Fields): PhoneNumber {
  const at = creationTime(world);
  const now = worldNow(world);
  const row: PhoneNumber = {
    id: randomUUID(), account: account.account, provider, number, numberAt: now, activeAt: now, status: "active", fields, createdAt: at, updatedAt: at,
  };
  vapi(world).numbers.push(row);
  return row;
}

/** A free number of Vapi's own, by area code: the answer comes at once, the digits and the status on the clock. */
export function allocate(world: World, platform: Platform, account: Account, areaCode: string | null, fields: Fields): PhoneNumber {
  requireQuota(world, account);
  const candidates = onOffer(world, platform, (item) => item.country === "US" && (areaCode === null || item.areaCode === areaCode));
  const [item] = candidates;
  if (!item) throw new VapiError(400, `This area code is currently not available. Hint: Try one of ${hint(world, platform)}.`);

  const state = vapi(world);
  const { activateMs, numberMs } = vapiOptions(world);
  const asked = state.outcomes.findIndex((outcome) => outcome.account === account.account);
  const [outcome] = asked < 0 ? [] : state.outcomes.splice(asked, 1);
  const row = addNumber(world, account, "vapi", outcome ? null : item.number, fields);
  // A failed purchase leaves a record that says it is active [3P 61449107110], [seed 000].
  if (outcome?.status !== "half-made") row.activeAt += activateMs;
  row.numberAt += numberMs;
  if (outcome?.status === "blocked") row.status = "blocked";
  if (row.number !== null) charge(world, account, "purchase", row.number, 0, worldNow(world));
  return row;
}

/** Numbers with digits of Vapi's own count against the free ones; SIP addresses and imports don't. */
export function requireQuota(world: World, account: Account): void {
  const { freeNumbers, limitStatus } = vapiOptions(world);
  const used = vapi(world).numbers.filter((row) => row.account === account.account && row.provider === "vapi" && row.number !== null).length;
  // Both texts are ASSUMED.
  if (used >= freeNumbers) {
    throw new VapiError(limitStatus, `Free phone number limit reached: this organization already has ${used} of ${freeNumbers} free Vapi numbers. `
      + "Delete one or import a number from another provider.");
  }
  if (used > 0 && !hasPaymentMethod(account)) {
    throw new VapiError(limitStatus, "Couldn't buy a phone number: a payment method must be saved to get more than one free number.");
  }
}

/** Three area codes that have numbers; those of the reports come first ("Try one of 562, 662, 716."). */
function hint(world: World, platform: Platform): string {
  const codes = new Set(onOffer(world, platform, (item) => item.type === "local").map((item) => item.areaCode));
  return [...new Set(["562", "662", "716", ...codes])].filter((code) => codes.has(code)).slice(0, 3).join(", ");
}
