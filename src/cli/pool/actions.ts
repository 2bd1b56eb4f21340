/** What `telephony pool …` does. Each action opens the pool, prints, and gives the exit code. */
import type { AssignOptions, HistoryOptions, ListOptions, Pool, PoolLink, PoolNumber } from "../../pool/types.js";
import { settingsFrom } from "../../provider/settings.js";
import { bold, dim, green, yellow } from "../terminal.js";
import { type Adoption, lookUp } from "./adopt.js";
import { exitCodeOf, explain } from "./errors.js";
import { EXIT } from "./exit-codes.js";
import { openPool, type Where } from "./open.js";
import { type Column, printable, table } from "../table.js";
import { detailOf, EVENT_WORDS, linkWords, lowWords, minute, standingOf, stillYours, whoHas } from "./words.js";

export interface Common extends Where {
  json?: boolean;
}

/** What an action found, for programs and for people; `exit` where it isn't 0. */
interface Outcome {
  json: unknown;
  lines: string[];
  exit?: number;
}

async function run(options: Common, work: (pool: Pool) => Promise<Outcome>, make = false): Promise<number> {
  let pool: Pool | undefined;
  try {
    const opened = await openPool(options, make);
    pool = opened.pool;
    if (opened.made) console.error(`There was no pool "${printable(pool.name)}": it is made.`);
    pool.on("low", ({ available, lowWater }) => console.error(yellow(`warning: the pool "${printable(pool!.name)}" is low: ${lowWords({ available, lowWater })}`)));
    const { json, lines, exit } = await work(pool);
    console.log(options.json ? JSON.stringify(json) : lines.join("\n"));
    return exit ?? 0;
  } catch (error) {
    console.error(`error: ${printable(explain(error))}`);
    return exitCodeOf(error);
  } finally {
    await pool?.close().catch(() => undefined);
  }
}

export const status = (options: Common & { check?: boolean }) =>
  run(options, async (pool) => {
    const stats = await pool.stats();
    const counts: [string, number, string][] = [
      ["available", stats.available, "can be drawn now"],
      ["resting", stats.cooling, `from their last holder, ${stats.cooldown} each`],
      ["assigned", stats.assigned, ""],
      ["reserved", stats.reserved, "kept back"],
    ];
    const digits = Math.max(...counts.map(([, n]) => String(n).length), String(stats.total).length);
    return {
      json: stats,
      lines: [
        `${bold(`Pool "${printable(pool.name)}"`)}: ${stats.total} number${stats.total === 1 ? "" : "s"}`,
        ...counts.map(([word, n, what]) => `  ${String(n).padStart(digits)} ${what ? `${word.padEnd(9)}  ${dim(what)}` : word}`),
        stats.low ? yellow(`Low: ${lowWords(stats)}.`) : stats.lowWater > 0 ? green(`Not low: the mark is at ${stats.lowWater}.`) : "No low-water mark is set.",
      ],
      exit: options.check && stats.low ? EXIT.empty : 0,
    };
  });

const NUMBER_COLUMNS: Column[] = [
  { title: "Number" },
  { title: "Status" },
  { title: "Holder", atLeast: 12 },
  { title: "Since", expendable: 3 },
  { title: "Platform", expendable: 4 },
  { title: "Country", expendable: 5 },
  { title: "Area", expendable: 1 },
  { title: "Link", atLeast: 12, expendable: 2 },
];

const numberRow = (n: PoolNumber) => [
  ...[n.number, standingOf(n), whoHas(n), minute(n.assignedAt), n.platform, n.country ?? "", n.areaCode ?? "", linkWords(n.link)],
];

export const list = (options: Common & ListOptions) =>
  run(options, async (pool) => {
    const { status: only, holder, number, limit } = options;
    const numbers = await pool.list({ status: only, holder, number, limit });
    return { json: numbers, lines: numbers.length > 0 ? table(NUMBER_COLUMNS, numbers.map(numberRow)) : ["There are none."] };
  });

const HISTORY_COLUMNS: Column[] = [{ title: "At (UTC)" }, { title: "Number" }, { title: "Event", expendable: 1 }, { title: "Holder", atLeast: 12 }, { title: "Detail", atLeast: 12, expendable: 2 }];

export const history = (options: Common & HistoryOptions) =>
  run(options, async (pool) => {
    const { number, holder, limit } = options;
    const events = await pool.history({ number, holder, limit });
    const rows = events.map((e) => [minute(e.at), e.number ?? "", EVENT_WORDS[e.event], e.holder ?? "", detailOf(e)]);
    return { json: events, lines: rows.length > 0 ? table(HISTORY_COLUMNS, rows) : ["Nothing happened yet."] };
  });

/** All are looked up before the first is added. */
export const add = (numbers: string[], options: Common & Omit<Adoption, "number">) =>
  run(
    options,
    async (pool) => {
      const { platform, unchecked, region, areaCode, reservedFor } = options;
      const settings = settingsFrom(() => undefined);
      const checked = [];
      for (const number of numbers) checked.push(await lookUp(pool, settings, { number, platform, unchecked, region, areaCode, reservedFor }));
      const added: PoolNumber[] = [];
      for (const number of checked) added.push(await pool.add(number));
      return { json: added, lines: added.map((n) => `${n.number} of ${n.platform} is in the pool "${printable(n.pool)}", ${standingOf(n)}${linkWords(n.link) && `, linked to ${printable(linkWords(n.link))}`}.`) };
    },
    true,
  );

export const assign = (holder: string, options: Common & PoolLink & Omit<AssignOptions, "link">) =>
  run(options, async (pool) => {
    const { assistant, squad, agent, instruction, project, channels, callFlow, messageFlow, ...rest } = options;
    const given = Object.entries({ assistant, squad, agent, instruction, project, channels, callFlow, messageFlow }).filter(([, value]) => value !== undefined);
    const link = given.length > 0 ? (Object.fromEntries(given) as PoolLink) : undefined;
    const number = await pool.assign(holder, { country: rest.country, areaCode: rest.areaCode, region: rest.region, takeover: rest.takeover, ...(link && { link }) });
    return { json: number, lines: [`${number.number} is assigned to ${printable(holder)}${number.link ? ` and linked to ${printable(linkWords(number.link))}` : ""}.`] };
  });

export const unassign = (holder: string, options: Common) =>
  run(options, async (pool) => {
    const number = await pool.unassign(holder);
    const rest = number?.cooldownUntil ? ` It rests until ${minute(number.cooldownUntil)} UTC.` : "";
    return { json: number ?? null, lines: [number ? `${number.number} is taken back from ${printable(holder)}.${rest}` : `${printable(holder)} has no number; nothing was changed.`] };
  });

export const reserve = (text: string, options: Common & { for?: string }) =>
  run(options, async (pool) => {
    const number = await pool.reserve(text, { for: options.for });
    return { json: number, lines: [`${number.number} is reserved${number.reservedFor ? ` for ${printable(number.reservedFor)}` : ""}.`] };
  });

export const unreserve = (text: string, options: Common) =>
  run(options, async (pool) => {
    const number = await pool.unreserve(text);
    return { json: number, lines: [`${number.number} is ${standingOf(number)}.`] };
  });

export const remove = (text: string, options: Common) =>
  run(options, async (pool) => {
    const number = await pool.remove(text);
    return { json: number ?? null, lines: [number ? `${number.number} is out of the pool. ${stillYours(number)}` : `${printable(text)} is not in the pool; nothing was changed.`] };
  });
