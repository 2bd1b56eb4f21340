import { blocks, ownBlocks, seeded, type Block, type NumberType } from "./stock";

/** A number that a platform can sell. */
export interface StockNumber {
  number: string;
  country: string;
  type: NumberType;
  areaCode: string;
  region: string;
  city: string;
  postalCode: string;
  /** The carrier that sells it, where a platform has several to choose from. */
  carrier?: string;
  /** The block that it is out of; a number from the user's documents is one of its own. */
  block: string;
}

/** What a platform sells: the countries, or all of them, and the digit that keeps it from selling another's numbers; one digit a carrier. */
const sources: Record<string, { digit: string; carrier?: string; countries?: string[] }[]> = {
  wiil: [{ digit: "4" }],
  voipbin: [{ digit: "5" }],
  vapi: [{ digit: "6", countries: ["US"] }],
  burki: [
    { digit: "7", carrier: "telnyx", countries: ["US", "CA", "GB", "DE"] },
    { digit: "8", carrier: "twilio", countries: ["US", "CA", "GB", "DE"] },
  ],
};

const stocks = new Map<string, Map<string, StockNumber>>();

/** Everything a platform has ever had on offer, by number, in the order in which a search shows it: the same in every run. */
export function stockOf(platform: string): Map<string, StockNumber> {
  let stock = stocks.get(platform);
  if (!stock) {
    stock = new Map();
    for (const { number, block } of seeded[platform] ?? []) stock.set(number, { number, ...block, block: number });
    const own = [...blocks, ...(ownBlocks[platform] ?? [])];
    for (const { digit, carrier, countries } of sources[platform] ?? []) {
      const sold = own.filter((block) => countries?.includes(block.country) ?? true);
      for (const item of interleave(sold.map((block) => numbersOf(block, digit)))) {
        if (!stock.has(item.number)) stock.set(item.number, carrier ? { ...item, carrier } : item);
      }
    }
    stocks.set(platform, stock);
  }
  return stock;
}

function numbersOf(block: Block, digit: string): StockNumber[] {
  const { country, type, areaCode, region, city, postalCode } = block;
  const range = 10 ** block.digits;
  return Array.from({ length: block.size }, (_, i) => {
    // 7919 is prime to any power of ten: the numbers look scattered and none comes twice.
    const line = String((i * 7919 + 1204) % range).padStart(block.digits, "0");
    const prefix = `${block.prefix}${digit}`;
    return { number: `${prefix}${line}`, country, type, areaCode, region, city, postalCode, block: prefix };
  });
}

/** One of each block, again and again, so that the first page of a country shows several area codes and types. */
function interleave<T>(lists: T[][]): T[] {
  const longest = Math.max(...lists.map((list) => list.length));
  const out: T[] = [];
  for (let i = 0; i < longest; i++) for (const list of lists) if (i < list.length) out.push(list[i]!);
  return out;
}
