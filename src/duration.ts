import { shown } from "./shown.js";

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of a duration as Pulumi writes it: "5m", "90s", "1h30m", "500ms".
 * @throws when the text is no duration
 */
export function parseDuration(text: unknown): number {
  const ms = typeof text === "string" ? sumOf(text) : undefined;
  if (ms === undefined || !Number.isFinite(ms)) throw new Error(`${shown(text)} is no duration; write "90s", "5m" or "1h30m"`);
  return ms;
}

function sumOf(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join("") !== text.trim()) return undefined;
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * UNITS[unit!]!, 0);
}

/** "24h", "5m", "90s", "1m30s": for people. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (seconds >= 3_600 && seconds % 3_600 === 0) return `${seconds / 3_600}h`;
  return minutes === 0 ? `${seconds}s` : seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
}
