import { z } from "zod";
import type { Fields } from "./state";

const text = z.string().nullish();
const flag = z.boolean().nullish();
const whole = z.number().int().nullish();
const object = z.record(z.string(), z.unknown());

const fields = {
  description: text, llm_provider: text, llm_provider_config: object, llm_settings: object, webhook_url: text, sms_webhook_url: text,
  messaging_service_sid: text, interruption_settings: object, tts_settings: object, stt_settings: object, end_call_message: text,
  transfer_call_message: text, idle_message: text, max_idle_messages: whole, idle_timeout: whole, max_call_length: z.number().int().min(1).nullish(),
  conversation_continuity_enabled: flag, tools_settings: object, rag_settings: object, llm_fallback_providers: object,
  bypass_numbers: z.array(z.string()).nullish(), custom_settings: object.nullish(), is_active: flag, backchannel_settings: object.nullish(),
  recording_settings: object.nullish(), api_keys: object.nullish(), tts_limit: z.number().int().min(1).max(1000).nullish(),
  stt_limit: z.number().int().min(1).max(1000).nullish(),
};

/** AssistantCreate [OAS]: unknown fields are taken and kept (`additionalProperties: true`). */
export const create = z.looseObject({ name: z.string(), ...fields }).partial().required({ name: true });

/** AssistantUpdate and AssistantPatch: everything is optional, and may be null. */
export const update = z.looseObject(Object.fromEntries(
  Object.entries<z.ZodType>({ name: z.string(), ...fields, change_description: z.string().max(500) }).map(([name, field]) => [name, field.nullish()])));

/** What the server fills in [OAS schemas AssistantCreate, LLMSettings, …]. */
const defaults: Fields = {
  description: null,
  llm_provider: "openai",
  llm_provider_config: { api_key: null, base_url: null, model: "gpt-4o-mini", custom_config: {} },
  llm_settings: {
    temperature: 0.5, max_tokens: 1000, system_prompt: "You are a helpful assistant that can answer questions and help with tasks.", welcome_message: null,
    top_p: 1, frequency_penalty: 0, presence_penalty: 0, stop_sequences: [],
  },
  webhook_url: null, sms_webhook_url: null, messaging_service_sid: null,
  interruption_settings: {
    interruption_threshold: 3, min_speaking_time: 0.5, interruption_cooldown: 2, interruption_mode: null, min_stt_confidence: 0.65,
    confirmation_window_ms: 400, tentative_confirm_words: 2, backchannel_filter: true, tail_protection_ms: 2000,
  },
  tts_settings: {
    provider: "elevenlabs", voice_id: "rachel", model_id: "turbo", latency: 1, stability: 0.5, similarity_boost: 0.75, style: 0, speed: 1, volume: 1,
    use_speaker_boost: true, provider_config: {}, background_sound: null,
  },
  stt_settings: {
    provider: "deepgram", model: "nova-2", language: "en-US", punctuate: true, interim_results: true,
    endpointing: { silence_threshold: 500, min_silence_duration: 500 }, utterance_end_ms: 1000, smart_format: true, keywords: [], keyterms: [],
    diarize: false, detect_entities: false, audio_denoising: false, incomplete_utterance_detection: false, provider_config: null,
  },
  end_call_message: null, transfer_call_message: null, idle_message: "Are you still there? I'm here to help if you need anything.",
  max_idle_messages: null, idle_timeout: null, max_call_length: null, conversation_continuity_enabled: true,
  tools_settings: {
    enabled_tools: [], end_call: { enabled: false, scenarios: [], custom_message: null },
    transfer_call: { enabled: false, scenarios: [], transfer_numbers: [], custom_message: null }, custom_tools: [],
  },
  rag_settings: {
    enabled: false, rag_inject_before_llm: false, search_limit: 3, similarity_threshold: 0.7, embedding_model: "text-embedding-3-small",
    chunking_strategy: "recursive", chunk_size: 1000, chunk_overlap: 200, auto_process: true, include_metadata: true, context_window_tokens: 4000,
  },
  llm_fallback_providers: { enabled: false, fallbacks: [] },
  bypass_numbers: null, custom_settings: null, is_active: true, backchannel_settings: null, recording_settings: null, api_keys: null, tts_limit: null,
  stt_limit: null,
};

export function withDefaults(sent: Fields): Fields {
  return merge(structuredClone(defaults), sent);
}

/** PUT: a settings object that is sent stands in place of the old one, filled up with the defaults; null is as good as nothing [SRC]. */
export function replaced(old: Fields, sent: Fields): Fields {
  const changes = Object.entries(sent).filter(([, value]) => value != null)
    .map(([name, value]) => [name, isObject(value) && isObject(defaults[name]) ? merge(structuredClone(defaults[name]), value) : value]);
  return { ...old, ...(Object.fromEntries(changes) as Fields) };
}

/** PATCH: nested objects are merged with what is there; lists and values are replaced [OAS]. */
export function merge(old: Fields, sent: Fields): Fields {
  const out = { ...old };
  for (const [name, value] of Object.entries(sent)) {
    const before = out[name];
    out[name] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return out;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
