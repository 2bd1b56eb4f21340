/**
 * The engine side. Pulumi's dynamic provider process loads this module through the text that every resource carries:
 * `exports.handler=()=>require("pulumi-telephony/provider");`
 */
import { dynamicProvider } from "./adapter.js";
import { assistant } from "./assistant.js";
import { budget } from "./budget.js";
import { callFlow } from "./call-flow.js";
import { callFlowBinding } from "./call-flow-binding.js";
import type { ResourceCore } from "./context.js";
import { numberSearch } from "./number-search.js";
import { phoneNumberLink } from "./phone-number-link.js";
import { phoneNumber } from "./phone-number.js";
import { poolMember } from "./pool-member.js";
import { poolSettings } from "./pool-settings.js";

/** By the last part of the type token, `pulumi-nodejs:dynamic/telephony:PhoneNumber`. */
const cores = {
  Assistant: assistant,
  Budget: budget,
  CallFlow: callFlow,
  CallFlowBinding: callFlowBinding,
  NumberSearch: numberSearch,
  PhoneNumber: phoneNumber,
  PhoneNumberLink: phoneNumberLink,
  PoolMember: poolMember,
  PoolSettings: poolSettings,
};

const provider = dynamicProvider(cores as unknown as Record<string, ResourceCore<Record<string, unknown>, Record<string, unknown>>>);

export const { configure, check, diff, create, read, update } = provider;

const remove = provider.delete; // a declaration can't be named by the reserved word
export { remove as delete };
