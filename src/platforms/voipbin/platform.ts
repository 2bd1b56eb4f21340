import { orUndefined, unlessSeen } from "../decode.js";
import { splitMark, withMark } from "../../mark.js";
import { parseDuration } from "../../duration.js";
import type { Candidate, Money } from "../../types.js";
import { listed } from "../listed.js";
import { countryOf, isVirtual, select, typeOf } from "../numbering.js";
import type { Call, FlowRecord, NumberRecord, OnPage, OpenSettings, Order, Platform, Slots } from "../platform.js";
import { voipbinClient, type FlowBody, type NumberBody, type VoipbinClient } from "./client.js";
import { MOST, ZERO_UUID } from "./definition.js";
import type { Balance, Flow, Num } from "./schema.js";

/** Two formats are in the wild: `2024-05-01 10:00:00.123456` and `2024-05-01T10:00:00.123456Z`. [RST], [SRV server/numbers.go] */
function iso(timestamp: string | undefined): string | undefined {
  if (!timestamp || timestamp.startsWith("9999")) return undefined;
  const time = new Date(timestamp.replace(" ", "T").replace(/(\.\d{3})\d*/, "$1").replace(/Z?$/, "Z"));
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** `tm_delete` of a thing that lives is absent, empty or in the year 9999. [RST], [SRV] */
const isDeleted = (tmDelete: string | undefined) => iso(tmDelete) !== undefined;

const bound = (n: Num): Slots => ({ callFlow: n.call_flow_id, messageFlow: n.message_flow_id });

function toRecord(n: Num): NumberRecord {
  const { mark } = splitMark(n.detail);
  const status = (n.status ?? "active").toLowerCase();
  return {
    platformId: n.id,
    number: n.number,
    name: n.name ?? "",
    mark,
    status,
    ready: status === "active",
    // A normal number may be `purchase-pending` until the carrier confirms it. [RST number_overview]
    pending: status.includes("pending"),
    gone: status === "deleted" || status === "released" || isDeleted(n.tm_delete),
    carrier: isVirtual(n.number) ? "none" : undefined, // the carrier of a normal number is not exposed [SRV models/number/webhook.go]
    // "$5.00 per number", monthly, in the rate table; virtual numbers are free. [RST billing_account_overview], [seed 002]
    monthlyPrice: { amount: isVirtual(n.number) ? "0.00" : "5.00", currency: "USD" },
    slots: bound(n),
    purchaseId: n.id,
    purchasedAt: iso(n.tm_purchase) ?? iso(n.tm_create),
  };
}

function toOrder(record: NumberRecord): Order {
  const { number, purchaseId, purchasedAt, status, pending } = record;
  const state = record.gone ? "failed" : pending ? "pending" : "completed";
  return { number, purchaseId, purchasedAt, status, state, record };
}

const toFlow = (f: Flow): FlowRecord => {
  const { text, mark } = splitMark(f.detail);
  return { id: f.id, name: f.name ?? "", detail: text, mark, actions: f.actions, onComplete: f.on_complete_flow_id };
};

const toFlowBody = ({ name, detail, mark, actions, onComplete }: Omit<FlowRecord, "id">): FlowBody => ({
  name,
  detail: withMark(detail, mark),
  actions,
  ...(onComplete && { on_complete_flow_id: onComplete }),
});

const flowsOf = (n: Num) => ({ call_flow_id: n.call_flow_id ?? ZERO_UUID, message_flow_id: n.message_flow_id ?? ZERO_UUID });

/** The accounts of a customer, added up; undefined where none tells a balance, or they have several currencies. */
function sumOf(balances: readonly Balance[]): Money | undefined {
  const told = balances.flatMap(({ micro, currency }) => (micro === undefined ? [] : [{ micro: BigInt(micro), currency }]));
  const currency = told[0]?.currency;
  if (currency === undefined || told.some((other) => other.currency !== currency)) return undefined;
  const micro = told.reduce((total, { micro }) => total + micro, 0n);
  const digits = String(micro < 0n ? -micro : micro).padStart(7, "0");
  return { amount: `${micro < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6).replace(/0{1,4}$/, "")}`, currency };
}

function numbersOf(client: VoipbinClient): Platform["numbers"] {
  // A released number may still be shown [seed 002]: it must not hide the one that was bought with its digits since.
  const notGone = (numbers: readonly Num[]) => numbers.map(toRecord).filter((record) => !record.gone);
  const alive = (call: Call, onPage?: OnPage<NumberRecord>) => listed((shown) => client.numbers(call, shown), notGone, onPage);
  const find = async (number: string, call: Call) => (await alive(call)).find((record) => record.number === number);
  return {
    idOf: ({ platformId }) => platformId!,
    list: alive,
    find,
    get: async (id, platformId, call) => {
      if (id.startsWith("+")) return find(id, call);
      const found = await client.number(platformId ?? id, call).catch(orUndefined);
      return found && toRecord(found);
    },
    buy: async ({ number, label }, call) => {
      const body: NumberBody = { name: label.name, detail: withMark("", label.mark), call_flow_id: ZERO_UUID, message_flow_id: ZERO_UUID };
      return toOrder(toRecord(await client.purchase({ number, type: isVirtual(number) ? "virtual" : "normal", ...body }, call)));
    },
    follow: async (order, call) => {
      const byId = await client.number(order.purchaseId!, call).catch(orUndefined);
      const found = byId ?? (await client.numbers(call)).find(({ id }) => id === order.purchaseId);
      if (found) return toOrder(toRecord(found));
      return { ...order, state: "failed", missing: true, record: undefined, details: "the number has disappeared from the account" };
    },
    label: async (record, { name, mark }, call) => {
      const now = await client.number(record.platformId, call);
      const detail = withMark(splitMark(now.detail).text, mark);
      return toRecord(await client.updateNumber(now.id, { ...flowsOf(now), name, detail }, call));
    },
    release: async (record, call) => {
      const seen = async () => {
        const found = await client.number(record.platformId, call).catch(orUndefined);
        return found && !toRecord(found).gone ? found : undefined;
      };
      await client.release(record.platformId, call).catch(unlessSeen(seen));
    },
  };
}

export function open(settings: OpenSettings): Platform {
  const client = voipbinClient(settings);
  const numbers = numbersOf(client);
  const idOf = async (id: string, call: Call) => (id.startsWith("+") ? (await numbers.find(id, call))?.platformId : id);
  const flow = async (id: string, call: Call) => {
    const found = await client.flow(id, call).catch(orUndefined);
    return found && !isDeleted(found.tm_delete) ? toFlow(found) : undefined;
  };
  return {
    name: "voipbin",
    account: client.account,
    balance: async (call) => sumOf(await client.billingAccounts(call)),
    probe: async (call) => ({ date: await client.probe(call) }),
    // The server orders, writes its row and answers [SRV numberhandler/number.go]; how long that may take is ASSUMED.
    orderWindowMs: parseDuration(settings.option("voipbinOrderWindow") ?? "30s"),
    showsAtOnce: true,
    pollIntervalMs: parseDuration(settings.option("voipbinPollInterval") ?? "1s"),
    numbers,
    prices: ({ country, type }) =>
      Promise.resolve([
        ...(type === "virtual" ? [] : [{ country, type, monthlyPrice: { amount: "5.00", currency: "USD" } }]),
        ...(type && type !== "virtual" ? [] : [{ type: "virtual" as const, monthlyPrice: { amount: "0.00", currency: "USD" } }]),
      ]),
    regions: () => Promise.reject(new Error("VoIPBIN has no list of regions")),
    search: async (criteria, call) => {
      const { number, country, type, limit = 10 } = criteria;
      if (number) return select([{ number }], {});
      const virtual = type === "virtual";
      // The platform searches by country alone.
      const narrow = Object.keys(criteria).some((k) => !["country", "limit", "type", "platform"].includes(k)) || (type && !virtual);
      const found = await client.availableNumbers(
        virtual ? { type: "virtual", page_size: Math.min(limit, MOST) } : { country_code: country, type: "normal", page_size: narrow ? MOST : Math.min(limit, MOST) },
        call,
      );
      const candidates = found.map((n): Candidate => {
        const isPrivate = isVirtual(n.number);
        return {
          number: n.number,
          country: isPrivate ? undefined : (n.country || countryOf(n.number)),
          type: typeOf(n.number) ?? "local", // what is in no numbering plan is offered as an ordinary number
          region: n.region || undefined,
          locality: n.city || undefined,
          postalCode: n.postal_code || undefined,
          capabilities: n.features?.map((f) => f.toLowerCase()),
          monthlyPrice: { amount: isPrivate ? "0.00" : "5.00", currency: "USD" },
        };
      });
      return select(candidates, criteria);
    },
    flows: {
      list: async (call) => (await client.flows(call)).filter((f) => !isDeleted(f.tm_delete)).map(toFlow),
      get: flow,
      create: async (flow, call) => toFlow(await client.createFlow(toFlowBody(flow), call)),
      update: async (flow, call) => toFlow(await client.updateFlow(flow.id, toFlowBody(flow), call)),
      delete: async (id, call) => void (await client.deleteFlow(id, call).catch(unlessSeen(() => flow(id, call)))),
    },
    pointers: {
      flows: {
        // The zero UUID is VoIPBIN's own way to say "no flow".
        toSlots: ({ callFlow, messageFlow }) => ({ callFlow: callFlow?.replace(ZERO_UUID, ""), messageFlow: messageFlow?.replace(ZERO_UUID, "") }),
        fromSlots: ({ callFlow, messageFlow }, like) => ({
          callFlow: callFlow ?? (like.callFlow === ZERO_UUID ? ZERO_UUID : undefined),
          messageFlow: messageFlow ?? (like.messageFlow === ZERO_UUID ? ZERO_UUID : undefined),
        }),
      },
      get: async (numberId, call) => {
        const id = await idOf(numberId, call);
        const found = id && (await client.number(id, call).catch(orUndefined));
        return found && !toRecord(found).gone ? bound(found) : undefined; // a released number may still be shown
      },
      set: async (numberId, { callFlow, messageFlow }, _now, call, record) => {
        const id = record?.platformId ?? (await idOf(numberId, call)) ?? numberId;
        await client.setFlows(id, { call_flow_id: callFlow ?? ZERO_UUID, message_flow_id: messageFlow ?? ZERO_UUID }, call);
      },
    },
  };
}
