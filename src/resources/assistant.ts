import * as pulumi from "../sdk.js";
import { TelephonyResource } from "./resource.js";

type Json = { [field: string]: unknown };

/** An assistant of Vapi. Fields as in its API; others are passed on. */
export interface VapiAssistantArgs {
  platform: "vapi";
  /** At most 40 characters. @default the resource's name */
  name?: pulumi.Input<string>;
  /** The language model and what it is told, for example `{ provider: "anthropic", model: "…", messages: [{ role: "system", content: "…" }] }`. */
  model?: pulumi.Input<{ provider: pulumi.Input<string>; model: pulumi.Input<string>; messages?: pulumi.Input<Json[]>; [field: string]: unknown }>;
  /** For example `{ provider: "11labs", voiceId: "21m00Tcm4TlvDq8ikWAM" }`. */
  voice?: pulumi.Input<{ provider: pulumi.Input<string>; [field: string]: unknown }>;
  transcriber?: pulumi.Input<Json>;
  /** What it says first. */
  firstMessage?: pulumi.Input<string>;
  /** At most 1000 characters. */
  endCallMessage?: pulumi.Input<string>;
  /** At most 1000 characters. */
  voicemailMessage?: pulumi.Input<string>;
  /** 10 to 43200. */
  maxDurationSeconds?: pulumi.Input<number>;
  server?: pulumi.Input<Json>;
  hooks?: pulumi.Input<Json[]>;
  /** Your own; the key `pulumi` holds the mark. */
  metadata?: pulumi.Input<Json>;
  [field: string]: unknown;
}

/** An assistant of Burki. `llm`, `tts`, `stt`, `tools` and `rag` are its `…_settings`; others are passed on. */
export interface BurkiAssistantArgs {
  platform: "burki";
  /** @default the resource's name */
  name?: pulumi.Input<string>;
  description?: pulumi.Input<string>;
  /** For example `{ system_prompt: "…", welcome_message: "…" }`; the model itself goes into `llm_provider_config: { model: "…" }`. */
  llm?: pulumi.Input<Json>;
  llmProvider?: pulumi.Input<string>;
  tts?: pulumi.Input<Json>;
  stt?: pulumi.Input<Json>;
  tools?: pulumi.Input<Json>;
  rag?: pulumi.Input<Json>;
  [field: string]: unknown;
}

/** An agent of WIIL and the instruction that goes with it. Other fields are passed on. */
export interface WiilAssistantArgs {
  platform: "wiil";
  /** At most 30 characters. @default the resource's name */
  name?: pulumi.Input<string>;
  /** The id of the language model. */
  modelId: pulumi.Input<string>;
  instruction: pulumi.Input<{
    role: pulumi.Input<string>;
    introductionMessage: pulumi.Input<string>;
    instructions: pulumi.Input<string>;
    guardrails: pulumi.Input<string>;
    [field: string]: unknown;
  }>;
  [field: string]: unknown;
}

/** Arguments of {@link Assistant}, by platform. */
export type AssistantArgs = VapiAssistantArgs | BurkiAssistantArgs | WiilAssistantArgs;

/**
 * What answers a number: an assistant on Vapi and Burki, an agent with its instruction on WIIL. Changed in place; what a person
 * changes in the dashboard is shown as drift at its property.
 *
 * Errors: a field that the platform refuses, in its words; a delete while the assistant is pinned or in use, which says by what.
 *
 * @example
 * const receptionist = new telephony.Assistant("receptionist", { platform: "vapi", name: "Shop Receptionist",
 *   model: { provider: "anthropic", model: "claude-3-5-sonnet-20241022", messages: [{ role: "system", content: "You are a helpful receptionist" }] },
 *   voice: { provider: "11labs", voiceId: "21m00Tcm4TlvDq8ikWAM" } });
 *
 * @example
 * const agent = new telephony.Assistant("agent", { platform: "wiil", modelId: "…",
 *   instruction: { role: "Support", introductionMessage: "Hello", instructions: "Help the caller", guardrails: "Be polite" } });
 * export const instruction = agent.instructionId;
 */
export class Assistant extends TelephonyResource {
  declare readonly platform: pulumi.Output<AssistantArgs["platform"]>;
  declare readonly name: pulumi.Output<string>;
  /** WIIL: the id of the instruction; undefined elsewhere. */
  declare readonly instructionId: pulumi.Output<string>;

  constructor(name: string, args: AssistantArgs, opts?: pulumi.CustomResourceOptions) {
    super("Assistant", name, args, ["name", "instructionId"], opts);
  }
}
