/** Text for a terminal of 80 columns, and for one that is no terminal at all. */
import * as readline from "node:readline";
import { styleText } from "node:util";

// styleText leaves the colours out where stdout is no terminal, and under NO_COLOR and TERM=dumb.
export const bold = (text: string) => styleText("bold", text);
export const dim = (text: string) => styleText("dim", text);
export const green = (text: string) => styleText("green", text);
export const yellow = (text: string) => styleText("yellow", text);
export const red = (text: string) => styleText("red", text);
export const magenta = (text: string) => styleText("magenta", text);

const WIDTH = 80;

/** Breaks a text at spaces. A word that is longer than the line stays whole. */
export function wrap(text: string, indent = "", width = WIDTH): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  if (line) lines.push(indent + line);
  return lines;
}

/** Rows as columns, two spaces apart. */
export function columns(rows: string[][], alignRight: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (alignRight.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join("  ").trimEnd(),
  );
}

/** Cuts a line that would wrap; needed where it is rewritten in place. */
function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Whether a line can be rewritten. A log that keeps every byte is better served by lines. */
const isLive = () => process.stdout.isTTY && process.env.TERM !== "dumb" && !process.env.CI;

/** Lines that stay, and below them one that comes and goes. */
export interface Screen {
  print(...lines: string[]): void;
  /** What is going on: rewritten in place on a terminal, elsewhere a line of its own whenever it changes. */
  status(text: string, permanent?: string): void;
  clearStatus(): void;
}

export function openScreen(): Screen {
  const live = isLive();
  let shown = false;
  let last: string | undefined;
  const clear = () => {
    if (shown) {
      readline.cursorTo(process.stdout, 0);
      readline.clearLine(process.stdout, 0);
    }
    shown = false;
  };
  return {
    print(...lines) {
      clear();
      for (const line of lines) process.stdout.write(`${line}\n`);
    },
    status(text, permanent) {
      if (live) {
        clear();
        process.stdout.write(dim(cut(text, (process.stdout.columns || WIDTH) - 1)));
        shown = true;
      } else if (permanent !== undefined && permanent !== last) {
        last = permanent;
        process.stdout.write(`${permanent}\n`);
      }
    },
    clearStatus: clear,
  };
}

/** The characters that draw a tree: plain ones where the terminal can't be trusted with others. */
export function branches(): { fork: string; end: string } {
  return process.env.TERM === "dumb" ? { fork: "|- ", end: "`- " } : { fork: "├─ ", end: "└─ " };
}
