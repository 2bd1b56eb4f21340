import type { Candidate, Money, SearchCriteria } from "../../types.js";
import { countryOf, national, select, typeOf } from "../numbering.js";
import type { Call, SearchResult } from "../platform.js";
import type { BurkiClient } from "./client.js";
import { MOST } from "./definition.js";
import { DEFAULT_CARRIER } from "./numbers.js";
import type { AvailableNumber } from "./schema.js";

const CURRENCIES: Readonly<Record<string, string>> = { $: "USD", "€": "EUR", "£": "GBP" };

/** "$1.00", "1.00", 1 and "1.00 EUR": which currency a bare number is in is ASSUMED. [OAS], [DOCS search], [PY] */
export function moneyOf(cost: string | number | null | undefined): Money | undefined {
  const match = /^\s*([$€£])?\s*(\d+(?:\.\d+)?)\s*([A-Z]{3})?\s*$/.exec(String(cost ?? ""));
  if (!match) return undefined;
  const [whole, fraction = ""] = match[2]!.split(".");
  return { amount: `${whole}.${fraction.padEnd(2, "0")}`, currency: match[3] ?? CURRENCIES[match[1] ?? "$"]! };
}

function toCandidate(n: AvailableNumber): Candidate {
  const country = n.country_code ?? n.iso_country;
  return {
    number: n.phone_number,
    country: country && /^[A-Za-z]{2}$/.test(country) ? country.toUpperCase() : countryOf(n.phone_number),
    type: typeOf(n.phone_number),
    region: n.region,
    locality: n.locality,
    capabilities: n.capabilities,
    monthlyPrice: moneyOf(n.cost ?? n.monthly_cost), // Telnyx only [OAS]
    setupPrice: moneyOf(n.setup_cost), // the same
  };
}

/** Not every carrier knows wildcards: the longest run of digits is asked for, the pattern is looked at here. */
const digitsIn = (contains: string | undefined) => contains?.split(/\D+/).sort((a, b) => b.length - a.length)[0] || undefined;

export type Criteria = SearchCriteria & { number?: string; carrier?: string };

export async function search(client: BurkiClient, criteria: Criteria, call: Call): Promise<SearchResult> {
  const { number, carrier = DEFAULT_CARRIER, country, areaCode, contains, region, locality, limit = 10 } = criteria;
  if (number) {
    const found = await client.search({ provider: carrier, country_code: countryOf(number), contains: national(number), limit: MOST }, call);
    return select(found.map(toCandidate).filter((c) => c.number === number), {});
  }
  // Whatever else is asked for is looked at here too, so the more there is to choose from the better.
  const plain = !Object.entries(criteria).some(([key, value]) => value !== undefined && !["country", "limit", "platform", "carrier"].includes(key));
  const found = await client.search(
    {
      provider: carrier,
      country_code: country,
      area_code: areaCode?.replace(/^0/, ""),
      contains: digitsIn(contains),
      region,
      locality,
      limit: plain ? Math.min(limit, MOST) : MOST,
    },
    call,
  );
  // A search that finds nothing at Twilio is widened, at last to the whole country: nothing it brings may be taken for what was asked for.
  // [SRC twilio_service.py] Where a carrier doesn't say where its numbers are, its word is all there is.
  const told = (key: "region" | "locality") => found.some((n) => n[key] !== undefined);
  const answered = (["region", "locality"] as const).filter((key) => !told(key));
  return select(found.map(toCandidate), criteria, answered);
}
