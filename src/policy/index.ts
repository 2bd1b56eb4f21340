/**
 * Rules for Pulumi's policy engine (`@pulumi/policy`): what a company's programs may do with phone numbers. They are looked at in every
 * preview, and before every resource that `pulumi up` registers.
 *
 * @example
 * ```ts
 * import { PolicyPack } from "@pulumi/policy";
 * import { telephonyPolicies } from "pulumi-telephony/policy";
 *
 * new PolicyPack("telephony", { policies: telephonyPolicies({
 *   countries: ["US", "CA"], types: ["local", "toll-free"], monthlyBudget: "50.00 USD", requireLinked: true, protectIn: ["prod"] }) });
 * ```
 *
 * @packageDocumentation
 */
import type { Policies, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { NumberType } from "../types.js";
import { budget, unknownPrices } from "./budget.js";
import { countries, types } from "./kinds.js";
import { linked } from "./linked.js";
import { noTakeover, protection } from "./safety.js";

export { budget, countries, linked, noTakeover, protection, types, unknownPrices };

/** What the rules ask for. What is left out is not looked at, unless the pack's configuration (`--policy-pack-config`) asks for it. */
export interface TelephonyPolicyOptions {
  /** ISO 3166-1 alpha-2: where numbers may be from. @default anywhere */
  countries?: string[];
  /** Which types of number may be bought. @default all */
  types?: NumberType[];
  /** The most that the numbers of one stack may cost a month, for example "50.00 USD". @default no limit */
  monthlyBudget?: string;
  /** Whether each number must be linked to an assistant, bound to a call flow or in a pool. @default false */
  requireLinked?: boolean;
  /** The stacks in which each number needs `deletionProtection` or Pulumi's `protect`, by their names. @default none */
  protectIn?: string[];
  /** Whether a program may take over what another Pulumi resource owns. @default false */
  allowTakeover?: boolean;
}

/**
 * All rules, for a `PolicyPack` of your own. All are mandatory, but the one that tells of prices that no platform tells, which is advisory. A pack's
 * configuration goes before the options: `{ "telephony-countries": { "countries": ["DE"] }, "telephony-budget": "disabled" }`.
 *
 * @example
 * new PolicyPack("telephony", { policies: telephonyPolicies({ countries: ["US"], protectIn: ["prod"] }) });
 */
export function telephonyPolicies(options: TelephonyPolicyOptions = {}): Policies {
  const { requireLinked = false, allowTakeover = false } = options;
  const all: (ResourceValidationPolicy | StackValidationPolicy)[] = [
    countries(options.countries),
    types(options.types),
    budget(options.monthlyBudget),
    unknownPrices(),
    linked(requireLinked),
    protection(options.protectIn),
    noTakeover(allowTakeover),
  ];
  return all;
}
