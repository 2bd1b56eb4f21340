import type * as pulumi from "@pulumi/pulumi";
import type { PlatformName } from "../types.js";
import { numberReference, type NumberReference } from "./number-reference.js";
import { TelephonyResource } from "./resource.js";

/** Arguments of {@link CallFlowBinding}. Give `callFlow`, `messageFlow` or both. */
export interface CallFlowBindingArgs {
  /** The number: a {@link PhoneNumber}, or platform and id of one that is managed elsewhere. Another number is another binding. */
  phoneNumber: NumberReference;
  /** The id of the flow that runs when somebody calls. Changed in place. @default left alone */
  callFlow?: pulumi.Input<string>;
  /** VoIPBIN: the id of the flow that runs when somebody writes. Changed in place. @default left alone */
  messageFlow?: pulumi.Input<string>;
  /** Put ours in the place of a flow that this binding did not set. @default false */
  takeover?: pulumi.Input<boolean>;
}

/**
 * Which flows a number runs. A slot that isn't given is left alone, and so is a flow that somebody else has set, unless
 * `takeover` says otherwise. Deleting the binding clears what it set, if it is still there.
 *
 * Errors: a number that the account doesn't own; a flow that the platform doesn't know; a slot that somebody else has filled.
 *
 * @example
 * new telephony.CallFlowBinding("hotline-flows", { phoneNumber: hotline, callFlow: ivr.id, messageFlow: autoReply.id });
 *
 * @example
 * // A number of another stack.
 * new telephony.CallFlowBinding("night", { phoneNumber: { platform: "voipbin", id: shared.requireOutput("hotlineId") }, callFlow: closed.id });
 */
export class CallFlowBinding extends TelephonyResource {
  declare readonly phoneNumber: pulumi.Output<{ platform: PlatformName; id: string }>;
  declare readonly callFlow: pulumi.Output<string | undefined>;
  declare readonly messageFlow: pulumi.Output<string | undefined>;

  constructor(name: string, args: CallFlowBindingArgs, opts?: pulumi.CustomResourceOptions) {
    super("CallFlowBinding", name, { ...args, ...numberReference(args.phoneNumber) }, ["callFlow", "messageFlow"], { ...opts, deleteBeforeReplace: true });
  }
}
