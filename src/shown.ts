/** What a terminal would obey instead of showing it: control characters, and those that turn the direction of writing. */
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text as it can be printed, and no longer than this. */
export function printable(text: string, most = 4_000): string {
  const cut = text.length > most ? `${text.slice(0, most).trimEnd()}…` : text;
  return cut.replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A value of any kind, short enough for a message: `"5 minutes"`, `5`, `{…}`. */
export function shown(value: unknown): string {
  if (typeof value === "string") return `"${printable(value.replace(/\s+/g, " "), 60)}"`;
  if (Array.isArray(value)) return "[…]";
  return typeof value === "object" && value !== null ? "{…}" : String(value);
}
