import type { PlatformName } from "../types.js";
import { burki } from "./burki/definition.js";
import type { PlatformDefinition } from "./platform.js";
import { vapi } from "./vapi/definition.js";
import { voipbin } from "./voipbin/definition.js";
import { wiil } from "./wiil/definition.js";

/** The platforms: one folder and one line each. */
export const platforms: Record<PlatformName, PlatformDefinition> = { vapi, wiil, voipbin, burki };

/** The platform of that name, if there is one. */
export function platformNamed(name: unknown): PlatformDefinition | undefined {
  return typeof name === "string" && Object.hasOwn(platforms, name) ? platforms[name as PlatformName] : undefined;
}
