/**
 * Property values as they travel between program, engine and provider: plain JSON in which a few objects are special,
 * told apart by a signature key. A secret is `{ [SIGNATURE]: SECRET, value }` in memory and on the wire, and
 * `{ [SIGNATURE]: SECRET, ciphertext }` in the state.
 */
import structPb from "google-protobuf/google/protobuf/struct_pb";

export type Props = Record<string, unknown>;
export interface Secret extends Props {
  value: unknown;
}

/** What an unknown value is in a preview (pulumi-facts §5). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";

export const isObject = (value: unknown): value is Props =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isSecret = (value: unknown): value is Secret => isObject(value) && value[SIGNATURE] === SECRET;
export const makeSecret = (value: unknown): Secret =>
  isSecret(value) ? value : { [SIGNATURE]: SECRET, value };

/** Rebuilds a value, letting `replace` take over for any part of it. */
function rebuild(value: unknown, replace: (part: Props) => { value: unknown } | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => rebuild(item, replace));
  if (!isObject(value)) return value;
  const replaced = replace(value);
  if (replaced) return replaced.value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rebuild(item, replace)]));
}

/** Rebuilds a value with each outermost secret replaced. */
export const mapSecrets = (value: unknown, replace: (secret: Props) => unknown): unknown =>
  rebuild(value, (part) => (part[SIGNATURE] === SECRET ? { value: replace(part) } : undefined));

/** The value without its secret wrappers. */
export const plain = <T>(value: T): T => mapSecrets(value, (secret) => plain(secret.value)) as T;

/**
 * The value as a dynamic provider gets it: it accepts neither secrets nor references to resources, so secrets come in
 * plain text and a resource is its id, or its URN where it has none (Go: plugin.MarshalPropertyValue).
 */
export const forProvider = (value: Props): Props =>
  rebuild(value, (part) => {
    if (part[SIGNATURE] === SECRET) return { value: forProvider({ value: part.value }).value };
    if (part[SIGNATURE] === RESOURCE_REFERENCE) return { value: part.id ?? part.urn };
    return undefined;
  }) as Props;

export function contains(value: unknown, test: (part: unknown) => boolean): boolean {
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => contains(item, test));
  return isObject(value) && Object.values(value).some((item) => contains(item, test));
}
export const containsSecret = (value: unknown) => contains(value, isSecret);
export const containsUnknown = (value: unknown) => contains(value, (part) => part === UNKNOWN);

/** Deep equality in which an absent property equals null, as in the engine's own diffs. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (isObject(a) && isObject(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => equal(a[key], b[key]));
  return false;
}

/** Top-level keys whose plain values differ. */
export function changedKeys(olds: Props = {}, news: Props = {}): string[] {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...keys].filter((key) => !equal(plain(olds[key]), plain(news[key]))).sort();
}

/** The value with every secret in it masked, for displays and logs, as the CLI's events have it. */
export const masked = (props: Props): Props => mapSecrets(props, () => "[secret]") as Props;

/** Top-level keys that differ for who sees no secrets: so the CLI's events have it, and so it is reported here. */
export const visibleChanges = (olds: Props = {}, news: Props = {}) => changedKeys(masked(olds), masked(news));

/**
 * Marks in `outs` what is secret in `ins`: a provider that gets plain text gives plain text back, so the engine marks
 * every output of the same name, whatever its depth in an object (Go: annotateSecrets).
 */
export function annotateSecrets(outs: Props, ins: Props): void {
  for (const [key, input] of Object.entries(ins)) {
    const output = outs[key];
    if (output === undefined || isSecret(output)) continue;
    if (isObject(output) && isObject(input) && !isSecret(input)) annotateSecrets(output, input);
    else if (containsSecret(input)) outs[key] = makeSecret(output);
  }
}

// google-protobuf's Struct: what `@pulumi/pulumi` itself converts with.
type JavaScriptMap = Parameters<typeof structPb.Struct.fromJavaScript>[0];
export const toStruct = (props: Props) => structPb.Struct.fromJavaScript(props as JavaScriptMap);
export const fromStruct = (struct: structPb.Struct | undefined): Props => (struct ? struct.toJavaScript() : {});

/** A value as Go's `%v` prints it inside the engine's check failures, with the trap that it prints secrets too. */
export function goFormat(value: unknown): string {
  if (value === UNKNOWN) return "{{{}}}";
  if (isSecret(value)) return `{&{${goFormat(value.value)}}}`;
  if (value === undefined || value === null) return "{<nil>}";
  if (Array.isArray(value)) return `{[${value.map(goFormat).join(" ")}]}`;
  if (isObject(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{map[${entries.map(([key, item]) => `${key}:${goFormat(item)}`).join(" ")}]}`;
  }
  return `{${value as string | number | boolean}}`;
}

// Property paths, as `ignoreChanges` and `replaceOnChanges` take them: `a.b[0]["c.d"]`, `*` for any.

export function parsePath(path: string): (string | number)[] {
  const parts: (string | number)[] = [];
  const pattern = /\[(?:"((?:[^"\\]|\\.)*)"|(\d+)|(\*))\]|([^.[\]]+)/g;
  for (const [, quoted, index, star, name] of path.matchAll(pattern))
    parts.push(index !== undefined ? Number(index) : (quoted?.replace(/\\"/g, '"') ?? star ?? name ?? ""));
  return parts;
}

/** Whether `path` covers `other`: it is a prefix of it, `*` matching anything. */
export function pathContains(path: string, other: string): boolean {
  const [outer, inner] = [parsePath(path), parsePath(other)];
  return outer.length <= inner.length && outer.every((part, i) => part === "*" || part === inner[i]);
}

/** Puts what `olds` has at a path back into `news`. False if the path crosses something added or removed. */
export function resetPath(path: (string | number)[], olds: unknown, news: unknown): boolean {
  const [head, ...rest] = path;
  if (head === undefined) return true;
  if (isSecret(olds)) return resetPath(path, olds.value, news);
  if (isSecret(news)) return resetPath(path, olds, news.value);
  if (head === "*") {
    if (Array.isArray(olds) && Array.isArray(news))
      return olds.length === news.length && olds.every((_, i) => resetPath([i, ...rest], olds, news));
    if (!isObject(olds) || !isObject(news)) return false;
    return [...new Set([...Object.keys(olds), ...Object.keys(news)])]
      .map((key) => resetPath([key, ...rest], olds, news))
      .every(Boolean);
  }
  if (typeof head === "number") {
    if (!Array.isArray(olds) || !Array.isArray(news)) return false;
    if (head >= olds.length || head >= news.length) return false;
    if (rest.length) return resetPath(rest, olds[head], news[head]);
    (news as unknown[])[head] = (olds as unknown[])[head];
    return true;
  }
  if (!isObject(olds) || !isObject(news)) return false;
  if (rest.length === 0) {
    if (head in olds) news[head] = olds[head];
    else delete news[head];
    return true;
  }
  if (!(head in olds) && !(head in news)) return true;
  return head in olds && head in news && resetPath(rest, olds[head], news[head]);
}

/** `news` with what `ignoreChanges` names as it was, and the paths that could not be put back. */
export function keepIgnored(news: Props, olds: Props, paths: string[]): { props: Props; invalid: string[] } {
  if (paths.length === 0) return { props: news, invalid: [] };
  const props = structuredClone(news);
  return { props, invalid: paths.filter((path) => !resetPath(parsePath(path), olds, props)) };
}
