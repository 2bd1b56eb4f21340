import * as pulumi from "../sdk.js";
import type { PlatformName } from "../types.js";
import { ledger } from "./monthly-cost.js";
import { PhoneNumber, type PhoneNumberArgs, type SearchArgs } from "./phone-number.js";
import { PoolMember } from "./pool-member.js";
import { searchesOf } from "./pool-searches.js";
import { PoolSettings } from "./pool-settings.js";
import { isKnown, settled } from "./settled.js";

/** A number that is put into the pool without being bought: a resource, or one that is managed elsewhere. */
export type PooledNumber = PhoneNumber | { platform: PlatformName; id: pulumi.Input<string>; number: string };

/** Arguments of {@link NumberPool}. */
export interface NumberPoolArgs {
  /** The platform that sells the numbers: "vapi", "wiil", "voipbin" or "burki". */
  platform: PlatformName;
  /** What the numbers must be like. Used at the purchase; changing it later replaces no number. @default none: nothing can be bought */
  search?: pulumi.Input<Omit<SearchArgs, "limit">>;
  /**
   * How many numbers the program keeps in the pool, `numbers` among them; the rest is bought. A smaller one releases free numbers,
   * the ones bought last first, and fails, naming the holders, when too few are free. Numbers that somebody adds at run time don't count.
   */
  size: number;
  /** Warn, and tell the application and the webhook, when fewer numbers than this can be drawn. @default 0, never */
  lowWater?: pulumi.Input<number>;
  /** How long a number rests between two holders, for example "24h". @default "24h" */
  cooldown?: pulumi.Input<string>;
  /**
   * Called each time the pool falls below `lowWater`; signed with the secret. Every process that draws may be the one that calls, so
   * the secret stands in the pool's table as it is: who can read the database can sign. Use it for nothing else. @default none
   */
  webhook?: pulumi.Input<{ url: pulumi.Input<string>; secret: pulumi.Input<string> }>;
  /**
   * A Postgres URL, or a directory for the embedded PGlite. Kept as a secret. The program itself reads it, so it must be reachable from
   * where Pulumi runs. @default TELEPHONY_POOL_DATABASE, else the directory ".telephony/pool" beside the program
   */
  database?: pulumi.Input<string>;
  /** The name under which applications connect: `Pool.connect({ pool })`. @default the resource's name */
  pool?: string;
  /** Numbers of this pool, in E.164, that nobody is given. @default none */
  reserve?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Numbers that are there already, to be put into the pool. They count: one more, with `size` as it was, lets a free number go that
   * was bought. The preview shows it. @default none
   */
  numbers?: PooledNumber[];
  /** What people see in the platform's dashboard. @default the pool's name and a count: "shops-1" */
  name?: pulumi.Input<string>;
  /** WIIL: the carrier to buy from, "signalwire", "twilio" or "vonage". @default the platform's choice */
  carrier?: pulumi.Input<string>;
  /** The most that a number may cost a month; checked before it is bought. @default no limit */
  maxMonthlyPrice?: PhoneNumberArgs["maxMonthlyPrice"];
  /** Whether numbers that leave the pool are given back. @default "release" */
  onDelete?: pulumi.Input<"release" | "retain">;
  /** Let no number out of the pool, whatever asks for it. @default false */
  deletionProtection?: pulumi.Input<boolean>;
}

/** How a pool stands: how many numbers, how many can be drawn now, rest from their last holder, have a holder, are kept back. */
export interface NumberPoolStats {
  total: number;
  available: number;
  cooling: number;
  assigned: number;
  reserved: number;
}

interface Given {
  args: NumberPoolArgs;
  opts: pulumi.ComponentResourceOptions;
}

interface Contents {
  members: PoolMember[];
  /** As the program found it; undefined before there is a pool. */
  before: NumberPoolStats | undefined;
  read: () => Promise<NumberPoolStats | undefined>;
}

/**
 * Numbers held ready in Postgres (or the embedded PGlite), from which an application draws at run time:
 * `Pool.connect(…)` of `pulumi-telephony/pool`. The program says how many; `pulumi up` buys them, and adds each as soon as it is paid for
 * and ready. A number that is assigned or reserved is never released: a smaller `size` takes free ones, `destroy` fails as long as
 * somebody has a number, and says who.
 *
 * Each number is a resource of its own, `NAME-1`, `NAME-2`, …, and keeps its name: one more, or one less, touches no other. Which ones go
 * is decided by what the pool's table says when the program runs, in the preview too, and asked again at the moment of the deletion.
 *
 * Errors: a database that can't be reached, before anything is bought; a `size` below what is held; a number that is in another pool.
 *
 * @example
 * const config = new pulumi.Config();
 * const pool = new telephony.NumberPool("shops", {
 *   platform: "voipbin", search: { country: "US", type: "local" }, size: 25, lowWater: 5, database: config.requireSecret("databaseUrl") });
 * export const numbers = pool.numbers;
 *
 * @example
 * // In the application:
 * const pool = await Pool.connect({ database: process.env.DATABASE_URL, pool: "shops" });
 * const { number } = await pool.assign("shop-42", { country: "US", areaCode: "415" });
 *
 * @example
 * // Two numbers that were there before, one of them kept back, and eight that are bought; in a directory, without a server.
 * new telephony.NumberPool("shops", {
 *   platform: "vapi", search: { country: "US", areaCode: "415" }, size: 10,
 *   numbers: [hotline, { platform: "vapi", id: "5b7a…", number: "+14152361204" }], reserve: ["+14152361204"] });
 */
export class NumberPool extends pulumi.ComponentResource<Contents> {
  /** The name under which applications connect. */
  readonly pool: pulumi.Output<string>;
  /** E.164; `numbers` first. */
  readonly numbers: pulumi.Output<string[]>;
  /** How many there are by the program. */
  readonly size: pulumi.Output<number>;

  constructor(name: string, args: NumberPoolArgs, opts: pulumi.ComponentResourceOptions = {}) {
    // Not enumerable, and so no inputs of the component: they would stand in the state, the database in plain text.
    super("telephony:index:NumberPool", name, Object.defineProperty({}, "given", { value: { args, opts } }), opts);
    const contents = pulumi.output(this.getData().then(({ members }) => members.map((member) => member.number)));
    this.pool = pulumi.output(args.pool ?? name);
    this.numbers = contents;
    ledger().pools.push(this.getData());
    this.size = pulumi.output(this.getData().then(({ members }) => members.length));
  }

  /** How the pool stands at the end of this run; in a preview, now. Undefined where there is no pool yet. Asks the database. */
  get stats(): pulumi.Output<NumberPoolStats | undefined> {
    return pulumi.output(this.getData()).apply(async ({ members, before, read }) => {
      if (pulumi.isDryRun()) return before;
      await Promise.all(members.map((member) => settled(member.id)));
      return read();
    });
  }

  protected override async initialize({ given: { args, opts } }: { given: Given }, _opts?: unknown, name = ""): Promise<Contents> {
    const contents = this.fill(name, args, opts);
    // Registered now and resolved later: the program doesn't end before. What goes wrong is known to it by then, so that it fails, and
    // nothing is taken for given up.
    const numbers = contents.then(
      ({ members }) => members.map((member) => member.number),
      () => new Promise<[]>((resolve) => setImmediate(() => setImmediate(resolve, []))),
    );
    this.registerOutputs({ numbers });
    return contents;
  }

  private async fill(name: string, args: NumberPoolArgs, opts: pulumi.ComponentResourceOptions): Promise<Contents> {
    // Loaded when a pool is declared: other programs never touch a database.
    const [{ blocksOf, poolProblems }, { readPool }, { chooseSlots, holders, isHeld }, { redact }] = await Promise.all([
      import("../provider/number-pool.js"),
      import("../pool/members.js"),
      import("../pool/slots.js"),
      import("../http/redact.js"),
    ]);
    const fail = (reason: string) => new pulumi.ResourceError(redact(`NumberPool "${name}": ${reason}`), this, true);

    const { numbers = [], pool = name, platform, size } = args;
    const problems = poolProblems(defined({ ...(await known({ ...args, numbers: undefined })), pool, numbers: await Promise.all(numbers.map(shown)) }));
    if (problems.length > 0) throw fail(problems.join("; "));

    const where = pulumi.output(args.database);
    const database = await settled(where);
    const read = () => readPool({ database, pool });
    // A database that this run is yet to make is unknown in the preview.
    const found = !(await isKnown(where)) ? undefined : await read().catch((error: unknown) => {
      throw fail(`its database can't be read: ${error instanceof Error ? error.message : String(error)}`);
    });
    const slots = found?.slots ?? [];
    const count = Math.max(0, size - numbers.length);
    const foreign = slots.filter((slot) => slot.platform !== undefined && slot.platform !== platform && isHeld(slot));
    if (foreign.length > 0) throw fail(`its numbers are of ${foreign[0]!.platform}; those that somebody has are not released for others of ${platform}: ${holders(foreign)}`);
    let chosen: number[];
    try {
      const choice = chooseSlots(count, slots);
      chosen = choice.chosen;
      const gone = choice.dropped.map((slot) => slot.number!);
      if (gone.length > 0) {
        const counted = numbers.length > 0 ? `, the ${numbers.length} of numbers among them` : "";
        void pulumi.log.info(`${list(gone)} can go: nobody has ${gone.length === 1 ? "it" : "them"}, and size is ${size}${counted}`, this);
      }
    } catch (error) {
      const least = numbers.length + slots.filter(isHeld).length;
      throw fail(`size ${size} is too small. ${(error as Error).message}. Unassign them first, or set size to ${least} or more`);
    }
    const before = found?.counts;
    const lowWater = (await settled(pulumi.output(args.lowWater))) ?? 0;
    if (before && before.total > 0 && before.available < lowWater) {
      const coming = chosen.filter((slot) => !slots.some((s) => s.slot === slot)).length;
      const rest = [`${before.cooling} resting`, `${before.assigned} assigned`, `${before.reserved} reserved`].join(", ");
      void pulumi.log.warn(
        `the pool "${pool}" is low: ${before.available} of ${before.total} numbers can be drawn, fewer than lowWater ${lowWater} (${rest})` +
          (coming > 0 ? `; ${coming} more ${coming === 1 ? "comes" : "come"} with this update` : "; raise size to buy more"),
        this,
      );
    }

    const secretDatabase = args.database === undefined ? {} : { database: pulumi.secret(args.database) };
    const settings = new PoolSettings(
      `${name}-settings`,
      { pool, ...secretDatabase, lowWater: args.lowWater, cooldown: args.cooldown, ...(args.webhook !== undefined && { webhook: pulumi.secret(args.webhook) }) },
      { parent: this, dependsOn: opts.dependsOn },
    );
    const reserve = pulumi.output(args.reserve ?? []);
    const removed = new Set(found?.removed);
    const putBack: string[] = [];
    const isPresent = (number: pulumi.Input<string>) =>
      pulumi.output(number).apply((n) => {
        if (!removed.has(n)) return undefined;
        putBack.push(n);
        return false;
      });
    const isReserved = (number: pulumi.Input<string>) => pulumi.all([number, reserve]).apply(([n, list]) => (list.includes(n) ? true : undefined));
    const member = (key: string, of: { platform: pulumi.Input<PlatformName>; id: pulumi.Input<string>; number: pulumi.Input<string> }, slot?: number) =>
      new PoolMember(
        `${name}-${key}-member`,
        {
          ...{ pool, ...secretDatabase, platform: of.platform, phoneNumber: of.id, number: of.number, slot },
          ...{ reserved: isReserved(of.number), deletionProtection: slot === undefined ? undefined : args.deletionProtection, present: isPresent(of.number) },
        },
        { parent: this, dependsOn: settings },
      );
    const given = numbers.map((of) =>
      pulumi.CustomResource.isInstance(of) ? member(of.declaredName, { platform: of.declaredPlatform, id: of.id, number: of.number }) : member(of.number, of),
    );

    const numbersOpts = { parent: this, customTimeouts: opts.customTimeouts, deleteBeforeReplace: true };
    const common = defined({
      ...{ platform, carrier: args.carrier, name: args.name, maxMonthlyPrice: args.maxMonthlyPrice },
      ...{ onDelete: args.onDelete, deletionProtection: args.deletionProtection },
    });
    const bought: PoolMember[] = [];
    const buy = (slot: number, source: object) => {
      const number = new PhoneNumber(`${name}-${slot}`, { ...common, ...source }, { ...numbersOpts, dependsOn: settings });
      bought.push(member(String(slot), { platform: number.declaredPlatform, id: number.id, number: number.number }, slot));
      return number;
    };
    const blocks = blocksOf(platform);
    if (!blocks) {
      for (const slot of chosen) buy(slot, { search: args.search });
    } else {
      const { size: width, limit } = blocks;
      const criteria = pulumi.output(args.search).apply((search) => ({ ...search, limit }));
      const filled = new Set(slots.filter((slot) => slot.number !== undefined).map((slot) => slot.slot));
      const blockOf = (slot: number) => Math.floor((slot - 1) / width);
      let previous: PhoneNumber[] = [];
      for (const block of new Set(chosen.map(blockOf))) {
        const first = block * width + 1;
        const inBlock = new Map<number, PhoneNumber>();
        const offer = searchesOf({
          ...{ name: `${name}-search-${block + 1}`, platform, carrier: args.carrier, criteria, size: width, parent: this, numbers: inBlock },
          // Searched when the numbers of the block before are bought: the platform then offers others.
          dependsOn: [settings, ...previous],
          isFilled: (index) => filled.has(index + first),
        });
        for (const slot of chosen.filter((s) => blockOf(s) === block)) {
          const { candidates, search } = offer(slot - first);
          inBlock.set(slot - first, buy(slot, { candidates, __search: search, __criteria: criteria }));
        }
        previous = [...inBlock.values()];
      }
    }

    const members = [...given, ...bought];
    pulumi.all([reserve, pulumi.all(members.map((m) => m.number))]).apply(([wanted, there]) => {
      if (putBack.length > 0) {
        void pulumi.log.warn(`${list(putBack)} ${putBack.length === 1 ? "was" : "were"} taken out of the pool, and ${putBack.length === 1 ? "comes" : "come"} back with this update, because this program declares ${putBack.length === 1 ? "it" : "them"}. To give a number to nobody, reserve it`, this);
      }
      const missing = wanted.filter((number) => !there.includes(number));
      if (missing.length > 0) void pulumi.log.warn(`reserve: ${missing.join(", ")} ${missing.length === 1 ? "is no number" : "are no numbers"} of this pool`, this);
    });
    return { members, before, read: async () => (await read())?.counts };
  }
}

/** The first twenty of many. */
const list = (numbers: string[]) => `${numbers.slice(0, 20).join(", ")}${numbers.length > 20 ? ` and ${numbers.length - 20} more` : ""}`;

function defined<T extends object>(of: T): T {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;
}

const UNKNOWN = pulumi.unknownValue;

/** Every argument as far as it is known; what isn't passes every check. */
async function known(args: object): Promise<Record<string, unknown>> {
  const entries = Object.entries(args).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    await Promise.all(
      entries.map(async ([key, value]) => {
        const output = pulumi.output(value as unknown);
        return [key, (await isKnown(output)) ? await settled(output) : UNKNOWN] as const;
      }),
    ),
  );
}

/** A number as it is checked; what a resource's number is to be is the resource's business. */
async function shown(of: PooledNumber): Promise<unknown> {
  if (pulumi.CustomResource.isInstance(of)) return { platform: UNKNOWN, id: UNKNOWN, number: UNKNOWN };
  return typeof of === "object" && of !== null ? known(of) : of;
}
