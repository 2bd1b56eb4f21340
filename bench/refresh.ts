/**
 * Refreshes of a large stack in which nothing has changed, side by side with the engine's own share. They are many, since one differs from
 * the next by as much as there is to see, and the stack is made by the embedded engine, which makes it sooner: both engines read the same state.
 */
import type { Engine } from "pulumi-telephony/testing";
import { median } from "./median.js";
import { type Measure, OPERATION_AIM, type Row } from "./row.js";
import { withTwins } from "./twins.js";
import { makeAssistant, startWorld, succeeded, timed } from "./world.js";

const TIMES = 15;

export const measure: Measure = async ({ quick, engine, numbers = 1_000 }) => {
  if (quick) return []; // one is among lifecycle's
  const world = await startWorld();
  try {
    return await withTwins(async (twins) => {
      const env = { ...twins.env, BENCH_NUMBERS: String(numbers), BENCH_ASSISTANT: await makeAssistant(world) };
      const make = async (program: "ours" | "floor"): Promise<Engine> => {
        const backendDir = world.makeBackend();
        const made = world.openStack(program, "embedded", { env, backendDir });
        succeeded(await made.up());
        if (program === "ours") await twins.keep(made);
        return world.openStack(program, engine, { env, backendDir });
      };
      const [ours, floor] = [await make("ours"), await make("floor")];
      const taken = { ours: [] as number[], floor: [] as number[] };
      for (let i = 0; i < TIMES; i++) {
        taken.ours.push(await timed(async () => succeeded(await ours.refresh())));
        taken.floor.push(await timed(async () => succeeded(await floor.refresh())));
      }
      const ratio = median(taken.ours) / median(taken.floor);
      const what = `${numbers.toLocaleString("en")} numbers + ${numbers.toLocaleString("en")} links, median of ${TIMES}`;
      const row: Row = { measure: `refresh, s, ${what}`, ours: median(taken.ours) / 1000, floor: median(taken.floor) / 1000, ratio, aim: `≤ ${OPERATION_AIM} × floor`, ok: ratio <= OPERATION_AIM };
      return [row];
    });
  } finally {
    await world.close();
  }
};
