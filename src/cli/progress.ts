/** What is going on, for whoever waits: one line on stderr that comes and goes. Where that is no terminal nothing is written. */
import * as readline from "node:readline";

export interface Progress {
  say(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

export function openProgress(): Progress {
  const { stderr } = process;
  const live = stderr.isTTY && process.env["TERM"] !== "dumb" && !process.env["CI"];
  const clear = () => {
    if (!live) return;
    readline.cursorTo(stderr, 0);
    readline.clearLine(stderr, 0);
  };
  return {
    say: (text) => {
      clear();
      if (live) stderr.write(text.slice(0, (stderr.columns || 80) - 1));
    },
    clear,
  };
}
