import { z } from "zod";

const words = (what: string) => z.string({ error: `expected ${what}` });

/** What a program gives for an assistant of Vapi; other fields are passed on. [OAS CreateAssistantDTO] */
export const vapiAssistant = z.looseObject({
  name: words("a name").max(40, "expected at most 40 characters"),
  model: z
    .looseObject(
      { provider: words('a provider, for example "anthropic"'), model: words("the model's name") },
      { error: () => 'expected an object, for example { provider: "anthropic", model: "claude-3-5-sonnet-20241022", messages: [{ role: "system", content: "…" }] }' },
    )
    .optional(),
  voice: z.looseObject({ provider: words('a provider, for example "11labs"') }, { error: () => 'expected an object, for example { provider: "11labs", voiceId: "…" }' }).optional(),
  systemPrompt: z.undefined({ error: 'Vapi has no systemPrompt; give it as a message: model: { …, messages: [{ role: "system", content: "…" }] }' }).optional(),
  firstMessage: words("text").optional(),
  maxDurationSeconds: z.number({ error: "expected seconds" }).min(10, "expected 10 to 43200 seconds").max(43200, "expected 10 to 43200 seconds").optional(),
  endCallMessage: words("text").max(1000, "expected at most 1000 characters").optional(),
  voicemailMessage: words("text").max(1000, "expected at most 1000 characters").optional(),
  metadata: z.looseObject({}, { error: () => "expected an object" }).optional(),
});
