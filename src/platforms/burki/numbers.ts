import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound, PlatformError } from "../../http/index.js";
import { splitMark, withMark } from "../../mark.js";
import { together } from "../../together.js";
import { countryOf } from "../numbering.js";
import type { Call, Label, NumberRecord, Numbers, Order } from "../platform.js";
import type { BurkiClient } from "./client.js";
import type { OrganizationNumber, Purchased } from "./schema.js";
import { targetOf } from "./targets.js";

export const DEFAULT_CARRIER = "telnyx"; // [OAS SearchPhoneNumbersRequest]

/** Length of friendly_name. [SRC app/db/models.py PhoneNumber] */
const LONGEST_NAME = 100;

/**
 * Burki keeps a row for an order that failed, and lists it like any other. [SRC app/api/phone_numbers.py] Such a row gets this
 * name, so that nobody takes it for a number. Where the carrier has the number after all, a sync writes over it.
 */
const NO_NUMBER = "no number (the order failed)";

/** Timestamps come with and without a zone; they are UTC. [OAS], [SRC app/db/models.py datetime.utcnow] */
function iso(timestamp: string | undefined): string | undefined {
  if (!timestamp) return undefined;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(timestamp) ? timestamp : `${timestamp.replace(" ", "T")}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function toRecord(row: OrganizationNumber): NumberRecord {
  const { text, mark } = splitMark(row.friendly_name);
  const active = row.is_active !== false;
  return {
    platformId: row.id,
    number: row.phone_number,
    name: text,
    mark,
    status: active ? "active" : "inactive",
    ready: active,
    gone: text === NO_NUMBER,
    carrier: row.provider?.toLowerCase(),
    capabilities: row.capabilities,
    slots: { target: targetOf(row) },
    purchasedAt: iso(row.created_at),
  };
}

/** An order's status as Telnyx has it; Twilio has no orders, and sells at once. [SRC telnyx_service.py], [seed 003] */
function stateOf(status: string | undefined): Order["state"] {
  switch (status?.toLowerCase()) {
    case undefined:
    case "completed":
    case "complete":
    case "success":
    case "active":
      return "completed";
    case "failed":
    case "failure":
    case "error":
    case "rejected":
    case "expired":
      return "failed";
    case "cancelled":
    case "canceled":
      return "cancelled";
    default: // pending, and what can't be told: the number itself will
      return "pending";
  }
}

function toOrder(number: string, { purchase_details: details, message }: Purchased): Order {
  const state = stateOf(details?.status);
  return {
    number,
    purchaseId: details?.id ?? details?.sid,
    state,
    status: details?.status ?? "completed",
    details: state === "completed" || state === "pending" ? undefined : (details?.message ?? message),
    purchasedAt: iso(details?.date_created),
  };
}

const friendly = ({ name, mark }: Label) => withMark(name, mark, LONGEST_NAME);

/** What a purchase that is paid for must not fail by. */
const ignore = (error: unknown): undefined => {
  if (error instanceof PlatformError) return undefined;
  throw error;
};

/** A sync of nothing: there are no numbers, or no carrier. The open-source server makes errors of both. [SRC phone_number_service.py] */
const isEmptySync = (error: PlatformError) => /no phone numbers found|credentials not configured/i.test(error.platformMessage ?? "");

export interface BurkiNumbers extends Numbers {
  /** The row of a number, by row id or E.164. */
  row(id: string, call: Call): Promise<OrganizationNumber | undefined>;
}

/** @param times how often, and for how long, something is looked for that Burki may still be at */
export function numbersOf(client: BurkiClient, times: { pollIntervalMs: number; orderWindowMs: number }): BurkiNumbers {
  /** The list has no pages: who looks for one row gets them all, and so does everybody who looks at the same time. */
  const rows = (call: Call) => together(`${client.account} rows`, () => client.numbers(call));
  const row: BurkiNumbers["row"] = async (id, call) => (await rows(call)).find((n) => (id.startsWith("+") ? n.phone_number : n.id) === id);

  const pause = ({ signal }: Call) => sleep(times.pollIntervalMs, undefined, signal && { signal });

  /** Puts the names back that a sync has overwritten. A name that is lost here is nowhere else: neither a refusal nor the end of the run stops this. */
  const putBack = async (names: Map<string, string | undefined>): Promise<{ rows: OrganizationNumber[]; any: boolean }> => {
    let any = false;
    const rows = await Promise.all(
      (await client.numbers({})).map(async (n) => {
        const name = names.get(n.id);
        if (!name || name === n.friendly_name || name === NO_NUMBER) return n;
        any = true;
        const write = () => client.updateNumber(n.id, { friendly_name: name }, {});
        try {
          await write().catch(() => pause({}).then(write)).catch(() => pause({}).then(write));
        } catch (error) {
          if (!(error instanceof PlatformError)) throw error;
          throw new Error(`Burki's sync has overwritten the name of ${n.phone_number}, and it can't be put back: ${error.message} Its name was "${name}"; set it in Burki's dashboard`, { cause: error });
        }
        return { ...n, friendly_name: name };
      }),
    );
    return { rows, any };
  };

  /**
   * Brings in what the carriers have, and Burki doesn't list. It overwrites the names of all numbers with the carriers'
   * [SRC phone_number_service.py]: names, and the marks of whoever owns them, are put back, however it ends.
   */
  const sync = async (before: OrganizationNumber[], call: Call): Promise<OrganizationNumber[]> => {
    const names = new Map(before.map((n) => [n.id, n.friendly_name]));
    const failure = await client.sync(call).then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof PlatformError)) throw error;
        return error;
      },
    );
    let { rows, any } = await putBack(names);
    if (failure === undefined || isEmptySync(failure)) return rows;
    // Without an answer Burki may still be at it.
    const isUnderWay = failure.kind === "timeout" || failure.kind === "network";
    for (const until = Date.now() + times.orderWindowMs; isUnderWay && !any && Date.now() < until; ) {
      await pause(call);
      ({ rows, any } = await putBack(names));
    }
    throw failure; // that a number is not there can't be said without it
  };

  // One sync at a time, and no renaming meanwhile: what is put back must be what stood there last. Who asks before a sync has begun
  // shares it; what had been bought by then, it shows.
  let running: Promise<unknown> = Promise.resolve();
  let waiting: Promise<OrganizationNumber[]> | undefined;
  const renaming = new Set<Promise<unknown>>();
  const synced = (call: Call): Promise<OrganizationNumber[]> => {
    if (waiting) return waiting;
    const next = running.then(async () => {
      waiting = undefined;
      await Promise.all(renaming);
      return sync(await client.numbers(call), call);
    });
    waiting = next;
    running = next.catch(() => undefined);
    return next;
  };
  const rename = async (rowId: string, name: string, call: Call) => {
    await running;
    const done = client.updateNumber(rowId, { friendly_name: name }, call);
    const settled = done.catch(() => undefined).finally(() => renaming.delete(settled));
    renaming.add(settled);
    await done;
  };

  /** The row with these digits: a cheap look first, then one that asks the carriers. */
  const rowAnywhere = async (number: string, call: Call) => {
    const is = (n: OrganizationNumber) => n.phone_number === number;
    return (await rows(call)).find(is) ?? (await synced(call)).find(is);
  };

  const withWebhooks = async (found: OrganizationNumber, call: Call): Promise<NumberRecord> => {
    const record = toRecord(found);
    const told = await client.webhooks(record.number, record.carrier, call).catch(ignore);
    const { voice_webhook_url: voice, sms_webhook_url: sms } = told ?? {};
    return voice || sms ? { ...record, webhooks: { ...(voice && { voice }), ...(sms && { sms }) } } : record;
  };

  /** Whether the carrier has the number; undefined when that can't be told. Only Telnyx can be asked. [OAS diagnose] */
  const atCarrier = async ({ number, carrier }: { number: string; carrier?: string }, call: Call) =>
    carrier === "telnyx" ? client.atTelnyx(number, call).catch(ignore) : undefined;

  const disown = (rowId: string, call: Call) => rename(rowId, NO_NUMBER, call);

  return {
    row,
    // The number, and not the row's id: the purchase doesn't tell that, and whether there is a row is not known before it is found.
    idOf: ({ number }) => number,

    list: async (call) => (await rows(call)).map(toRecord),

    find: async (number, call, offered) => {
      const found = await (offered ? row : rowAnywhere)(number, call);
      return found && withWebhooks(found, call);
    },

    get: async (id, _platformId, call) => {
      const found = await row(id, call);
      return found && withWebhooks(found, call);
    },

    buy: async ({ number, label, country, carrier = DEFAULT_CARRIER }, call) => {
      const body = { phone_number: number, provider: carrier, friendly_name: friendly(label), country_code: country ?? countryOf(number) };
      const order = toOrder(number, await client.purchase(body, call));
      // From here on it is paid for, or may be: nothing that fails may hide that.
      const found = await row(number, call).catch(ignore);
      if (order.state === "failed" || order.state === "cancelled") {
        if (found) await disown(found.id, call).catch(ignore);
        return order;
      }
      return found && order.state === "completed" ? { ...order, record: await withWebhooks(found, call) } : order;
    },

    follow: async (order, call) => {
      const found = await rowAnywhere(order.number, call);
      if (!found) return { ...order, state: "pending" };
      const record = toRecord(found);
      // The row is there from the moment of the order, and says nothing of it; orders can't be asked for. [OAS], [SRC phone_numbers.py]
      const open = order.state === "pending" && (await atCarrier(record, call)) === false;
      if (open || !record.ready) return { ...order, state: "pending" };
      const status = order.state === "pending" ? "completed" : order.status;
      return { ...order, state: "completed", status, record: await withWebhooks(found, call) };
    },

    label: async (record, label, call) => {
      const name = friendly(label);
      await rename(record.platformId, name, call);
      const { text, mark } = splitMark(name);
      return { ...record, name: text, mark };
    },

    release: async (record, call) => {
      const { number, carrier } = record;
      try {
        await client.release({ phone_number: number, provider: carrier }, call);
      } catch (error) {
        if (!(error instanceof PlatformError) || !(error.ambiguous || isNotFound(error))) throw error;
        // Burki answers 500 also when the carrier has the number no more, and when it has let go of it and then stumbled. [SRC] A 404 is
        // believed of a number that is listed no more.
        const is = (n: OrganizationNumber) => n.phone_number === number;
        const left = (await client.numbers(call)).find(is) && (await synced(call)).find(is);
        if (!left || (record.ready && left.is_active === false)) return;
        if ((await atCarrier(record, call)) !== false) throw error;
        await disown(left.id, call).catch(ignore); // the row is all that is left, and Burki doesn't delete it
      }
    },
  };
}
