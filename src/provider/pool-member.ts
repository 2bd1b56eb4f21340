import { z } from "zod";
import { markText } from "../mark.js";
import { platformNamed } from "../platforms/index.js";
import { isMasked } from "../platforms/numbering.js";
import { join, leave, look, withPool } from "../pool/members.js";
import { type Context, messageOf, PartialFailure, type ResourceCore } from "./context.js";
import { databaseFailures, place } from "./pool-place.js";
import { count } from "./pool-settings.js";
import { hasUnknown } from "./unknown.js";
import { e164, failuresOf, flag, platformName, text } from "./validate.js";
import type { PlatformName } from "../types.js";

export interface PoolMemberInputs {
  pool: string;
  database?: string;
  platform: PlatformName;
  /** The number's resource id. It stays known in the preview of an update, which the digits don't. */
  phoneNumber: string;
  number: string;
  /** Which place of the pool it fills; absent for a number that the pool didn't buy. */
  slot?: number;
  /** Kept back by the program. */
  reserved?: boolean;
  deletionProtection?: boolean;
  /** False where the table lacks the number, though the program declares it: the next update puts it back. */
  present?: boolean;
}

const schema = z.strictObject({
  pool: place.pool,
  database: z.unknown().optional(), // looked at in databaseFailures
  platform: platformName,
  phoneNumber: text("the id of a number"),
  number: e164,
  slot: count(1).optional(),
  reserved: flag.optional(),
  deletionProtection: flag.optional(),
  present: flag.optional(),
});

const KEYS = (Object.keys(schema.shape) as (keyof PoolMemberInputs)[]).filter((key) => key !== "present");
const RESERVED_FOR = "declared in the Pulumi program";

const outsOf = (inputs: PoolMemberInputs) => Object.fromEntries(KEYS.map((key) => [key, inputs[key]])) as unknown as PoolMemberInputs;

/** What the platform says of the number. Only what is paid for and ready is given to anybody. */
async function asOwned(context: Context, { platform: name, phoneNumber: id, number }: PoolMemberInputs): Promise<{ platformId?: string; mark?: string }> {
  const definition = platformNamed(name)!;
  // Bought elsewhere, with an account that this program has no key for: nobody can be asked.
  if (!context.settings.hasKey(definition)) return {};
  const { title } = definition.traits;
  const { numbers } = context.platform(name);
  const record = (await numbers.get(id, undefined, context.call)) ?? (await numbers.find(number, context.call));
  if (!record || record.gone) throw new Error(`${number} is not in the account at ${title}: it is not added to the pool`);
  if (record.number && !isMasked(record.number) && record.number !== number) throw new Error(`${id} at ${title} is ${record.number}, not ${number}: it is not added to the pool`);
  if (!record.ready) throw new Error(`${number} is ${record.status} at ${title}: only a number that is ready goes into the pool. Run pulumi up again when it is`);
  return { platformId: record.platformId, ...(record.mark && { mark: markText(record.mark) }) };
}

async function put(context: Context, inputs: PoolMemberInputs): Promise<PoolMemberInputs> {
  const { number, platform, slot, reserved } = inputs;
  const owned = await asOwned(context, inputs);
  const row = await join(inputs, slot, { number, platform, ...owned, ...(reserved && { reservedFor: RESERVED_FOR }) });
  if (reserved && row.status !== "reserved") {
    try {
      await withPool(inputs, (pool) => pool.reserve(number, { for: RESERVED_FOR }));
    } catch (error) {
      throw new PartialFailure(number, { ...outsOf(inputs), reserved: undefined }, messageOf(error)); // it is in the pool, and somebody has it
    }
  }
  return outsOf(inputs);
}

/** A number in the pool. It depends on the number that it puts there: it goes first, and what it refuses to let go is not released. */
export const poolMember: ResourceCore<PoolMemberInputs, PoolMemberInputs> = {
  check: (_context, _olds, news) => ({ inputs: news, failures: [...failuresOf(schema, news), ...databaseFailures(news)] }),

  diff: (_context, _id, olds, news) => {
    const differs = (key: keyof PoolMemberInputs) => !hasUnknown(news[key]) && news[key] !== olds[key];
    const replaces = (["pool", "platform", "phoneNumber", "number"] as const).filter(differs) as string[];
    // Unknown is the id of a number that is about to be replaced: this must go before it does.
    if (hasUnknown(news.phoneNumber)) replaces.push("phoneNumber");
    const missing = olds.present === false || news.present === false;
    return { changes: missing || replaces.length > 0 || (["database", "slot", "reserved", "deletionProtection"] as const).some(differs), replaces };
  },

  create: async (context, inputs) => ({ id: inputs.number, outs: await put(context, inputs) }),

  read: async (context, id, props) => {
    const inputs = props as PoolMemberInputs;
    const { row, known } = await look(inputs, inputs.number);
    if (!row) {
      if (!known) context.log.warn(`the pool "${inputs.pool}" in this database never had ${inputs.number}: is it the right one?`);
      // Kept: what the state forgets would stand between nobody and the release of a number that somebody has by another database.
      const lacking = { ...outsOf(inputs), present: false };
      return { id, outs: lacking, inputs: lacking };
    }
    // Reserved by the application is no drift; no longer reserved, where the program says so, is.
    const found = { ...outsOf(inputs), ...(inputs.reserved && row.status !== "reserved" && { reserved: false }) };
    return { id, outs: found, inputs: found };
  },

  update: async (context, _id, olds, news) => {
    if (olds.database !== news.database) await moved(olds, news);
    const { row } = await look(news, news.number);
    if (!row || news.slot !== olds.slot) await put(context, news);
    if (row?.status === "reserved" && olds.reserved && !news.reserved) await withPool(news, (pool) => pool.unreserve(news.number));
    if (row && row.status !== "reserved" && news.reserved) await withPool(news, (pool) => pool.reserve(news.number, { for: RESERVED_FOR }));
    return outsOf(news);
  },

  delete: async (_context, _id, props) => {
    const { number, slot, deletionProtection } = props;
    if (deletionProtection) throw new Error(`${number} is not taken out of the pool: deletionProtection is on. Set it to false and run pulumi up first`);
    try {
      await leave(props, slot, number);
    } catch (error) {
      throw new Error(`${messageOf(error)}. The number is kept`, { cause: error });
    }
  },
};

/**
 * Another address is usually the same database, under another password or name. If it has no such number, the number must be free in
 * the old one: who has it is written down there alone.
 */
async function moved(olds: PoolMemberInputs, news: PoolMemberInputs): Promise<void> {
  const { row } = await look(news, news.number);
  if (!row) await leave(olds, olds.slot, olds.number, true);
}
