/** What an operation takes, side by side with the engine's own share and with a provider whose code is captured. */
import * as fs from "node:fs";
import * as os from "node:os";
import path from "node:path";
import type { EngineKind } from "pulumi-telephony/testing";
import { twinsOf } from "./twins.js";
import { openStack, type Stack, startWorld, succeeded, timed, type World } from "./world.js";

const PROGRAMS = ["ours", "floor", "naive"] as const;
type Program = (typeof PROGRAMS)[number];

const OPERATIONS = ["create", "preview", "up", "refresh", "destroy"] as const;
type Operation = (typeof OPERATIONS)[number];

/** Milliseconds by program and operation. */
export type Times = Record<Program, Record<Operation, number>>;

/** An operation that changes nothing is repeated, and the median taken. */
const REPEATABLE: readonly Operation[] = ["preview", "up", "refresh"];

export interface LifecycleOptions {
  engine: EngineKind;
  numbers: number;
  /** How often what changes nothing is run. */
  repeats: number;
  programs?: readonly Program[];
}

async function account(world: World): Promise<string> {
  await world.control("settings", { vapi: { freeNumbers: 1_000_000, activateMs: 0, numberMs: 0 } });
  const response = await fetch(`${world.env["VAPI_URL"]}/assistant`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.env["VAPI_API_KEY"]}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "Desk" }),
  });
  return ((await response.json()) as { id: string }).id;
}

/** The life of a stack of each program. They take turns, so that none of them has the machine's better minutes. */
export async function lifecycle({ engine, numbers, repeats, programs = PROGRAMS }: LifecycleOptions): Promise<Times> {
  const world = await startWorld();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "telephony-twins-"));
  const stacks = {} as Record<Program, Stack>;
  try {
    const env = {
      ...world.env,
      BENCH_NUMBERS: String(numbers),
      BENCH_ASSISTANT: await account(world),
      BENCH_TWINS: path.join(directory, "twins.json"),
      BENCH_SERVED: path.join(__dirname, "programs", "floor", "provider.cjs"),
    };
    const times = Object.fromEntries(programs.map((program) => [program, {}])) as Times;
    for (const operation of OPERATIONS) {
      for (let turn = 0; turn < (REPEATABLE.includes(operation) ? repeats : 1); turn++) {
        for (const program of programs) {
          const stack = (stacks[program] ??= openStack(program, engine, env));
          const before = times[program][operation];
          const now = await timed(async () => succeeded(await stack[operation === "create" ? "up" : operation]()));
          times[program][operation] = before === undefined ? now : Math.min(before, now);
          if (operation === "create" && program === "ours") fs.writeFileSync(env.BENCH_TWINS, JSON.stringify(twinsOf(await stack.exportState())));
        }
      }
    }
    return times;
  } finally {
    for (const stack of Object.values(stacks)) stack.remove();
    fs.rmSync(directory, { recursive: true, force: true });
    await world.close();
  }
}
