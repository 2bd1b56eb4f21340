import { z } from "zod";
import { parseDuration } from "../duration.js";
import { registerSecret } from "../http/redact.js";
import { assertMovable, DEFAULTS, forget, withPool, withPoolIfAny } from "../pool/members.js";
import type { PoolStats } from "../pool/types.js";
import { type Context, type Failure, messageOf, type ResourceCore } from "./context.js";
import { same } from "./plain.js";
import { databaseFailures, place } from "./pool-place.js";
import { hasUnknown } from "./unknown.js";
import { failuresOf } from "./validate.js";

export interface PoolSettingsInputs {
  pool: string;
  database?: string;
  lowWater?: number;
  cooldown?: string;
  webhook?: { url: string; secret: string };
}

export const count = (least: number) => z.number({ error: `expected a whole number, ${least} or more` }).int(`expected a whole number, ${least} or more`).min(least, `expected a whole number, ${least} or more`);

export const cooldown = z.string({ error: 'expected a duration, for example "24h"' }).superRefine((value, issues) => {
  try {
    parseDuration(value);
  } catch (error) {
    issues.addIssue({ code: "custom", message: messageOf(error) });
  }
});

const schema = z.strictObject({
  pool: place.pool,
  database: z.unknown().optional(), // looked at in databaseFailures, as is the webhook below
  lowWater: count(0).optional(),
  cooldown: cooldown.optional(),
  webhook: z.unknown().optional(),
});

const KEYS = ["pool", "database", "lowWater", "cooldown", "webhook"] as const;

function webhookFailures({ webhook }: Record<string, unknown>): Failure[] {
  if (webhook === undefined || hasUnknown(webhook)) return [];
  const { url, secret } = (typeof webhook === "object" && webhook !== null ? webhook : {}) as Record<string, unknown>;
  const protocol = typeof url === "string" && URL.canParse(url) ? new URL(url).protocol : "";
  return [
    ...(protocol === "https:" || protocol === "http:" ? [] : [{ property: "", reason: "webhook.url: expected an http or https URL" }]),
    ...(typeof secret === "string" && secret.trim() !== "" && secret.length <= 255 ? [] : [{ property: "", reason: "webhook.secret: expected the key of the signature, a text of 1 to 255 characters" }]),
  ];
}

async function configure(_context: Context, inputs: PoolSettingsInputs): Promise<PoolSettingsInputs> {
  const { lowWater = DEFAULTS.lowWater, cooldown: rest = DEFAULTS.cooldown, webhook } = inputs;
  if (webhook) registerSecret(webhook.secret);
  await withPool(inputs, (pool) => pool.configure({ lowWater, cooldown: rest, webhook: webhook ?? null }));
  return Object.fromEntries(KEYS.map((key) => [key, inputs[key]])) as unknown as PoolSettingsInputs;
}

/** What holds for every process that draws from a pool. It comes before all else: what can't be written down is not bought. */
export const poolSettings: ResourceCore<PoolSettingsInputs, PoolSettingsInputs> = {
  check: (_context, _olds, news) => ({ inputs: news, failures: [...failuresOf(schema, news), ...databaseFailures(news), ...webhookFailures(news)] }),

  diff: (_context, _id, olds, news) => ({
    changes: KEYS.some((key) => !hasUnknown(news[key]) && !same(olds[key], news[key])),
    replaces: olds.pool !== news.pool && !hasUnknown(news.pool) ? ["pool"] : [],
  }),

  create: async (context, inputs) => ({ id: inputs.pool, outs: await configure(context, inputs) }),

  read: async (context, id, props) => {
    const found = { ...(props as PoolSettingsInputs) };
    const told = await withPoolIfAny(found, async (pool) => pool?.stats());
    // Kept, for the members' sake. What a pool that is made anew doesn't have is set by the next update.
    if (!told) context.log.warn(`this database has no pool "${found.pool}": is it the right one?`);
    const { lowWater, cooldown: rest, webhookUrl }: Pick<PoolStats, "lowWater" | "cooldown" | "webhookUrl"> = told ?? DEFAULTS;
    if (lowWater !== (found.lowWater ?? DEFAULTS.lowWater)) found.lowWater = lowWater;
    if (parseDuration(rest) !== parseDuration(found.cooldown ?? DEFAULTS.cooldown)) found.cooldown = rest;
    if (webhookUrl !== found.webhook?.url) found.webhook = webhookUrl === undefined ? undefined : { secret: "", ...found.webhook, url: webhookUrl };
    const settings = Object.fromEntries(KEYS.map((key) => [key, found[key]])) as unknown as PoolSettingsInputs;
    return { id, outs: settings, inputs: settings };
  },

  update: async (context, _id, olds, news) => {
    if (olds.database !== news.database) await assertMovable(olds, news);
    return configure(context, news);
  },

  delete: (_context, _id, props) => forget(props),
};
