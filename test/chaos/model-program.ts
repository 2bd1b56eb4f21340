/** The plain model: what a program declares, and what of it must be owned. It knows nothing of how that comes about. */
import type { PlatformName } from "../../src/types.js";
import { urnOf } from "./programs.js";
import { ref, type ProgramSpec, type ResourceSpec } from "./spec.js";

export type Target = "day" | "night";

/** A declared number, and what it points at. */
export interface Line {
  name: string;
  /** The name it had before it was renamed, for as long as the program says so. */
  alias?: string;
  platform: PlatformName;
  /** How the number is chosen. */
  by: { area: string } | { offered: true } | { exact: string; adopt?: boolean };
  label: string;
  retain: boolean;
  protect: boolean;
  deleteFirst: boolean;
  pointsAt?: Target;
  /** What was bought for it; known after the first step that converged. */
  number?: string;
}

export interface Model {
  lines: Line[];
  /** `<platform> <number>` of what is owned and nobody's: bought by hand, or kept when its resource went. */
  strangers: Set<string>;
  /** How many purchases there must have been. */
  purchases: number;
  /** Area code of the search that lines share, by platform. */
  offered: Record<PlatformName, string>;
  /** Counts labels and exact numbers, so that none comes twice. */
  named: number;
  dialled: number;
}

export const newModel = (): Model => ({
  lines: [], strangers: new Set(), purchases: 0, named: 0, dialled: 0,
  offered: { vapi: "212", wiil: "212", voipbin: "212", burki: "212" },
});

export const AREAS = ["212", "415", "206"] as const;

export const copyOf = (model: Model): Model => ({
  ...model, lines: model.lines.map((line) => ({ ...line })), strangers: new Set(model.strangers), offered: { ...model.offered },
});

/** An exact number that a platform sells, and that no search of ours comes to: far down in the sandbox's stock. */
export function dial(model: Model, platform: Exclude<PlatformName, "vapi">): string {
  const digit = { wiil: 4, voipbin: 5, burki: 7 }[platform];
  const line = String(((60 + model.dialled++) * 7919 + 1204) % 10_000).padStart(4, "0");
  return `+121223${digit}${line}`;
}

export const TARGET_TYPE: Record<PlatformName, "Assistant" | "CallFlow"> = { vapi: "Assistant", wiil: "Assistant", voipbin: "CallFlow", burki: "Assistant" };
export const POINTER_TYPE = (platform: PlatformName) => (platform === "voipbin" ? "CallFlowBinding" : "PhoneNumberLink");
export const targetName = (platform: PlatformName, target: Target) => `${target}-${platform}`;

function targetSpec(platform: PlatformName, target: Target): ResourceSpec {
  const name = targetName(platform, target);
  const type = TARGET_TYPE[platform];
  switch (platform) {
    case "voipbin":
      return { type, name, args: { platform, name, actions: [{ type: "answer" }, { type: "talk", option: { text: target, language: "en-US" } }] } };
    case "wiil":
      return {
        type, name,
        args: {
          platform, name, modelId: "model_conversation_default",
          instruction: { role: target, introductionMessage: `This is ${target}.`, instructions: "Take a message.", guardrails: "Promise nothing." },
        },
      };
    default:
      return { type, name, args: { platform, name } };
  }
}

function lineSpec({ name, alias, platform, by, label, retain, protect, deleteFirst }: Line): ResourceSpec {
  const how = "area" in by ? { search: { country: "US", areaCode: by.area } }
    : "offered" in by ? { candidates: ref(`offered-${platform}`, "numbers") }
      : { number: by.exact, ...(by.adopt && { adopt: true }) };
  return {
    type: "PhoneNumber", name,
    args: { platform, name: label, ...how, ...(retain && { onDelete: "retain" }), ...(protect && { deletionProtection: true }) },
    ...(alias !== undefined && { aliases: [alias] }),
    ...(deleteFirst && { deleteBeforeReplace: true }),
  };
}

function pointerSpec({ name, alias, platform, pointsAt }: Line): ResourceSpec {
  const target = targetName(platform, pointsAt!);
  const args = { phoneNumber: ref(name) };
  const aliases = alias === undefined ? {} : { aliases: [`${alias}-link`] };
  if (platform === "voipbin") return { type: "CallFlowBinding", name: `${name}-link`, args: { ...args, callFlow: ref(target, "id") }, ...aliases };
  const to = platform === "wiil" ? { agent: ref(target, "id"), instruction: ref(target, "instructionId"), project: "project-1" } : { assistant: ref(target, "id") };
  return { type: "PhoneNumberLink", name: `${name}-link`, args: { ...args, ...to }, ...aliases };
}

/** The program that declares the model: searches and targets only as far as they are used. */
export function programOf({ lines, offered }: Model): ProgramSpec {
  const shared = new Set(lines.filter(({ by }) => "offered" in by).map(({ platform }) => platform));
  const targets = new Map(lines.flatMap(({ platform, pointsAt }) => (pointsAt ? [[targetName(platform, pointsAt), targetSpec(platform, pointsAt)] as const] : [])));
  return [
    ...[...shared].map((platform): ResourceSpec => ({
      type: "NumberSearch", name: `offered-${platform}`, args: { platform, country: "US", type: "local", areaCode: offered[platform], limit: 8 },
    })),
    ...targets.values(),
    ...lines.map(lineSpec),
    ...lines.filter(({ pointsAt }) => pointsAt).map(pointerSpec),
  ];
}

/** What a step does. `line` counts the lines that there are, and begins anew behind the last: every step fits every model. */
export type Act =
  | { do: "add"; platform: PlatformName; by: "area" | "offered" | "exact" | "adopt"; pointsAt?: Target }
  | { do: "drop" | "rename" | "label" | "criteria" | "exact"; line: number }
  | { do: "platform"; line: number; platform: PlatformName }
  | { do: "point"; line: number; at?: Target }
  | { do: "replace"; line: number; what: "number" | "pointer" | "target" | "search" }
  | { do: "flip"; line: number; what: "retain" | "protect" | "deleteFirst" }
  | { do: "hand"; line: number; what: "unlink" | "point" | "rename" | "unmark" | "release" }
  | { do: "buy by hand"; platform: PlatformName };

/** What an act asks for beside the new program. */
export interface Effect {
  /** In words, for the report. */
  said: string;
  /** URNs for `--replace`. */
  replace?: string[];
  /** Purchases that it must come to; two numbers: at least, at most. */
  purchases?: [number, number];
  /** The line keeps the very number that it has. */
  keeps?: Line;
  /** Must be refused, and these lines stay as they were. */
  refused?: Line;
  hand?: { what: (Act & { do: "hand" })["what"]; line: Line };
}

const pick = <T>(items: readonly T[], index: number): T | undefined => (items.length === 0 ? undefined : items[index % items.length]);

/**
 * Changes the model, and says what must come of it; undefined where the act fits nothing. `touched` holds the lines that the step
 * has changed already: one change a line and step, so that the expectation stays plain.
 */
export function apply(model: Model, act: Act, touched: Set<Line>): Effect | undefined {
  if (act.do === "buy by hand") return undefined; // the runner does it: what Vapi gives is not known before
  if (act.do === "add") return add(model, act, touched);
  const line = pick(model.lines, act.line);
  if (!line || touched.has(line) || line.number === undefined) return undefined;
  const effect = change(model, line, act, touched);
  if (effect) touched.add(line);
  return effect && { ...effect, said: `${line.name}: ${effect.said}` };
}

const MOST_LINES = 3;

/** The first name that is free: that of a line that has gone comes again, with the same URN and the same mark, but not in one step. */
function freeName(model: Model, touched: Set<Line>): string {
  const taken = new Set([...model.lines, ...touched].flatMap(({ name, alias }) => [name, alias]));
  for (let n = 1; ; n++) if (!taken.has(`line${n}`)) return `line${n}`;
}

function add(model: Model, { platform, by, pointsAt }: Act & { do: "add" }, touched: Set<Line>): Effect | undefined {
  if (model.lines.length >= MOST_LINES) return undefined;
  const name = freeName(model, touched);
  const line: Line = { name, platform, by: { area: "212" }, label: `Label of ${name}`, retain: false, protect: false, deleteFirst: false, ...(pointsAt && { pointsAt }) };
  const stranger = [...model.strangers].find((key) => key.startsWith(`${platform} `))?.split(" ")[1];
  let adopts = false;
  if (by === "adopt" && stranger !== undefined) {
    line.by = { exact: stranger, adopt: true };
    model.strangers.delete(`${platform} ${stranger}`);
    adopts = true;
  } else if (platform !== "vapi" && by === "offered") line.by = { offered: true };
  else if (platform !== "vapi" && by === "exact") line.by = { exact: dial(model, platform) };
  model.lines.push(line);
  touched.add(line);
  return { said: `add ${name}: ${platform} ${JSON.stringify(line.by)}${pointsAt ? `, pointing at ${pointsAt}` : ""}`, purchases: adopts ? [0, 0] : [1, 1] };
}

function change(model: Model, line: Line, act: Exclude<Act, { do: "add" | "buy by hand" }>, touched: Set<Line>): Effect | undefined {
  const before = { ...line };
  const keeps = line;
  switch (act.do) {
    case "drop":
      if (line.protect) return { said: "drop, though it is protected", refused: line };
      model.lines.splice(model.lines.indexOf(line), 1);
      return { said: "drop" };
    case "rename":
      line.alias = line.name;
      line.name = freeName(model, touched);
      return { said: `rename to ${line.name}`, keeps };
    case "label":
      line.label = `Label ${++model.named} of ${line.name}`;
      return { said: `name "${line.label}"`, keeps };
    case "criteria": {
      if ("exact" in line.by) return undefined;
      const next = (area: string) => AREAS[(AREAS.indexOf(area as (typeof AREAS)[number]) + 1) % AREAS.length]!;
      if ("area" in line.by) line.by = { area: next(line.by.area) };
      else model.offered[line.platform] = next(model.offered[line.platform]);
      return { said: "other criteria", keeps };
    }
    case "exact":
      if (line.platform === "vapi") return undefined; // sells none by its digits
      line.by = { exact: dial(model, line.platform) };
      return moved(line, before, `exactly ${line.by.exact}`);
    case "platform":
      if (act.platform === line.platform) return undefined;
      line.platform = act.platform;
      line.by = { area: "415" };
      return moved(line, before, `move to ${act.platform}`);
    case "point":
      if (act.at === line.pointsAt) return undefined;
      line.pointsAt = act.at;
      return { said: `point at ${act.at ?? "nothing"}`, keeps };
    case "replace":
      return replace(line, act.what);
    case "flip":
      line[act.what] = !line[act.what];
      return { said: `${act.what} ${line[act.what] ? "on" : "off"}`, keeps };
    case "hand":
      if ((act.what === "unlink" || act.what === "point") && !line.pointsAt) return undefined;
      return { said: `by hand: ${act.what}`, hand: { what: act.what, line }, ...(act.what === "release" ? { purchases: [1, 1] } : { keeps }) };
  }
}

/** Another number in the place of the one that it has. */
function moved(line: Line, before: Line, said: string): Effect {
  if (!before.protect) return { said, purchases: [1, 1] };
  // Refused before anything is bought: the old number could not be let go of.
  Object.assign(line, before);
  return { said: `${said}, though it is protected`, refused: line };
}

function replace(line: Line, what: (Act & { do: "replace" })["what"]): Effect | undefined {
  const urn = {
    number: urnOf("PhoneNumber", line.name),
    search: urnOf("NumberSearch", "offered" in line.by ? `offered-${line.platform}` : `${line.name}-search`),
    pointer: line.pointsAt && urnOf(POINTER_TYPE(line.platform), `${line.name}-link`),
    target: line.pointsAt && urnOf(TARGET_TYPE[line.platform], targetName(line.platform, line.pointsAt)),
  }[what];
  if (urn === undefined) return undefined;
  const said = `--replace its ${what}${what === "number" && line.deleteFirst ? ", the old one deleted first" : ""}`;
  if (what !== "number" || !line.deleteFirst) return { said, replace: [urn], keeps: line };
  if (line.protect) return undefined; // the delete is refused, and nothing else can be done: the same as drop
  // What is kept when the old half goes is nobody's, and the new half may not take it (rule 5): the program would have to say adopt.
  if (line.retain && "exact" in line.by) return undefined;
  // Asked for: the old one is let go of before there is a new one. A run that dies first doesn't get to it, and the next isn't told to.
  return { said, replace: [urn], purchases: [0, 1] };
}
