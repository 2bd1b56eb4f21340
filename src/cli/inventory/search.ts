/** `telephony search`: what the platforms offer just now. Nothing is bought or reserved. */
import { platforms } from "../../platforms/index.js";
import type { SearchResult } from "../../platforms/platform.js";
import { formatMoney } from "../../provider/money.js";
import { emptySearch, searchProblems } from "../../provider/number-search.js";
import type { Candidate, Money, PlatformName, SearchCriteria } from "../../types.js";
import { type Column, table } from "../table.js";
import { askAll, type Common, NotOffered, onePerPlatform, run, titleOf } from "./ask.js";
import { EXIT } from "./exit-codes.js";

export interface SearchOptions extends Common, SearchCriteria {
  carrier?: string;
}

export const priceText = (price: Money | undefined) => (price ? formatMoney(price) : "unknown");

const COLUMNS: Column[] = [
  { title: "Number" },
  { title: "Platform" },
  { title: "Country", expendable: 3 },
  { title: "Type", expendable: 2 },
  { title: "Region", atLeast: 10, expendable: 4 },
  { title: "Capabilities", atLeast: 10, expendable: 5 },
  { title: "A month" },
  { title: "Once", expendable: 1 },
];

const rowOf = (platform: PlatformName, c: Candidate) => [
  c.number,
  platform,
  c.country ?? "",
  c.type ?? "",
  [c.locality, c.region].filter(Boolean).join(", "),
  c.capabilities?.join(" ") ?? "",
  priceText(c.monthlyPrice),
  priceText(c.setupPrice),
];

/**
 * What keeps a platform out of this search before it is asked.
 * @throws NotOffered
 */
export function assertSearchable(platform: PlatformName, criteria: SearchCriteria & { carrier?: string }): void {
  const { allocates, title } = platforms[platform].traits;
  if (allocates) throw new NotOffered(`${title} can't be searched: it picks a number at the purchase`);
  assertCarrier(platform, criteria.carrier);
  const problems = searchProblems({ platform, ...criteria });
  if (problems.length > 0) throw new NotOffered(`${title} is left out: ${problems.join("; ")}`);
}

/** @throws NotOffered */
export function assertCarrier(platform: PlatformName, carrier: string | undefined): void {
  const { carriers, title } = platforms[platform].traits;
  if (carrier === undefined || carriers.includes(carrier)) return;
  throw new NotOffered(carriers.length > 0 ? `${title} has no carrier "${carrier}"; it has ${carriers.join(", ")}` : `${title} picks the carrier itself`);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const search = (options: SearchOptions) =>
  run(options, async (scope) => {
    const { country, type, areaCode, contains, region, locality, postalCode, capabilities, limit, carrier } = options;
    const given = Object.entries({ country, type, areaCode, contains, region, locality, postalCode, capabilities, limit, carrier }).filter(([, value]) => value !== undefined);
    const criteria = Object.fromEntries(given) as SearchCriteria & { carrier?: string };
    const accounts = onePerPlatform(scope.accounts, options);
    const { answers, skipped, failures } = await askAll({ ...scope, accounts }, async (platform): Promise<SearchResult> => {
      assertSearchable(platform.name, criteria);
      return platform.search(criteria, {});
    });
    if (answers.length === 0 && failures.length === 0) throw new Error(`nobody can be asked: ${skipped.map(({ reason }) => reason).join("; ")}`);
    const found = answers.flatMap(({ account: { platform }, value }) => value.candidates.map((candidate) => ({ platform, ...candidate })));
    const empty = answers.filter(({ value }) => value.candidates.length === 0);
    return {
      json: { numbers: found },
      lines: [
        ...(found.length > 0 ? table(COLUMNS, found.map(({ platform, ...candidate }) => rowOf(platform, candidate))) : []),
        ...empty.map(({ account, value }) => capital(`${emptySearch(titleOf(account.platform), value)}.`)),
      ],
      skipped,
      failures,
      exit: found.length === 0 ? EXIT.none : 0,
    };
  });
