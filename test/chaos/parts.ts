/** The parts of the chaos, each of which comes to rows of the table. */
import type { EngineKind } from "pulumi-telephony/testing";
import type { PlatformName } from "../../src/types.js";
import { runCorpus } from "./corpus.js";
import { FAULT_SETTINGS, type FaultCase, faultCasesOf, type FaultName, limitOf, runFaultCase, titleOf as faultTitleOf } from "./faults.js";
import { inlineRunners } from "./inline.js";
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
async function inLanes<T>(
  options: PartOptions, jobs: T[], work: (world: World, empty: Snapshot, job: T) => Promise<void>, open = () => World.open(options.engine),
): Promise<void> {
  const queue = jobs.values();
  const worlds: World[] = [];
  const lane = async () => {
    const world = await open();
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

/** In a short run: what is nastiest. */
const NASTY: FaultName[] = ["drop after commit", "404", "another object", "503 to the end"];
const faultWeight = ({ request: { method }, fault }: FaultCase) => (method === "GET" ? 10 : 0) + ((NASTY.indexOf(fault) + 10) % 10);

async function faultMatrix(options: PartOptions): Promise<Row[]> {
  const rows = new Map<string, Row>();
  const rowOf = (platform: PlatformName) => {
    const row = rows.get(platform) ?? newRow(`faults, ${platform}`);
    rows.set(platform, row);
    return row;
  };
  // Nobody is killed, so the embedded engine needs no processes; then there is one lane.
  const inline = options.engine === "embedded";
  const opener = (settings?: Record<string, string>) => () => World.open(options.engine, settings, inline ? inlineRunners() : undefined);
  const lanes = inline ? 1 : options.lanes;
  const run = async (world: World, prepared: Prepared, item: FaultCase) => {
    const verdict = await runFaultCase(world, prepared, item);
    if (!verdict) return;
    count(rowOf(item.platform), faultTitleOf(item), verdict);
    options.onCase(faultTitleOf(item), isBad(verdict));
  };
  const jobs = SCENARIOS.flatMap((scenario) => NAMES.map((platform) => ({ platform, scenario })));
  await inLanes({ ...options, lanes }, jobs, async (world, empty, { platform, scenario }) => {
    const prepared = await prepare(world, empty, platform, scenario);
    const cases = faultCasesOf(prepared).filter((item, index) => index % options.sample === 0 && !limitOf(item));
    if (options.quick) cases.sort((a, b) => faultWeight(a) - faultWeight(b)).splice(3);
    for (const item of cases) {
      if (options.timeIsUp()) return;
      await run(world, prepared, item);
    }
  }, opener(FAULT_SETTINGS));
  if (!options.quick) {
    await inLanes({ ...options, lanes }, NAMES, async (world, empty, platform) => {
      const prepared = await prepare(world, empty, platform, "create");
      const request = prepared.requests.find(({ method, path }) => method === "POST" && /^(.*\/purchase|\/phone-number|\/numbers)$/.test(path))!;
      await run(world, prepared, { platform, scenario: "create", request, fault: "10 s of latency" });
    }, opener());
  }
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
  { name: "faults", quick: true, run: faultMatrix },
  { name: "kill", quick: true, run: (options) => killMatrix(options, "killed", SCENARIOS, stageOf) },
  {
    name: "naive",
    quick: false,
    run: (options) => killMatrix(options, "naive", ["create", "delete"], (platform, scenario) => naiveStageOf(platform, scenario as "create" | "delete")),
  },
];
