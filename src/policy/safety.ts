import type { ResourceValidationPolicy } from "@pulumi/policy";
import { stackOf, token } from "./resources.js";

/** In production no number is released by a slip: `deletionProtection`, or Pulumi's `protect`. */
export function protection(stacks: readonly string[] = []): ResourceValidationPolicy {
  return {
    name: "telephony-protection",
    description: "Phone numbers in production stacks are protected.",
    enforcementLevel: "mandatory",
    configSchema: { properties: { stacks: { type: "array", items: { type: "string" } } } },
    validateResource: ({ type, urn, props, opts, ...args }, report) => {
      if (type !== token("PhoneNumber")) return;
      const list = args.getConfig<{ stacks?: string[] }>().stacks ?? stacks;
      if (!list.includes(stackOf(urn)) || opts.protect || props["deletionProtection"] === true) return;
      report(`is not protected, and "${stackOf(urn)}" is a production stack: set deletionProtection: true, or { protect: true }`);
    },
  };
}

const TAKING = ["PhoneNumber", "PhoneNumberLink", "CallFlowBinding"].map(token);

/** Nothing that another Pulumi resource owns is taken over. */
export function noTakeover(allowed = false): ResourceValidationPolicy {
  return {
    name: "telephony-no-takeover",
    description: "No program takes over a number, a link or a flow that another one owns.",
    enforcementLevel: "mandatory",
    configSchema: { properties: { allowTakeover: { type: "boolean" } } },
    validateResource: ({ type, props, ...args }, report) => {
      if (!TAKING.includes(type) || props["takeover"] !== true) return;
      if (args.getConfig<{ allowTakeover?: boolean }>().allowTakeover ?? allowed) return;
      report("takeover: true is not allowed: ask the owner to remove the resource there, with onDelete: \"retain\"");
    },
  };
}
