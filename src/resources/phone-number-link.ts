import type * as pulumi from "@pulumi/pulumi";
import type { PlatformName } from "../types.js";
import { numberReference, type NumberReference } from "./number-reference.js";
import { TelephonyResource } from "./resource.js";

/** Arguments of {@link PhoneNumberLink}. Give exactly one of `assistant`, `squad` and `agent`. */
export interface PhoneNumberLinkArgs {
  /** The number: a `PhoneNumber`, or platform and id of one that is managed elsewhere. Another number is another link. */
  phoneNumber: NumberReference;
  /** Vapi, Burki: the id of the assistant that answers. Changed in place. */
  assistant?: pulumi.Input<string>;
  /** Vapi: the id of the squad that answers. Changed in place. */
  squad?: pulumi.Input<string>;
  /** WIIL: the id of the agent that answers; goes with `instruction` and `project`. Changed in place. */
  agent?: pulumi.Input<string>;
  /** WIIL: the id of the agent's instruction. */
  instruction?: pulumi.Input<string>;
  /** WIIL: the id of the project that the deployment belongs to. */
  project?: pulumi.Input<string>;
  /** WIIL: where the agent answers. @default ["voice"] */
  channels?: pulumi.Input<pulumi.Input<"voice" | "sms">[]>;
  /** Link even if the number already points at something that this link did not set. @default false */
  takeover?: pulumi.Input<boolean>;
}

/**
 * Who answers a number: an assistant or a squad on Vapi, an assistant on Burki, an agent on WIIL. Retargeting happens in place,
 * without a moment in which nobody answers. Deleting the link clears it only if it still points at what the link has set.
 *
 * Errors: a number that points at something else already (see `takeover`); a number that the account doesn't own; VoIPBIN, whose
 * numbers run flows ({@link CallFlowBinding}).
 *
 * @example
 * new telephony.PhoneNumberLink("shop-receptionist", { phoneNumber: bought, assistant: receptionist.id });
 *
 * @example
 * new telephony.PhoneNumberLink("support-agent", {
 *   phoneNumber: support, agent: agent.id, instruction: agent.instructionId, project: "…", channels: ["voice", "sms"] });
 */
export class PhoneNumberLink extends TelephonyResource {
  declare readonly phoneNumber: pulumi.Output<{ platform: PlatformName; id: string }>;
  declare readonly assistant: pulumi.Output<string | undefined>;
  declare readonly squad: pulumi.Output<string | undefined>;
  declare readonly agent: pulumi.Output<string | undefined>;

  constructor(name: string, args: PhoneNumberLinkArgs, opts?: pulumi.CustomResourceOptions) {
    super("PhoneNumberLink", name, { ...args, ...numberReference(args.phoneNumber) }, ["assistant", "squad", "agent"], { ...opts, deleteBeforeReplace: true });
  }
}
