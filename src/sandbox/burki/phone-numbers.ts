import { Hono, type Context } from "hono";
import { z } from "zod";
import type { StockNumber } from "../inventory";
import { onOffer, type Env, type Platform, type World } from "../world";
import { atCarrier, capabilitiesOf, countriesOf, dollars, priceOf, purchaseAtCarrier, releaseAtCarrier } from "./carriers";
import { pointAtAssistant, rowOfNumber, upsertRow } from "./rows";
import { burki, burkiOptions, hasCredentials, type Carrier } from "./state";
import { body, BurkiError, parseProvider } from "./wire";
import { webhookRoutes } from "./webhooks";

const text = z.string().nullish();
const search = z.object({
  country_code: z.string().default("US"), area_code: text, contains: text, locality: text, region: text,
  limit: z.number().int().min(1).max(50).default(10), provider: z.string().default("telnyx"),
});
const purchase = z.object({
  phone_number: z.string(), provider: z.string(), country_code: text, assistant_id: z.number().int().nullish(), friendly_name: text, messaging_profile_id: text,
});
const release = z.object({ phone_number: z.string(), provider: text });

/** The phone-number group, below whichever prefix. */
export function phoneNumberRoutes(world: World, platform: Platform): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/search", async (c) => {
    const request = await body(c, search);
    const provider = parseProvider(request.provider);
    const numbers = find(c, world, platform, provider, request);
    return c.json({ success: true, numbers, total_found: numbers.length, provider });
  });
  app.post("/purchase", async (c) => {
    const request = await body(c, purchase);
    return c.json(buy(c, world, platform, request));
  });
  app.post("/release", async (c) => {
    const request = await body(c, release);
    const account = c.get("account");
    const row = rowOfNumber(world, account, request.phone_number);
    const provider = parseProvider(request.provider || row.provider);
    // The carrier first. It refuses too when it has no such number any more, and the row stays [SRC].
    if (!releaseAtCarrier(world, account, provider, row.phone_number)) throw new BurkiError(500, `Failed to release phone number from ${provider}`);
    burki(world).rows = burki(world).rows.filter((item) => item !== row);
    return c.json({
      success: true, phone_number: row.phone_number, provider, message: `Successfully released phone number ${row.phone_number} from ${provider}`,
    });
  });
  app.get("/countries", (c) => {
    const provider = parseProvider(c.req.query("provider") ?? "telnyx");
    return c.json({ success: true, country_codes: countriesOf(provider), provider });
  });
  app.get("/:number/diagnose", (c) => {
    const row = rowOfNumber(world, c.get("account"), c.req.param("number"));
    const number = atCarrier(world, row.account, row.phone_number, "telnyx");
    // [SRC telnyx_service.py], without what it copies from Telnyx whole.
    const diagnosis = number
      ? { phone_number: row.phone_number, found: true, phone_number_id: number.id, connection_id: number.connectionId, status: "active", features: [] }
      : { phone_number: row.phone_number, found: false, error: "Phone number not found in Telnyx account" };
    return c.json({ success: true, phone_number: row.phone_number, diagnosis });
  });
  app.route("/", webhookRoutes(world));
  return app;
}

function find(c: Context<Env>, world: World, platform: Platform, carrier: Carrier, wanted: z.infer<typeof search>): object[] {
  // A carrier that can't be reached has no numbers: the services catch its errors and return an empty list [SRC].
  if (!hasCredentials(c.get("account"), carrier)) return [];
  const digits = wanted.contains?.replaceAll(/\D/g, "");
  const same = (value: string, asked: string | null | undefined) => !asked || value.toLowerCase() === asked.toLowerCase();
  return onOffer(world, platform, (item) =>
    item.carrier === carrier && item.country === wanted.country_code.toUpperCase() && (!wanted.area_code || item.areaCode === wanted.area_code) &&
    (!digits || item.number.includes(digits)) && same(item.city, wanted.locality) && same(item.region, wanted.region),
  ).slice(0, wanted.limit).map((item) => availableNumber(world, carrier, item));
}

/** AvailablePhoneNumber [OAS]; only Telnyx tells prices. */
function availableNumber(world: World, carrier: Carrier, item: StockNumber): object {
  const [month, setup] = priceOf(item);
  const common = {
    phone_number: item.number, friendly_name: item.number, locality: item.city || null, region: item.region || null,
    capabilities: { ...capabilitiesOf(item), fax: false }, provider: carrier,
  };
  const telnyx = carrier === "telnyx";
  if (burkiOptions(world).searchFields === "oas") {
    return { ...common, country_code: item.country, cost: telnyx ? dollars(month) : null, setup_cost: telnyx ? dollars(setup) : null };
  }
  return { ...common, iso_country: item.country, monthly_cost: telnyx ? month / 100 : null, setup_cost: telnyx ? setup / 100 : null };
}

/** The carrier first, then Burki's own row: what fails in between is paid for and not to be seen [SRC]. */
function buy(c: Context<Env>, world: World, platform: Platform, request: z.infer<typeof purchase>): object {
  const account = c.get("account");
  const provider = parseProvider(request.provider);
  const number = request.phone_number;
  if (!number.startsWith("+")) throw new BurkiError(400, "Phone number must be in E.164 format (e.g., +1234567890)");
  const { unknownAssistant } = burkiOptions(world);
  const assistant = request.assistant_id
    ? burki(world).assistants.find((item) => item.id === request.assistant_id && item.account === account.account) : undefined;
  if (request.assistant_id && !assistant && unknownAssistant !== "unchecked") {
    throw new BurkiError(Number(unknownAssistant), `Assistant with ID ${request.assistant_id} not found`);
  }

  const result = purchaseAtCarrier(world, platform, account, provider, number, request.messaging_profile_id ?? null);
  if (!result) throw new BurkiError(500, `Failed to purchase phone number from ${provider}`);
  if (burki(world).outcomes[number] === "AMBIGUOUS") {
    delete burki(world).outcomes[number];
    throw new BurkiError(500, "Internal error: connection was closed in the middle of operation");
  }
  const row = upsertRow(world, account, number, provider, result.id, request.friendly_name ? { friendly_name: request.friendly_name } : {});
  if (assistant && burkiOptions(world).purchaseWebhooks === "all") pointAtAssistant(world, row, assistant);
  // The old source links the row and sets nothing up, and doesn't look whether the assistant is there.
  else if (request.assistant_id) Object.assign(row, { assistant_id: request.assistant_id, flow_id: null });
  // The answer has no row id.
  return {
    success: true, phone_number: number, provider, purchase_details: result.details,
    message: `Successfully purchased phone number ${number} from ${provider}`,
  };
}
