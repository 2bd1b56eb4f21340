import { createHash } from "node:crypto";

type Fields = Record<string, unknown>;

const isFields = (v: unknown): v is Fields => typeof v === "object" && v !== null && !Array.isArray(v);

/**
 * A digest that doesn't care for the order of keys. Taken of what the server has right after a write, it tells later whether
 * anything was changed since: what the server filled in by itself is in it, and so is no drift.
 */
export function digest(value: unknown): string {
  const canonical = (v: unknown): unknown => {
    if (Array.isArray(v)) return v.map(canonical);
    if (!isFields(v)) return v;
    return Object.entries(v)
      .filter(([, x]) => x !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, x]) => [k, canonical(x)]);
  };
  return createHash("sha256").update(JSON.stringify(canonical(value))).digest("hex").slice(0, 12);
}

const EMPTY = new Set<unknown>([undefined, null, "", false, 0, "00000000-0000-0000-0000-000000000000"]);
const isEmpty = (v: unknown) => EMPTY.has(v) || (typeof v === "object" && v !== null && Object.keys(v).length === 0);

/**
 * What the server has, in the shape in which it was declared.
 * @param isExtra whether a key that was not declared is worth showing; the server's own defaults are not
 */
export function inTheShapeOf(declared: unknown, found: unknown, isExtra: (key: string) => boolean = () => true): unknown {
  if (Array.isArray(found)) return found.map((x, i) => inTheShapeOf(Array.isArray(declared) ? declared[i] : undefined, x, isExtra));
  if (!isFields(found)) return found;
  const wanted = isFields(declared) ? declared : undefined;
  return Object.fromEntries(
    Object.entries(found)
      .filter(([key, value]) => (wanted && key in wanted) || (!isEmpty(value) && isExtra(key)))
      .map(([key, value]) => [key, inTheShapeOf(wanted?.[key], value, isExtra)]),
  );
}
