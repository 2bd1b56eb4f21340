import type { OrganizationNumber } from "./schema.js";

/** A number has an assistant or a flow, never both [OAS]: one slot, `assistant:7` or `flow:3`. */
export const targetOf = (row: OrganizationNumber) => (row.assistant ? `assistant:${row.assistant.id}` : row.flow ? `flow:${row.flow.id}` : undefined);
