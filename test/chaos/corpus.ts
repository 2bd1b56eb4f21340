/**
 * The bad input corpus: arguments that are invalid by construction, and platforms whose answers are damaged on the way. All of it
 * comes from one seed.
 *
 *     npm run chaos -- --only corpus --seed 7                        # 1,000 of each half
 *     npm run chaos -- --only corpus --seed 7 --path answers:37      # the one case that a failure names
 *
 * A failure begins with its half and its path, `args:12` or `answers:37`; with the seed that is all that it takes.
 */
import fc from "fast-check";
import { answers } from "./answers.js";
import { refusals } from "./refusals.js";
import { newRow, type Row } from "./report.js";

/** What one half came to. */
export type Part = Omit<Row, "name">;

export type Half = "args" | "answers";

export interface CorpusOptions {
  /** Of each half. @default 1000 */
  cases?: number;
  /** @default 1 */
  seed?: number;
  onCase?: (half: Half, title: string, problem: string | undefined) => void;
  /** Only this half. @default both */
  only?: Half;
  /** "answers:37": only this case. */
  path?: string;
}

/** Where a half gets its cases from. */
export interface Sampling {
  of<T>(half: Half, arbitrary: fc.Arbitrary<T>): [path: string, value: T][];
  done(title: string, problem: string | undefined): void;
}

/** The cases of a seed, or the one at a path. */
export const replayOf = <T>(arbitrary: fc.Arbitrary<T>, from: { seed: number; path?: string; numRuns?: number }): T[] => fc.sample(arbitrary, { numRuns: 1, ...from });

export async function runCorpus({ cases = 1000, seed = 1, onCase, only, path: replayed }: CorpusOptions = {}): Promise<Row> {
  const [wanted, path] = (replayed?.split(":") ?? []) as [Half | undefined, string | undefined];
  const of = <T>(half: Half, arbitrary: fc.Arbitrary<T>): [string, T][] =>
    path === undefined
      ? replayOf(arbitrary, { seed, numRuns: cases }).map((value, n): [string, T] => [`${half}:${n}`, value])
      : replayOf(arbitrary, { seed, path }).map((value): [string, T] => [`${half}:${path}`, value]);
  const row = newRow("bad input");
  for (const [half, run] of [["args", refusals], ["answers", answers]] as const) {
    if ((wanted ?? only ?? half) !== half) continue;
    const part = await run({ of, done: (title, problem) => onCase?.(half, title, problem) });
    for (const key of ["tried", "doublePurchases", "orphans", "lost", "foreign", "leaks"] as const) row[key] += part[key];
    row.failures.push(...part.failures.map((failure) => `[seed ${seed}] ${failure}`));
  }
  return row;
}
