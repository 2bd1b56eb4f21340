/** What it takes to create a stack of numbers, from ten to five thousand of them, side by side with the engine's own share. */
import type { EngineKind } from "pulumi-telephony/testing";
import { median } from "./median.js";
import { type Measure, type Row, STEADY } from "./row.js";
import { withTwins } from "./twins.js";
import { startWorld, succeeded, timed } from "./world.js";

const SIZES = [10, 100, 1_000, 5_000];

/** Small stacks take so little time that one run says little. */
const timesOf = (size: number) => (size < 1_000 ? 5 : 1);

/** Milliseconds. */
async function create(engine: EngineKind, count: number): Promise<{ ours: number; floor: number }> {
  const world = await startWorld();
  try {
    return await withTwins(async (twins) => {
      const env = { ...twins.env, BENCH_NUMBERS: String(count) };
      const stack = world.openStack("ours", engine, { env });
      const ours = await timed(async () => succeeded(await stack.up()));
      await twins.keep(stack);
      const floor = await timed(async () => succeeded(await world.openStack("floor", engine, { env }).up()));
      return { ours, floor };
    });
  } finally {
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
