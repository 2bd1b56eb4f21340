/** Takes steps of a model to the engine and the platforms, as a pipeline would, and holds what is there against the model. */
import type { PlatformName } from "../../src/types.js";
import { type Act, apply, copyOf, dial, type Effect, type Line, type Model, newModel, programOf, TARGET_TYPE, type Target, targetName } from "./model-program.js";
import { buyByHand, pointByHand, pointersNow, releaseByHand, renameByHand } from "./hands.js";
import { urnOf } from "./programs.js";
import type { Answer } from "./runner.js";
import { killAt, type Point, type Victim } from "./strike.js";
import type { ProgramSpec } from "./spec.js";
import { errorsOf, isBad, noVerdict, type Snapshot, type Verdict, type World } from "./world.js";

/** Which request it meets, of those to all platforms or of those with this method. */
export interface Where {
  method?: "POST" | "PUT" | "PATCH" | "DELETE";
  nth: number;
}

/** What goes wrong in the middle of an operation: a kill, or a fault of the sandbox. */
export type Chaos = Where &
  (
    | { kind: "kill"; victim: Victim; point: Point }
    | { kind: "drop" | "drop-after-commit" | "malformed" | "empty" | "html"; times: number }
    | { kind: "latency"; times: number; ms: number }
    | { kind: "status"; status: number; retryAfter?: number; times: number }
  );

export interface Step {
  /** What is changed in the program, and by hand. */
  acts: Act[];
  /** The operation that comes first; after the others `up` follows. */
  run: "up" | "refresh" | "preview";
  /** What happens in it, and in the runs that are to make good for it. The last one is left in peace, and must. */
  chaos: Chaos[];
}

export interface Run {
  verdict: Verdict;
  /** Converged steps. */
  steps: number;
  /** How often a kill or a fault met its request. */
  struck: number;
  /** What happened, in words. */
  story: string[];
  /** The program as it was last. */
  program: ProgramSpec;
}

/** Runs the steps on an empty stack, and ends with destroy. Stops where the first one is bad. */
export async function runSteps(world: World, empty: Snapshot, steps: Step[]): Promise<Run> {
  await world.restore(empty);
  const run: Run = { verdict: noVerdict(), steps: 0, struck: 0, story: [], program: [] };
  const model = newModel();
  for (const step of steps) {
    await oneStep(world, model, step, run);
    if (isBad(run.verdict)) return run;
    run.steps++;
  }
  await end(world, model, run);
  return run;
}

async function oneStep(world: World, model: Model, step: Step, run: Run): Promise<void> {
  const { verdict } = run;
  const before = copyOf(model);
  const { effects, refusedProgram } = await change(world, model, step.acts, run);
  const replace = effects.flatMap((effect) => effect.replace ?? []).filter((urn) => world.resources().some((resource) => resource.urn === urn));
  run.program = programOf(model);
  const refused = effects.filter((effect) => effect.refused);

  // A person has changed something: a run that doesn't look first can't know.
  const byHand = effects.some((effect) => effect.hand);
  if (byHand && step.run !== "refresh") await must(world, "refresh", run.program, verdict, "refresh after a change by hand");

  const options = step.run === "up" && replace.length > 0 ? { replace } : undefined;
  const first = await under(world, run, step.chaos[0], () => world.operate(step.run, refusedProgram ?? run.program, options));
  run.story.push(`   ${step.run}${options ? ` --replace ${replace.map((urn) => urn.split("::").pop()).join(", ")}` : ""}: ${outcomeOf(first, step.chaos[0])}`);
  if (step.run === "up" && refused.length > 0 && first !== "killed" && step.chaos.length === 0 && (first?.ok !== false || !/deletionProtection is on/.test(errorsOf(first))))
    verdict.failures.push(`${refused.map(({ said }) => said).join("; ")}: the up was ${first?.ok ? "accepted" : `refused with other words: ${errorsOf(first)}`}`);

  await converge(world, run, step, first, refused.length > 0, byHand);
  await audit(world, model, before, effects, run);
  await world.auditSecrets(verdict);
}

/** Applies the acts to the model; those by hand happen now. `refusedProgram` is the one that asks for what must be refused. */
async function change(world: World, model: Model, acts: Act[], run: Run): Promise<{ effects: Effect[]; refusedProgram?: ProgramSpec }> {
  const effects: Effect[] = [];
  const touched = new Set<Line>();
  const asked: Act[] = [];
  for (const act of acts) {
    if (act.do === "add" && act.by === "adopt" && ![...model.strangers].some((key) => key.startsWith(`${act.platform} `))) {
      const effect = await bought(world, model, act.platform); // there must be one to adopt
      effects.push(effect);
      run.story.push(`   ${effect.said}`);
    }
    const effect = act.do === "buy by hand" ? await bought(world, model, act.platform) : apply(model, act, touched);
    if (!effect) continue;
    effects.push(effect);
    run.story.push(`   ${effect.said}`);
    if (effect.refused) asked.push(act);
    if (effect.hand) await doByHand(world, effect.hand);
  }
  model.lines.forEach((line) => touched.has(line) || delete line.alias); // one step long, as a careful person has it
  if (asked.length === 0) return { effects };
  return { effects, refusedProgram: refusedBy(model, effects, asked) };
}

/** The program as it would be if what must be refused were not. */
function refusedBy(model: Model, effects: Effect[], asked: Act[]): ProgramSpec {
  const wish = copyOf(model);
  effects.filter((effect) => effect.refused).forEach(({ refused }, index) => {
    const act = asked[index]!;
    const line = wish.lines.find(({ name }) => name === refused!.name)!;
    if (act.do === "drop") wish.lines.splice(wish.lines.indexOf(line), 1);
    else if (act.do === "exact") line.by = { exact: dial(model, line.platform as "wiil") };
    else if (act.do === "platform") Object.assign(line, { platform: act.platform, by: { area: "415" } });
  });
  return programOf(wish);
}

async function bought(world: World, model: Model, platform: PlatformName): Promise<Effect> {
  const number = await buyByHand(world, platform, platform === "vapi" ? "" : dial(model, platform));
  model.strangers.add(`${platform} ${number}`);
  return { said: `by hand: ${number} is bought at ${platform}`, purchases: [1, 1] };
}

const idOf = (world: World, urn: string) => world.resources().find((resource) => resource.urn === urn);

async function doByHand(world: World, { what, line }: NonNullable<Effect["hand"]>): Promise<void> {
  const { platform, number } = line;
  switch (what) {
    case "unlink":
      return pointByHand(world, platform, number!, undefined);
    case "point": {
      // At another line's target, if there is one, or at nothing.
      const other: Target = line.pointsAt === "day" ? "night" : "day";
      const target = idOf(world, urnOf(TARGET_TYPE[platform], targetName(platform, other)));
      return pointByHand(world, platform, number!, target && { id: target.id!, instruction: target.outputs?.["instructionId"] as string | undefined });
    }
    case "rename":
      return renameByHand(world, platform, number!, true);
    case "unmark":
      return renameByHand(world, platform, number!, false);
    case "release":
      return releaseByHand(world, platform, number!);
  }
}

/** Runs an operation with the chaos in it, and takes what is left of the chaos away. */
async function under(world: World, run: Run, chaos: Chaos | undefined, operate: () => Promise<Answer | undefined>): Promise<Answer | "killed" | undefined> {
  if (!chaos) return operate();
  if (chaos.kind === "kill") {
    const { victim, point, kind: _kind, ...where } = chaos;
    const answer = await killAt(world, where, point, victim, operate);
    run.struck += Number(answer === "killed");
    return answer;
  }
  const { id } = await world.control<{ id: number }>("faults", chaos);
  const answer = await operate();
  const { hits } = await world.control<{ hits: number }>(`faults/${id}`);
  run.struck += Number(hits > 0);
  await world.control("faults", undefined, "DELETE");
  return answer;
}

const outcomeOf = (answer: Answer | "killed" | undefined, chaos?: Chaos) =>
  (answer === "killed" ? "killed" : answer?.ok ? "ok" : `failed: ${errorsOf(answer)}`) + (chaos ? ` (${JSON.stringify(chaos)})` : "");

async function must(world: World, operation: "up" | "refresh" | "destroy", program: ProgramSpec, verdict: Verdict, what: string): Promise<void> {
  const answer = await world.operate(operation, program);
  if (!answer?.ok) verdict.failures.push(`${what} failed: ${errorsOf(answer)}`);
}

/** What a pipeline does after a run that did not end well: telephony recover, and up. The one that is left in peace has one try. */
async function converge(world: World, run: Run, step: Step, first: Answer | "killed" | undefined, refused: boolean, byHand: boolean): Promise<void> {
  const { verdict, program, story } = run;
  const isGood = (answer: Answer | "killed" | undefined) => answer !== "killed" && answer?.ok === true;
  let good = isGood(first);
  if (!good) await world.rescue(verdict);
  // What was changed by hand is seen by a refresh only, and that one may not have come to its end.
  if (byHand && step.run === "refresh" && !good) await must(world, "refresh", program, verdict, "refresh after a change by hand");
  good &&= !refused && step.run === "up";
  for (const chaos of good ? [] : [...step.chaos.slice(1), undefined]) {
    const healed = await under(world, run, chaos, () => world.operate("up", program));
    story.push(`   then up: ${outcomeOf(healed, chaos)}`);
    good = isGood(healed);
    if (good) break;
    await world.rescue(verdict);
    if (!chaos) verdict.failures.push(`up after it failed: ${healed === "killed" ? healed : errorsOf(healed)}`);
  }
  const preview = await world.operate("preview", program);
  const { same: _same, ...changes } = preview?.summary ?? {};
  if (!preview?.ok || Object.keys(changes).length > 0) {
    const steps = preview?.steps.map(({ op, name, diff }) => `${op} ${name} ${diff?.join() ?? ""}`).join("; ");
    verdict.failures.push(`the next preview shows ${JSON.stringify(changes)}: ${steps} ${errorsOf(preview)}`);
  }
}

/** Holds what is owned, linked and in the state against the model, and learns which numbers were bought. */
async function audit(world: World, model: Model, before: Model, effects: Effect[], run: Run): Promise<void> {
  const { verdict } = run;
  const fail = (text: string) => verdict.failures.push(text);
  const released = new Set(effects.flatMap(({ hand }) => (hand?.what === "release" ? [`${hand.line.platform} ${hand.line.number}`] : [])));
  const keeps = new Map(effects.flatMap(({ keeps: line }) => (line ? [[line, line.number] as const] : [])));
  for (const line of model.lines) if (!effects.some(({ purchases }) => purchases) && line.number !== undefined) keeps.set(line, line.number);

  for (const line of model.lines) {
    const resource = idOf(world, urnOf("PhoneNumber", line.name));
    if (!resource) {
      verdict.lost.push(`${line.name} is not in the state`);
      continue;
    }
    const number = resource.outputs?.["number"] as string;
    if (resource.outputs?.["platform"] !== line.platform) fail(`${line.name} is at ${String(resource.outputs?.["platform"])} and should be at ${line.platform}`);
    if ("exact" in line.by && number !== line.by.exact) fail(`${line.name} is ${number} and should be ${line.by.exact}`);
    if (keeps.has(line) && keeps.get(line) !== number) verdict.lost.push(`${line.name} was ${keeps.get(line)} and is ${number}`);
    line.number = number;
  }

  // What a line had and has no more: released, or nobody's if it was to be retained.
  const held = new Set(model.lines.map((line) => `${line.platform} ${line.number}`));
  for (const line of before.lines) {
    const key = `${line.platform} ${line.number}`;
    if (line.number !== undefined && !held.has(key) && line.retain && !released.has(key)) model.strangers.add(key);
  }

  const bought = (await world.ledger("purchase")).length - before.purchases;
  const [least, most] = effects.reduce(([low, high], { purchases: [l, h] = [0, 0] }) => [low + l, high + h], [0, 0]);
  if (bought < least) verdict.lost.push(`${bought} purchases, and ${least} numbers had to be bought`);
  if (bought > most) verdict.doublePurchases.push(`${bought} purchases, and ${most} numbers had to be bought`);
  model.purchases = before.purchases + bought;
  await world.audit(verdict, model.purchases, model.strangers);
  await auditPointers(world, model, verdict);
  await auditObjects(world, verdict);
}

async function auditPointers(world: World, model: Model, verdict: Verdict): Promise<void> {
  const now = await pointersNow(world);
  for (const { name, platform, number, pointsAt } of model.lines) {
    const wanted = pointsAt && idOf(world, urnOf(TARGET_TYPE[platform], targetName(platform, pointsAt)))?.id;
    const found = now.get(`${platform} ${number}`);
    if (found !== wanted) verdict.failures.push(`${name} (${number}) points at ${found ?? "nothing"} and should point at ${pointsAt ?? "nothing"} (${wanted ?? ""})`);
  }
}

/** Assistants, flows and deployments: what there is is in the state, and the other way round. */
async function auditObjects(world: World, verdict: Verdict): Promise<void> {
  const collection: Record<PlatformName, string> = { vapi: "assistants", wiil: "agents", voipbin: "flows", burki: "assistants" };
  const there = (await world.ours()).filter((key) => Object.entries(collection).some(([platform, name]) => key.startsWith(`${platform} ${name} `)));
  const declared = world.resources()
    .filter(({ urn }) => /:(Assistant|CallFlow)::/.test(urn))
    .map(({ id, outputs }) => `${String(outputs?.["platform"])} ${collection[outputs?.["platform"] as PlatformName]} ${id}`);
  for (const key of there) if (!declared.includes(key)) verdict.orphans.push(`${key} is not in the state`);
  for (const key of declared) if (!there.includes(key)) verdict.lost.push(`${key} is in the state and not there`);
}

/** Destroys what there is: only the strangers are left, and what was to be retained. */
async function end(world: World, model: Model, run: Run): Promise<void> {
  const { verdict } = run;
  const before = copyOf(model);
  if (model.lines.some(({ protect }) => protect)) {
    for (const line of model.lines) line.protect = false;
    await must(world, "up", programOf(model), verdict, "up without protection");
  }
  await must(world, "destroy", programOf(model), verdict, "destroy");
  run.story.push("   destroy");
  run.program = programOf(model);
  model.lines = [];
  await audit(world, model, before, [], run);
  for (const { urn } of world.resources()) if (!urn.includes("pulumi:")) verdict.lost.push(`still in the state after destroy: ${urn}`);
}
