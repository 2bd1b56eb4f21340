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
import { measure as refresh } from "./refresh.js";
import type { Measure, Row } from "./row.js";
import { measure as scale } from "./scale.js";
import { measure as state } from "./state.js";

const PARTS: Record<string, Measure> = { lifecycle, refresh, scale, growth, calls, state, "provider-start": providerStart, "program-start": programStart, "poll-lag": pollLag, "rate-limit": rateLimit };

/** The quick one has no time for one after the other where that tells the same: these count, and those wait more than they work. */
const SIDE_BY_SIDE = [["calls", "state"], ["poll-lag", "rate-limit"]];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string", multiple: true }, // parts, by their names
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

/** What was measured last of each part, in a file for each engine and machine. */
function keep(results: ReadonlyMap<string, readonly Row[]>, engine: string): void {
  const directory = path.join(__dirname, "results");
  const file = path.join(directory, `${engine}.json`);
  const before = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as { parts: object }).parts : {};
  const told = { at: new Date().toISOString(), commit: commit(), machine: machine() };
  const parts = { ...before, ...Object.fromEntries([...results].map(([name, rows]) => [name, { ...told, rows }])) };
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify({ engine, parts }, null, 2)}\n`);
}

async function main(): Promise<void> {
  if (values.engine !== "embedded" && values.engine !== "cli") throw new Error('--engine: expected "embedded" or "cli"');
  const unknown = values.only?.find((name) => !(name in PARTS));
  if (unknown !== undefined) throw new Error(`--only: expected ${Object.keys(PARTS).join(", ")}, and not "${unknown}"`);
  const extent = { quick: values.quick, engine: values.engine, ...(values.numbers && { numbers: Number(values.numbers) }) } as const;
  const chosen = Object.keys(PARTS).filter((name) => !values.only || values.only.includes(name));
  const results = new Map<string, Row[]>();
  const run = async (name: string) => {
    const began = performance.now();
    const rows = (await PARTS[name]!(extent)).map((row) => ({ ...row, ours: rounded(row.ours)!, floor: rounded(row.floor), naive: rounded(row.naive), ratio: rounded(row.ratio)! }));
    console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    results.set(name, rows);
  };
  const together = values.quick ? SIDE_BY_SIDE.map((names) => names.filter((name) => chosen.includes(name))) : [];
  for (const name of chosen.filter((name) => !together.flat().includes(name))) await run(name);
  for (const names of together) await Promise.all(names.map(run));
  const rows = chosen.flatMap((name) => results.get(name)!);
  console.log(values.json ? JSON.stringify({ rows }) : table(rows));
  if (!values.quick) keep(results, values.engine);
}

void main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
