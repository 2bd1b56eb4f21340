/** What the operations of a stack take, side by side with the engine's own share and with a provider whose code is captured. */
import type { Engine, EngineKind } from "pulumi-telephony/testing";
import { median } from "./median.js";
import { type Measure, OPERATION_AIM, type Row } from "./row.js";
import { withTwins } from "./twins.js";
import { makeAssistant, type Program, PROGRAMS, startWorld, succeeded, timed } from "./world.js";

const OPERATIONS = ["create", "preview", "up", "refresh", "destroy"] as const;
type Operation = (typeof OPERATIONS)[number];

/** Milliseconds. */
type Times = Record<"ours" | "floor", Record<Operation, number>> & { naive: Partial<Record<Operation, number>> & { create: number } };

/** These leave everything as it was: ours and the floor's are done three times, and the median is taken. */
const REPEATABLE: readonly Operation[] = ["preview", "up", "refresh"];

const AIM_OF_NAIVE = 0.6;

/**
 * The life of a stack of each program. They take turns, so that none of them has the machine's better minutes.
 *
 * @param quick creates with the naive one, and no more; does all else once
 */
async function life(engine: EngineKind, numbers: number, quick = false): Promise<Times> {
  const world = await startWorld();
  const stacks: Partial<Record<Program, Engine>> = {};
  try {
    return await withTwins(async (twins) => {
      const env = { ...twins.env, BENCH_NUMBERS: String(numbers), BENCH_ASSISTANT: await makeAssistant(world) };
      const times = Object.fromEntries(PROGRAMS.map((program) => [program, {}])) as Times;
      for (const operation of OPERATIONS) {
        const taken = new Map<Program, number[]>();
        for (const turn of quick || !REPEATABLE.includes(operation) ? [1] : [1, 2, 3]) {
          for (const program of PROGRAMS) {
            if (program === "naive" && (turn > 1 || (quick && operation !== "create"))) continue;
            const stack = (stacks[program] ??= world.openStack(program, engine, { env }));
            const took = await timed(async () => succeeded(await stack[operation === "create" ? "up" : operation]()));
            taken.set(program, [...(taken.get(program) ?? []), took]);
            if (operation === "create" && program === "ours") await twins.keep(stack);
          }
        }
        for (const [program, all] of taken) times[program][operation] = median(all);
      }
      return times;
    });
  } finally {
    await world.close();
  }
}

function rowsOf({ ours, floor, naive }: Times, numbers: number): Row[] {
  const what = `${numbers.toLocaleString("en")} numbers + ${numbers.toLocaleString("en")} links`;
  const rows = OPERATIONS.map((operation): Row => {
    const ratio = ours[operation] / floor[operation];
    const measure = `${operation === "preview" || operation === "up" ? "no-op " : ""}${operation}, s, ${what}`;
    return { measure, ours: ours[operation] / 1000, floor: floor[operation] / 1000, naive: naive[operation] && naive[operation] / 1000, ratio, aim: `≤ ${OPERATION_AIM} × floor`, ok: ratio <= OPERATION_AIM };
  });
  const ratio = ours.create / naive.create;
  return [...rows, { measure: `create, s, ${what}, against naive`, ours: ours.create / 1000, naive: naive.create / 1000, ratio, aim: `≤ ${AIM_OF_NAIVE} × naive`, ok: ratio <= AIM_OF_NAIVE }];
}

export const measure: Measure = async ({ quick, engine, numbers = quick ? 25 : 1_000 }) => rowsOf(await life(engine, numbers, quick), numbers);
