/** Finds what must not stand in a program: platforms hand back keys and passwords that somebody has typed into an assistant or a flow. */

const SECRET_KEY = /(api[-_]?keys?|secret|token|password|passwd|authorization|credentials?)$/i;
const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i;

/** Paths of the texts that look like secrets: `server.secret`, `tools[0].headers.Authorization`. */
export function secretPaths(value: unknown, path = "", underSecretKey = false): string[] {
  if (typeof value === "string") return value !== "" && (underSecretKey || URL_WITH_PASSWORD.test(value)) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, i) => secretPaths(item, `${path}[${i}]`, underSecretKey));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => secretPaths(item, path ? `${path}.${key}` : key, underSecretKey || SECRET_KEY.test(key)));
}
