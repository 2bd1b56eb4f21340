import { hash } from "node:crypto";

/**
 * The mark says which Pulumi resource owns a thing. It stands in a text field of the platform, behind the user's own
 * name, where a person can read it: `Hotline [pulumi k3f9x2a1.2]`.
 */
export interface Mark {
  /** 40 bits of SHA-256 over organisation, URN (which holds project and stack) and the inputs that force a replacement. */
  digest: string;
  /** Counts adoptions: what `create` adopts gets the next one, so that the other half of a replacement leaves it alone. */
  generation: number;
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford's base 32: no i, l, o, u
const PATTERN = /\s*\[pulumi ([0-9a-hjkmnp-tv-z]{8})\.(\d{1,6})\]\s*$/;

/** The digest of a resource. `identity` holds the inputs that can't change without a replacement. */
export function digestOf(owner: { organization: string; urn: string }, identity: unknown): string {
  const hashed = hash("sha256", JSON.stringify([owner.organization, owner.urn, identity]));
  let bits = Number.parseInt(hashed.slice(0, 10), 16); // the first 40
  let digest = "";
  for (let i = 0; i < 8; i++, bits = Math.floor(bits / 32)) digest = ALPHABET[bits % 32]! + digest;
  return digest;
}

/**
 * The mark of a resource that was imported as it is. Generation 0, so that the adoption by `create` that `pulumi up --replace` is comes
 * later, and the old half lets the thing alone.
 */
export function importedMark(owner: { organization: string; urn: string }, identity: unknown): string {
  return markText({ digest: digestOf(owner, identity), generation: 0 });
}

/** `k3f9x2a1.2` */
export function markText(mark: Mark): string {
  return `${mark.digest}.${mark.generation}`;
}

/** The inverse of {@link markText}; undefined for anything else. */
export function parseMark(text: unknown): Mark | undefined {
  const match = typeof text === "string" && /^([0-9a-hjkmnp-tv-z]{8})\.(\d{1,6})$/.exec(text);
  return match ? { digest: match[1]!, generation: Number(match[2]) } : undefined;
}

/** What a state has of marks. */
export interface MarksKept {
  /** Its own: digest and generation, as they were written. */
  __mark?: string;
  /** What the thing bore in place of that when it was read last: the mark of another resource, or "" for none. */
  __bears?: string;
  /** It came by an import, and nothing has been written to the thing so far: its mark, and a name that it lacks, are in the state only. */
  __unwritten?: boolean;
}

/**
 * What a refresh says of the mark that a thing bears. The state keeps its own, since that alone tells it from another's: from that of a
 * resource that has taken the thing over, and from the new half's, where a replacement was cut off and the old half is still to go.
 *
 * @param own the digest of the resource that reads: asked for where the state has no mark
 */
export function markRead(found: Mark | undefined, { __mark, __unwritten }: MarksKept, own: () => string): MarksKept {
  if (!found && __unwritten) return { __mark, __unwritten };
  if (found && found.digest === (parseMark(__mark)?.digest ?? own())) return { __mark: __mark ?? markText(found) };
  return { __mark, __bears: found ? markText(found) : "" };
}

export function sameMark(a: Mark | undefined, b: Mark | undefined): boolean {
  return a?.digest === b?.digest && a?.generation === b?.generation;
}

/**
 * Text and mark in one field. The text gives way when the field is short: the mark is what saves money.
 * @param limit the field's length in characters; no limit when absent
 */
export function withMark(text: string, mark: Mark | undefined, limit = Infinity): string {
  if (!mark) return text;
  const tail = `[pulumi ${markText(mark)}]`;
  const head = text.slice(0, Math.max(0, limit - tail.length - 1)).trimEnd();
  return head ? `${head} ${tail}` : tail;
}

/** Takes a field apart again. */
export function splitMark(field: string | null | undefined): { text: string; mark?: Mark } {
  const match = PATTERN.exec(field ?? "");
  if (!match) return { text: field ?? "" };
  return { text: field!.slice(0, match.index), mark: { digest: match[1]!, generation: Number(match[2]) } };
}
