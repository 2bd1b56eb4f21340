import { z } from "zod";
import { isNotFound, malformed, type HttpResponse } from "../http/index.js";

/** Parses an answer; a shape that is not understood is an error that names the call, the field and the request id. */
export function decode<S extends z.ZodType>(response: HttpResponse, schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw malformed(response, parsed.error.issues);
}

/** Builds the schema around an item's but once: zod makes code of a schema when that is first used, and a listing has many pages. */
export function builtOnce<F extends (item: never) => z.ZodType>(build: F): F {
  const built = new WeakMap<z.ZodType, z.ZodType>();
  const builtFor = (item: Parameters<F>[0] & z.ZodType) => {
    const before = built.get(item);
    if (before) return before;
    const fresh = build(item);
    built.set(item, fresh);
    return fresh;
  };
  return builtFor as F;
}

/** For `catch`: a definite not-found is undefined, anything else goes on as an error. */
export function orUndefined(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}

/** The digits of a number as a platform writes them, also masked, or an address that it has in their place; never a page of text. */
export const phoneDigits = z.string().regex(/^[\x20-\x7e]{0,128}$/, "expected a phone number");

/**
 * For `catch` on a delete: one that is gone already is as good as one that was deleted, unless it can still be seen.
 * @param look what is left of it
 */
export const unlessSeen = (look: () => Promise<unknown>) => async (error: unknown): Promise<undefined> => {
  if (!isNotFound(error) || (await look()) !== undefined) throw error;
};

/** A text that says something; undefined for anything else. */
export const asText = (x: unknown) => (typeof x === "string" && x !== "" ? x : undefined);
