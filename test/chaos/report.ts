/** What a part of the chaos came to, and the table of all of them. */
import type { Verdict } from "./world.js";

/** One line of the table. A case counts once in each column that it is guilty in. */
export interface Row {
  name: string;
  tried: number;
  doublePurchases: number;
  orphans: number;
  lost: number;
  foreign: number;
  leaks: number;
  /** What is wrong, one text a case; those of the other columns, and whatever did not converge or was badly said. */
  failures: string[];
}

export const newRow = (name: string): Row => ({ name, tried: 0, doublePurchases: 0, orphans: 0, lost: 0, foreign: 0, leaks: 0, failures: [] });

/** Counts a case. */
export function count(row: Row, title: string, verdict: Verdict): void {
  row.tried++;
  const { failures, ...columns } = verdict;
  for (const [column, found] of Object.entries(columns)) if (found.length > 0) row[column as keyof typeof columns]++;
  const all = [...Object.entries(columns).flatMap(([column, found]) => found.map((text) => `${column}: ${text}`)), ...failures];
  if (all.length > 0) row.failures.push(`${title}: ${all.join("; ")}`);
}

export function sum(rows: Row[], name: string): Row {
  const total = newRow(name);
  for (const row of rows) {
    for (const column of ["tried", "doublePurchases", "orphans", "lost", "foreign", "leaks"] as const) total[column] += row[column];
    total.failures.push(...row.failures);
  }
  return total;
}

/** The table as the README has it. */
export function table(rows: Row[]): string {
  const head = ["", "cases", "double purchases", "orphans", "lost", "foreign touched", "secrets leaked", "other failures"];
  const guilty = ({ doublePurchases, orphans, lost, foreign, leaks }: Row) => [doublePurchases, orphans, lost, foreign, leaks];
  const others = (row: Row) => row.failures.filter((text) => !/: (doublePurchases|orphans|lost|foreign|leaks): /.test(text)).length;
  const lines = rows.map((row) => [row.name, row.tried, ...guilty(row), others(row)].map(String));
  const widths = head.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)));
  const print = (cells: string[]) => `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  return [print(head), `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`, ...lines.map(print)].join("\n");
}
