/**
 * Everything that goes back to Pulumi passes through here. `undefined`, a bigint, a function or a Date in the outputs makes
 * a create fail *after* the number is paid for, or hangs `up` for ever (pulumi-facts.md §0, traps 1 and 2).
 */
export function plain<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value, (_key, v: unknown) => (typeof v === "bigint" ? v.toString() : v))) as T;
}

/** The keys that hold something. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

/** The state with what is so by now; the state itself where it says all of that already. */
export function withChanges<T extends object>(state: T, now: Partial<T>): T {
  for (const key in now) if (!same(now[key], state[key])) return { ...state, ...now };
  return state;
}

type Json = unknown;

/** Equality that doesn't care for the order of keys: it changes on the way through gRPC (pulumi#16582). */
export function same(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return (a ?? undefined) === (b ?? undefined);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a as Record<string, Json>, b as Record<string, Json>];
  return [...new Set([...Object.keys(x), ...Object.keys(y)])].every((k) => same(x[k], y[k]));
}
