import * as pulumi from "../sdk.js";
import type { PlatformName } from "../types.js";
import type { PhoneNumber } from "./phone-number.js";
import { withoutDependency } from "./resource.js";

/** A number that a link or a binding points: a resource, or platform and id of one that is managed elsewhere. */
export type NumberReference = PhoneNumber | { platform: pulumi.Input<PlatformName>; id: pulumi.Input<string> };

/**
 * Platform and id of a number. Both stay known in the preview of an update, which no other output does (pulumi-facts.md §5); the
 * URN is known even before the number is bought, so that `check` can tell two that point at one number.
 *
 * Resources that take one say `deleteBeforeReplace` here and not in the provider's diff, which `--replace` never asks: the old
 * half's delete clears what it set, and must not clear what its successor has just set.
 */
export function numberReference(of: NumberReference): { phoneNumber: object; __number?: Promise<string> } {
  if (!pulumi.CustomResource.isInstance(of)) return { phoneNumber: of };
  return { phoneNumber: { platform: of.declaredPlatform, id: of.id }, __number: withoutDependency(of.urn) };
}
