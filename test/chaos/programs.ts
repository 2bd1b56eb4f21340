/** For each platform a program that uses every resource that it has, and the changes that it goes through. */
import type { PlatformName } from "../../src/types.js";
import { ref, type ProgramSpec, type ResourceSpec } from "./spec.js";

export const SCENARIOS = ["create", "update", "replace", "delete"] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** An own carrier's token, which Vapi is told and must not turn up anywhere. */
export const CARRIER_TOKEN = "tok_9b1f64e2c07d4a5f";

export interface Stage {
  /** What stands before, and what the operation makes of it; an empty program is a destroy. */
  before: ProgramSpec;
  after: ProgramSpec;
  /** What `--replace` names. */
  replace?: string[];
  /** How many numbers are bought in all, the ones before included. */
  purchases: number;
}

interface Platform {
  /** One that differs in everything that can be changed in place between "day" and "night". */
  program: (answeredBy: "day" | "night", exact?: string) => ProgramSpec;
  /** A number on offer, which the search doesn't find, to replace the first one by; absent where the platform picks. */
  other?: string;
}

const number = (platform: PlatformName, name: string, args: object): ResourceSpec => ({ type: "PhoneNumber", name: "line", args: { platform, name, ...args } });
const search = (platform: PlatformName): ResourceSpec => ({
  type: "NumberSearch", name: "offered", args: { platform, country: "US", type: "local", areaCode: "212", limit: 5 },
});
/** From the search, or exactly this one. */
const wanted = (exact: string | undefined) => (exact === undefined ? { candidates: ref("offered", "numbers") } : { number: exact });

const wiilAgent = (name: string, role: string): ResourceSpec => ({
  type: "Assistant",
  name,
  args: {
    platform: "wiil", name: role, modelId: "model_conversation_default",
    instruction: { role, introductionMessage: `This is ${role}.`, instructions: "Take a message.", guardrails: "Promise nothing." },
  },
});

export const PLATFORMS: Record<PlatformName, Platform> = {
  vapi: {
    program: (answeredBy) => [
      ...["day", "night"].map((name): ResourceSpec => ({ type: "Assistant", name, args: { platform: "vapi", name: `${name} of ${answeredBy}`, firstMessage: "Hello" } })),
      number("vapi", `Line of ${answeredBy}`, { search: { country: "US", areaCode: "212" } }),
      { type: "PhoneNumberLink", name: "link", args: { phoneNumber: ref("line"), assistant: ref(answeredBy, "id") } },
    ],
  },
  wiil: {
    other: "+14152341204",
    program: (answeredBy, exact) => [
      search("wiil"),
      wiilAgent("day", `Day of ${answeredBy}`),
      wiilAgent("night", `Night of ${answeredBy}`),
      number("wiil", `Line of ${answeredBy}`, wanted(exact)),
      {
        type: "PhoneNumberLink", name: "link",
        args: { phoneNumber: ref("line"), agent: ref(answeredBy, "id"), instruction: ref(answeredBy, "instructionId"), project: "project-1", channels: ["voice", "sms"] },
      },
    ],
  },
  voipbin: {
    other: "+14152351204",
    program: (answeredBy, exact) => [
      search("voipbin"),
      ...["day", "night"].map((name): ResourceSpec => ({
        type: "CallFlow", name,
        args: { platform: "voipbin", name: `${name} of ${answeredBy}`, actions: [{ type: "answer" }, { type: "talk", option: { text: `${answeredBy}`, language: "en-US" } }] },
      })),
      number("voipbin", `Line of ${answeredBy}`, wanted(exact)),
      { type: "CallFlowBinding", name: "flows", args: { phoneNumber: ref("line"), callFlow: ref(answeredBy, "id"), messageFlow: ref("day", "id") } },
    ],
  },
  burki: {
    other: "+14152371204",
    program: (answeredBy, exact) => [
      search("burki"),
      ...["day", "night"].map((name): ResourceSpec => ({
        type: "Assistant", name, args: { platform: "burki", name: `${name} of ${answeredBy}`, llm: { welcome_message: `${answeredBy}` } },
      })),
      number("burki", `Line of ${answeredBy}`, wanted(exact)),
      { type: "PhoneNumberLink", name: "link", args: { phoneNumber: ref("line"), assistant: ref(answeredBy, "id") } },
    ],
  },
};

export function stageOf(platform: PlatformName, scenario: Scenario): Stage {
  const { program, other } = PLATFORMS[platform];
  const first = program("day");
  switch (scenario) {
    case "create":
      return { before: [], after: first, purchases: 1 };
    case "update":
      return { before: first, after: program("night"), purchases: 1 };
    case "replace":
      return other === undefined
        ? { before: first, after: first, replace: [urnOf("PhoneNumber", "line")], purchases: 1 }
        : { before: first, after: program("day", other), purchases: 2 };
    case "delete":
      return { before: first, after: [], purchases: 1 };
  }
}

/** The naive provider's number, without anything that it could be linked to: it has no resource for that. */
export function naiveStageOf(platform: PlatformName, scenario: "create" | "delete"): Stage {
  const program: ProgramSpec = [{ type: "NaiveNumber", name: "line", args: { platform, name: "Line" } }];
  return scenario === "create" ? { before: [], after: program, purchases: 1 } : { before: program, after: [], purchases: 1 };
}

export const urnOf = (type: string, name: string) => `urn:pulumi:dev::programs::pulumi-nodejs:dynamic/telephony:${type}::${name}`;
