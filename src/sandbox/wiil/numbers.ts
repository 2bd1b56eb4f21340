import { Hono } from "hono";
import { countries, type NumberType } from "../stock";
import { stockOf, type StockNumber } from "../inventory";
import { amountNumber } from "../money";
import { onOffer, type Env, type Platform, type World } from "../world";
import { providers, type Generation, type Provider } from "./state";
import { enumKey, enumValue, invalid, page } from "./wire";

/** Cents a month. ASSUMED amounts; [seed 004] only shows 1500 credits for a US local number. */
const prices: Record<string, Partial<Record<NumberType, number>>> = {
  US: { local: 150, "toll-free": 250 }, CA: { local: 150 }, GB: { local: 175, "toll-free": 300, mobile: 200 },
  DE: { local: 200, "toll-free": 450, mobile: 600 }, FR: { local: 200, "toll-free": 400, mobile: 500 }, NL: { local: 250, mobile: 600 },
  ES: { local: 225, mobile: 550 }, IT: { local: 225, mobile: 650 }, IE: { local: 225, mobile: 550 }, SE: { local: 225, mobile: 400 },
  CH: { local: 300, mobile: 800 }, AU: { local: 350, "toll-free": 900, mobile: 650 }, JP: { local: 450, mobile: 950 },
  BR: { local: 425, mobile: 700 },
};

/** What a number costs a month, in cents. */
export function priceOf(item: StockNumber): number {
  const price = prices[item.country]?.[item.type];
  if (price === undefined) throw new Error(`no WIIL price for ${item.type} numbers in ${item.country}`);
  return price;
}

/** `chargedCredits` of a price in cents: 1500 for the 1.50 USD of a US local number, so that [seed 004]'s example comes true. */
export function creditsOf(cents: number): number {
  return cents * 10;
}

/** The search and price routes of both generations. */
export function numberRoutes(world: World, platform: Platform): Hono<Env> {
  const app = new Hono<Env>();
  const base = "/phone-configurations/telephony-provider";

  // The current search names no country and no provider [JS telephony-provider.ts].
  app.get(`${base}/numbers`, (c) => page(c, world, search(world, platform, c.req.query(), "current")));
  app.get(`${base}/pricing`, (c) => page(c, world, pricing(world, "current")));

  app.get(`${base}/:provider/regions`, (c) => {
    parseProvider(c.req.param("provider"));
    const regions = Object.entries(countries).map(([regionId, regionName]) => ({ regionId, regionName }));
    return page(c, world, regions, "older");
  });
  app.get(`${base}/:provider/numbers`, (c) => {
    parseProvider(c.req.param("provider"));
    return page(c, world, search(world, platform, c.req.query(), "older", c.req.query("countryCode")), "older");
  });
  app.get(`${base}/:provider/pricing`, (c) => {
    parseProvider(c.req.param("provider"));
    return page(c, world, pricing(world, "older", c.req.query("countryCode")), "older");
  });
  return app;
}

/** A provider in either dialect. */
export function parseProvider(text: string): Provider {
  const provider = providers.find((known) => enumKey(known) === enumKey(text));
  if (!provider) throw invalid(`providerType must be one of ${providers.map((known) => enumKey(known)).join(", ")}`, { field: "providerType" });
  return provider;
}

function search(world: World, platform: Platform, query: Record<string, string>, generation: Generation, country?: string): object[] {
  const { areaCode, contains, postalCode } = query;
  const digits = contains?.replaceAll(/\D/g, "");
  return onOffer(world, platform, (item) =>
    (!country || item.country === country.toUpperCase()) &&
    (!areaCode || item.areaCode === areaCode) &&
    (!digits || item.number.includes(digits)) &&
    (!postalCode || item.postalCode === postalCode),
  ).map((item) => phoneNumberInfo(world, generation, item));
}

const typeNames: Record<NumberType, string> = { local: "Local", "toll-free": "Toll-Free", mobile: "Mobile" };

/** BasePhoneNumberInfo [seed 004], [CORE]. */
function phoneNumberInfo(world: World, generation: Generation, item: StockNumber): object {
  return {
    // [seed 004] "New York Local".
    friendlyName: `${item.city || countries[item.country]} ${typeNames[item.type]}`,
    phoneNumber: item.number,
    lata: null,
    ...(item.city && { rateCenter: item.city.toUpperCase(), region: item.region, postalCode: item.postalCode }),
    countryCode: item.country,
    capabilities: { voice: true, SMS: item.type !== "toll-free" || item.country === "US", MMS: item.country === "US" || item.country === "CA" },
    beta: false,
    numberType: enumValue(world, generation, item.type),
  };
}

/** PhoneNumberPricing [seed 004], [CORE]: by country and type, not by number. */
function pricing(world: World, generation: Generation, country?: string): object[] {
  return Object.entries(prices)
    .filter(([code]) => !country || code === country.toUpperCase())
    .flatMap(([code, byType]) => Object.entries(byType).map(([type, cents]) => ({
      number_type: enumValue(world, generation, type),
      country: countries[code],
      countryCode: code,
      phoneNumberPrices: [{ base_price: amountNumber(cents), current_price: amountNumber(cents) }],
      price: amountNumber(cents),
      priceUnit: "per month",
      currency: "USD",
    })));
}

export function stockItem(number: string): StockNumber | undefined {
  return stockOf("wiil").get(number);
}
