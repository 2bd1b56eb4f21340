import { PlatformError } from "../../http/index.js";
import { orUndefined, unlessSeen } from "../decode.js";
import { splitMark, withMark } from "../../mark.js";
import type { AssistantRecord, Assistants, Call } from "../platform.js";
import type { BurkiClient } from "./client.js";
import type { Assistant } from "./schema.js";

type Fields = Record<string, unknown>;

/** Names in a program, and on the wire. Every other field has one name, the wire's. */
const NAMES: Readonly<Record<string, string>> = {
  llm: "llm_settings",
  llmProvider: "llm_provider",
  tts: "tts_settings",
  stt: "stt_settings",
  tools: "tools_settings",
  rag: "rag_settings",
};
const SHORT = new Map(Object.entries(NAMES).map(([short, long]) => [long, short]));

/** What the server writes. [OAS AssistantResponse] */
const OWN = new Set(["id", "organization_id", "user_id", "created_at", "updated_at", "total_calls", "avg_call_duration", "success_rate"]);

/** Keys and tokens that Burki may send back: they go into no state. [OAS LLMProviderConfig.api_key, api_keys], [DOCS assistants/create] */
const SECRET = /^(api_?keys?|.*_api_key|auth_token|.*secret|.*password)$/i;

/** What the server has in a field that nobody has set, where that is neither empty nor null. [OAS AssistantCreate] */
const DEFAULTS: Fields = {
  llm_provider: "openai",
  idle_message: "Are you still there? I'm here to help if you need anything.",
  conversation_continuity_enabled: true,
  is_active: true,
};

const isFields = (x: unknown): x is Fields => typeof x === "object" && x !== null && !Array.isArray(x);

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !SECRET.test(key)).map(([key, x]) => [key, withoutSecrets(x)]));
}

/**
 * The fields under a program's short names. Who wrote a long name finds it too; it is only not listed, so that nothing is there
 * twice.
 */
function toFields(a: Assistant, description: string): Fields {
  const fields: Fields = description === "" ? {} : { description };
  for (const [key, raw] of Object.entries(a)) {
    if (OWN.has(key) || SECRET.test(key) || key === "name" || key === "description" || raw === null || raw === undefined) continue;
    const value = withoutSecrets(raw);
    const short = SHORT.get(key);
    fields[short ?? key] = value;
    if (short) Object.defineProperty(fields, key, { value, enumerable: false });
  }
  return fields;
}

function toRecord(a: Assistant): AssistantRecord {
  const { text, mark } = splitMark(a.description);
  return { id: a.id, name: a.name, mark, fields: toFields(a, text) };
}

const onWire = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([key, value]) => !OWN.has(key) && value !== undefined)
      .map(([key, value]) => [NAMES[key] ?? key, value]),
  );

/** The mark stands in the description: an assistant's name is what callers and colleagues meet. */
function toBody({ name, mark, fields }: Omit<AssistantRecord, "id" | "outputs">): Fields {
  const { description, ...rest } = onWire(fields);
  return { ...rest, name, description: withMark(typeof description === "string" ? description : "", mark) };
}

/** What a field is set to that is declared no more: settings go back to the server's defaults. */
function cleared(key: string, before: unknown): unknown {
  if (key in DEFAULTS) return DEFAULTS[key];
  if (Array.isArray(before)) return [];
  return isFields(before) ? {} : null;
}

export function assistantsOf(client: BurkiClient): Assistants {
  /** Why an assistant can't be deleted: flows speak with its voice. The server says only that it failed. [OAS FlowResponse] */
  const inUse = async (id: string, call: Call) => {
    const flows = (await client.flows(call)).filter((f) => f.base_assistant_id === id);
    return flows.map((f) => `flow ${f.id} ("${splitMark(f.name).text}")`).join(" and ");
  };

  return {
    list: async (call) => (await client.assistants(call)).map(toRecord),

    get: async (id, call) => {
      const found = await client.assistant(id, call).catch(orUndefined);
      return found && toRecord(found);
    },

    create: async (assistant, call) => toRecord(await client.createAssistant(toBody(assistant), call)),

    // PUT, so that a key that is taken out of a settings object really goes: PATCH would merge. It leaves alone what isn't sent, and
    // the open-source server also what is sent as null [SRC assistants.py]: what is still there after it is taken off by PATCH.
    update: async ({ id, ...assistant }, before, call) => {
      const body = toBody(assistant);
      const gone = Object.entries(onWire(before)).filter(([key]) => !(key in body) && key !== "name");
      const clearing = Object.fromEntries(gone.map(([key, value]) => [key, cleared(key, value)]));
      const written = await client.putAssistant(id, { ...clearing, ...body }, call);
      const left = Object.keys(clearing).filter((key) => clearing[key] === null && (written[key] ?? null) !== null);
      if (left.length === 0) return toRecord(written);
      const patched = await client.patchAssistant(id, Object.fromEntries(left.map((key) => [key, null])), call).catch((error: unknown) => {
        if (error instanceof PlatformError && error.status === 405) return written; // a server without PATCH keeps it
        throw error;
      });
      return toRecord(patched);
    },

    delete: async (id, call) => {
      try {
        await client.deleteAssistant(id, call).catch(unlessSeen(() => client.assistant(id, call).catch(orUndefined)));
      } catch (error) {
        if (!(error instanceof PlatformError) || error.kind === "cancelled") throw error;
        const users = await inUse(id, call).catch(() => "");
        if (!users) throw error;
        const remedy = "Delete that first, or give it another base; then run pulumi up again";
        throw new Error(`assistant ${id} can't be deleted: based on it is ${users}. ${remedy}. ${error.message}`, { cause: error });
      }
    },
  };
}
