import { TimeoutError } from "p-wait-for";
import { formatDuration } from "../duration.js";
import { PlatformError } from "../http/index.js";
import { type Mark, markText } from "../mark.js";
import { platformNamed } from "../platforms/index.js";
import { countryOf, typeOf } from "../platforms/numbering.js";
import type { NumberRecord, Order, Platform } from "../platforms/platform.js";
import type { Candidate, Money, NumberType, SearchCriteria } from "../types.js";
import { refusedByBudget } from "./budget.js";
import { type Context, messageOf } from "./context.js";
import { join } from "./crowd.js";
import { leased } from "./lease.js";
import { emptySearch, searchOnce } from "./number-search.js";
import { overLimit } from "./planned-price.js";
import { gapAfter, GROWTH, poll } from "./poll.js";
import { together } from "../together.js";
import { forgetListings, observe, type Observation } from "./listings.js";
import { claim, noteMark, offeredThisRun, unclaim } from "./registry.js";

/** What is wanted, whatever the program called it. */
export interface Wanted {
  platform: string;
  name: string;
  digest: string;
  /** The exact number asked for. */
  exact?: string;
  /** What may be bought, in the order of preference. */
  candidates: Candidate[];
  /** The criteria, where the resource made its own search: a spent one may be renewed where the platform allows it. */
  criteria?: Record<string, unknown>;
  /** URN of the search that froze the candidates. */
  search?: string;
  carrier?: string;
  /** An own number at a carrier is brought in, not bought. */
  carrierAccount?: Record<string, string>;
  type?: NumberType;
  adopt?: boolean;
  takeover?: boolean;
  maxMonthlyPrice?: Money;
}

/** What came of it. */
export interface Acquired {
  order: Order;
  mark: Mark;
  /** The candidate that was bought; absent when the number was adopted. */
  candidate?: Candidate;
}

/** How long a purchase may take by default: "under 5 minutes" [seed 001]. */
export const CREATE_TIMEOUT_MS = 300_000;

const toOrder = (record: NumberRecord): Order => ({
  number: record.number,
  purchaseId: record.purchaseId,
  purchasedAt: record.purchasedAt,
  state: record.pending ? "pending" : "completed",
  status: record.status,
  record,
});

/**
 * Observe, ensure, return. Looks for a number that is ours already, then for one that may be adopted, and only then buys; so
 * that it can be run again after any crash and comes to the same number.
 */
export function acquire(context: Context, wanted: Wanted): Promise<Acquired> {
  const platform = context.platform(wanted.platform);
  return leased(context, `${platform.account} ${wanted.digest}`, async () => {
    try {
      return await findOrBuy(context, platform, wanted, await ownNumbers(context, platform, wanted));
    } catch (error) {
      if (!(error instanceof Outdated)) throw error;
      forgetListings();
      return findOrBuy(context, platform, wanted, { ...(await ownNumbers(context, platform, wanted)), old: false }); // it began after that
    }
  });
}

/** Somebody has the number, and who it is can't be told by a listing that is from before. Nothing was bought. */
class Outdated extends Error {}

async function findOrBuy(context: Context, platform: Platform, wanted: Wanted, observation: Observation<NumberRecord>): Promise<Acquired> {
  const owned = observation.items;

  const mine = owned.filter((r) => r.mark?.digest === wanted.digest);
  if (mine.length > 1) {
    throw new Error(
      `${mine.length} numbers carry this resource's mark [pulumi ${wanted.digest}]: ${mine.map((r) => `${r.number} (${r.platformId})`).join(", ")}. ` +
        `Release the ones that you don't need, or take the mark off them, at ${titleOf(wanted)}; then run pulumi up again`,
    );
  }
  if (mine[0]) return adopt(context, platform, wanted, mine[0]);

  if (wanted.exact) {
    const record = owned.find((r) => r.number === wanted.exact);
    if (record) return adopt(context, platform, wanted, isFaded(platform, wanted, record) ? record : mayAdopt(wanted, record));
  }
  if (!traitsOf(wanted).allocates || wanted.carrierAccount) return buyOne(context, platform, wanted, observation);
  if (wanted.exact) {
    throw new Error(`${wanted.exact} is not in this ${titleOf(wanted)} account, and ${titleOf(wanted)} sells no number by its digits. Buy it in the dashboard first, or use search`);
  }
  const bought = await buy(context, platform, wanted, { number: "" }, observation);
  return bought!; // "taken" can't be said of a number that the platform picks
}

const traitsOf = (wanted: Wanted) => platformNamed(wanted.platform)!.traits;
const titleOf = (wanted: Wanted) => traitsOf(wanted).title;

/**
 * Where marks don't last, an unmarked number is ours if an earlier run froze it as a candidate when nobody here owned it: that
 * run, or one since, has bought it.
 */
function isFaded(platform: Platform, wanted: Wanted, record: NumberRecord): boolean {
  const candidate = wanted.candidates.find((c) => c.number === record.number);
  return traitsOf(wanted).marksFade === true && !record.mark && candidate?.owned === false && !offeredThisRun(platform.account, record.number);
}

/** The account's numbers, or for an exact number that one, its mark looked for everywhere. */
async function ownNumbers(context: Context, platform: Platform, { exact, digest }: Wanted): Promise<Observation<NumberRecord>> {
  const { account, numbers } = platform;
  const listed = async () => {
    const { items, old, at } = await observe(context, account, "numbers", digest, () => numbers.list(context.call));
    return { items: items.filter((record) => !record.gone), old, at };
  };
  if (!exact) return listed();
  const offered = offeredThisRun(account, exact);
  if (offered) {
    const seen = await listed();
    if (!seen.items.some((record) => record.number === exact)) return { ...seen, items: [] };
  }
  const at = Date.now();
  const record = await numbers.find(exact, context.call, offered);
  return { items: record && !record.gone ? [record] : [], old: false, at };
}

/** The ownership rule: what another resource owns, or nobody, is adopted only if the program says so. */
function mayAdopt(wanted: Wanted, record: NumberRecord): NumberRecord {
  if (record.mark && !wanted.takeover) {
    throw new Error(
      `${record.number} is owned by another Pulumi resource: "${record.name}" carries the mark [pulumi ${markText(record.mark)}]. ` +
        `Remove it there (onDelete: "retain" keeps the number), or set takeover: true here to take it over`,
    );
  }
  if (!record.mark && !wanted.adopt && !wanted.takeover) {
    throw new Error(
      `${record.number} already belongs to this ${titleOf(wanted)} account ("${record.name}"), and no Pulumi resource owns it. ` +
        `Set adopt: true to manage it here; with onDelete: "retain" it is kept when the resource goes`,
    );
  }
  return record;
}

async function adopt(context: Context, platform: Platform, wanted: Wanted, record: NumberRecord): Promise<Acquired> {
  const generation = record.mark?.digest === wanted.digest ? record.mark.generation + 1 : 1;
  const mark = { digest: wanted.digest, generation };
  noteMark(mark);
  const labelled = await platform.numbers.label(record, { name: wanted.name, mark }, context.call);
  forgetListings();
  context.log.info(`adopted ${record.number || "a number"}, which this account already owns`);
  claim(platform.account, record.number, context.urn);
  return { order: toOrder(labelled), mark };
}

/** Goes through the candidates until one is bought. */
async function buyOne(context: Context, platform: Platform, wanted: Wanted, observation: Observation<NumberRecord>): Promise<Acquired> {
  const owned = observation.items;
  const tried = new Map<string, string>();
  const attempt = async (candidates: Candidate[]): Promise<Acquired | undefined> => {
    for (const candidate of candidates) {
      const { number } = candidate;
      if (tried.has(number)) continue;
      const record = owned.find((r) => r.number === number);
      if (record) {
        if (isFaded(platform, wanted, record)) return adopt(context, platform, wanted, record);
        if (record.mark ? wanted.takeover : wanted.adopt || wanted.takeover) return adopt(context, platform, wanted, record);
        tried.set(number, "owned by this account already");
        continue;
      }
      if (!claim(platform.account, number, context.urn)) {
        tried.set(number, "bought by another resource of this program");
        continue;
      }
      try {
        const refusal = await refusePrice(context, platform, wanted, candidate);
        if (refusal) {
          tried.set(number, refusal);
          unclaim(platform.account, number);
          continue;
        }
        const bought = await buy(context, platform, wanted, candidate, observation);
        if (bought) return bought;
        tried.set(number, "taken by someone else");
        context.log.info(`${number} was taken by someone else`);
      } catch (error) {
        unclaim(platform.account, number);
        throw error;
      }
    }
    return undefined;
  };

  const bought = await attempt(wanted.candidates);
  if (bought) return bought;

  if (wanted.criteria && platform.showsAtOnce) {
    const again = await searchOnce(context, platform, { ...wanted.criteria, platform: wanted.platform });
    if (again.candidates.length === 0 && tried.size === 0) throw new Error(emptySearch(titleOf(wanted), again));
    const late = await attempt(again.candidates);
    if (late) return late;
  }
  throw nothingLeft(wanted, tried);
}

function nothingLeft(wanted: Wanted, tried: Map<string, string>): Error {
  const reasons = [...tried].map(([number, why]) => `${number}: ${why}`);
  if (wanted.exact) return new Error(`can't buy at ${titleOf(wanted)}: ${reasons.join("; ")}. Declare another number`);
  const shown = reasons.slice(0, 5).join("; ") + (reasons.length > 5 ? `; and ${reasons.length - 5} more` : "");
  const anew = wanted.search ? `pulumi up --replace '${wanted.search}'` : "a new NumberSearch, or more candidates,";
  return new Error(`no candidate could be bought at ${titleOf(wanted)}${shown ? `: ${shown}` : ": the list of candidates is empty"}. To search anew: ${anew} or change the criteria`);
}

/** Why the price forbids the purchase; undefined when it doesn't. */
async function refusePrice(context: Context, platform: Platform, wanted: Wanted, candidate: Candidate): Promise<string | undefined> {
  const limit = wanted.maxMonthlyPrice;
  if (!limit && !context.settings.get("monthlyBudget")) return undefined;
  const price = await priceOf(context, platform, wanted, candidate);
  if (limit && !price) return `${titleOf(wanted)} tells no price for it, so maxMonthlyPrice can't be kept`;
  return (limit && overLimit(price!, limit)) ?? refusedByBudget(context, price);
}

async function priceOf(context: Context, platform: Platform, { type, carrier }: Wanted, candidate: Candidate): Promise<Money | undefined> {
  if (candidate.monthlyPrice) return candidate.monthlyPrice;
  const query = { country: candidate.country ?? countryOf(candidate.number), type: candidate.type ?? type ?? typeOf(candidate.number), carrier };
  const told = await together(`${platform.account} prices ${JSON.stringify(query)}`, () => platform.prices(query, context.call));
  return told.find((p) => p.type === query.type)?.monthlyPrice;
}

/**
 * Buys one candidate. undefined means that someone else has it. The call that spends money is never repeated before a look at
 * what the last one did.
 */
async function buy(context: Context, platform: Platform, wanted: Wanted, candidate: Candidate, { old, at }: Observation<NumberRecord>): Promise<Acquired | undefined> {
  const { number } = candidate;
  const mark: Mark = { digest: wanted.digest, generation: 1 };
  const request = {
    number,
    label: { name: wanted.name, mark },
    country: candidate.country,
    type: candidate.type ?? wanted.type,
    carrier: wanted.carrier,
    carrierAccount: wanted.carrierAccount,
    criteria: wanted.criteria as SearchCriteria | undefined,
  };
  let unanswered: PlatformError | undefined;
  for (;;) {
    if (traitsOf(wanted).sellsTwice && Date.now() - at > JUST_NOW_MS) {
      // Another stack of this account may have bought it since the first look, and no refusal would tell.
      const held = (await platform.numbers.list(context.call)).find((record) => record.number === number && !record.gone);
      if (held) return held.mark?.digest === wanted.digest ? adopt(context, platform, wanted, held) : undefined;
    }
    await context.assertEngineAlive();
    context.log.status(`buying ${number || "a number"}`);
    noteMark(mark);
    try {
      const order = await platform.numbers.buy(request, context.call);
      const holder = order.record?.mark;
      if (traitsOf(wanted).sellsTwice && holder && holder.digest !== wanted.digest) {
        context.log.warn(`${number} was ordered by another Pulumi resource at the same moment, which has it now; ${titleOf(wanted)} may have charged both orders`);
        return undefined;
      }
      return { order, mark, candidate };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      if (error.kind === "taken") {
        if (old) throw new Outdated();
        const perhapsOurs = unanswered !== undefined || !offeredThisRun(platform.account, number);
        const found = await lookFor(context, platform, wanted, number, perhapsOurs ? platform.orderWindowMs : 0);
        if (found) return await adopt(context, platform, wanted, found);
        if (unanswered) throw notSeen(number, unanswered, wanted);
        return undefined;
      }
      if (!error.ambiguous) throw error;
      const found = await lookFor(context, platform, wanted, number, platform.orderWindowMs);
      if (found) return await adopt(context, platform, wanted, found);
      // Not there after the whole window. Where a purchase shows at once, asking for the very same number again is safe: the
      // number itself is the key. Elsewhere, and where the platform would pick another number, a later run looks again first.
      if (unanswered || !platform.showsAtOnce || number === "") throw notSeen(number, error, wanted);
      unanswered = error;
    }
  }
}

/** Where no refusal keeps a number from being bought twice, a look is no older than this when it is bought. */
const JUST_NOW_MS = 1_000;

function notSeen(number: string, error: PlatformError, wanted: Wanted): Error {
  // A platform that doesn't say why it failed may fail like this for ever, when somebody else has the number.
  const anew = number && wanted.search && !wanted.exact ? `. If it is somebody else's by now, search anew: pulumi up --replace '${wanted.search}'` : "";
  return new Error(
    `the order for ${number || "a number"} may or may not have gone through: ${error.message} ${titleOf(wanted)} doesn't show the number so far. ` +
      `Nothing else was bought. Run pulumi up again: it looks for the number before it orders anything${anew}`,
  );
}

/** Looks for a number of ours with these digits, again and again for as long as an order may stay invisible. */
async function lookFor(context: Context, platform: Platform, wanted: Wanted, number: string, windowMs: number): Promise<NumberRecord | undefined> {
  const started = Date.now();
  const isOurs = (record: NumberRecord) => !record.gone && (record.mark ? record.mark.digest === wanted.digest : number !== "" && traitsOf(wanted).marksFade === true);
  const look = async () => {
    const records = number ? [await platform.numbers.find(number, context.call)] : await platform.numbers.list(context.call);
    return records.find((record) => record && isOurs(record));
  };
  let found = await look();
  if (found || windowMs === 0) return found;
  context.log.info(`${number || "a number"} may be ours by an earlier order; looking for it for up to ${formatDuration(windowMs)} before anything else is bought`);
  await poll(
    async () => {
      found = await look();
      context.log.status(`looking for an earlier order of ${number || "a number"} (${formatDuration(Date.now() - started)} of ${formatDuration(windowMs)})`);
      return found !== undefined;
    },
    { interval: Math.min(platform.pollIntervalMs, windowMs), timeout: windowMs, signal: context.call.signal },
  ).catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error;
  });
  return found;
}

/** The purchase did not end within its time. It is paid for, or may be: the next `up` goes on with it. */
export class StillPending extends Error {
  constructor(
    readonly order: Order,
    message: string,
  ) {
    super(message);
  }
}

/** While several orders wait side by side, each is looked at by itself after so many intervals, and then ever more seldom. */
const alone = (waited: number, interval: number) => Math.max(5 * interval, waited / 2);

/** Follows an order to its end, with its status in the live row. */
export async function settle(context: Context, platform: Platform, order: Order, limitMs: number): Promise<Order> {
  if (order.state !== "pending" && (order.record || order.state !== "completed")) return order;
  const started = Date.now();
  const interval = platform.pollIntervalMs;
  const others = join(platform, order);
  const growth = () => (others?.isCrowd() ? GROWTH / 2 : GROWTH); // a look that many share may be made more often
  let now = order;
  let looked = started;
  const stillPending = (why: string) => {
    const id = now.purchaseId ? ` (purchase ${now.purchaseId})` : "";
    return new StillPending(now, `the purchase of ${now.number || "a number"}${id} is ${now.status} ${why}. It is in the state, and not ordered again: run pulumi up to go on`);
  };
  try {
    await poll(
      async (last) => {
        const waited = Date.now() - started;
        const due = last || !others || Date.now() - looked >= alone(looked - started, interval);
        const news = due ? {} : await others.latest(context.call, Math.max(interval, gapAfter(waited, interval, growth())) / 2);
        if (news) {
          looked = Date.now();
          const next = await platform.numbers.follow(now, context.call, news.record);
          const young = Date.now() - started < platform.orderWindowMs;
          if (!next.missing || !young) now = next;
        }
        context.log.status(`purchase of ${now.number || "a number"}: ${now.status} (${formatDuration(Date.now() - started)})`);
        return now.state !== "pending";
      },
      { interval, timeout: limitMs, signal: context.call.signal, growth, ...(others && { woken: others.news }) },
    );
  } catch (error) {
    throw stillPending(error instanceof TimeoutError ? `after ${formatDuration(limitMs)} at ${platformNamed(platform.name)!.traits.title}${now.record ? "" : ", and the number itself is not shown so far"}` : `and can't be followed: ${messageOf(error).replace(/\.$/, "")}`);
  } finally {
    others?.leave();
  }
  return now;
}

/** Says why an order came to nothing, in the platform's words. */
export function failureOf(order: Order, title: string): string {
  const id = order.purchaseId ? ` (purchase ${order.purchaseId})` : "";
  const details = order.details ? `: ${order.details}` : "";
  return `${title} ended the purchase of ${order.number || "a number"}${id} as ${order.status}${details}. Nothing is owned; correct the cause or declare another number, then run pulumi up again`;
}

/** An order that is still under way can't be undone at the platform: it is waited for, and then released. */
export async function finishedOrder(context: Context, platform: Platform, order: Order): Promise<NumberRecord | undefined> {
  const limit = context.timeouts.delete ?? CREATE_TIMEOUT_MS;
  let now = order;
  await poll(
    async () => {
      now = await platform.numbers.follow(now, context.call);
      context.log.status(`waiting for the purchase of ${now.number} to end before it is released: ${now.status}`);
      return now.state !== "pending";
    },
    { interval: platform.pollIntervalMs, timeout: limit, signal: context.call.signal },
  ).catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error;
    throw new Error(`the purchase of ${order.number} is ${now.status} after ${formatDuration(limit)} and can't be released before it ends; run pulumi destroy again`);
  });
  return now.record;
}
