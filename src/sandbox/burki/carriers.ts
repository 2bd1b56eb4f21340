import { randomBytes, randomUUID } from "node:crypto";
import { iso, nextMonth } from "../clock";
import { stockOf, type StockNumber } from "../inventory";
import { formatAmount } from "../money";
import type { Account } from "../store";
import type { NumberType } from "../stock";
import { accountNamed, charge, isOnOffer, recordRelease, worldNow, type DueEvent, type OwnedNumber, type Platform, type World } from "../world";
import { burki, burkiOptions, hasCredentials, type Carrier, type CarrierNumber, type Order } from "./state";

/** Cents: [a month, to set up]. ASSUMED amounts. */
const prices: Record<Carrier, Record<string, Partial<Record<NumberType, [month: number, setup: number]>>>> = {
  telnyx: {
    US: { local: [100, 0], "toll-free": [125, 0] }, CA: { local: [100, 0] }, GB: { local: [100, 100], "toll-free": [200, 100], mobile: [200, 100] },
    DE: { local: [150, 100], "toll-free": [1500, 500], mobile: [700, 100] },
  },
  twilio: {
    US: { local: [115, 0], "toll-free": [215, 0] }, CA: { local: [115, 0] }, GB: { local: [115, 0], "toll-free": [215, 0], mobile: [115, 0] },
    DE: { local: [115, 0], "toll-free": [2500, 0], mobile: [800, 0] },
  },
};

export function priceOf(item: StockNumber): [month: number, setup: number] {
  const price = prices[item.carrier as Carrier]?.[item.country]?.[item.type];
  if (!price) throw new Error(`no ${item.carrier} price for ${item.type} numbers in ${item.country}`);
  return price;
}

export function countriesOf(carrier: Carrier): string[] {
  return Object.keys(prices[carrier]);
}

/** "$1.00" */
export function dollars(cents: number): string {
  return `$${formatAmount(cents)}`;
}

const server = "https://api.burki.dev";
export const webhookUrls = {
  twilio: { voice: `${server}/twiml`, sms: `${server}/twilio-sms-webhook`, seedSms: `${server}/twiml` },
  telnyx: { voice: `${server}/telnyx-webhook`, sms: `${server}/telnyx-webhook`, seedSms: `${server}/telnyx-webhook` },
};

export function capabilitiesOf(item: StockNumber | undefined): Record<string, boolean> {
  const sms = item !== undefined && (item.country === "US" || item.country === "CA" || item.type === "mobile");
  return { voice: true, sms, mms: sms && item.type === "local" };
}

export function atCarrier(world: World, account: string, number: string, carrier?: Carrier): CarrierNumber | undefined {
  return burki(world).carrierNumbers.find((item) => item.account === account && item.number === number && (!carrier || item.carrier === carrier));
}

/** What the carrier calls the number, and what a sync writes over the user's own name [SRC phone_number_service.py]. */
export function carrierName(number: CarrierNumber): string {
  const us = number.carrier === "twilio" && /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number.number);
  return us ? `(${us[1]}) ${us[2]}-${us[3]}` : number.number;
}

/** What the carrier says to a purchase: its details for the answer, or nothing where it failed; Burki doesn't pass on why. */
export function purchaseAtCarrier(
  world: World, platform: Platform, account: Account, carrier: Carrier, number: string, messagingProfileId: string | null,
): { details: Record<string, unknown>; id: string } | undefined {
  if (!hasCredentials(account, carrier)) return undefined;
  const state = burki(world);
  const at = worldNow(world);
  const own = atCarrier(world, account.account, number, carrier);
  // Twilio takes a second purchase for an update of what the account has.
  if (own && carrier === "twilio") return { id: own.id, details: twilioDetails(own) };
  if (own && burkiOptions(world).telnyxRepurchase === "refuse") return undefined;

  const item = stockOf("burki").get(number);
  if (!item || item.carrier !== carrier || (!own && !isOnOffer(world, platform, number))) return undefined;
  const [month, setup] = priceOf(item);
  const heldBack = state.orders.filter((order) => order.account === account.account).reduce((sum, order) => sum + orderPrice(order), 0);
  if (account.balance - heldBack < month + setup) return undefined;
  const outcome = state.outcomes[number];
  if (outcome !== "AMBIGUOUS") delete state.outcomes[number];
  if (outcome === "GONE") {
    state.sold.push(number);
    return undefined;
  }
  if (carrier === "twilio") {
    if (outcome === "FAILED" || outcome === "LATE_FAILED") return undefined;
    const bought = deliver(world, account, carrier, number, at);
    return { id: bought.id, details: twilioDetails(bought) };
  }

  const id = randomUUID();
  const connected = burkiOptions(world).purchaseWebhooks === "all";
  const details = {
    id, phone_number: number, status: outcome === "FAILED" ? "failed" : outcome === "PENDING" || outcome === "LATE_FAILED" ? "pending" : burkiOptions(world).orderStatus,
    connection_id: connected ? connectionId : null, messaging_profile_id: messagingProfileId, date_created: iso(at), provider: "telnyx",
    // An order that failed is returned without these [SRC telnyx_service.py].
    ...(outcome === "FAILED" ? { message: "Order created with status: failed" } : { phone_numbers_count: 1, customer_reference: null }),
  };
  if (outcome === "FAILED") return { id, details };
  if (outcome === "PENDING" || outcome === "LATE_FAILED") {
    state.orders.push({ id, account: account.account, number, endsAt: at + burkiOptions(world).orderMs, fails: outcome === "LATE_FAILED" });
  } else if (own) {
    charge(world, account, "purchase", number, month + setup, at);
  } else {
    deliver(world, account, carrier, number, at);
  }
  return { id, details };
}

/** The Telnyx connection of an organisation that has one set up. */
const connectionId = "2150394867213958402";

function twilioDetails(number: CarrierNumber): Record<string, unknown> {
  return {
    sid: number.id, phone_number: number.number, friendly_name: carrierName(number), voice_url: number.voiceUrl ?? "", sms_url: number.smsUrl ?? "",
    capabilities: capabilitiesOf(stockOf("burki").get(number.number)), date_created: iso(number.purchasedAt), provider: "twilio",
  };
}

/** The number is the account's, and charged. */
export function deliver(world: World, account: Account, carrier: Carrier, number: string, at: number, configured = true): CarrierNumber {
  const item = stockOf("burki").get(number);
  const [month, setup] = item ? priceOf(item) : [100, 0];
  const all = configured && burkiOptions(world).purchaseWebhooks === "all";
  const bought: CarrierNumber = {
    account: account.account, carrier, number,
    // A Telnyx number's id is a long decimal, and none of its order's.
    id: carrier === "twilio" ? `PN${randomBytes(16).toString("hex")}` : String(BigInt(`0x1${randomBytes(7).toString("hex")}`)),
    voiceUrl: all || (configured && carrier === "twilio") ? webhookUrls[carrier].voice : null,
    smsUrl: all ? webhookUrls[carrier].seedSms : null,
    connectionId: all && carrier === "telnyx" ? connectionId : null,
    price: month, purchasedAt: at, renewAt: nextMonth(at),
  };
  burki(world).carrierNumbers.push(bought);
  charge(world, account, "purchase", number, month + setup, at);
  return bought;
}

/** Assigning a number to an assistant sets it up at its carrier [SRC phone_number_service.py]. */
export function configure(number: CarrierNumber, withSms: boolean): void {
  number.voiceUrl = webhookUrls[number.carrier].voice;
  if (withSms) number.smsUrl = webhookUrls[number.carrier].sms;
  if (number.carrier === "telnyx") number.connectionId = connectionId;
}

/** Gives the number up; false where the account doesn't have it, or can't reach it. */
export function releaseAtCarrier(world: World, account: Account, carrier: Carrier, number: string): boolean {
  const own = atCarrier(world, account.account, number, carrier);
  if (!own || !hasCredentials(account, carrier)) return false;
  const state = burki(world);
  state.carrierNumbers = state.carrierNumbers.filter((item) => item !== own);
  recordRelease(world, account, number, worldNow(world));
  return true;
}

function orderPrice(order: Order): number {
  const item = stockOf("burki").get(order.number);
  if (!item) return 0;
  const [month, setup] = priceOf(item);
  return month + setup;
}

/** The next order that ends, or month. */
export function nextCarrierEvent(world: World): DueEvent | undefined {
  const state = burki(world);
  const events: DueEvent[] = state.orders.map((order) => ({
    at: order.endsAt,
    run: () => {
      state.orders = state.orders.filter((item) => item !== order);
      if (!order.fails) deliver(world, accountNamed(world, "burki", order.account), "telnyx", order.number, order.endsAt);
    },
  }));
  for (const number of state.carrierNumbers) {
    const at = number.renewAt;
    events.push({
      at,
      run: () => {
        charge(world, accountNamed(world, "burki", number.account), "renewal", number.number, number.price, at);
        number.renewAt = nextMonth(at, number.purchasedAt);
      },
    });
  }
  return events.sort((a, b) => a.at - b.at)[0];
}

/** Owned is what the carrier has for the account, whether Burki knows of it or not. */
export function ownedNumbers(world: World): OwnedNumber[] {
  return burki(world).carrierNumbers.map((item) => {
    const row = burki(world).rows.find((known) => known.phone_number === item.number && known.account === item.account);
    return {
      platform: "burki", account: item.account, number: item.number, id: row ? String(row.id) : "", name: row?.friendly_name ?? "",
      status: row ? (row.is_active ? "active" : "inactive") : "carrier-only", purchasedAt: iso(item.purchasedAt), carrier: item.carrier,
      carrierId: item.id, assistantId: row?.assistant_id ?? null, flowId: row?.flow_id ?? null, renewsAt: iso(item.renewAt),
    };
  });
}

export function takenNumbers(world: World): Set<string> {
  const { carrierNumbers, orders, sold } = burki(world);
  return new Set([...carrierNumbers.map((item) => item.number), ...orders.map((order) => order.number), ...sold]);
}
