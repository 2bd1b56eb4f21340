import { z } from "zod";
import type { Provider } from "./state";

/**
 * What the bodies may hold [OAS]. Unknown properties are refused, on the first level and in the nested shapes that are small; the insides of
 * a model, a voice or a plan are taken as they come. An optional property may be null: class-validator's IsOptional lets it through.
 */
const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, "must be a valid phone number in the E.164 format. Hot tip, you may be missing the country code (Eg. US: +1).");
const loose = z.record(z.string(), z.unknown());
const looseList = z.array(loose);
const text = z.string().nullish();
const flag = z.boolean().nullish();

const server = z.strictObject({
  url: text, timeoutSeconds: z.number().min(1).max(300).nullish(), headers: loose.nullish(), credentialId: text, backoffPlan: loose.nullish(),
  staticIpAddressesEnabled: flag, encryptedPaths: z.array(z.string()).nullish(),
});

const destination = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("number"), number: z.string(), extension: text, callerId: text, message: z.union([z.string(), loose]).nullish(), description: text,
    numberE164CheckEnabled: flag, transferPlan: loose.nullish(),
  }),
  z.strictObject({
    type: z.literal("sip"), sipUri: z.string(), callerId: text, sipHeaders: loose.nullish(), message: z.union([z.string(), loose]).nullish(), description: text,
    transferPlan: loose.nullish(),
  }),
], { error: "type must be one of the following values: number, sip" });

const hook = z.looseObject({ on: z.enum(["call.ringing", "call.ending"]), filters: looseList.nullish(), do: looseList.nullish() });

const authentication = z.strictObject({ realm: text, username: z.string().min(20).max(40), password: z.string().min(20).max(40) });

const common = {
  name: z.string().max(40).nullish(), assistantId: text, squadId: text, workflowId: text, server: server.nullish(), hooks: z.array(hook).nullish(),
  fallbackDestination: destination.nullish(),
};

const vapiUpdate = { ...common, sipUri: z.string().regex(/^sips?:[^@\s]+@[^@\s]+$/i, "must be a SIP URI").nullish(), authentication: authentication.nullish() };
const twilioUpdate = {
  ...common, number: e164.nullish(), twilioAccountSid: text, twilioAuthToken: text, twilioApiKey: text, twilioApiSecret: text, smsEnabled: flag,
};
const credentialUpdate = { ...common, number: e164.nullish(), credentialId: text };
const byoUpdate = { ...common, number: z.string().min(3).max(40).nullish(), credentialId: text, numberE164CheckEnabled: flag };

/** true checks for E.164, false for letters and digits only. */
function byoNumber(value: { number?: string | null; numberE164CheckEnabled?: boolean | null }, context: z.RefinementCtx): void {
  if (value.number == null) return;
  if (value.numberE164CheckEnabled === false ? /^[A-Za-z0-9]+$/.test(value.number) : e164.safeParse(value.number).success) return;
  context.addIssue({
    code: "custom", path: ["number"],
    message: value.numberE164CheckEnabled === false ? "must be alphanumeric" : "must be a valid phone number in the E.164 format.",
  });
}

export const create: Record<Provider, z.ZodType<Record<string, unknown>>> = {
  vapi: z.strictObject({ ...vapiUpdate, provider: z.literal("vapi"), numberDesiredAreaCode: z.string().min(3).max(3).nullish() }),
  twilio: z.strictObject({ ...twilioUpdate, provider: z.literal("twilio"), number: e164, twilioAccountSid: z.string() }),
  telnyx: z.strictObject({ ...credentialUpdate, provider: z.literal("telnyx"), number: e164, credentialId: z.string() }),
  vonage: z.strictObject({ ...credentialUpdate, provider: z.literal("vonage"), number: e164, credentialId: z.string() }),
  "byo-phone-number": z.strictObject({ ...byoUpdate, provider: z.literal("byo-phone-number"), credentialId: z.string() }).superRefine(byoNumber),
};

/** [seed 000]: provider vapi with the number that was bought in the dashboard. */
export const createLinking = z.strictObject({
  ...vapiUpdate, provider: z.literal("vapi"), numberDesiredAreaCode: z.string().min(3).max(3).nullish(), number: e164.nullish(),
});

/** `provider` is the discriminator, and may be missing [3P 52721334581, 53158115142]. */
export const update: Record<Provider, z.ZodType<Record<string, unknown>>> = {
  vapi: z.strictObject({ ...vapiUpdate, provider: z.literal("vapi").optional() }),
  twilio: z.strictObject({ ...twilioUpdate, provider: z.literal("twilio").optional() }),
  telnyx: z.strictObject({ ...credentialUpdate, provider: z.literal("telnyx").optional() }),
  vonage: z.strictObject({ ...credentialUpdate, provider: z.literal("vonage").optional() }),
  "byo-phone-number": z.strictObject({ ...byoUpdate, provider: z.literal("byo-phone-number").optional() }).superRefine(byoNumber),
};

const modelProviders = [
  "anthropic", "anthropic-bedrock", "anyscale", "cerebras", "custom-llm", "deepinfra", "deep-seek", "google", "groq", "inflection-ai", "minimax",
  "openai", "openrouter", "perplexity-ai", "together-ai", "xai", "vapi",
] as const;

const message = z.looseObject({ role: z.string(), content: z.unknown().optional() });

/** CreateAssistantDTO and UpdateAssistantDTO: the same fields [SDK]. `model` is an object and there is no `systemPrompt`, whatever [seed 000] shows. */
export const assistant = z.strictObject({
  name: z.string().max(40).nullish(),
  model: z.looseObject({
    provider: z.enum(modelProviders), model: text, messages: z.array(message).nullish(), temperature: z.number().min(0).max(2).nullish(),
    maxTokens: z.number().min(50).max(10000).nullish(), toolIds: z.array(z.string()).nullish(),
  }).nullish(),
  voice: z.looseObject({ provider: z.string() }).nullish(),
  transcriber: z.looseObject({ provider: z.string() }).nullish(),
  firstMessage: text, firstMessageInterruptionsEnabled: flag,
  firstMessageMode: z.enum(["assistant-speaks-first", "assistant-speaks-first-with-model-generated-message", "assistant-waits-for-user"]).nullish(),
  voicemailDetection: z.union([z.literal("off"), loose]).nullish(),
  clientMessages: z.array(z.string()).nullish(), serverMessages: z.array(z.string()).nullish(),
  maxDurationSeconds: z.number().min(10).max(43200).nullish(),
  backgroundSound: text, modelOutputInMessagesEnabled: flag, transportConfigurations: looseList.nullish(), observabilityPlan: loose.nullish(),
  credentials: looseList.nullish(), hooks: looseList.nullish(),
  voicemailMessage: z.string().max(1000).nullish(), endCallMessage: z.string().max(1000).nullish(), endCallPhrases: z.array(z.string()).nullish(),
  compliancePlan: loose.nullish(), metadata: loose.nullish(), backgroundSpeechDenoisingPlan: loose.nullish(), analysisPlan: loose.nullish(),
  artifactPlan: loose.nullish(), startSpeakingPlan: loose.nullish(), stopSpeakingPlan: loose.nullish(), monitorPlan: loose.nullish(),
  credentialIds: z.array(z.string()).nullish(), server: server.nullish(), keypadInputPlan: loose.nullish(),
});

/** CreateSquadDTO and UpdateSquadDTO: `members` is required in both [SDK]. */
export const squad = z.strictObject({
  name: text,
  members: z.array(z.strictObject({
    assistantId: text, assistantVersion: text, assistant: assistant.nullish(), assistantOverrides: loose.nullish(), assistantDestinations: looseList.nullish(),
  }).refine((member) => member.assistantId != null || member.assistant != null, "must have an assistantId or an assistant")),
  membersOverrides: loose.nullish(),
});
