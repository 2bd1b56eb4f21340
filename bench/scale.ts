/** What it takes to create a stack of numbers, from ten to five thousand of them, side by side with the engine's own share. */
import * as fs from "node:fs";
import * as os from "node:os";
import path from "node:path";
import type { EngineKind } from "pulumi-telephony/testing";
import { median } from "./median.js";
import { type Measure, type Row, STEADY } from "./row.js";
import { twinsOf } from "./twins.js";
import { SERVED, startWorld, succeeded, timed } from "./world.js";

const SIZES = [10, 100, 1_000, 5_000];

/** Small stacks take so little time that one run says little. */
const timesOf = (size: number) => (size < 1_000 ? 5 : 1);

/** Milliseconds. */
async function create(engine: EngineKind, count: number): Promise<{ ours: number; floor: number }> {
  const world = await startWorld();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "telephony-twins-"));
  try {
    const env = { BENCH_NUMBERS: String(count), BENCH_TWINS: path.join(directory, "twins.json"), BENCH_SERVED: SERVED };
    const stack = world.openStack("ours", engine, { env });
    const ours = await timed(async () => succeeded(await stack.up()));
    fs.writeFileSync(env.BENCH_TWINS, JSON.stringify(twinsOf(await stack.exportState())));
    const floor = await timed(async () => succeeded(await world.openStack("floor", engine, { env }).up()));
    return { ours, floor };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
    await world.close();
  }
}

export const measure: Measure = async ({ quick, engine, numbers = Infinity }) => {
  if (quick) return [];
  const rows: Row[] = [];
  for (const size of SIZES.filter((size) => size <= numbers)) {
    const runs = [];
    for (let i = 0; i < timesOf(size); i++) runs.push(await create(engine, size));
    const [ours, floor] = [median(runs.map((run) => run.ours)), median(runs.map((run) => run.floor))];
    const ratio = ours / floor;
    rows.push({ measure: `create, s, ${size.toLocaleString("en")} numbers`, ours: ours / 1000, floor: floor / 1000, ratio, aim: `≤ ${STEADY} × that of ${SIZES[0]}`, ok: ratio <= STEADY * (rows[0]?.ratio ?? ratio) });
  }
  return rows;
};
