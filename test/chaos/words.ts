/** What is asked of every message, whoever raised it: it is read at three in the morning. */

/** Traces of a crash: what JavaScript, zod or a serialiser say by themselves. */
const CRASH = /Cannot (read|destructure|set|convert|access)|is not (a function|iterable|defined|a constructor)|undefined|\[object |\bNaN\b|ZodError|(Type|Range|Syntax|Reference)Error|must match pattern|Invalid (input|string|time value|array length|string length)|\bunrecognized_keys\b|invalid_type|Unexpected (token|end)|Maximum call stack|^\s+at .+:\d+:\d+/m;

/** Escape sequences and the like would be obeyed by the terminal that shows them. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const LONGEST = 1_500;

/** What is wrong with a message; nothing when it is fit to be read. */
export function unfit(message: string, secrets: readonly string[] = []): string | undefined {
  const crash = CRASH.exec(message);
  if (crash) return `reads like a crash ("${crash[0]}")`;
  if (message.trim() === "") return "is empty";
  if (message.length > LONGEST) return `is ${message.length} characters long`;
  const control = CONTROL.exec(message);
  if (control) return `holds the control character U+${control[0].charCodeAt(0).toString(16).padStart(4, "0")}`;
  if (secrets.some((s) => message.includes(s))) return "says a secret";
  return undefined;
}

/** For a report: on one line and short. */
export const shown = (value: unknown, most = 240) => {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return clean.length > most ? `${clean.slice(0, most)}… (${clean.length})` : clean;
};

export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error(`${what} hangs: nothing within ${ms} ms`)), ms); });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
