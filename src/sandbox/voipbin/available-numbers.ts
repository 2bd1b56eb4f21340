import { randomInt } from "node:crypto";
import { Hono } from "hono";
import type { StockNumber } from "../inventory";
import { onOffer, type Env, type Platform, type World } from "../world";
import { takenNumbers } from "./number-rows";
import { pageSize, VoipbinError } from "./wire";

/** `GET /available_numbers`; there is no second page of it. */
export function availableNumberRoutes(world: World, platform: Platform): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/available_numbers", (c) => {
    const type = c.req.query("type") ?? "normal";
    const size = pageSize(c);
    // The seed's local, toll_free and mobile aren't types of this API [OAS paths/available_numbers/main].
    if (type !== "normal" && type !== "virtual") throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", "type must be normal or virtual.");
    if (type === "virtual") return c.json({ result: virtualCandidates(world, size) });
    const country = c.req.query("country_code")?.toUpperCase();
    if (!country) throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", "country_code is required.");
    return c.json({ result: onOffer(world, platform, (item) => item.country === country).slice(0, size).map(availableNumber) });
  });
  return app;
}

/** Random and not held back for the caller [SRV numberhandler/available_number.go]. */
function virtualCandidates(world: World, size: number): object[] {
  const taken = takenNumbers(world);
  const candidates = new Set<string>();
  while (candidates.size < size) {
    const number = `+899${randomInt(1_000_000, 1_000_000_000).toString().padStart(9, "0")}`;
    if (!taken.has(number)) candidates.add(number);
  }
  return [...candidates].map((number) => ({ number, country: "", region: "", postal_code: "", features: [] }));
}

function availableNumber(item: StockNumber): object {
  const features = item.type === "toll-free" || item.country !== "US" ? ["voice", "sms"] : ["voice", "sms", "mms"];
  return { number: item.number, country: item.country, region: item.region, postal_code: item.postalCode, features };
}
