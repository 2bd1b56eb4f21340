/**
 * How fast a pool on Postgres gives numbers to clients that all want one at once, side by side with the plain form, and whether any
 * number is given twice or lost when clients and the server are killed: `npm run bench:pool`, with `-- --json` for one line.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { Pool } from "../src/pool/index.js";
import { POSTGRES_HINT, type PostgresServer, startPostgres } from "../test/pool/postgres-server.js";
import type { Answer, Form, Task } from "./pool-client.js";

const { values } = parseArgs({ options: { json: { type: "boolean" }, assigns: { type: "string", default: "10000" }, clients: { type: "string", default: "64" }, processes: { type: "string", default: "8" } } });
const assigns = Number(values.assigns);
const clients = Number(values.clients);
const processes = Number(values.processes);

interface Outcome {
  seconds: number;
  perSecond: number;
  /** Numbers that two holders have, or were told. */
  twice: number;
  /** Holders that were told a number which the table doesn't give them, and holders with none. */
  lost: number;
}

/** A database with as many numbers as will be asked for, and a tenth more. */
async function fill(server: PostgresServer): Promise<string> {
  const url = await server.createDatabase();
  await (await Pool.connect({ database: url, pool: "bench" })).close();
  const client = new pg.Client(url);
  await client.connect();
  await client.query("INSERT INTO phone_number_pool (phone_number, country, area_code) SELECT '+1415' || (2000000 + i), 'US', '415' FROM generate_series(1, $1::int) i", [Math.ceil(assigns * 1.1)]);
  await client.query("ANALYZE phone_number_pool");
  await client.end();
  return url;
}

interface Kills {
  /** Client processes to kill, one after the other, while numbers are drawn. */
  clients: number;
  /** The server, and how often. */
  server?: PostgresServer;
  times: number;
}

async function run(url: string, form: Form, kills?: Kills): Promise<Outcome> {
  const holders = Array.from({ length: assigns }, (_, i) => `shop-${i}`);
  const told = new Map<string, Set<string>>();
  const failures: string[] = [];
  let lastAnswer = 0n;

  const open = async (share: string[]) => {
    const child = fork(path.join(__dirname, "pool-client.ts"), { execArgv: ["--import", "tsx"] });
    const ended = once(child, "exit");
    const ready = new Promise<void>((resolve) => {
      child.on("message", (answer: Answer) => {
        if ("ready" in answer) resolve();
        if ("failed" in answer) failures.push(answer.failed);
        if (!("holder" in answer)) return;
        told.set(answer.holder, (told.get(answer.holder) ?? new Set()).add(answer.number));
        lastAnswer = process.hrtime.bigint();
      });
    });
    child.send({ url, form, clients: clients / processes, holders: share } satisfies Task);
    await Promise.race([ready, ended]);
    return { child, ended };
  };
  const shares = Array.from({ length: processes }, (_, i) => holders.filter((_, k) => k % processes === i));
  const opened = await Promise.all(shares.map(open));

  const began = process.hrtime.bigint();
  const whole = shares.map(async (share, i) => {
    let { child, ended } = opened[i]!;
    for (;;) {
      if (child.connected) child.send("go", () => undefined); // one that is killed just now gets it no more
      await ended;
      if (child.signalCode === null) return;
      ({ child, ended } = await open(share)); // a killed client comes back and asks for all its holders again
    }
  });
  const progress = (part: number) =>
    new Promise<void>((resolve) => {
      const look = () => (told.size >= assigns * part ? resolve() : setTimeout(look, 5));
      look();
    });
  const trouble = (async () => {
    if (!kills) return;
    for (let i = 1; i <= kills.clients; i++) {
      await progress((0.4 * i) / kills.clients);
      opened[i]!.child.kill("SIGKILL");
    }
    for (let i = 1; i <= kills.times; i++) {
      await progress(0.4 + (0.4 * i) / kills.times);
      await kills.server!.kill();
      await kills.server!.start();
    }
  })();
  await Promise.all(whole);
  const seconds = Number(lastAnswer - began) / 1e9;
  if (failures.length > 0) throw new Error(`${form}: ${failures[0]}`);
  await trouble;

  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ phone_number: string; assigned_to: string }>("SELECT phone_number, assigned_to FROM phone_number_pool WHERE status = 'assigned'");
  const { rows: given } = await client.query<{ n: number }>("SELECT count(*)::int AS n FROM (SELECT 1 FROM phone_number_pool_history WHERE event = 'assigned' GROUP BY phone_number HAVING count(*) > 1) x");
  const { rows: total } = await client.query<{ n: number }>("SELECT count(*)::int AS n FROM phone_number_pool");
  await client.end();
  const table = new Map(rows.map((row) => [row.assigned_to, row.phone_number]));
  const toldNumbers = [...told.values()].flatMap((numbers) => [...numbers]);
  return {
    seconds,
    perSecond: assigns / seconds,
    twice: rows.length - table.size + given[0]!.n + (toldNumbers.length - new Set(toldNumbers).size),
    lost: holders.filter((holder) => told.get(holder)?.size !== 1 || !told.get(holder)!.has(table.get(holder)!)).length + (Math.ceil(assigns * 1.1) - total[0]!.n),
  };
}

async function main(): Promise<void> {
  const server = await startPostgres({ durable: true });
  if (!server) throw new Error(POSTGRES_HINT);
  try {
    const plain = await run(await fill(server), "plain");
    const pool = await run(await fill(server), "pool");
    const killed = await run(await fill(server), "pool", { clients: 4, server, times: 2 });
    const results = { "SELECT … FOR UPDATE": plain, "Pool.assign": pool, "Pool.assign, 4 clients and the server (twice) killed": killed };
    if (values.json) {
      console.log(JSON.stringify({ assigns, clients, plain, pool, killed }));
    } else {
      console.log(`${assigns} assigns by ${clients} clients in ${processes} processes`);
      console.table(Object.fromEntries(Object.entries(results).map(([name, r]) => [name, { "assigns/s": Math.round(r.perSecond), seconds: Number(r.seconds.toFixed(2)), "given twice": r.twice, lost: r.lost }])));
    }
    if (pool.twice + pool.lost + killed.twice + killed.lost > 0) process.exitCode = 1;
  } finally {
    await server.close();
  }
}

void main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
