import { PlatformError } from "../../http/index.js";
import { registerSecret } from "../../http/redact.js";
import { splitMark, withMark } from "../../mark.js";
import { unlessSeen } from "../decode.js";
import { listed } from "../listed.js";
import { isMasked } from "../numbering.js";
import type { Call, Label, NumberRecord, Numbers, Order, OrderRequest } from "../platform.js";
import type { CreateBody, UpdateBody, VapiClient } from "./client.js";
import { orUndefined, reworded } from "./errors.js";
import type { PhoneNumber } from "./schema.js";
import { targetOf } from "./targets.js";

/** [OAS] maxLength of name */
const LONGEST_NAME = 40;

/** Whether a masked number can be this one. */
function fits(masked: string, number: string): boolean {
  return masked.length === number.length && [...masked].every((c, i) => c === "*" || c === number[i]);
}

function toRecord(n: PhoneNumber): NumberRecord {
  const { text, mark } = splitMark(n.name);
  const status = (n.status ?? "active").toLowerCase();
  const number = n.number ?? "";
  // A failed purchase leaves a record that says "active" and has no digits. [3P 61449107110], [seed 000]. Only Vapi's own numbers get
  // their digits late; one of the customer's own may do without any. [OAS]
  const ready = status === "active" && (number !== "" || n.sipUri !== undefined || n.provider === "byo-phone-number");
  return {
    platformId: n.id,
    number,
    name: text,
    mark,
    status,
    ready,
    pending: !ready && status !== "blocked",
    gone: false, // a released number has no record [OAS]
    carrier: n.provider,
    slots: { target: targetOf(n) },
    purchaseId: n.id,
    purchasedAt: n.createdAt,
  };
}

/** Half a name is what fits beside the mark: what was written in full is told in full. */
function named(record: NumberRecord, label: Label | undefined): NumberRecord {
  const written = label && withMark(label.name, label.mark, LONGEST_NAME) === withMark(record.name, record.mark, LONGEST_NAME);
  return written ? { ...record, name: label.name } : record;
}

function toOrder(record: NumberRecord): Order {
  const { number, purchaseId, purchasedAt, status, pending } = record;
  const blocked = status === "blocked"; // [OAS]
  return {
    number,
    purchaseId,
    purchasedAt,
    status,
    record,
    state: blocked ? "failed" : pending ? "pending" : "completed",
    details: blocked ? "Vapi has blocked the number" : pending && status === "active" ? "active, but without a number so far" : undefined,
  };
}

/** What a carrier's own number is brought in with, per provider. [OAS Create*PhoneNumberDTO] */
function credentialsOf(carrier: string, account: Record<string, string>): Record<string, string | undefined> {
  if (carrier !== "twilio") return { credentialId: account["credentialId"] };
  const { sid, token, apiKey, apiSecret } = account;
  for (const secret of [token, apiSecret]) if (secret) registerSecret(secret);
  return { twilioAccountSid: sid, twilioAuthToken: token, twilioApiKey: apiKey, twilioApiSecret: apiSecret };
}

function toBody({ number, label, carrier, criteria, carrierAccount }: OrderRequest): CreateBody {
  const name = withMark(label.name, label.mark, LONGEST_NAME);
  if (carrierAccount) {
    if (!carrier) throw new Error("carrierAccount needs the carrier whose number is to be brought in");
    return { provider: carrier, number, name, ...credentialsOf(carrier, carrierAccount) };
  }
  // There is no `number` on this variant, and a carrier can't be asked for: another number would come of it. [OAS], [seed 000]
  if (number) throw new Error(`Vapi sells no number by its digits: buy ${number} in the dashboard and adopt it, or search by areaCode`);
  if (carrier) throw new Error(`to bring in a number from ${carrier}, give carrierAccount; a number that Vapi sells has Vapi's own carrier`);
  const areaCode = criteria?.areaCode;
  return { provider: "vapi", name, ...(areaCode && { numberDesiredAreaCode: areaCode }) };
}

function buyError(e: unknown, order: OrderRequest): unknown {
  if (!(e instanceof PlatformError)) return e;
  // Nobody can have taken a number that Vapi picks.
  if (e.kind === "taken" && !order.carrierAccount) return reworded(e, { kind: "conflict" });
  if (e.kind === "taken") {
    return reworded(e, { remedy: `Vapi has ${order.number} already: if it is this account's, set adopt: true; else take it out of the other one.` });
  }
  if (e.kind === "forbidden" && e.platformMessage?.match(/\bfree\b/i)) {
    return reworded(e, { remedy: "Release a number of this account, or bring in one of your own with carrier and carrierAccount." });
  }
  if (e.kind === "credits") return reworded(e, { remedy: "Save a payment method at https://dashboard.vapi.ai, then run pulumi up again." });
  return e;
}

/**
 * Writes to a number. The OAS wants `provider` beside what is changed, third parties do without [3P 52721334581, 53158115142,
 * 55778094546]: what is refused one way goes the other. A refused write has changed nothing.
 */
export async function write(client: VapiClient, id: string, body: UpdateBody, call: Call): Promise<PhoneNumber> {
  try {
    return await client.updatePhoneNumber(id, body, call);
  } catch (e) {
    if (!(e instanceof PlatformError) || e.status !== 400 || !/\bprovider\b/.test(e.platformMessage ?? "")) throw e;
    const { provider, ...rest } = body;
    const other = provider === undefined ? { ...rest, provider: (await client.phoneNumber(id, call)).provider } : rest;
    return client.updatePhoneNumber(id, other, call);
  }
}

export function numbersOf(client: VapiClient): Numbers {
  /** Where a list masks the digits, the number itself may still tell them. */
  const unmasked = async (n: PhoneNumber, call: Call) => (isMasked(n.number) ? ((await client.phoneNumber(n.id, call).catch(orUndefined)) ?? n) : n);

  const find = async (number: string, call: Call): Promise<NumberRecord | undefined> => {
    const digits = number.replace(/\D/g, "");
    if (digits === "") return undefined;
    const listed = await client.phoneNumbers(digits, call);
    const like = listed.filter((n) => n.number !== undefined && fits(n.number, number));
    const found = await Promise.all(like.map((n) => unmasked(n, call)));
    const exact = found.filter((n) => n.number === number).map(toRecord);
    // (twilioAccountSid, number) is unique, number alone is not [3P 53158115142]: a marked one first.
    if (exact.length > 0) return exact.find((r) => r.mark) ?? exact[0];
    // The search goes by all digits: a single hit that fits is the number, even where no answer tells it.
    const hidden = found.filter((n) => n.number !== undefined && isMasked(n.number) && fits(n.number, number));
    return hidden.length === 1 && hidden.length === listed.length ? toRecord({ ...hidden[0]!, number }) : undefined;
  };

  return {
    idOf: ({ platformId }) => platformId!,
    find,
    list: async (call, onPage) => {
      const masked = new Map<string, PhoneNumber>();
      const toRecords = (page: readonly PhoneNumber[]) => {
        for (const n of page) if (isMasked(n.number)) masked.set(n.id, n);
        return page.filter((n) => !isMasked(n.number)).map(toRecord);
      };
      const told = await listed((shown) => client.phoneNumbers(undefined, call, shown), toRecords, onPage);
      return [...told, ...(await Promise.all([...masked.values()].map((n) => unmasked(n, call)))).map(toRecord)];
    },
    get: async (id, platformId, call) => {
      if (id.startsWith("+")) return find(id, call);
      const found = await client.phoneNumber(platformId ?? id, call).catch(orUndefined);
      return found && toRecord(found);
    },
    buy: async (order, call) => {
      const body = toBody(order);
      try {
        return toOrder(named(toRecord(await client.createPhoneNumber(body, call)), order.label));
      } catch (e) {
        throw buyError(e, order);
      }
    },
    // Public code polls GET /phone-number/{id} until the digits appear, every 3 s. [3P 69848711916]
    follow: async (order, call) => {
      const byId = await client.phoneNumber(order.purchaseId!, call).catch(orUndefined);
      const found = byId ?? (await client.phoneNumbers(undefined, call)).find(({ id }) => id === order.purchaseId);
      if (!found) return { ...order, state: "failed", missing: true, record: undefined, details: "the number has disappeared from the account" };
      const hidden = isMasked(found.number) && order.number !== "" && fits(found.number!, order.number);
      return toOrder(named(toRecord(hidden ? { ...found, number: order.number } : found), order.record));
    },
    label: async (record, label, call) => {
      const { platformId, carrier, number } = record;
      const body = { ...(carrier && { provider: carrier }), name: withMark(label.name, label.mark, LONGEST_NAME) };
      const answer = await write(client, platformId, body, call);
      const hidden = isMasked(answer.number) && fits(answer.number!, number);
      return named(toRecord(hidden ? { ...answer, number } : answer), label);
    },
    // For an imported number this drops Vapi's record only; one of Vapi's own is given up: ASSUMED, docs say only "deletes".
    release: async (record, call) => {
      const { platformId } = record;
      await client.deletePhoneNumber(platformId, call).catch(unlessSeen(() => client.phoneNumber(platformId, call).catch(orUndefined)));
    },
  };
}
