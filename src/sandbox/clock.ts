/** The sandbox's clock: real time, moved and scaled on demand, so that a test never has to sleep through a purchase or a month. */

/** How sandbox time follows real time: `sim + (real now - real) * rate`. Kept in the state, so time goes on while the sandbox is down. */
export interface ClockState {
  real: number;
  sim: number;
  rate: number;
}

export function newClock(real = Date.now()): ClockState {
  return { real, sim: real, rate: 1 };
}

/** Sandbox time, in milliseconds since the epoch. */
export function now(clock: ClockState): number {
  return Math.floor(clock.sim + (Date.now() - clock.real) * clock.rate);
}

/** Moves the clock to `sim`, and changes its rate if one is given. It only moves forward. */
export function setClock(clock: ClockState, sim: number, rate = clock.rate): void {
  clock.real = Date.now();
  clock.sim = sim;
  clock.rate = rate;
}

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `"5m"`, `"90s"`, `"1h30m"`, `"31d"`; undefined when it isn't a duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) total += Number(amount) * (units[unit ?? ""] ?? 0);
  return Math.round(total);
}

/** A month after `at`: the anchor's day, or the month's last where it has no such day. The anchor keeps 31 January from drifting to the 28th for good. */
export function nextMonth(at: number, anchor = at): number {
  const to = new Date(at);
  to.setUTCMonth(to.getUTCMonth() + 1, 1);
  const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(new Date(anchor).getUTCDate(), lastDay));
  return to.getTime();
}

export function iso(at: number): string {
  return new Date(at).toISOString();
}
