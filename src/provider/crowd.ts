import { EventEmitter, once } from "node:events";
import type { Call, NumberRecord, Order, Platform } from "../platforms/platform.js";
import { platformNamed } from "../platforms/index.js";
import { together } from "../together.js";

/** The orders of one account that are waited for side by side in this process, and what the list of its numbers last said. */
interface Crowd {
  waiting: number;
  /** When the last listing began; what it shows is no older. */
  listedAt: number;
  /** How many numbers it had. */
  owned: number;
  /** Tells by the purchase's id of each number that a listing shows. */
  readonly news: EventEmitter;
}

const crowds = new Map<string, Crowd>();

/** Why to look at an order: the number that it has come to, where a listing shows it. */
export interface News {
  record?: NumberRecord;
}

/** One of those that wait. */
export interface Waiting {
  /** Whether so many wait that one listing costs less than a look at each of them. */
  isCrowd(): boolean;
  /** What is new of this order, so that a look at it is worth its while. Nobody is asked if another one has asked in the last `ms`. */
  latest(call: Call, ms: number): Promise<News | undefined>;
  /** Resolves as soon as a listing, whoever asked for it, shows that the purchase has ended. */
  readonly news: (over: AbortSignal) => Promise<unknown>;
  leave(): void;
}

/**
 * Joins those that wait for an order of this account. Where the platform lists a number from the moment its purchase has ended, one
 * listing tells of all of them which are worth a look of their own. What the order has come to is left to `Numbers.follow`, as for one
 * that waits alone; only the number itself, which the listing shows, needs no further call. undefined where the platform has no such list.
 *
 * A purchase that fails never comes into the list: each order is to be looked at by itself all the same, only less often.
 */
export function join(platform: Platform, { purchaseId }: Order): Waiting | undefined {
  const { listsPurchases: perPage } = platformNamed(platform.name)!.traits;
  if (perPage === undefined || purchaseId === undefined) return undefined;
  const crowd = crowds.get(platform.account) ?? { waiting: 0, listedAt: -Infinity, owned: 0, news: new EventEmitter().setMaxListeners(0) };
  crowds.set(platform.account, crowd);
  crowd.waiting++;
  const ended = endOf(purchaseId);
  let shown: News | undefined;
  const show = (record?: NumberRecord) => void (shown = { ...(record && { record }) });
  crowd.news.on(ended, show);

  const list = async (call: Call) => {
    crowd.listedAt = performance.now();
    const records = await together(`${platform.account} numbers`, () => platform.numbers.list(call));
    crowd.owned = records.length;
    for (const record of records) if (record.purchaseId !== undefined) crowd.news.emit(endOf(record.purchaseId), record);
  };

  const isCrowd = () => crowd.waiting > 1 + Math.floor(crowd.owned / perPage);

  return {
    isCrowd,
    async latest(call, ms) {
      if (!isCrowd()) return {};
      // Whatever is wrong with the list, the order itself can be asked for.
      if (!shown && performance.now() - crowd.listedAt > ms) await list(call).catch(() => show());
      const news = shown;
      shown = undefined;
      return news;
    },
    news: (over) => (shown ? Promise.resolve() : once(crowd.news, ended, { signal: over })),
    leave() {
      crowd.news.off(ended, show);
      crowd.waiting--;
      if (crowd.waiting === 0) crowds.delete(platform.account);
    },
  };
}

const endOf = (purchaseId: string) => `end of ${purchaseId}`;
