/**
 * Races: many numbers from one search, two stacks on one account, two runs of one stack, a stranger who is faster, and Ctrl-C in
 * the middle of a poll. Nothing here waits for a time: each race happens while a request is held, or once one has been seen.
 */
import type { EngineKind, EngineResult } from "pulumi-telephony/testing";
import { newRow, sum, type Row } from "./report.js";
import { purchaseOf, routeOf } from "./races/calls.js";
import { errorsOf, openLab, PAST_THE_GATE, until, type Lab, type Line, type Program, type Run } from "./races/lab.js";

export interface RaceOptions {
  engine: EngineKind;
  /** Leaves out what takes long. */
  quick?: boolean;
  /** No further race is begun then. */
  timeIsUp?: () => boolean;
  /** Called as each race ends. */
  onCase?: (name: string, bad: boolean) => void;
}

export interface Race {
  name: string;
  /** Whether `--quick` runs it. */
  quick: boolean;
  /** Left to `npm run chaos`: it adds little to another race, and takes its time. */
  chaosOnly?: boolean;
  settings?: Record<string, object>;
  run(lab: Lab, verdict: Verdict): Promise<void>;
}

type Column = "doublePurchases" | "orphans" | "lost" | "foreign" | "leaks";

/** What one race came to. */
class Verdict {
  private readonly guilty = new Map<Column, string[]>();
  private readonly others: string[] = [];

  /** Something is wrong, in this column of the table. */
  blame(column: Column, what: string, which: string[]): void {
    if (which.length) this.guilty.set(column, [...(this.guilty.get(column) ?? []), `${what}: ${which.join(", ")}`]);
  }

  fail(text: string): void {
    this.others.push(text);
  }

  rowOf(name: string): Row {
    const row = { ...newRow(name), tried: 1 };
    for (const column of this.guilty.keys()) row[column] = 1;
    const all = [...[...this.guilty].flatMap(([column, texts]) => texts.map((text) => `${column}: ${text}`)), ...this.others];
    if (all.length) row.failures.push(`${name}: ${all.join("; ")}`);
    return row;
  }
}

/** Runs one race in a lab of its own. */
export async function runRace(race: Race, engine: EngineKind): Promise<Row> {
  const verdict = new Verdict();
  const lab = await openLab(engine, race.settings);
  try {
    await race.run(lab, verdict);
  } catch (error) {
    verdict.fail(error instanceof Error ? error.message : String(error));
  } finally {
    await lab.close();
  }
  const leaked = lab.keys.filter((key) => lab.said.some((text) => text.includes(key)));
  verdict.blame("leaks", "keys were said", leaked.map((key) => `${key.slice(0, 6)}…`));
  return verdict.rowOf(race.name);
}

/** Runs them all, and adds them up. */
export async function runRaces({ engine, quick = false, timeIsUp = () => false, onCase }: RaceOptions): Promise<Row> {
  const rows: Row[] = [];
  for (const race of RACES.filter((r) => !quick || r.quick)) {
    if (timeIsUp()) break;
    const row = await runRace(race, engine);
    onCase?.(race.name, row.failures.length > 0);
    rows.push(row);
  }
  return sum(rows, "races");
}

// ---- what has to be true after every race ----

const OURS = "default";

const countOf = ({ lines }: Program) => lines.reduce((sum, line) => sum + line.count, 0);

const expectOk = (verdict: Verdict, what: string, result: EngineResult) => {
  if (!result.ok) verdict.fail(`${what}: ${errorsOf(result)}`);
};

/** All that is declared is in the states, each thing once, and nothing else is owned; the next preview has nothing to do. */
async function expectSettled(lab: Lab, verdict: Verdict, stacks: Record<string, Program>): Promise<void> {
  const kept: string[] = [];
  for (const [stack, program] of Object.entries(stacks)) {
    const states = await lab.numbersIn(stack);
    kept.push(...states.map((state) => String(state.outputs?.["number"])));
    const missing = program.lines.flatMap(({ platform, count }) => Array.from({ length: count }, (_, i) => `${platform}-${i}`)).filter((name) => !states.some(({ urn }) => urn.endsWith(`::${name}`)));
    verdict.blame("lost", `not in the state of ${stack}`, missing);
    const unfinished = states.filter((state) => state.outputs?.["__pending"]).map((state) => state.urn);
    if (unfinished.length) verdict.fail(`not finished: ${unfinished.join(", ")}`);
    const preview = await lab.engine(program, stack).preview();
    expectOk(verdict, "preview", preview);
    if (preview.steps.length) verdict.fail(`the next preview is not empty: ${preview.steps.map(({ op, urn }) => `${op} ${urn}`).join(", ")}`);
  }
  const ours = (await lab.owned()).filter(({ account }) => account === OURS).map(({ number }) => number);
  verdict.blame("orphans", "owned, and in no state", ours.filter((number) => !kept.includes(number)));
  verdict.blame("foreign", "in the state twice", kept.filter((number, i) => kept.indexOf(number) !== i));
  verdict.blame("lost", "in a state, and not owned", kept.filter((number) => !ours.includes(number)));
  const bought = (await lab.ledger()).filter(({ account, kind }) => account === OURS && kind === "purchase").length;
  const declared = Object.values(stacks).reduce((total, program) => total + countOf(program), 0);
  if (bought > declared) verdict.blame("doublePurchases", `${declared} numbers are declared`, [`${bought} were bought`]);
}

/** After destroy: one purchase and one release for every number that was ours, and what a stranger bought is still the stranger's. */
async function expectGone(lab: Lab, verdict: Verdict, stacks: Record<string, Program>): Promise<void> {
  for (const [stack, program] of Object.entries(stacks)) expectOk(verdict, "destroy", await lab.engine(program, stack).destroy({ parallel: 64 }));
  const ledger = await lab.ledger();
  const owned = await lab.owned();
  verdict.blame("orphans", "owned after destroy", owned.filter(({ account }) => account === OURS).map(({ number }) => number));
  for (const number of new Set(ledger.filter((l) => l.account === OURS).map((l) => l.number))) {
    const kinds = ledger.filter((l) => l.account === OURS && l.number === number).map((l) => l.kind);
    if (kinds.join() !== "purchase,release") verdict.blame("doublePurchases", number, kinds);
  }
  const foreign = ledger.filter((l) => l.account !== OURS && l.kind === "purchase").map((l) => l.number);
  verdict.blame("foreign", "no longer as the stranger left them", foreign.filter((number) => !owned.some((o) => o.number === number && o.account !== OURS && o.name === "Stranger")));
}

async function expectAll(lab: Lab, verdict: Verdict, stacks: Record<string, Program>): Promise<void> {
  await expectSettled(lab, verdict, stacks);
  await expectGone(lab, verdict, stacks);
}

// ---- the races ----

/** Everything is delivered at once, and Vapi gives as many numbers as are asked for. */
const AT_ONCE = { wiil: { purchaseMs: 0 }, burki: { orderMs: 0 }, vapi: { activateMs: 0, numberMs: 0, freeNumbers: 1000 } };

/** Nothing is delivered before the clock is moved. */
const SLOW_MS = 3_600_000;
const SLOW = { wiil: { purchaseMs: SLOW_MS }, burki: { orderMs: SLOW_MS }, voipbin: { pendingMs: SLOW_MS }, vapi: { activateMs: SLOW_MS, numberMs: SLOW_MS } };
const BURKI_NUMBER = "+14155551234";

const SEARCHED = ["wiil", "voipbin", "burki"];

/** As many numbers from one search with as many candidates; Vapi, which offers none, picks. */
const fromPools = (count: number, limit = count): Program => ({
  lines: [...SEARCHED.map((platform): Line => ({ platform, count, pool: { country: "US", limit } })), { platform: "vapi", count, search: { country: "US" } }],
  create: "60s",
});

/** How often each route was called; a route that ids or digits are in is one. */
async function callsOf(lab: Lab): Promise<Map<string, number>> {
  const calls = new Map<string, number>();
  for (const request of await lab.requests()) calls.set(routeOf(request), (calls.get(routeOf(request)) ?? 0) + 1);
  return calls;
}

/**
 * What is asked of one number is asked equally often however many there are; what is asked of the account is asked by several
 * together, and never more than three times for each.
 */
function expectConstant(verdict: Verdict, few: { count: number; calls: Map<string, number> }, many: { count: number; calls: Map<string, number> }): void {
  for (const route of new Set([...few.calls.keys(), ...many.calls.keys()])) {
    const [a = 0, b = 0] = [few.calls.get(route), many.calls.get(route)];
    const ofOne = route.includes(":id") || /POST .*(purchase|numbers|phone-number)$/.test(route);
    const ofSearch = /search|available_numbers|provider\/(numbers|pricing)/.test(route);
    const fine = ofOne ? a / few.count === b / many.count : ofSearch ? a === b : a <= 3 * few.count && b <= 3 * many.count;
    if (!fine) verdict.fail(`${route}: ${a} calls for ${few.count} numbers, ${b} for ${many.count}`);
  }
}

const manyNumbers: Race = {
  name: "50 numbers from one search of 50, in parallel",
  quick: false,
  chaosOnly: true,
  settings: AT_ONCE,
  async run(lab, verdict) {
    const measured = [];
    for (const count of [10, 50]) {
      await lab.control("reset", {});
      await lab.control("settings", AT_ONCE);
      expectOk(verdict, `up of ${count}`, await lab.up(fromPools(count), { parallel: 4 * count }, `of-${count}`));
      measured.push({ count, calls: await callsOf(lab) });
    }
    expectConstant(verdict, measured[0]!, measured[1]!);
    await expectAll(lab, verdict, { "of-50": fromPools(50) });
  },
};

const twoStacks: Race = {
  name: "two stacks on one account, from the same inventory",
  quick: false,
  settings: AT_ONCE,
  async run(lab, verdict) {
    const { lines, create } = fromPools(6, 12); // candidates enough for both, and the same for both
    const program: Program = { lines: lines.filter(({ platform }) => platform !== "burki"), create };
    const stacks = { one: program, two: program };
    // Both have searched and looked at what is owned before either buys: each purchase is held until then.
    const bought = barrier();
    const held = new Map<string, number>();
    lab.gate.hold = async (request) => {
      const order = purchaseOf(request);
      if (!order) return;
      held.set(order.platform, (held.get(order.platform) ?? 0) + 1);
      await bought.opened;
    };
    const runs = await Promise.all(Object.keys(stacks).map((stack) => lab.start(program, stack)));
    await until("all purchases of both stacks are on their way", () => [...held.values()].reduce((sum, n) => sum + n, 0) === 2 * countOf(program));
    bought.open();
    await expectExits(verdict, runs, [0]);
    expectNoAdoption(verdict, runs.map((run) => run.text()).join("\n"));
    await expectAll(lab, verdict, stacks);
  },
};

/** Burki sells a number that the account has once more, without a word: there the second stack must look in time. */
const twoStacksAtBurki: Race = {
  name: "another stack of the account buys at Burki after the look at what is owned",
  quick: false,
  settings: AT_ONCE,
  async run(lab, verdict) {
    const program: Program = { lines: [{ platform: "burki", count: 4, pool: { country: "US", limit: 8 } }], create: "60s" };
    const other = barrier();
    let looks = 0;
    lab.gate.hold = async ({ path }) => {
      if (path.includes("organization/phone-numbers") && ++looks > 1) await other.opened;
    };
    const late = await lab.start(program);
    await until("the first stack has looked", () => looks > 1);
    expectOk(verdict, "up of the other stack", await lab.up(program, {}, PAST_THE_GATE));
    other.open();
    await expectExits(verdict, [late], [0]);
    expectNoAdoption(verdict, late.text());
    await expectAll(lab, verdict, { dev: program, [PAST_THE_GATE]: program });
  },
};

const twoRuns: Race = {
  name: "two runs of one stack",
  quick: true,
  settings: SLOW,
  async run(lab, verdict) {
    const program = slowly("60s");
    await lab.control("outcomes", { platform: "burki", number: BURKI_NUMBER, status: "PENDING" });
    const first = await lab.start(program);
    await untilPolled(lab);
    const second = await lab.start(program);
    await expectExits(verdict, [second], [1, -1, 255]);
    if (!second.text().includes("the stack is currently locked by 1 lock(s)")) verdict.fail(`the second run said: ${second.text().slice(-500)}`);
    await deliver(lab);
    await expectExits(verdict, [first], [0]);
    await expectAll(lab, verdict, { dev: program });
  },
};

const stranger: Race = {
  name: "a stranger is faster than the purchase",
  quick: true,
  settings: AT_ONCE,
  async run(lab, verdict) {
    const program: Program = { lines: SEARCHED.map((platform) => ({ platform, count: 3, search: { country: "US", limit: 10 } })), create: "60s" };
    const taken = takenByAStranger(lab, 3);
    await upAsTold(lab, verdict, program);
    if (taken.size !== 9) verdict.fail(`the stranger got ${taken.size} numbers, and not 9`);
    await expectAll(lab, verdict, { dev: program });
  },
};

const soldOut: Race = {
  name: "a stranger takes the only candidate",
  quick: false,
  chaosOnly: true,
  settings: AT_ONCE,
  async run(lab, verdict) {
    const program: Program = { lines: SEARCHED.map((platform) => ({ platform, count: 1, search: { country: "US", limit: 1 } })), create: "60s" };
    const taken = takenByAStranger(lab, 1);
    await upAsTold(lab, verdict, program);
    if (taken.size !== 3) verdict.fail(`the stranger got ${taken.size} numbers, and not 3`);
    await expectAll(lab, verdict, { dev: program });
  },
};

/** One SIGINT: what is under way is waited for, and saved. */
const interruptedOnce: Race = {
  name: "SIGINT in the middle of a poll",
  quick: false,
  settings: SLOW,
  async run(lab, verdict) {
    const program = slowly("60s");
    const run = await startPolling(lab, program);
    run.signal("SIGINT");
    await until("the engine has heard of it", () => /cancel/i.test(run.text()));
    await deliver(lab);
    await expectExits(verdict, [run], [1, -1, 130, 255]);
    const saved = (await lab.numbersIn()).length;
    if (saved !== countOf(program)) verdict.blame("lost", "after SIGINT", [`${saved} of ${countOf(program)} are in the state`]);
    await goOn(lab, verdict, program);
  },
};

/** Ended in a poll, by a signal that leaves no time or little: nothing more is bought, nothing goes on for ever, the next run goes on. */
const endedBy = (name: string, end: (run: Run) => Promise<void> | void, quick = false): Race => ({
  name: `${name} in the middle of a poll`,
  quick,
  chaosOnly: !quick,
  settings: SLOW,
  async run(lab, verdict) {
    const program = slowly("3s"); // a poll that is waited for is bounded by this
    const run = await startPolling(lab, program);
    await end(run);
    await until("the engine has ended", () => run.hasEnded(), 30_000);
    await until("no provider is left", () => !lab.providers()?.length, 30_000).catch((error: Error) => verdict.fail(`${error.message}: ${lab.providers()?.length} are`));
    lab.unlock();
    await deliver(lab);
    await goOn(lab, verdict, program);
    const orders = (await lab.requests()).filter((request) => /POST .*(purchase|numbers|phone-number)$/.test(routeOf(request))).length;
    if (orders !== countOf(program)) verdict.fail(`${orders} orders for ${countOf(program)} numbers`);
  },
});

const twice = async (run: Run) => {
  run.signal("SIGINT");
  await until("the engine has heard of it", () => /cancel/i.test(run.text()));
  run.signal("SIGINT");
};

/** The engine dies while a purchase is on its way that is about to be refused: the provider would now try the next candidate. */
const engineGone: Race = {
  name: "the engine is killed while a candidate is lost",
  quick: true,
  settings: AT_ONCE,
  async run(lab, verdict) {
    const program: Program = { lines: SEARCHED.map((platform) => ({ platform, count: 1, search: { country: "US", limit: 3 } })), create: "60s" };
    const [held, killed] = [new Set<string>(), barrier()];
    const takes = takenByAStranger(lab, 1);
    const take = lab.gate.hold;
    lab.gate.hold = async (request) => {
      const order = purchaseOf(request);
      await take(request);
      if (!order) return;
      held.add(order.platform);
      await killed.opened;
    };
    const run = await lab.start(program);
    await until("every platform has an order on its way", () => held.size === SEARCHED.length);
    run.signal("SIGKILL");
    await run.exited;
    killed.open();
    await until("no provider is left", () => !lab.providers()?.length, 30_000).catch((error: Error) => verdict.fail(`${error.message}: ${lab.providers()?.length} are`));
    const bought = (await lab.ledger()).filter(({ account }) => account === OURS);
    if (bought.length) verdict.fail(`bought after the engine's end: ${bought.map(({ number }) => number).join(", ")}`);
    if (takes.size !== SEARCHED.length) verdict.fail(`the stranger got ${takes.size} numbers`);
    lab.unlock();
    await upAsTold(lab, verdict, program);
    await expectAll(lab, verdict, { dev: program });
  },
};

export const RACES: Race[] = [
  manyNumbers,
  twoStacks,
  twoStacksAtBurki,
  twoRuns,
  stranger,
  soldOut,
  interruptedOnce,
  endedBy("SIGINT twice", twice),
  endedBy("SIGTERM", (run) => run.signal("SIGTERM")),
  engineGone,
];

// ---- what the races are made of ----

/** One number on each platform, none of which is delivered before the clock is moved. */
const slowly = (create: string): Program => ({
  lines: [
    ...["wiil", "voipbin"].map((platform): Line => ({ platform, count: 1, search: { country: "US", limit: 3 } })),
    { platform: "vapi", count: 1, search: { country: "US" } },
    { platform: "burki", count: 1, number: BURKI_NUMBER },
  ],
  create,
});

/** Each platform's order is placed, and has been asked after. */
async function untilPolled(lab: Lab): Promise<void> {
  const polls = [/purchase-request\//, /voipbin.*\/numbers\/[^/]+$/, /vapi.*\/phone-number\/[^/]+$/, /diagnose/];
  await until("every platform is polled", async () => {
    const asked = (await lab.requests()).filter(({ method, status }) => method === "GET" && status === 200);
    return polls.every((poll) => asked.some(({ path }) => poll.test(path.split("?")[0]!)));
  });
}

/** Starts an `up` and comes back in the middle of its polls. */
async function startPolling(lab: Lab, program: Program): Promise<Run> {
  await lab.control("outcomes", { platform: "burki", number: BURKI_NUMBER, status: "PENDING" });
  const run = await lab.start(program);
  const ended = run.exited.then((code) => Promise.reject(new Error(`up ended with ${code} before it was to: ${run.text().slice(-800)}`)));
  await Promise.race([untilPolled(lab), ended]);
  ended.catch(() => undefined);
  return run;
}

const deliver = (lab: Lab) => lab.control("clock", { advanceMs: 2 * SLOW_MS });

/** The run after: it finishes what the one before began. */
async function goOn(lab: Lab, verdict: Verdict, program: Program): Promise<void> {
  expectOk(verdict, "the next up", await lab.up(program));
  await expectAll(lab, verdict, { dev: program });
}

/** Has a second account buy the first `count` numbers of each platform that we order, before our order arrives. */
function takenByAStranger(lab: Lab, count: number): Set<string> {
  const taken = new Set<string>();
  const left = new Map(SEARCHED.map((platform) => [platform, count]));
  lab.gate.hold = async (request) => {
    const order = purchaseOf(request);
    const more = order && left.get(order.platform);
    if (!more) return;
    left.set(order.platform, more - 1);
    const status = await lab.byAStranger(request);
    if (status < 300) taken.add(`${order.platform} ${order.number}`);
    else left.set(order.platform, left.get(order.platform)! + 1); // the stranger has it already: it was ordered again after a new look at the account
  };
  return taken;
}

/** `up`, and again as its errors say: where a platform doesn't tell why a purchase failed, the candidates are searched anew. */
async function upAsTold(lab: Lab, verdict: Verdict, program: Program): Promise<void> {
  let result = await lab.up(program);
  for (let n = 0; n < SEARCHED.length && !result.ok; n++) {
    const replace = [...errorsOf(result).matchAll(/--replace '([^']+)'/g)].map(([, urn]) => urn!);
    if (!replace.length) break;
    result = await lab.up(program, { replace });
  }
  expectOk(verdict, "up", result);
}

function expectNoAdoption(verdict: Verdict, text: string): void {
  if (/adopted \+/.test(text)) verdict.fail("a number was adopted, and each stack was to buy its own");
}

async function expectExits(verdict: Verdict, runs: Run[], codes: number[]): Promise<void> {
  for (const run of runs) {
    const code = await run.exited;
    if (!codes.includes(code)) verdict.fail(`up ended with ${code}: ${run.text().slice(-800)}`);
  }
}

function barrier(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
