/** The pool for Prometheus, in its text format 0.0.4. */
import type { PoolEventName, PoolStats } from "../../pool/types.js";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A value in quotes: backslash, quote and newline are written with a backslash. */
const label = (value: string) => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

interface Sample {
  labels: Record<string, string>;
  value: number;
}

function family(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => `${name}{${Object.entries(labels).map(([key, text]) => `${key}=${label(text)}`).join(",")}} ${value}`);
  return [`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

export function metrics(stats: PoolStats, totals: Record<PoolEventName, number>): string {
  const { pool } = stats;
  const by = { available: stats.available, resting: stats.cooling, assigned: stats.assigned, reserved: stats.reserved };
  return [
    family("telephony_pool_numbers", "gauge", "Numbers in the pool by status; available ones can be drawn now, resting ones were taken back lately.", Object.entries(by).map(([status, value]) => ({ labels: { pool, status }, value }))),
    family("telephony_pool_low_water", "gauge", "The low-water mark: how many numbers should be available at least; 0 is no mark.", [{ labels: { pool }, value: stats.lowWater }]),
    family("telephony_pool_low", "gauge", "Whether fewer numbers than the low-water mark are available: 1 or 0.", [{ labels: { pool }, value: stats.low ? 1 : 0 }]),
    family("telephony_pool_assignments_total", "counter", "How often a number was given to a holder.", [{ labels: { pool }, value: totals.assigned }]),
    family("telephony_pool_unassignments_total", "counter", "How often a number was taken back.", [{ labels: { pool }, value: totals.unassigned }]),
    family("telephony_pool_low_total", "counter", "How often the pool fell below its low-water mark.", [{ labels: { pool }, value: totals.low }]),
  ].join("");
}
