/**
 * Phone numbers and the call flows they run, declared with Pulumi over several platforms.
 *
 * @packageDocumentation
 */
export { Assistant } from "./resources/assistant.js";
export type { AssistantArgs, BurkiAssistantArgs, VapiAssistantArgs, WiilAssistantArgs } from "./resources/assistant.js";
export { CallFlow } from "./resources/call-flow.js";
export type { CallFlowArgs } from "./resources/call-flow.js";
export { CallFlowBinding } from "./resources/call-flow-binding.js";
export type { CallFlowBindingArgs } from "./resources/call-flow-binding.js";
export { monthlyCost } from "./resources/monthly-cost.js";
export type { MonthlyCost } from "./resources/monthly-cost.js";
export { NumberPool } from "./resources/number-pool.js";
export type { NumberPoolArgs, NumberPoolStats, PooledNumber } from "./resources/number-pool.js";
export type { NumberReference } from "./resources/number-reference.js";
export { NumberSearch } from "./resources/number-search.js";
export type { NumberSearchArgs } from "./resources/number-search.js";
export { PhoneNumber } from "./resources/phone-number.js";
export type { PhoneNumberArgs, SearchArgs } from "./resources/phone-number.js";
export { PhoneNumberLink } from "./resources/phone-number-link.js";
export type { PhoneNumberLinkArgs } from "./resources/phone-number-link.js";
export { Provider } from "./resources/provider.js";
export type { ProviderArgs } from "./resources/provider.js";
export type { VoipbinAction, VoipbinAddress } from "./resources/voipbin-actions.js";
export { getPhoneNumber, getPrices, getRegions, searchNumbers } from "./functions.js";
export type { GetPhoneNumberArgs, GetPricesArgs, GetRegionsArgs, SearchNumbersArgs } from "./functions.js";
export type { Candidate, Channels, Money, NumberType, PhoneNumberInfo, PlatformName, Price, Purchase, Region, SearchCriteria } from "./types.js";
