/**
 * The engine side. Pulumi's dynamic provider process loads this module through the text that every resource carries:
 * `exports.handler=()=>require("pulumi-telephony/provider");`
 */
import "./locales.js"; // before all that uses zod
import { createRequire } from "node:module";
import { dynamicProvider } from "./adapter.js";
import type { ResourceCore } from "./context.js";

const load = createRequire(__filename);

/** By the last part of the type token, `pulumi-nodejs:dynamic/telephony:PhoneNumber`: how each is loaded, with its first resource. */
const cores = {
  Assistant: () => (load("./assistant.js") as typeof import("./assistant.js")).assistant,
  Budget: () => (load("./budget.js") as typeof import("./budget.js")).budget,
  CallFlow: () => (load("./call-flow.js") as typeof import("./call-flow.js")).callFlow,
  CallFlowBinding: () => (load("./call-flow-binding.js") as typeof import("./call-flow-binding.js")).callFlowBinding,
  NumberSearch: () => (load("./number-search.js") as typeof import("./number-search.js")).numberSearch,
  PhoneNumber: () => (load("./phone-number.js") as typeof import("./phone-number.js")).phoneNumber,
  PhoneNumberLink: () => (load("./phone-number-link.js") as typeof import("./phone-number-link.js")).phoneNumberLink,
  PoolMember: () => (load("./pool-member.js") as typeof import("./pool-member.js")).poolMember,
  PoolSettings: () => (load("./pool-settings.js") as typeof import("./pool-settings.js")).poolSettings,
};

const provider = dynamicProvider(cores as unknown as Record<string, () => ResourceCore<Record<string, unknown>, Record<string, unknown>>>);

export const { configure, check, diff, create, read, update } = provider;

const remove = provider.delete; // a declaration can't be named by the reserved word
export { remove as delete };
