import { parseDuration } from "../../duration.js";
import type { OpenSettings, Platform } from "../platform.js";
import { assistantsOf } from "./assistants.js";
import { burkiClient } from "./client.js";
import { flowsOf } from "./flows.js";
import { DEFAULT_CARRIER, numbersOf } from "./numbers.js";
import { pointersOf } from "./pointers.js";
import { search } from "./search.js";

export function open(settings: OpenSettings): Platform {
  const paths = settings.option("burkiPaths") ?? "current";
  if (paths !== "current" && paths !== "2025-08") throw new Error(`burkiPaths: expected "current" or "2025-08", not "${paths}"`);
  const client = burkiClient(settings, paths);
  const times = {
    // Burki buys, writes its row and answers [SRC phone_numbers.py]; how long a carrier takes to list a purchase is ASSUMED.
    orderWindowMs: parseDuration(settings.option("burkiOrderWindow") ?? "60s"),
    pollIntervalMs: parseDuration(settings.option("burkiPollInterval") ?? "3s"),
  };
  const numbers = numbersOf(client, times);
  return {
    name: "burki",
    account: client.account,
    probe: async (call) => ({ date: await client.probe(call) }),
    ...times,
    showsAtOnce: false, // a purchase that Burki didn't write down is only seen by a sync, and without its mark
    search: (criteria, call) => search(client, criteria, call),
    prices: () => Promise.resolve([]), // no price list: Telnyx's numbers carry their prices, Twilio's have none [OAS]
    regions: async ({ carrier = DEFAULT_CARRIER }, call) =>
      (await client.countries(carrier, call)).map((code) => ({ regionId: code, regionName: code })),
    numbers,
    flows: flowsOf(client),
    assistants: assistantsOf(client),
    pointers: pointersOf(client, numbers),
  };
}
