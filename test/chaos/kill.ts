/**
 * The kill matrix: for every request of every operation, the CLI, the provider or all of them are killed before the platform
 * has seen it, when the platform has done it and not yet answered, and when the answer is there and nothing saved.
 */
import type { PlatformName } from "../../src/types.js";
import { type Scenario, type Stage, stageOf } from "./programs.js";
import { killAt, type Point, POINTS, type Victim, VICTIMS } from "./strike.js";
import type { ProgramSpec } from "./spec.js";
import { errorsOf, noVerdict, type RequestLine, type Snapshot, type Verdict, type World } from "./world.js";

/** One request of an operation: the nth with this method and path. */
export interface Request {
  method: string;
  /** Below the platform's base URL, ids as `:id`. */
  path: string;
  nth: number;
  /** What it was answered when nothing went wrong. */
  status: number | null;
}

/** A request as the sandbox's faults take it. */
export const at = ({ method, path, nth }: Request) => ({ method, path, nth, exact: true });

export interface KillCase {
  platform: PlatformName;
  scenario: Scenario;
  request: Request;
  point: Point;
  victim: Victim;
}

export const titleOf = ({ platform, scenario, request: r, point, victim }: KillCase) =>
  `${platform} ${scenario}: ${victim} killed, ${r.method} ${r.path} #${r.nth} ${point}`;

/** A path with its ids as `:id`. */
const patternOf = (path: string) =>
  path.replace(/\?.*$/, "").replace(/^\/(vapi|burki|wiil\/v1|voipbin\/v1\.0)/, "").replace(/\/(?=[^/]*\d)(?!v\d)[^/]+/g, "/:id");

/** The requests that were made, told apart. */
export function requestsIn(log: RequestLine[]): Request[] {
  const seen = new Map<string, number>();
  return log.map(({ method, path, status }) => {
    const pattern = patternOf(path);
    const nth = (seen.get(`${method} ${pattern}`) ?? 0) + 1;
    seen.set(`${method} ${pattern}`, nth);
    return { method, path: pattern, nth, status };
  });
}

/** A platform's operation, with the world as it is before it. */
export interface Prepared {
  platform: PlatformName;
  scenario: Scenario;
  stage: Stage;
  start: Snapshot;
  /** What it asks of the platform when nothing goes wrong. */
  requests: Request[];
}

/** Runs the operation once undisturbed, to learn its requests. */
export async function prepare(
  world: World, empty: Snapshot, platform: PlatformName, scenario: Scenario, stage = stageOf(platform, scenario),
): Promise<Prepared> {
  await world.restore(empty);
  if (stage.before.length > 0) await must(world.operate("up", stage.before), `${platform} ${scenario}: the world before`);
  const start = await world.snapshot();
  await world.control("requests", undefined, "DELETE");
  await must(operate(world, stage), `${platform} ${scenario}, undisturbed`);
  return { platform, scenario, stage, start, requests: requestsIn(await world.requests()) };
}

async function must(work: ReturnType<World["operate"]>, what: string): Promise<void> {
  const answer = await work;
  if (!answer?.ok) throw new Error(`${what}: ${errorsOf(answer)}`);
}

/** The operation of a stage: an `up`, or a destroy where nothing is to be left. */
export const operate = (world: World, { after, replace }: Stage) =>
  world.operate(after.length === 0 ? "destroy" : "up", after, replace && { replace });

export function casesOf({ platform, scenario, requests }: Prepared): KillCase[] {
  return requests.flatMap((request) => POINTS.flatMap((point) => VICTIMS.map((victim) => ({ platform, scenario, request, point, victim }))));
}

/** Runs the case. undefined: the operation ended without that request. */
export async function runKillCase(world: World, prepared: Prepared, item: KillCase): Promise<Verdict | undefined> {
  const { platform, request, point, victim } = item;
  const { after, purchases } = prepared.stage;
  await world.restore(prepared.start);
  if ((await killAt(world, { platform, ...at(request) }, point, victim, () => operate(world, prepared.stage))) !== "killed") return undefined;
  return recover(world, after, purchases, victim === "tree");
}

/**
 * What a pipeline does next, and all that must hold then.
 *
 * @param refresh it has a look at everything first, as many do
 */
export async function recover(world: World, program: ProgramSpec, purchases: number, refresh: boolean): Promise<Verdict> {
  const verdict = noVerdict();
  await world.rescue(verdict);
  const refreshed = refresh ? await world.operate("refresh", program) : undefined;
  if (refreshed && !refreshed.ok) verdict.failures.push(`the refresh failed: ${errorsOf(refreshed)}`);
  return heal(world, program, purchases, verdict);
}

/** The same after an operation that came to its own end, good or bad: the next run is all that is done. */
export async function heal(world: World, program: ProgramSpec, purchases: number, verdict = noVerdict()): Promise<Verdict> {
  const healed = await world.operate(program.length === 0 ? "destroy" : "up", program);
  if (!healed?.ok) verdict.failures.push(`the next run failed: ${errorsOf(healed)}`);
  if (program.length > 0) {
    const preview = await world.operate("preview", program);
    const { same: _same, ...changes } = preview?.summary ?? {};
    if (!preview?.ok || Object.keys(changes).length > 0) verdict.failures.push(`the preview after it shows ${JSON.stringify(changes)} ${errorsOf(preview)}`);
    await world.audit(verdict, purchases);
    const destroyed = await world.operate("destroy", program);
    if (!destroyed?.ok) verdict.failures.push(`destroy failed: ${errorsOf(destroyed)}`);
  }
  await world.auditEmpty(verdict);
  await world.auditSecrets(verdict);
  return verdict;
}
