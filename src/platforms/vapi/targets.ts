import type { PhoneNumber } from "./schema.js";

/** What a number can point at, and the field that says so. [OAS] */
export const FIELDS = { assistant: "assistantId", squad: "squadId", workflow: "workflowId" } as const;
export type Kind = keyof typeof FIELDS;
export const KINDS = Object.keys(FIELDS) as Kind[];

/** `assistant:ID`, `squad:ID`; a workflow is foreign. Several at once, which only a hand can have set, are joined by "+". */
export const targetOf = (n: PhoneNumber): string | undefined =>
  KINDS.flatMap((kind) => (n[FIELDS[kind]] ? [`${kind}:${n[FIELDS[kind]]}`] : [])).join("+") || undefined;
