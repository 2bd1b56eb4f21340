/** What is declared while the platforms' answers are damaged: every resource on every platform that has it. */
import { stockOf } from "../../src/sandbox/inventory.js";
import type { Props, TypeName } from "../provider/rig.js";

export interface Made {
  id: string;
  outs: Props;
}

export interface Part {
  type: TypeName;
  name: string;
  args(made: Record<string, Made>): Props;
  /** What a later program says instead. */
  changed?: Props;
  hidden?(made: Record<string, Made>): Props;
  /** Made before anything is damaged. */
  before?: boolean;
}

export interface Scenario {
  title: string;
  platform: "vapi" | "wiil" | "voipbin" | "burki";
  parts: Part[];
  /** Which operations of the last part are worth damaging. */
  operations: readonly Operation[];
}

export type Operation = "create" | "read" | "update" | "delete";

const ALL: readonly Operation[] = ["create", "create", "read", "update", "delete"];
const usLocal = (platform: string, n: number, carrier?: string) =>
  [...stockOf(platform).values()].filter((s) => s.country === "US" && s.type === "local" && s.areaCode === "212" && (!carrier || s.carrier === carrier))[n]!.number;

const line = (args: Props, more: Partial<Part> = {}): Part => ({ type: "PhoneNumber", name: "line", args: () => args, changed: { name: "Renamed" }, ...more });
const searched = (platform: string, search: Props): Part[] => [
  { type: "NumberSearch", name: "line-search", args: () => ({ platform, ...search }), hidden: () => ({ __derived: true }) },
  { ...line({ platform, search }), hidden: ({ "line-search": made }) => ({ __search: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/telephony:NumberSearch::line-search", __offered: made?.outs["numbers"] ?? [] }) },
];
const desks: Record<string, Props> = {
  vapi: { platform: "vapi", name: "Desk", model: { provider: "anthropic", model: "m" }, firstMessage: "Hello" },
  burki: { platform: "burki", name: "Desk", llm: { system_prompt: "Hello" } },
  wiil: { platform: "wiil", name: "Desk", modelId: "m", instruction: { role: "r", introductionMessage: "i", instructions: "x", guardrails: "g" } },
};
const desk = (platform: string, more: Partial<Part> = {}): Part => ({ type: "Assistant", name: "desk", args: () => desks[platform]!, changed: { name: "Night desk" }, ...more });
const flows: Record<string, Props> = {
  voipbin: { platform: "voipbin", name: "Menu", actions: [{ type: "answer" }, { type: "talk", option: { text: "Hi" } }] },
  burki: { platform: "burki", name: "Menu", graph: { nodes: [], edges: [] } },
};
const flow = (platform: string, more: Partial<Part> = {}): Part => ({ type: "CallFlow", name: "menu", args: () => flows[platform]!, changed: { name: "Night menu" }, ...more });
const link = (platform: string): Part[] => {
  const number = line(platform === "vapi" ? { platform, search: { areaCode: "415" } } : { platform, number: usLocal(platform, 3) }, { before: true });
  const target = ({ desk: made }: Record<string, Made>): Props =>
    platform === "wiil" ? { agent: made!.id, instruction: made!.outs["instructionId"], project: "project-1" } : { assistant: made!.id };
  return [number, desk(platform, { before: true }), { type: "PhoneNumberLink", name: "link", args: (made) => ({ phoneNumber: { platform, id: made["line"]!.id }, ...target(made) }), changed: { takeover: true, ...(platform === "wiil" && { channels: ["voice", "sms"] }) } }];
};
const binding = (platform: string): Part[] => [
  line({ platform, number: usLocal(platform, 5) }, { before: true }),
  flow(platform, { before: true }),
  { type: "CallFlowBinding", name: "binding", args: (made) => ({ phoneNumber: { platform, id: made["line"]!.id }, callFlow: made["menu"]!.id }), changed: { takeover: true } },
];

export const SCENARIOS: Scenario[] = [
  ...(["wiil", "voipbin", "burki"] as const).map((platform): Scenario => ({ title: `PhoneNumber on ${platform}`, platform, operations: ALL, parts: [line({ platform, number: usLocal(platform, 0) })] })),
  ...(["wiil", "voipbin", "burki"] as const).map((platform): Scenario => ({ title: `PhoneNumber by search on ${platform}`, platform, operations: ["create"], parts: searched(platform, { country: "US", type: "local", limit: 3 }) })),
  { title: "PhoneNumber on vapi", platform: "vapi", operations: ALL, parts: [line({ platform: "vapi", search: { areaCode: "415" } })] },
  ...(["wiil", "voipbin", "burki"] as const).map((platform): Scenario => ({ title: `NumberSearch on ${platform}`, platform, operations: ["create", "update"], parts: [{ type: "NumberSearch", name: "search", args: () => ({ platform, country: "US", limit: 3 }), changed: { limit: 2 } }] })),
  ...(["vapi", "burki", "wiil"] as const).map((platform): Scenario => ({ title: `Assistant on ${platform}`, platform, operations: ALL, parts: [desk(platform)] })),
  ...(["voipbin", "burki"] as const).map((platform): Scenario => ({ title: `CallFlow on ${platform}`, platform, operations: ALL, parts: [flow(platform)] })),
  ...(["vapi", "burki", "wiil"] as const).map((platform): Scenario => ({ title: `PhoneNumberLink on ${platform}`, platform, operations: ALL, parts: link(platform) })),
  ...(["voipbin", "burki"] as const).map((platform): Scenario => ({ title: `CallFlowBinding on ${platform}`, platform, operations: ALL, parts: binding(platform) })),
];
