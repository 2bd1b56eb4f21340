/** What the schemas of all platforms have in common. */
import { z } from "zod";

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

/** The digits of a number as a platform writes them, also masked, or an address that it has in their place; never a page of text. */
export const phoneDigits = z.string().regex(/^[\x20-\x7e]{0,128}$/, "expected a phone number");
