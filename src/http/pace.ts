/** The calls of this long a time are a measure of the limit. Longer windows show in what is refused later on. */
const WINDOW_MS = 1_000;
/** So few calls in a window are no measure. */
const FEW = 5;
/** How much of the limit is used: what leaves evenly doesn't arrive quite evenly. */
const SHARE = 0.97;
/** So late a call may be, and the next ones still be in time: the part of a window that is left free. What is later is not made up for. */
const LATE_MS = 10;

/** Refusals that come sooner after each other mean that the pace is too high: so many of them. Fewer may be a matter of milliseconds. */
const SOON_MS = 5_000;
const MANY = 3;
/** How much slower it gets then; twice as much by each further one. */
const SLOWER = 0.05;
const MOST_SLOWER = 0.5;

/** A burst may have been stopped by less than the limit of a second: more is tried soon, and much more. */
const UNPROVEN = { afterMs: 2_000, step: 0.25 };
/** The limit is about here: a little more is tried, after a long time, and each time it is refused after a time twice as long. */
const PROVEN = { afterMs: 60_000, step: 0.05 };
const LONGEST_MS = 480_000;
/** As long as nothing is refused, more is tried again after this. */
const AGAIN_MS = 5_000;

/** How fast the calls of an account may follow each other, as it shows in what is refused. All times are in milliseconds of one clock. */
export interface Pace {
  /** When the next call may start. To be asked for when a pause that was imposed is over: it takes what was refused till then for all. */
  dueAt(now: number): number;
  /** A call starts. */
  start(now: number): void;
  /** It was let through. */
  passed(): void;
  /** By the platform's word the limit is reached, or as good as reached. Of the calls under way so many are going to be refused. */
  full(now: number, tooMany: number): void;
  /** The call that started then was refused. */
  refused(now: number, startedAt: number): void;
  /** Whether it is known how fast they may be. */
  isKnown(): boolean;
}

/**
 * Calls go as fast as they come until the platform refuses one for their number. What it let through in the second before is the limit,
 * and from then on they go at 97 % of it, evenly: this suits windows that are fixed or slide, and buckets of tokens, whose sizes no
 * platform tells. Too fast is noticed by the next refusal, too slow by trying a little more after a time without one, ever more seldom
 * where that is refused.
 *
 * It takes only what the platform has refused already: that a refused call waits as long as it is told to is the account's business.
 */
export function newPace(): Pace {
  let rate = Infinity; // calls a second
  let nextAt = -Infinity;
  let starts: number[] = [];
  let refusedAt = -Infinity;
  let refusedBefore = -Infinity;
  let passed = 0;
  let isNew = false; // a refusal that nothing was learnt from so far

  let proven = Infinity; // the rate before more was tried
  let calmSince = 0;
  let rest = PROVEN.afterMs;
  let trial = UNPROVEN;
  let soon = 0; // refusals soon after one another

  const set = (to: number, next: typeof UNPROVEN) => {
    rate = proven = Math.max(to, 1);
    trial = next;
  };

  /** Goes on as if the calls of the window that ended then had gone at this pace. */
  const measure = (until: number, tooMany = 0): boolean => {
    const window = starts.filter((at) => at > until - WINDOW_MS && at <= until);
    const count = window.length - tooMany;
    if (count < FEW) return false;
    set((SHARE * count * 1_000) / WINDOW_MS, UNPROVEN);
    nextAt = window[0]! + (count * 1_000) / rate;
    return true;
  };

  /** Once the refused are all back: those that went out together with the first one are no others. */
  const learn = (now: number) => {
    isNew = false;
    calmSince = now;
    const since = refusedAt - refusedBefore;
    if (rate === Infinity) {
      if (!measure(refusedAt) && since < SOON_MS) set(FEW, UNPROVEN); // few get through, or none: evenly they may
    } else if (rate > proven) {
      const tried = rate / proven - 1;
      if (tried > UNPROVEN.step) set(proven, { ...UNPROVEN, step: tried / 4 });
      else {
        set(proven, { ...PROVEN, afterMs: rest });
        rest = Math.min(2 * rest, LONGEST_MS);
      }
    } else if (since < SOON_MS) {
      if (++soon >= MANY) {
        const slower = Math.min(SLOWER * 2 ** (soon - MANY), MOST_SLOWER);
        set(Math.max((1 - slower) * rate, Math.min(rate, (SHARE * passed * 1_000) / since)), PROVEN);
      }
    } else {
      soon = 0;
    }
    passed = 0;
  };

  const tryMore = (now: number) => {
    if (now - calmSince < trial.afterMs) return;
    proven = rate;
    rate *= 1 + trial.step;
    trial = { afterMs: Math.min(trial.afterMs, AGAIN_MS), step: Math.min(2 * trial.step, 1) };
    calmSince = now;
  };

  return {
    dueAt(now) {
      if (isNew) learn(now);
      return nextAt;
    },
    start(now) {
      if (rate < Infinity) {
        tryMore(now);
        const gap = 1_000 / rate;
        nextAt = Math.max(nextAt, now - LATE_MS) + gap;
      }
      starts = starts.filter((at) => at > now - 2 * WINDOW_MS);
      starts.push(now);
    },
    passed: () => void passed++,
    full(now, tooMany) {
      calmSince = now;
      if (rate === Infinity) measure(now, tooMany);
    },
    refused(now, startedAt) {
      starts = starts.filter((at) => at !== startedAt);
      if (startedAt <= refusedAt) return; // it went out with the one that was refused last
      refusedBefore = refusedAt;
      refusedAt = now;
      isNew = true;
    },
    isKnown: () => rate < Infinity,
  };
}
