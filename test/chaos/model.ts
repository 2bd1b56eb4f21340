/** Random programs, random changes, random faults and kills, against a plain model of what must be owned and linked. */
import fc from "fast-check";
import type { EngineKind } from "pulumi-telephony/testing";
import type { PlatformName } from "../../src/types.js";
import type { Act, Target } from "./model-program.js";
import { type Chaos, type Run, runSteps, type Step, type Where } from "./model-run.js";
import { newRow, type Row } from "./report.js";
import { POINTS, VICTIMS } from "./strike.js";
import { isBad, type Snapshot, World } from "./world.js";

const PLATFORMS = ["vapi", "wiil", "voipbin", "burki"] as const satisfies PlatformName[];
const platform = fc.constantFrom<PlatformName>(...PLATFORMS);
const target = fc.constantFrom<Target>("day", "night");
const line = fc.nat({ max: 2 });

const addition: fc.Arbitrary<Act> = fc.record({
  do: fc.constant("add" as const), platform, by: fc.constantFrom("area" as const, "offered" as const, "exact" as const, "adopt" as const),
  pointsAt: fc.option(target, { nil: undefined }),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: addition },
  { weight: 7, arbitrary: fc.record({ do: fc.constantFrom("drop" as const, "rename" as const, "label" as const, "criteria" as const, "exact" as const), line }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("platform" as const), line, platform }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("point" as const), line, at: fc.option(target, { nil: undefined }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("replace" as const), line, what: fc.constantFrom("number" as const, "number" as const, "pointer" as const, "target" as const, "search" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("flip" as const), line, what: fc.constantFrom("retain" as const, "protect" as const, "deleteFirst" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("hand" as const), line, what: fc.constantFrom("unlink" as const, "point" as const, "rename" as const, "unmark" as const, "release" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("buy by hand" as const), platform }) },
);

const times = fc.integer({ min: 1, max: 3 });
/** Mostly at a request that changes something. */
const where: fc.Arbitrary<Where> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ nth: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ method: fc.constant("POST" as const), nth: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ method: fc.constantFrom("PUT" as const, "PATCH" as const, "DELETE" as const), nth: fc.integer({ min: 1, max: 2 }) }) },
);
const at = <T extends object>(what: fc.Arbitrary<T>) => fc.tuple(what, where).map(([one, other]): T & Where => ({ ...one, ...other }));
const kill = fc.record({ kind: fc.constant("kill" as const), victim: fc.constantFrom(...VICTIMS), point: fc.constantFrom(...POINTS) });
const broken = fc.record({ kind: fc.constantFrom("drop" as const, "drop-after-commit" as const, "malformed" as const, "empty" as const, "html" as const), times });
const refusal = fc.record({ kind: fc.constant("status" as const), status: fc.constantFrom(400, 401, 402, 403, 404, 409, 422, 429, 500, 502, 503, 504), times });
const later = fc.record({ kind: fc.constant("status" as const), status: fc.constantFrom(429, 503), retryAfter: fc.constantFrom(0, 1), times });
const slow = fc.record({ kind: fc.constant("latency" as const), ms: fc.constantFrom(50, 400), times: fc.constant(3) });
const chaos: fc.Arbitrary<Chaos> = fc.oneof(
  { weight: 7, arbitrary: at(kill) },
  { weight: 3, arbitrary: at(broken) },
  { weight: 3, arbitrary: at(refusal) },
  { weight: 1, arbitrary: at(later) },
  { weight: 1, arbitrary: at(slow) },
);

/** The order of the keys is that of shrinking: first without the chaos, then with fewer acts. */
const step: fc.Arbitrary<Step> = fc.record({
  chaos: fc.oneof({ weight: 1, arbitrary: fc.constant<Chaos[]>([]) }, { weight: 4, arbitrary: fc.array(chaos, { minLength: 1, maxLength: 2 }) }),
  acts: fc.array(act, { minLength: 1, maxLength: 3 }),
  run: fc.oneof({ weight: 12, arbitrary: fc.constant("up" as const) }, { weight: 2, arbitrary: fc.constant("refresh" as const) }, { weight: 1, arbitrary: fc.constant("preview" as const) }),
});

/** Begins with numbers: without any, nothing can happen. */
const stepsOf = (count: number): fc.Arbitrary<Step[]> =>
  fc.tuple(
    fc.record({ chaos: fc.array(chaos, { maxLength: 2 }), acts: fc.array(addition, { minLength: 1, maxLength: 3 }), run: fc.constant("up" as const) }),
    fc.array(step, { minLength: Math.min(3, count - 1), maxLength: count - 1 }),
  ).map(([first, rest]) => [first, ...rest]);

export interface ModelOptions {
  engine: EngineKind;
  runs: number;
  /** Steps of a run, at most; a seed and a path say nothing without it. @default 6 */
  steps?: number;
  /** Of the first run; the next one's is one more. */
  seed: number;
  /** fast-check's path to one failing case of the first run. */
  path?: string;
  /** How long to look for a shorter failing case. @default 5 minutes */
  shrinkMs?: number;
  timeIsUp?: () => boolean;
  onCase?: (title: string, bad: boolean) => void;
}

/** A case of the table is a step that converged, or did not. */
export async function runModel({ engine, runs, steps = 6, seed, path, shrinkMs = 300_000, timeIsUp = () => false, onCase = () => undefined }: ModelOptions): Promise<Row> {
  const row = newRow("model");
  const struck = { times: 0 };
  const world = await World.open(engine);
  try {
    const empty = await world.snapshot();
    for (let n = 0; n < runs && !timeIsUp(); n++) {
      const bad = await oneRun(world, empty, row, struck, { seed: seed + n, path: n === 0 ? path : undefined, steps, shrinkMs });
      onCase(`model, seed ${seed + n}, ${row.tried} steps and ${struck.times} strikes so far${bad ? `\n${row.failures.at(-1)!}` : ""}`, bad);
    }
  } finally {
    await world.close();
  }
  return row;
}

async function oneRun(world: World, empty: Snapshot, row: Row, struck: { times: number }, of: { seed: number; path?: string; steps: number; shrinkMs: number }): Promise<boolean> {
  let last: { run: Run; steps: Step[] } | undefined;
  let tried = 0;
  let deadline = Infinity;
  const property = fc.asyncProperty(stepsOf(of.steps), async (steps) => {
    if (Date.now() > deadline) return; // short enough: what isn't tried any more passes. (fast-check's own limit leaves runs under way)
    const run = await runSteps(world, empty, steps);
    if (!tried) struck.times += run.struck;
    tried ||= run.steps + Number(isBad(run.verdict));
    if (!isBad(run.verdict)) return;
    last = { run, steps };
    if (deadline === Infinity) deadline = Date.now() + of.shrinkMs;
    throw new Error("bad");
  });
  const result = await fc.check(property, { seed: of.seed, path: of.path, numRuns: 1 });
  row.tried += tried;
  if (!last) {
    if (result.errorInstance !== undefined && result.errorInstance !== null) throw result.errorInstance as Error;
    return false;
  }
  const { failures, ...columns } = last.run.verdict;
  for (const [column, found] of Object.entries(columns)) if (found.length > 0) row[column as keyof typeof columns]++;
  const wrong = [...failures, ...Object.values(columns).flat()];
  const replay = `npm run chaos -- --only model --engine ${world.engine} --seed ${of.seed}${result.counterexamplePath ? ` --path ${result.counterexamplePath}` : ""}`;
  row.failures.push(`${wrong.join("\n  ")}\n  replay: ${replay}\n${tell(last.run)}\n  steps: ${JSON.stringify(last.steps)}`);
  return true;
}

/** The story of a run, and the program at its end. */
export function tell({ story, program }: Run): string {
  const declared = program.map(({ type, name, args, ...rest }) => `     new ${type}("${name}", ${JSON.stringify(args)}${Object.keys(rest).length > 0 ? `, ${JSON.stringify(rest)}` : ""})`);
  return [...story, "   the program at the end:", ...declared].join("\n");
}
