/**
 * What the library costs beyond the engine and the platforms: `npm run bench`, a part of it by `-- --quick --json`, which ends within
 * 50 s. Everything is a ratio of things measured in this run, on this machine.
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { measure as calls } from "./calls.js";
import { measure as growth } from "./growth.js";
import { measure as lifecycle } from "./lifecycle.js";
import { measure as pollLag } from "./poll-lag.js";
import { measure as programStart } from "./program-start.js";
import { measure as providerStart } from "./provider-start.js";
import { measure as rateLimit } from "./rate-limit.js";
import type { Measure, Row } from "./row.js";
import { measure as state } from "./state.js";

const PARTS: Record<string, Measure> = { lifecycle, growth, calls, state, "provider-start": providerStart, "program-start": programStart, "poll-lag": pollLag, "rate-limit": rateLimit };

/** These wait more than they work: the quick one has no time for one after the other. */
const WAITING = ["poll-lag", "rate-limit"];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    engine: { type: "string", default: "embedded" },
    numbers: { type: "string" },
  },
});

function machine(): Record<string, unknown> {
  const [cpu] = os.cpus();
  return { cpu: cpu?.model.trim(), cores: os.cpus().length, memoryGiB: Math.round(os.totalmem() / 2 ** 30), system: `${os.type()} ${os.release()}`, node: process.version };
}

function commit(): string | undefined {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: __dirname, encoding: "utf8" }).trim();
  } catch {
    return undefined; // not in a clone
  }
}

const rounded = (value: number | undefined) => (value === undefined ? undefined : Number(value.toPrecision(4)));

function table(rows: readonly Row[]): string {
  const head = ["measure", "ours", "floor", "naive", "ratio", "aim", ""];
  const lines = rows.map((row) => [row.measure, ...[row.ours, row.floor, row.naive, row.ratio].map((value) => String(rounded(value) ?? "")), row.aim, row.ok ? "ok" : "MISSED"]);
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...lines.map(line)].join("\n");
}

async function main(): Promise<void> {
  if (values.engine !== "embedded" && values.engine !== "cli") throw new Error('--engine: expected "embedded" or "cli"');
  const scale = { quick: values.quick, engine: values.engine, ...(values.numbers && { numbers: Number(values.numbers) }) } as const;
  const chosen = Object.keys(PARTS).filter((name) => !values.only || values.only.includes(name));
  const run = async (name: string) => {
    const began = performance.now();
    const rows = await PARTS[name]!(scale);
    console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return rows;
  };
  const rows: Row[] = [];
  const together = values.quick ? chosen.filter((name) => WAITING.includes(name)) : [];
  for (const name of chosen.filter((name) => !together.includes(name))) rows.push(...(await run(name)));
  rows.push(...(await Promise.all(together.map(run))).flat());
  const shown = rows.map((row) => ({ ...row, ours: rounded(row.ours)!, floor: rounded(row.floor), naive: rounded(row.naive), ratio: rounded(row.ratio)! }));
  if (values.json) {
    console.log(JSON.stringify({ rows: shown }));
    return;
  }
  console.log(table(rows));
  if (values.quick || values.only) return;
  const results = path.join(__dirname, "results");
  fs.mkdirSync(results, { recursive: true });
  const report = { at: new Date().toISOString(), commit: commit(), engine: values.engine, machine: machine(), rows: shown };
  fs.writeFileSync(path.join(results, `${values.engine}.json`), `${JSON.stringify(report, null, 2)}\n`);
}

void main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
