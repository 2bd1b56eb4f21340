import type { z } from "zod";
import { isNotFound, malformed, type HttpResponse } from "../http/index.js";

/** Parses an answer; a shape that is not understood is an error that names the call, the field and the request id. */
export function decode<S extends z.ZodType>(response: HttpResponse, schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw malformed(response, parsed.error.issues);
}

/** For `catch`: a definite not-found is undefined, anything else goes on as an error. */
export function orUndefined(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}

/**
 * For `catch` on a delete: one that is gone already is as good as one that was deleted, unless it can still be seen.
 * @param look what is left of it
 */
export const unlessSeen = (look: () => Promise<unknown>) => async (error: unknown): Promise<undefined> => {
  if (!isNotFound(error) || (await look()) !== undefined) throw error;
};

/** A text that says something; undefined for anything else. */
export const asText = (x: unknown) => (typeof x === "string" && x !== "" ? x : undefined);
