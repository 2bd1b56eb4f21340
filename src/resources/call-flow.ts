import type * as pulumi from "@pulumi/pulumi";
import type { PlatformName } from "../types.js";
import type { VoipbinAction } from "./voipbin-actions.js";
import { TelephonyResource } from "./resource.js";

/** Arguments of {@link CallFlow}. */
export interface CallFlowArgs {
  /** The platform that runs the flow: "voipbin" or "burki". Changing it makes a new flow. */
  platform: pulumi.Input<PlatformName>;
  /** @default the resource's name */
  name?: pulumi.Input<string>;
  /** Free text that goes with the flow. @default "" */
  detail?: pulumi.Input<string>;
  /** VoIPBIN: what is done, one after the other, in the platform's own spelling: a flow copied from its documents works as it is. */
  actions?: pulumi.Input<pulumi.Input<VoipbinAction>[]>;
  /** Burki: the flow's graph, in the platform's own spelling. */
  graph?: pulumi.Input<{ [field: string]: unknown }>;
  /** Burki: the id of the assistant that leads the flow. @default one that Burki makes, and keeps when the flow goes */
  assistant?: pulumi.Input<string>;
  /** The id of the flow that runs after this one. @default none */
  onComplete?: pulumi.Input<string>;
}

/**
 * A call flow: what happens when somebody calls or writes. Changed in place; what the server fills in by itself (action ids,
 * defaults) is no drift, what a person changes in the dashboard is.
 *
 * Errors: an action that the platform refuses, with its own words; a platform without call flows. An unknown action type is passed on, with a
 * warning.
 *
 * @example
 * const ivr = new telephony.CallFlow("ivr", { platform: "voipbin", name: "Hotline menu", actions: [
 *   { type: "answer" },
 *   { type: "talk", option: { text: "Welcome", language: "en-US" } },
 *   { type: "queue_join", option: { queue_id: "d1f4c1a2-…" } },
 * ] });
 *
 * @example
 * // Burki: an assistant leads the flow.
 * const menu = new telephony.CallFlow("menu", { platform: "burki", assistant: desk.id, graph: { begin_node: "start", nodes: {
 *   start: { type: "conversation", prompt: "Ask whether it is about sales or support." } } } });
 *
 * @example
 * const autoReply = new telephony.CallFlow("auto-reply", { platform: "voipbin", actions: [
 *   { type: "message_send", option: { text: "We're open Mon-Fri 9-5" } },
 * ] });
 */
export class CallFlow extends TelephonyResource {
  declare readonly platform: pulumi.Output<PlatformName>;
  declare readonly name: pulumi.Output<string>;
  declare readonly detail: pulumi.Output<string | undefined>;
  declare readonly actions: pulumi.Output<VoipbinAction[] | undefined>;

  constructor(name: string, args: CallFlowArgs, opts?: pulumi.CustomResourceOptions) {
    super("CallFlow", name, args, ["name", "detail"], opts);
  }
}
