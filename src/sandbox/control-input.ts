import type { Context } from "hono";
import type { z } from "zod";
import type { Env } from "./world";

/** Bad input of a control route: a 400 that says what would be accepted. */
export class ControlError extends Error {}

export async function controlBody<T>(c: Context<Env>, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = await c.req.json();
  } catch {
    throw new ControlError("The body must be a JSON object");
  }
  return check(schema, json);
}

export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ControlError(parsed.error.issues.map((issue) => (issue.path.length ? `${issue.path.join(".")}: ` : "") + issue.message).join("; "));
}
