import { parseDuration } from "../../duration.js";
import type { OpenSettings, Platform } from "../platform.js";
import { assistantsOf } from "./assistants.js";
import { vapiClient } from "./client.js";
import { numbersOf } from "./numbers.js";
import { pointersOf } from "./pointers.js";

export function open(settings: OpenSettings): Platform {
  const client = vapiClient(settings);
  const numbers = numbersOf(client);
  return {
    name: "vapi",
    account: client.account,
    probe: async (call) => ({ date: await client.probe(call) }),
    // The record is there when the answer is; how long one whose answer was lost may stay invisible is ASSUMED.
    orderWindowMs: parseDuration(settings.option("vapiOrderWindow") ?? "30s"),
    showsAtOnce: true,
    pollIntervalMs: parseDuration(settings.option("vapiPollInterval") ?? "1s"), // [3P 69848711916] has 3 s, from the first look to the last
    numbers,
    assistants: assistantsOf(client),
    pointers: pointersOf(client, numbers),
    // There is no endpoint that says which numbers there are, or what they cost. [OAS]
    search: ({ number }) => Promise.resolve({ candidates: number ? [{ number }] : [], offered: number ? 1 : 0, left: [] }),
    prices: () => Promise.resolve([]),
    regions: () => Promise.reject(new Error("Vapi has no list of regions: its numbers are US numbers, by area code")),
  };
}
