import { isNotFound } from "../../http/index.js";
import { splitMark, withMark } from "../../mark.js";
import { parseDuration } from "../../duration.js";
import type { Candidate, Money, NumberType } from "../../types.js";
import { listed } from "../listed.js";
import { countryOf, national, select, typeOf } from "../numbering.js";
import type { Call, NumberRecord, OpenSettings, Order, Platform } from "../platform.js";
import { assistantsOf } from "./assistants.js";
import { wiilClient, type Generation, type WiilClient } from "./client.js";
import { orUndefined, unlessSeen } from "../decode.js";
import { pointersOf, slotsIn } from "./deployments.js";
import type { NumberInfo, PhoneConfiguration, Pricing, Purchase } from "./schema.js";
import { word } from "./word.js";

/** ProviderType on the wire [CORE]; the seeds write SIGNALWIRE, TWILIO, VONAGE. */
const PROVIDERS: Record<string, string> = { signalwire: "signal-wire", twilio: "twilio", vonage: "vonage" };
const CARRIERS = Object.keys(PROVIDERS);

const NUMBER_TYPES: Record<string, NumberType> = { LOCAL: "local", TOLLFREE: "toll-free", MOBILE: "mobile" };

/** What no date can hold is no time. */
const iso = (ms: number | null | undefined) => (ms == null || Math.abs(ms) > 8.64e15 ? undefined : new Date(ms).toISOString());
const lower = (status: string | undefined) => (status ?? "").toLowerCase().replace(/_/g, "-");

function capabilities(of: NumberInfo["capabilities"]): string[] | undefined {
  return of ? Object.keys(of).filter((k) => of[k] === true).map((k) => k.toLowerCase()) : undefined;
}

const money = (amount: string | undefined, { currency }: Pricing): Money | undefined =>
  amount === undefined ? undefined : { amount, currency: currency ?? "USD" };

const toPrice = (p: Pricing) => money(p.price ?? p.phoneNumberPrices?.[0]?.current_price, p);

const tiersOf = (p: Pricing) => p.phoneNumberPrices?.map((t) => ({ base: money(t.base_price, p), current: money(t.current_price, p) }));

function toRecord(c: PhoneConfiguration): NumberRecord {
  const { text, mark } = splitMark(c.friendlyName);
  const carrier = CARRIERS.find((x) => word(x) === word(c.providerType)) ?? c.providerType?.toLowerCase();
  const voice = c.voiceChannelId ?? c.voiceChannel?.id;
  const sms = c.smsChannelId ?? c.smsChannel?.id;
  return {
    platformId: c.id,
    number: c.phoneNumber,
    name: text,
    mark,
    status: lower(c.status) || "active",
    // "Voice ready" is ACTIVE or CALL_ACTIVE (contracts/wiil.md, enum values).
    ready: ["ACTIVE", "CALLACTIVE", ""].includes(word(c.status)),
    gone: c.markedForRelease === true || word(c.status) === "RELEASED",
    country: c.countryCode,
    carrier,
    monthlyPrice: c.monthlyPrice === undefined ? undefined : { amount: c.monthlyPrice, currency: "USD" },
    channels: { ...(voice && { voice }), ...(sms && { sms }) },
    slots: slotsIn(c),
    purchaseId: c.phoneRequestId,
    purchasedAt: iso(c.createdAt),
  };
}

function stateOf(status: string): Order["state"] {
  switch (word(status)) {
    case "COMPLETED":
      return "completed";
    case "FAILED":
      return "failed";
    case "CANCELLED":
    case "CANCELED":
      return "cancelled";
    default: // PENDING, PROCESSING, and whatever word a later version finds for "not yet"
      return "pending";
  }
}

const toOrder = (p: Purchase): Order => ({
  number: p.phoneNumber,
  purchaseId: p.id,
  state: stateOf(p.status),
  status: p.status,
  details: p.statusDetails,
  purchasedAt: iso(p.completedAt ?? p.createdAt),
  purchase: {
    status: p.status,
    statusDetails: p.statusDetails,
    chargedCredits: p.chargedCredits ?? undefined,
    metadata: p.metadata ?? undefined,
    createdAt: iso(p.createdAt),
    updatedAt: iso(p.updatedAt),
    completedAt: iso(p.completedAt),
  },
});

/** Where the answer is the number's configuration already, and tells no status of the purchase. */
const completed = (order: Order): Order => ({
  ...order,
  state: "completed",
  status: "COMPLETED",
  ...(order.purchase && { purchase: { ...order.purchase, status: "COMPLETED" } }),
});

function numbersOf(client: WiilClient, orderWindowMs: number): Platform["numbers"] {
  const find = async (number: string, call: Call): Promise<NumberRecord | undefined> => {
    const configuration = await client.byPhoneNumber(number, call).catch(orUndefined);
    if (!configuration) return undefined;
    const record = toRecord(configuration);
    if (configuration.friendlyName || !record.purchaseId) return record;
    // friendlyName is nullable: where the configuration doesn't carry the mark over, the purchase that made it has it.
    const bought = await client.purchaseStatus(record.purchaseId, call).catch(orUndefined);
    const { text, mark } = splitMark(bought?.friendlyName);
    return { ...record, name: text, mark };
  };

  /** A listing may tell less: neither the mark nor a channel is sure to be in it. */
  const isWhole = (record: NumberRecord | undefined): record is NumberRecord => record?.mark !== undefined && record.channels?.voice !== undefined;

  return {
    idOf: ({ number }) => number, // the configuration's id does not exist until the purchase is complete
    list: (call, onPage) => listed((shown) => client.phoneConfigurations(call, shown), (page: readonly PhoneConfiguration[]) => page.map(toRecord), onPage),
    find,
    get: async (id, platformId, call) => {
      const configurationId = platformId ?? (id.startsWith("+") ? undefined : id);
      if (configurationId === undefined) return find(id, call);
      const configuration = await client.phoneConfiguration(configurationId, call).catch(orUndefined);
      return configuration && toRecord(configuration);
    },
    buy: async ({ number, label, carrier, type, country }, call) =>
      toOrder(
        await client.purchase(
          {
            phoneNumber: number,
            friendlyName: withMark(label.name, label.mark),
            countryCode: country ?? countryOf(number),
            providerType: PROVIDERS[carrier ?? "signalwire"]!,
            numberType: (type ?? typeOf(number)) === "toll-free" ? "toll-free" : "local",
          },
          call,
        ),
      ),
    follow: async (order, call, shown) => {
      let next = order;
      if (order.purchaseId && order.state === "pending") {
        try {
          const status = await client.purchaseStatus(order.purchaseId, call);
          next = "providerType" in status ? completed(order) : toOrder(status);
        } catch (error) {
          // The id that came with the order may have been garbled on its way: the number is what was bought.
          if (!isNotFound(error)) throw error;
          const record = await find(order.number, call);
          if (record) return { ...completed(order), purchaseId: record.purchaseId, record };
          const isLate = order.purchasedAt !== undefined && Date.now() - Date.parse(order.purchasedAt) > orderWindowMs;
          return isLate ? { ...order, state: "failed", details: "WIIL knows no such purchase, and doesn't show the number" } : order;
        }
      }
      if (next.state !== "completed") return next;
      // The configuration may be missing for a moment after COMPLETED [JS examples/channels/voice-channels.md].
      const record = isWhole(shown) ? shown : await find(order.number, call);
      return record ? { ...next, record } : { ...next, state: "pending" };
    },
    label: async (record, { name, mark }, call) => ({ ...record, ...toRecord(await client.rename(record.platformId, withMark(name, mark), call)) }),
    release: async (record, call) => {
      const seen = async () => {
        const found = await client.phoneConfiguration(record.platformId, call).catch(orUndefined);
        return found && !toRecord(found).gone ? found : undefined;
      };
      await client.release(record.platformId, call).catch(unlessSeen(seen));
    },
  };
}

export function open(settings: OpenSettings): Platform {
  const generation: Generation = settings.option("wiilApi") === "2025-12" ? "2025-12" : "current";
  const client = wiilClient(settings, generation);
  // "Phone purchases process in under 5 minutes" [seed 001]; until then nothing but the purchase id shows the order.
  const orderWindowMs = parseDuration(settings.option("wiilOrderWindow") ?? "5m");
  const providerOf = (carrier: string | undefined) => PROVIDERS[carrier ?? "signalwire"]!;

  const prices: Platform["prices"] = async ({ country, type, carrier }, call) => {
    const all = await client.pricing({ provider: providerOf(carrier), countryCode: country }, call);
    return all
      .map((p) => ({ country: p.countryCode, type: NUMBER_TYPES[word(p.number_type)], monthlyPrice: toPrice(p), countryName: p.country, unit: p.priceUnit, tiers: tiersOf(p) }))
      .filter((p): p is typeof p & { monthlyPrice: Money } => !!p.monthlyPrice)
      .filter((p) => (!country || p.country?.toUpperCase() === country.toUpperCase()) && (!type || p.type === type));
  };

  return {
    name: "wiil",
    account: client.account,
    probe: async (call) => ({ date: await client.probe(call) }),
    orderWindowMs,
    showsAtOnce: false,
    pollIntervalMs: parseDuration(settings.option("wiilPollInterval") ?? "1s"), // [seed 001] has 5 s, from the first look to the last
    prices,
    regions: ({ carrier }, call) =>
      client.regions(providerOf(carrier), call).catch((error: unknown) => {
        if (generation === "2025-12" || !isNotFound(error)) throw error;
        throw new Error("WIIL's current API has no list of regions; its older one has: set telephony:wiilApi, or WIIL_API, to 2025-12");
      }),
    numbers: numbersOf(client, orderWindowMs),
    assistants: assistantsOf(client),
    pointers: pointersOf(client),
    search: async (criteria, call) => {
      const { number, carrier } = criteria;
      const query = number ? { contains: national(number) } : { areaCode: criteria.areaCode, contains: criteria.contains, postalCode: criteria.postalCode };
      const choose = (found: NumberInfo[]) => {
        const candidates = found.map((n): Candidate => ({
          number: n.phoneNumber,
          country: n.countryCode ?? countryOf(n.phoneNumber),
          type: NUMBER_TYPES[word(n.numberType)] ?? typeOf(n.phoneNumber),
          region: n.region,
          locality: n.rateCenter,
          postalCode: n.postalCode,
          capabilities: capabilities(n.capabilities),
          friendlyName: n.friendlyName,
          lata: n.lata,
          beta: n.beta ?? undefined,
        }));
        return number ? select(candidates.filter((c) => c.number === number), {}) : select(candidates, criteria, ["areaCode", "contains", "postalCode"]);
      };
      const enough = (found: NumberInfo[]) => choose(found).candidates.length >= (number ? 1 : (criteria.limit ?? 10));
      // Country, type and the like are searched for here, so the more of the stock in one page, the fewer calls. The pagination
      // section of the contract holds for all lists; a server that doesn't know pageSize answers its usual page.
      const here = ["country", "type", "region", "locality", "capabilities"].some((k) => k in criteria);
      const pageSize = here ? 1000 : Math.max(criteria.limit ?? 10, 20);
      const [found, told] = await Promise.all([
        client.numbers({ provider: providerOf(carrier), countryCode: criteria.country, pageSize, ...query }, enough, call),
        prices({ carrier, country: criteria.country }, call),
      ]);
      const result = choose(found);
      const candidates = result.candidates.map((c) => {
        const price = told.find((p) => p.country === c.country && p.type === c.type)?.monthlyPrice;
        return price ? { ...c, monthlyPrice: price } : c;
      });
      return { ...result, candidates };
    },
  };
}
