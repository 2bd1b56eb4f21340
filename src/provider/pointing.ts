import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isNotFound } from "../http/index.js";
import { platformNamed } from "../platforms/index.js";
import type { NumberRecord, PointerKind, Pointers, Slots } from "../platforms/platform.js";
import { exclusively } from "../together.js";
import { type Context, type Failure, type ResourceCore } from "./context.js";
import { platformFailures } from "./number-search.js";
import { same } from "./plain.js";
import { readNumber } from "./listings.js";
import { takeBought } from "./registry.js";
import { hasUnknown, UNKNOWN } from "./unknown.js";
import { failuresOf, flag, platformName, text } from "./validate.js";

/** What links and bindings have in common: a number that is pointed at something. */
export interface PointingInputs {
  phoneNumber: { platform: string; id: string };
  takeover?: boolean;
}

/** What makes a link a link and a binding a binding. */
export interface PointingKind<Args> {
  /** "link", "binding": for messages. */
  word: string;
  argKeys: readonly (keyof Args & string)[];
  schema: Record<keyof Args & string, z.ZodType>;
  kindOf(pointers: Pointers): PointerKind<Args> | undefined;
  /** What only this kind must refuse. */
  check(context: Context, news: Record<string, unknown>, platform: string | undefined): Failure[];
}

const phoneNumber = z.strictObject(
  { platform: platformName, id: text("the number's id, or the number in E.164") },
  { error: (issue) => (issue.code === "invalid_type" ? "expected a PhoneNumber, or { platform, id }" : undefined) },
);

/** Which kinds point each number in this run, by the number's URN or id. */
const declared = new Map<string, Map<string, string>>();

/** Where a number can have only one of the two, a link and a binding on the same number are refused. */
function exclusionFailures(context: Context, word: string, reference: { platform?: unknown; id?: unknown }): Failure[] {
  const definition = platformNamed(reference.platform);
  const number = context.hidden["__number"] ?? reference.id;
  if (!definition?.traits.flowExcludesLink || typeof number !== "string" || number === UNKNOWN) return [];
  const kinds = declared.get(number) ?? new Map<string, string>();
  declared.set(number, kinds.set(word, context.name));
  const other = [...kinds].find(([kind]) => kind !== word);
  if (!other) return [];
  return [{ property: "phoneNumber", reason: `${definition.traits.title} lets a number have an assistant or a flow, not both: ${other[0]} "${other[1]}" points the same number` }];
}

/** How often a number is looked for before a link to it fails; the pauses double. */
const MOST_LOOKS = 4;

/** A resource that points a number at something, by the platform's slots. */
export function pointing<Args extends object>(kind: PointingKind<Args>): ResourceCore<Args & PointingInputs, Args & PointingInputs> {
  type Inputs = Args & PointingInputs;
  const schema = z.strictObject({ phoneNumber, takeover: flag.optional(), ...kind.schema });

  const open = (context: Context, { phoneNumber: { platform, id } }: Inputs) => {
    const opened = context.platform(platform);
    const pointers = opened.pointers;
    const spelling = pointers && kind.kindOf(pointers);
    if (!spelling) throw new Error(`${platform} has no ${kind.word} for its numbers`);
    // Gone is gone twice; and a number that was bought a moment ago may not have come everywhere yet.
    const look = async (times: number, pause = opened.pollIntervalMs): Promise<Slots | undefined> => {
      const now = await pointers.get(id, context.call);
      if (now || times <= 1) return now;
      await sleep(pause, undefined, context.call.signal && { signal: context.call.signal });
      return look(times - 1, 2 * pause);
    };
    return { opened, pointers, spelling, look, alone: <T>(work: () => Promise<T>) => exclusively(`${opened.account} ${id}`, work) };
  };

  /** The slots that something is declared for; "" is "nothing may be there". */
  const slotsOf = (spelling: PointerKind<Args>, args: Args) => Object.entries(spelling.toSlots(args)).filter((e): e is [string, string] => e[1] !== undefined);

  const changed = (a: Slots, b: Slots) => [...new Set([...Object.keys(a), ...Object.keys(b)])].some((slot) => a[slot] !== b[slot]);

  /** Points each slot as declared, and leaves alone what this resource doesn't hold. */
  const point = async (context: Context, inputs: Inputs, olds: Inputs | undefined) => {
    const { opened, pointers, spelling, look, alone } = open(context, inputs);
    const { platform, id } = inputs.phoneNumber;
    const pointFrom = async (now: Slots | undefined, record?: NumberRecord) => {
      if (!now) {
        throw new Error(
          `there is no number ${id} at ${platformNamed(platform)!.traits.title}; give a PhoneNumber, or the id of a number that the account owns. ` +
            "If it was released outside of Pulumi, run pulumi refresh, then pulumi up",
        );
      }
      const wanted = Object.fromEntries(slotsOf(spelling, inputs));
      const held = Object.fromEntries(olds ? slotsOf(spelling, olds) : []);
      const next: Record<string, string | undefined> = { ...now };
      for (const slot of new Set([...Object.keys(wanted), ...Object.keys(held)])) {
        const foreign = now[slot] !== undefined && now[slot] !== held[slot] && now[slot] !== wanted[slot];
        if (foreign && wanted[slot] !== undefined && !inputs.takeover) {
          throw new Error(
            `the number ${id} already points at ${now[slot]} (${slot}), which this ${kind.word} did not set. ` +
              `Run pulumi refresh to see what it is, or set takeover: true to ${wanted[slot] ? `put ${wanted[slot]} in its place` : "clear it"}`,
          );
        }
        if (wanted[slot] !== undefined || !foreign) next[slot] = wanted[slot] || undefined;
      }
      if (changed(next, now)) await pointers.set(id, next, now, context.call, record);
    };
    await alone(async () => {
      const bought = takeBought(opened.account, id);
      if (!bought?.slots) return pointFrom(await look(MOST_LOOKS));
      await pointFrom(bought.slots, bought).catch(async (error: unknown) => {
        if (!isNotFound(error)) throw error; // it may not have come everywhere yet
        await pointFrom(await look(MOST_LOOKS));
      });
    });
  };

  const outsOf = (inputs: Inputs): Inputs =>
    Object.fromEntries((["phoneNumber", "takeover", ...kind.argKeys] as (keyof Inputs)[]).map((key) => [key, inputs[key]])) as Inputs;

  return {
    check: (context, _olds, news) => {
      const failures = failuresOf(schema, news);
      const reference = (typeof news["phoneNumber"] === "object" && news["phoneNumber"] !== null ? news["phoneNumber"] : {}) as { platform?: unknown; id?: unknown };
      const platform = platformNamed(reference.platform)?.name;
      failures.push(...platformFailures(context, { platform }).map((f) => ({ ...f, property: `phoneNumber.${f.property}` })));
      failures.push(...kind.check(context, news, platform), ...exclusionFailures(context, kind.word, reference));
      return { inputs: news, failures };
    },

    onlyToCreate: () => ["__number"], // told apart by it in `check`; not needed after

    diff: (_context, _id, olds, news) => {
      // A number whose id is not known yet is a new one, or one that is being replaced.
      const other =
        (news.phoneNumber as unknown) === UNKNOWN ||
        news.phoneNumber.id !== olds.phoneNumber.id ||
        (!hasUnknown(news.phoneNumber) && news.phoneNumber.platform !== olds.phoneNumber.platform);
      const changes = other || kind.argKeys.some((key) => !same(news[key], olds[key])) || news.takeover !== olds.takeover;
      return { changes, replaces: other ? ["phoneNumber"] : [] }; // the constructor asks for the old half to go first
    },

    create: async (context, inputs) => {
      await point(context, inputs, undefined);
      return { id: `${inputs.phoneNumber.platform}/${inputs.phoneNumber.id}`, outs: outsOf(inputs) };
    },

    read: async (context, id, props) => {
      const olds = props as Inputs;
      const { opened, pointers, spelling } = open(context, olds);
      const number = olds.phoneNumber.id;
      const now = await readNumber(context, opened, number, (record) => record.slots, () => pointers.get(number, context.call));
      if (!now) return undefined;
      const mine = slotsOf(spelling, olds);
      if (mine.every(([slot, target]) => now[slot] === (target || undefined))) return { id, outs: olds };
      const left = Object.fromEntries(mine.map(([slot]) => [slot, now[slot]]));
      const held = mine.some(([, target]) => target !== "");
      if (held && Object.values(left).every((target) => target === undefined)) return undefined; // cleared by hand: nothing is left of it
      const inputs = outsOf({ ...olds, ...spelling.fromSlots(left, olds) });
      return { id, outs: inputs, inputs };
    },

    update: async (context, _id, olds, news) => {
      await point(context, news, olds);
      return outsOf(news);
    },

    delete: async (context, _id, props) => {
      const { pointers, spelling, look, alone } = open(context, props);
      await alone(async () => {
        const now = await look(2);
        if (!now) return;
        const next: Record<string, string | undefined> = { ...now };
        for (const [slot, target] of slotsOf(spelling, props)) if (now[slot] === target) next[slot] = undefined;
        if (changed(next, now)) await pointers.set(props.phoneNumber.id, next, now, context.call);
      });
    },
  };
}
