/**
 * How long after the platform a purchase is known to have ended, and what it costs to find out, side by side with the guide, which looks
 * at once and then every 5 s. WIIL is simulated by the real clock; each purchase takes a time of its own.
 */
import * as telephony from "pulumi-telephony";
import type { Measure, Row } from "./row.js";
import { startWorld, type World } from "./world.js";

/** A purchase that takes no longer is a short one. */
const SHORT_MS = 10_000;
/** Of the guide. [seed 001] */
const FIXED_MS = 5_000;

interface Waited {
  /** What the platform took, in milliseconds. */
  took: number;
  /** From then until the engine had the number. */
  lag: number;
}

interface Outcome {
  waited: Waited[];
  /** Calls to learn how the orders stand: of their status, and of the list of numbers. */
  calls: number;
}

/** Durations from `shortest` to `longest` ms, each the same factor longer than the one before. */
function spread(count: number, shortest: number, longest: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(shortest * (longest / shortest) ** (i / (count - 1))));
}

/** The same number of milliseconds longer. */
function evenly(count: number, shortest: number, longest: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(shortest + ((longest - shortest) * i) / (count - 1)));
}

async function offered({ env }: World): Promise<string[]> {
  const response = await fetch(`${env["WIIL_URL"]}/phone-configurations/telephony-provider/numbers?areaCode=415&pageSize=100`, { headers: { "x-wiil-api-key": env["WIIL_API_KEY"]! } });
  const { data } = (await response.json()) as { data: { data: { phoneNumber: string }[] } };
  return data.data.map(({ phoneNumber }) => phoneNumber);
}

/** Buys one number for each duration, all at the same time; with `apart` each in an account of its own, so that none knows of another. */
async function buy(durations: readonly number[], { apart }: { apart: boolean }): Promise<Outcome> {
  const world = await startWorld();
  try {
    const numbers = (await offered(world)).slice(0, durations.length);
    if (numbers.length < durations.length) throw new Error(`the sandbox offers ${numbers.length} numbers, and ${durations.length} are needed`);
    await world.control("wiil/purchase-times", { ms: Object.fromEntries(numbers.map((number, i) => [number, durations[i]])) });
    const keys = numbers.map((_, i) => `wiil_proj_bench_${i}`);
    if (apart) for (const key of keys) await world.control("accounts", { platform: "wiil", key });

    const known = new Map<string, number>();
    const program = () => {
      for (const [i, number] of numbers.entries()) {
        const provider = apart ? new telephony.Provider(`account-${i}`, { wiilApiKey: keys[i]!, wiilUrl: world.env["WIIL_URL"]! }) : undefined;
        new telephony.PhoneNumber(`number-${i}`, { platform: "wiil", number }, { customTimeouts: { create: "10m" }, ...(provider && { provider }) });
      }
      return Promise.resolve();
    };
    const engine = world.openStack(program, "embedded", {
      onEvent: (event) => {
        if (event.kind === "step" && typeof event.outputs?.["number"] === "string") known.set(event.outputs["number"], Date.now());
      },
    });
    const up = await engine.up({ parallel: durations.length });
    if (!up.ok) throw new Error(up.diagnostics.map(({ message }) => message).join("\n"));

    const ledger = await world.control<{ at: string; number: string }[]>("ledger");
    const requests = await world.control<{ method: string; path: string }[]>("requests");
    const isLook = ({ method, path: at }: { method: string; path: string }) => method === "GET" && (at.includes("/purchase-request/") || at.includes("/phone-configurations?"));
    return {
      waited: numbers.map((number, i) => ({ took: durations[i]!, lag: known.get(number)! - Date.parse(ledger.find((line) => line.number === number)!.at) })),
      calls: requests.filter(isLook).length,
    };
  } finally {
    await world.close();
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const fixedLag = (took: number) => Math.ceil(took / FIXED_MS) * FIXED_MS - took;
const fixedCalls = (took: number) => 1 + Math.ceil(took / FIXED_MS);
const inWords = (ms: number) => (ms < 60_000 ? `${ms / 1_000} s` : `${Number((ms / 60_000).toPrecision(3))} min`);

function rowsOf({ waited, calls }: Outcome, how: string): Row[] {
  const range = (part: readonly Waited[]) => `${part.length} purchases of ${inWords(part[0]!.took)} to ${inWords(part.at(-1)!.took)} ${how}`;
  const naive = "naive: every 5 s, computed";
  const short = waited.filter(({ took }) => took <= SHORT_MS);
  const long = waited.filter(({ took }) => took > SHORT_MS);
  const rows: Row[] = [];
  const lag = mean(short.map((w) => w.lag)) / 1_000;
  rows.push({ measure: `poll lag, mean, s, ${range(short)} (${naive})`, ours: lag, naive: mean(short.map((w) => fixedLag(w.took))) / 1_000, ratio: lag, aim: "≤ 1 s", ok: lag <= 1 });
  if (long.length > 0) {
    const share = mean(long.map((w) => w.lag / w.took));
    rows.push({ measure: `poll lag, mean share of the wait, ${range(long)} (${naive})`, ours: share, naive: mean(long.map((w) => fixedLag(w.took) / w.took)), ratio: share, aim: "≤ 0.1 of the wait", ok: share <= 0.1 });
  }
  const fixed = waited.reduce((sum, { took }) => sum + fixedCalls(took), 0);
  rows.push({ measure: `calls to learn of the end, ${range(waited)} (${naive})`, ours: calls, naive: fixed, ratio: calls / fixed, aim: "≤ 1 × every 5 s", ok: calls <= fixed });
  return rows;
}

/** In a quick run no purchase is long: the share of the wait is measured in a whole one only, as its rows say. */
export const measure: Measure = async ({ quick }) => {
  if (quick) return rowsOf(await buy(spread(16, 200, 5_000), { apart: false }), "side by side");
  const [crowd, apart] = await Promise.all([buy(spread(40, 200, 300_000), { apart: false }), buy(evenly(9, 200, 300_000), { apart: true })]);
  return [...rowsOf(crowd, "side by side"), ...rowsOf(apart, "each alone in its account")];
};
