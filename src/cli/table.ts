/** Tables that fit the terminal, whatever a holder is called. */
import { bold } from "./terminal.js";

export interface Column {
  title: string;
  /** What may be cut, and no further than to this width. Others stay whole. */
  atLeast?: number;
  /** Goes when the terminal is too narrow for all: the highest first. */
  expendable?: number;
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += /\p{M}|\u200d/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return width;
}

/** Nothing in it moves the cursor, changes colours or turns the line around. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => (char === "\u200d" ? char : "�"));
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const char of text) {
    if (widthOf(kept + char) >= width) break;
    kept += char;
  }
  return `${kept}…`;
}

/** The terminal's width; no limit where the output goes into a file or another program, unless COLUMNS gives one. */
export function terminalWidth(): number {
  const set = Number(process.env["COLUMNS"]);
  return process.stdout.isTTY ? process.stdout.columns || 80 : set > 0 ? set : Infinity;
}

/** Lines with a title on top. Columns that are empty in all rows are left out. */
export function table(columns: readonly Column[], rows: readonly string[][], width = terminalWidth()): string[] {
  const cells = rows.map((row) => row.map(printable));
  let shown = columns.map((_, i) => i).filter((i) => cells.some((row) => row[i]));
  const gone: string[] = [];
  const natural = columns.map(({ title }, i) => Math.max(widthOf(title), ...cells.map((row) => widthOf(row[i] ?? ""))));
  const least = columns.map(({ atLeast }, i) => (atLeast === undefined ? natural[i]! : Math.min(atLeast, natural[i]!)));
  const sum = (widths: readonly number[]) => shown.reduce((total, i) => total + widths[i]!, 2 * (shown.length - 1));
  while (sum(least) > width) {
    const next = shown.filter((i) => columns[i]!.expendable !== undefined).sort((a, b) => columns[b]!.expendable! - columns[a]!.expendable!)[0];
    if (next === undefined) break; // narrower than any use: let it wrap
    shown = shown.filter((i) => i !== next);
    gone.push(columns[next]!.title);
  }
  const widths = [...natural];
  while (sum(widths) > width) {
    const widest = shown.filter((i) => widths[i]! > least[i]!).sort((a, b) => widths[b]! - least[b]! - (widths[a]! - least[a]!))[0];
    if (widest === undefined) break;
    widths[widest]!--;
  }
  const line = (row: readonly string[]) =>
    shown
      .map((i) => {
        const cell = cut(row[i] ?? "", widths[i]!);
        return cell + " ".repeat(Math.max(0, widths[i]! - widthOf(cell)));
      })
      .join("  ")
      .trimEnd();
  return [bold(line(columns.map(({ title }) => title))), ...cells.map(line), ...(gone.length > 0 ? [`(no room for: ${gone.join(", ").toLowerCase()}; --json has all)`] : [])];
}
