/** Keys of the accounts in use, in every form in which they may turn up in a text, the longest first. */
let secrets: string[] = [];

const MASK = "[redacted]";

/** Shorter than this it is no key, and masking it would garble every message. */
const SHORTEST_SECRET = 4;

/**
 * Keeps a value out of everything that passes through {@link redact} from now on, for the life of the process: the value itself,
 * what stands behind `Bearer` or `Basic` in it, and the forms that it takes in a URL and in JSON.
 *
 * @param value an API key, or a whole `Authorization` value
 */
export function registerSecret(value: string): void {
  const found = new Set(secrets);
  for (const part of partsOf(value)) {
    for (const form of [part, encodeURIComponent(part), new URLSearchParams([["", part]]).toString().slice(1), JSON.stringify(part).slice(1, -1)]) {
      if (form.length >= SHORTEST_SECRET) found.add(form);
    }
  }
  secrets = [...found].sort((a, b) => b.length - a.length);
}

function partsOf(value: string): string[] {
  const [scheme, credentials] = value.trim().split(/\s+/, 2);
  if (credentials === undefined || scheme === undefined) return [value.trim()];
  if (scheme.toLowerCase() !== "basic") return [value.trim(), credentials];
  const decoded = Buffer.from(credentials, "base64").toString();
  const colon = decoded.indexOf(":");
  return [value.trim(), credentials, ...(colon < 0 ? [] : [decoded, decoded.slice(colon + 1)])];
}

/**
 * Masks what may not be printed: the keys of every client made so far, the value of `accesskey=`, `token=` and the like, the
 * credentials of an `Authorization` header and of a URL (`https://user:password@proxy`). `page_token=` is no secret and stays.
 *
 * @example
 * redact("GET /v1.0/numbers?accesskey=abc123&page_size=100"); // "GET /v1.0/numbers?accesskey=[redacted]&page_size=100"
 */
export function redact(text: string): string {
  for (const secret of secrets) text = text.replaceAll(secret, MASK);
  return text
    .replace(/(?<![\w-])((?:access[_-]?key|access[_-]?token|auth[_-]?token|token|api[_-]?key|api[_-]?secret|secret|password)=)[^&\s"'<>#\\]+/gi, `$1${MASK}`)
    .replace(/\b(Bearer|Basic)\s+(?=[^\s"']*\d)[\w.~+/-]{8,}=*/gi, `$1 ${MASK}`)
    .replace(/\/\/[^/\s@"']+@/g, `//${MASK}@`);
}
