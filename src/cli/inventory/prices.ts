/** `telephony prices`: what numbers cost, as far as the platforms tell. */
import { platforms } from "../../platforms/index.js";
import type { Platform } from "../../platforms/platform.js";
import type { Money, NumberType, PlatformName } from "../../types.js";
import { type Column, table } from "../table.js";
import { askAll, type Common, onePerPlatform, run } from "./ask.js";
import { assertCarrier, priceText } from "./search.js";

export interface PricesOptions extends Common {
  country?: string;
  type?: NumberType;
  carrier?: string;
}

/** A line of `--json`; a price that is absent is not told. */
export interface PriceRow {
  platform: PlatformName;
  country?: string;
  type?: NumberType;
  monthlyPrice?: Money;
  setupPrice?: Money;
  /** Where there is no price list: how many offered numbers it was read from. */
  offered?: number;
}

const COLUMNS: Column[] = [{ title: "Platform" }, { title: "Country" }, { title: "Type" }, { title: "A month" }, { title: "Once", expendable: 1 }, { title: "Source", expendable: 2 }];

const cellsOf = (row: PriceRow) => [
  row.platform,
  row.country ?? "any",
  row.type ?? "any",
  priceText(row.monthlyPrice),
  priceText(row.setupPrice),
  row.offered === undefined ? "" : `${row.offered} on offer now`,
];

/** How many numbers are looked at where a search is all that tells prices. */
const SAMPLE = 50;

/** What the numbers on offer cost: a line for each price there is. */
async function offeredPrices(platform: Platform, { country, type, carrier }: PricesOptions): Promise<Omit<PriceRow, "platform">[]> {
  const criteria = { ...(country && { country }), ...(type && { type }), ...(carrier && { carrier }), limit: SAMPLE };
  const { candidates } = await platform.search(criteria, {});
  const rows = new Map<string, Omit<PriceRow, "platform"> & { offered: number }>();
  for (const { country, type, monthlyPrice, setupPrice } of candidates) {
    const key = JSON.stringify([country, type, monthlyPrice, setupPrice]);
    const row = rows.get(key) ?? { country, type, monthlyPrice, setupPrice, offered: 0 };
    rows.set(key, { ...row, offered: row.offered + 1 });
  }
  return [...rows.values()];
}

async function pricesOf(platform: Platform, options: PricesOptions): Promise<PriceRow[]> {
  const { name } = platform;
  const { country, type, carrier } = options;
  const { traits } = platforms[name];
  assertCarrier(name, carrier);
  if (type && !traits.numberTypes.includes(type)) return [];
  const listed = await platform.prices({ country, type, carrier }, {});
  const told = listed.length > 0 || traits.allocates ? listed.map(({ country, type, monthlyPrice }) => ({ country, type, monthlyPrice })) : await offeredPrices(platform, options);
  return (told.length > 0 ? told : [{ country, type }]).map((row) => ({ platform: name, ...row }));
}

const order = (a: PriceRow, b: PriceRow) => (a.country ?? "").localeCompare(b.country ?? "") || (a.type ?? "").localeCompare(b.type ?? "");

export const prices = (options: PricesOptions) =>
  run(options, async (scope) => {
    const accounts = onePerPlatform(scope.accounts, options);
    const { answers, skipped, failures } = await askAll({ ...scope, accounts }, (platform) => pricesOf(platform, options));
    const rows = answers.flatMap(({ value }) => [...value].sort(order));
    return { json: { prices: rows }, lines: rows.length > 0 ? table(COLUMNS, rows.map(cellsOf)) : ["No platform that was asked has such numbers."], skipped, failures };
  });
