/** The parts of the chaos, each of which comes to rows of the table. */
import type { EngineKind } from "pulumi-telephony/testing";
import type { PlatformName } from "../../src/types.js";
import { runCorpus } from "./corpus.js";
import { casesOf, type KillCase, prepare, type Prepared, runKillCase, titleOf } from "./kill.js";
import { runModel } from "./model.js";
import { naiveStageOf, PLATFORMS, SCENARIOS, type Scenario, type Stage, stageOf } from "./programs.js";
import { count, newRow, type Row } from "./report.js";
import { runRaces } from "./races.js";
import { isBad, type Snapshot, World } from "./world.js";

export interface PartOptions {
  engine: EngineKind;
  quick: boolean;
  /** Cases at once. */
  lanes: number;
  /** Every nth case. */
  sample: number;
  /** No further case is begun then. */
  timeIsUp: () => boolean;
  /** Settles when even the cases under way must be left. */
  stop?: Promise<void>;
  onCase: (title: string, bad: boolean) => void;
  seed?: number;
  path?: string;
}

export interface Part {
  name: string;
  /** Whether `--quick` runs it. */
  quick: boolean;
  run(options: PartOptions): Promise<Row[]>;
}

const NAMES = Object.keys(PLATFORMS) as PlatformName[];

/** Works through jobs in lanes, each with a world of its own. */
async function inLanes<T>(options: PartOptions, jobs: T[], work: (world: World, empty: Snapshot, job: T) => Promise<void>): Promise<void> {
  const queue = jobs.values();
  const worlds: World[] = [];
  const lane = async () => {
    const world = await World.open(options.engine);
    worlds.push(world);
    const empty = await world.snapshot();
    for (const job of queue) {
      if (options.timeIsUp()) return;
      await work(world, empty, job);
    }
  };
  const lanes = Promise.all(Array.from({ length: Math.min(options.lanes, jobs.length) }, lane));
  try {
    await Promise.race([lanes, options.stop ?? lanes]);
  } finally {
    lanes.catch(() => undefined); // what was under way when it had to stop
    await Promise.all(worlds.map((world) => world.close()));
  }
}

/** For a run that is cut short: what spends money first, then what changes anything. */
const weight = ({ request: { method, path }, victim, point }: KillCase) =>
  (method === "GET" ? 8 : /purchase|\/phone-number$|\/numbers$/.test(path) ? 0 : 4) + (victim === "provider" ? 1 : 0) + (point === "before" ? 2 : 0);

async function killMatrix(options: PartOptions, name: string, scenarios: readonly Scenario[], stage: (platform: PlatformName, scenario: Scenario) => Stage): Promise<Row[]> {
  const rows = new Map<string, Row>();
  const jobs = NAMES.flatMap((platform) => scenarios.map((scenario) => ({ platform, scenario })));
  if (options.quick) jobs.sort((a, b) => scenarios.indexOf(a.scenario) - scenarios.indexOf(b.scenario));
  await inLanes(options, jobs, async (world, empty, { platform, scenario }) => {
    const row = rows.get(platform) ?? newRow(`${name}, ${platform}`);
    rows.set(platform, row);
    const prepared: Prepared = await prepare(world, empty, platform, scenario, stage(platform, scenario));
    const cases = casesOf(prepared).filter((_, index) => index % options.sample === 0);
    if (options.quick) cases.sort((a, b) => weight(a) - weight(b)).splice(2);
    for (const item of cases) {
      if (options.timeIsUp()) return;
      const verdict = await runKillCase(world, prepared, item);
      if (!verdict) continue; // the operation ended without that request: a poll that wasn't needed this time
      count(row, titleOf(item), verdict);
      options.onCase(titleOf(item), isBad(verdict));
    }
  });
  return [...rows.values()];
}

/** Short enough for `--quick`, and the dearest first. */
const QUICK_CORPUS = 12;

export const PARTS: Part[] = [
  { name: "races", quick: false, run: async (options) => [await runRaces(options)] },
  {
    name: "model",
    quick: false,
    run: async ({ engine, sample, seed, path, timeIsUp, onCase }) => {
      const runs = seed === undefined ? Math.ceil(40 / sample) : 1;
      return [await runModel({ engine, runs, seed: seed ?? Date.now() % 1_000_000, path, timeIsUp, onCase })];
    },
  },
  {
    name: "corpus",
    quick: true,
    run: async ({ quick, sample, seed, path, onCase }) => {
      const cases = quick ? QUICK_CORPUS : Math.ceil(1_000 / sample);
      return [await runCorpus({ cases, seed, path, onCase: (_half, title, problem) => onCase(title, problem !== undefined) })];
    },
  },
  { name: "kill", quick: true, run: (options) => killMatrix(options, "killed", SCENARIOS, stageOf) },
  {
    name: "naive",
    quick: false,
    run: (options) => killMatrix(options, "naive", ["create", "delete"], (platform, scenario) => naiveStageOf(platform, scenario as "create" | "delete")),
  },
];
