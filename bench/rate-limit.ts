/**
 * Purchases under a rate limit of 10 calls a second, as VoIPBIN would keep it: `X-RateLimit-…` with each answer, and 429 with
 * `Retry-After` for what is too much. What the limit lets through is what could be done; the sandbox counts it, and its ledger tells what
 * was bought.
 */
import * as telephony from "pulumi-telephony";
import { stockOf } from "../src/sandbox/inventory.js";
import type { Measure } from "./row.js";
import { startWorld } from "./world.js";

const CALLS_A_SECOND = 10;

interface Request {
  at: string;
  method: string;
  path: string;
  status: number | null;
}

export const measure: Measure = async ({ quick }) => {
  const count = quick ? 60 : 1_000;
  const world = await startWorld(); // not in this process: while the engine saves a state, a limit of milliseconds would be late
  try {
    await world.control("settings", { voipbin: { rateLimit: CALLS_A_SECOND } });
    const numbers = [...stockOf("voipbin").values()].filter(({ country, type }) => country === "US" && type === "local").slice(0, count);
    const program = () => {
      for (const [i, { number }] of numbers.entries()) new telephony.PhoneNumber(`number-${i}`, { platform: "voipbin", candidates: [number] });
      return Promise.resolve();
    };
    const up = await world.openStack(program, "embedded").up({ parallel: 32 });
    const bought = (await world.control<{ kind: string; number: string }[]>("ledger")).filter(({ kind }) => kind === "purchase").map(({ number }) => number);
    const requests = (await world.control<Request[]>("requests")).filter(({ path: at }) => at.startsWith("/voipbin/"));
    const through = requests.filter(({ status }) => status !== 429);
    const seconds = (Date.parse(through.at(-1)!.at) - Date.parse(through[0]!.at)) / 1_000;
    const share = through.length / seconds / CALLS_A_SECOND;
    const failures = up.diagnostics.filter(({ severity, urn }) => severity === "error" && urn !== "").length + (count - new Set(bought).size);
    const twice = bought.length - new Set(bought).size;
    const purchases = bought.length / seconds;
    const of = `${count} purchases under ${CALLS_A_SECOND} calls a second`;
    return [
      { measure: `calls a second, ${of} (${requests.length - through.length} refused)`, ours: share * CALLS_A_SECOND, floor: CALLS_A_SECOND, ratio: share, aim: "≥ 0.95 × the limit", ok: share >= 0.95 },
      { measure: `purchases a second, ${of} (floor: one call each)`, ours: purchases, floor: CALLS_A_SECOND, ratio: purchases / CALLS_A_SECOND, aim: "≥ 0.9 × the limit", ok: purchases >= 0.9 * CALLS_A_SECOND },
      { measure: `failures, ${of}`, ours: failures, floor: 0, ratio: failures, aim: "0", ok: up.ok && failures === 0 },
      { measure: `numbers bought twice, ${of}`, ours: twice, floor: 0, ratio: twice, aim: "0", ok: twice === 0 },
    ];
  } finally {
    await world.close();
  }
};
