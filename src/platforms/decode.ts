import type { z } from "zod";
import { isNotFound, malformed, type HttpClient, type HttpRequest, type HttpResponse } from "../http/index.js";
import type { Call } from "./platform.js";

/** Parses an answer; a shape that is not understood is an error that names the call, the field and the request id. */
export function decode<S extends z.ZodType>(response: HttpResponse, schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw malformed(response, parsed.error.issues);
}

/**
 * How a platform's client asks, and reads what is answered.
 * @param loadWire the platform's schemas: not needed before there is an answer
 * @param dataIn what of the answer the schemas are for
 */
export function asking<Wire>(http: HttpClient, loadWire: () => Wire, dataIn: (response: HttpResponse) => unknown = ({ body }) => body) {
  const ask = async <S extends z.ZodType>(request: HttpRequest, schemaOf: (of: Wire) => S, call: Call) => {
    const response = await http.request({ ...request, signal: call.signal });
    return { response, data: decode(response, schemaOf(loadWire()), dataIn(response)) };
  };
  return {
    send: async <S extends z.ZodType>(request: HttpRequest, schemaOf: (of: Wire) => S, call: Call): Promise<z.output<S>> =>
      (await ask(request, schemaOf, call)).data,
    /** Asks for something only to see whether it is answered, and when by the platform's clock. */
    dated: async (request: HttpRequest, schemaOf: (of: Wire) => z.ZodType, call: Call): Promise<string | undefined> =>
      (await ask(request, schemaOf, call)).response.headers["date"],
  };
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
