/**
 * Resources as they stand in the state when they were not made by a run, but found and imported (`telephony adopt`): the same inputs
 * that the constructors send, and the outputs that `read` would give. The next preview then has nothing to change.
 */
import { randomUUID } from "node:crypto";
import type { ImportResource } from "../engine/engine.js";
import { platformNamed } from "../platforms/index.js";
import type { AssistantRecord, FlowRecord, NumberRecord, Platform } from "../platforms/platform.js";
import { PROVIDER_STUB, typeToken } from "../resources/resource.js";
import { splitInputs, stateOf } from "./adapter.js";
import { type AssistantInputs, assistant, importedAssistant } from "./assistant.js";
import { callFlow, type CallFlowInputs, importedFlow } from "./call-flow.js";
import { callFlowBinding, type CallFlowBindingInputs } from "./call-flow-binding.js";
import type { Context, Failure } from "./context.js";
import { numberSearch } from "./number-search.js";
import { importedNumber, phoneNumber, type PhoneNumberInputs } from "./phone-number.js";
import { phoneNumberLink, type PhoneNumberLinkInputs } from "./phone-number-link.js";
import { isHidden } from "./dynamic-context.js";
import { defined } from "./plain.js";
import type { Settings } from "./settings.js";
import { shortUrn } from "./short-urn.js";

/** The stack that things are imported into, and the account that they are in. */
export interface ImportOwner {
  /** "organization" where the backend knows none. */
  organization: string;
  urnOf(type: string, name: string): string;
  /** The explicit provider's name, for another account than the default one. */
  provider?: string;
  settings: Settings;
}

type Props = Record<string, unknown>;

function resourceOf(owner: ImportOwner, type: string, name: string, id: string, inputs: object, outs: object): ImportResource {
  const { organization, provider } = owner;
  const hidden = { __provider: PROVIDER_STUB, __urn: owner.urnOf(type, name), ...(organization !== "organization" && { __org: organization }) };
  const all: Props = { ...defined(inputs), ...hidden };
  const { kept } = splitInputs(cores[type as keyof typeof cores], { ...all, __urn: shortUrn(all["__urn"]) });
  return { type: typeToken(type), name, id, ...(provider !== undefined && { provider }), inputs: kept, outputs: stateOf(kept, outs) };
}

/** A number, and the search that its constructor makes where there is something to choose from. */
export function numberToImport(owner: ImportOwner, name: string, platform: Platform, inputs: PhoneNumberInputs & { number: string }, record: NumberRecord): ImportResource[] {
  const { number } = inputs;
  const { allocates, marksFade } = platformNamed(platform.name)!.traits;
  const searchName = `${name}-search`;
  const offered = allocates ? undefined : [{ number, ...(marksFade && { owned: true }) }];
  const all = { ...inputs, ...(offered && { __search: owner.urnOf("NumberSearch", searchName), __offered: offered }) };
  const outs = importedNumber({ organization: owner.organization, urn: owner.urnOf("PhoneNumber", name) }, all, record);
  const phoneNumber = resourceOf(owner, "PhoneNumber", name, platform.numbers.idOf(record), all, outs);
  if (!offered) return [phoneNumber];
  const criteria = { platform: platform.name, number };
  return [resourceOf(owner, "NumberSearch", searchName, randomUUID(), { ...criteria, __derived: true }, { ...criteria, numbers: offered, searchedAt: new Date().toISOString() }), phoneNumber];
}

export const assistantToImport = (owner: ImportOwner, name: string, inputs: AssistantInputs, record: AssistantRecord): ImportResource =>
  resourceOf(owner, "Assistant", name, record.id, inputs, importedAssistant({ organization: owner.organization, urn: owner.urnOf("Assistant", name) }, inputs, record));

export const flowToImport = (owner: ImportOwner, name: string, inputs: CallFlowInputs, record: FlowRecord): ImportResource =>
  resourceOf(owner, "CallFlow", name, record.id, inputs, importedFlow({ organization: owner.organization, urn: owner.urnOf("CallFlow", name) }, inputs, record));

/** A link or a binding. @param of the number's resource in this program, if it is in it */
export function pointingToImport(owner: ImportOwner, type: "PhoneNumberLink" | "CallFlowBinding", name: string, inputs: PhoneNumberLinkInputs | CallFlowBindingInputs, of: string | undefined): ImportResource {
  const { platform, id } = inputs.phoneNumber;
  const all = { ...inputs, ...(of !== undefined && { __number: owner.urnOf("PhoneNumber", of) }) };
  return resourceOf(owner, type, name, `${platform}/${id}`, all, inputs);
}

const cores = { PhoneNumber: phoneNumber, NumberSearch: numberSearch, Assistant: assistant, CallFlow: callFlow, PhoneNumberLink: phoneNumberLink, CallFlowBinding: callFlowBinding };

/** What `check` would say of it in the next run: what can't be declared is no use in a state. */
export function problemsOf(owner: ImportOwner, { type, name, inputs }: ImportResource): Failure[] {
  const word = type.slice(typeToken("").length) as keyof typeof cores;
  const part = (hidden: boolean) => Object.fromEntries(Object.entries(inputs).filter(([key]) => isHidden(key) === hidden));
  const silent = () => undefined;
  const context: Context = {
    urn: owner.urnOf(word, name),
    name,
    organization: owner.organization,
    hidden: part(true),
    timeouts: {},
    log: { status: silent, info: silent, warn: silent, flush: () => Promise.resolve() },
    settings: owner.settings,
    call: {},
    assertEngineAlive: () => Promise.resolve(),
    platform: (platform) => owner.settings.open(platform),
  };
  return cores[word].check(context, {}, part(false)).failures;
}
