import { z } from "zod";

const words = (what: string) => z.string({ error: `expected ${what}` });

/** What a program gives for an assistant of WIIL: an agent and its instruction. Other fields are passed on. [JS agent-configs.ts], [CORE] */
export const wiilAssistant = z.looseObject({
  name: words("a name").max(30, "expected at most 30 characters"),
  modelId: words("the id of a model"),
  instruction: z.looseObject(
    {
      role: words("a role"),
      introductionMessage: words("text"),
      instructions: words("text"),
      guardrails: words("text"),
    },
    { error: () => "expected the instruction: { role, introductionMessage, instructions, guardrails }" },
  ),
});
