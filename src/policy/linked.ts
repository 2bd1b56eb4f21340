import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { token } from "./resources.js";

const POINTING = ["PhoneNumberLink", "CallFlowBinding", "PoolMember"].map(token);

/** Whether one of these resources is about the number: by what it depends on, since a new number has no id in a preview. */
function pointsAt(pointing: PolicyResource, number: PolicyResource): boolean {
  const { phoneNumber = [] } = pointing.propertyDependencies;
  return [...phoneNumber, ...pointing.dependencies].some(({ urn }) => urn === number.urn);
}

/** Each number does something: it is linked, bound or in a pool. */
export function linked(required = false): StackValidationPolicy {
  return {
    name: "telephony-linked",
    description: "Each phone number is linked to an assistant, bound to a call flow, or in a pool.",
    enforcementLevel: "mandatory",
    configSchema: { properties: { requireLinked: { type: "boolean" } } },
    validateStack: ({ resources, ...args }, report) => {
      if (!(args.getConfig<{ requireLinked?: boolean }>().requireLinked ?? required)) return;
      const pointing = resources.filter((r) => POINTING.includes(r.type));
      for (const number of resources.filter((r) => r.type === token("PhoneNumber"))) {
        if (!pointing.some((p) => pointsAt(p, number))) report(`${number.name} costs money and nobody answers it: add a PhoneNumberLink or a CallFlowBinding, or put it into a NumberPool`, number.urn);
      }
    },
  };
}
