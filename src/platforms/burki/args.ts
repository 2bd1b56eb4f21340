import { z } from "zod";

const settings = z.looseObject({}, { error: () => "expected an object" }).optional();

/** What a program gives for an assistant of Burki; other fields are passed on. [OAS], [SRC app/api/schemas.py] */
export const burkiAssistant = z.looseObject({
  name: z.string({ error: "expected a name" }),
  description: z.string({ error: "expected text" }).optional(),
  llm: settings,
  tts: settings,
  stt: settings,
  tools: settings,
  rag: settings,
  llmProvider: z.string({ error: 'expected a provider, for example "openai"' }).optional(),
});
