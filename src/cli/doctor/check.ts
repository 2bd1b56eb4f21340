/** One thing that was looked at. */
export interface Check {
  /** "failure": something doesn't work. "warning": it works, or may, but not as well as it could. */
  level: "ok" | "warning" | "failure";
  /** What it is about: "key", "clock". */
  subject: string;
  text: string;
  /** What to do about it. */
  remedy?: string;
}

/** Checks that belong together, under a heading. */
export interface Section {
  title: string;
  checks: Check[];
}

export const ok = (subject: string, text: string): Check => ({ level: "ok", subject, text });
export const warning = (subject: string, text: string, remedy: string): Check => ({ level: "warning", subject, text, remedy });
export const failure = (subject: string, text: string, remedy?: string): Check => ({ level: "failure", subject, text, ...(remedy !== undefined && { remedy }) });

/** Whether a version such as "3.248.0" or "v20.19.2-rc.1" is the other one, or later. */
export function isAtLeast(version: string, least: string): boolean {
  const parts = (text: string) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);
  const [a, b] = [parts(version), parts(least)];
  const i = [0, 1, 2].find((n) => (a[n] ?? 0) !== (b[n] ?? 0));
  return i === undefined || (a[i] ?? 0) > (b[i] ?? 0);
}
