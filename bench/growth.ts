/**
 * Our own time for each number, however many there are: the processor time of the provider's process, called as the engine calls it, for
 * numbers that are bought and bound. The engine's share, which grows with the state, is not in it.
 */
import * as fs from "node:fs";
import pLimit from "p-limit";
import { stockOf } from "../src/sandbox/inventory.js";
import { news, startRig } from "../test/provider/rig.js";
import { type Measure, type Row, STEADY } from "./row.js";

/** What the engine asks for at once. */
const AT_ONCE = 16;

/** In this unit Linux tells processor time. [proc(5)] */
const TICK_MS = 10;

/** Processor time of a process in ms, user's and system's. Linux only. */
function cpuOf(pid: number): number {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Milliseconds a number, after the process has warmed up. */
async function ownTime(count: number): Promise<number> {
  const rig = await startRig({ purchaseMs: 0 });
  try {
    await rig.control("accounts", { platform: "voipbin", key: "rich", balance: "1000000.00" });
    const provider = await rig.start({ env: { VOIPBIN_ACCESS_KEY: "rich" } });
    const numbers = [...stockOf("voipbin").values()].filter(({ country, type }) => country === "US" && type === "local").map(({ number }) => number);
    const make = async (type: "PhoneNumber" | "CallFlowBinding" | "CallFlow", name: string, args: Record<string, unknown>) => {
      const { inputs, failures } = await provider.check(news(type, name, args));
      if (failures[0]) throw new Error(failures[0].reason);
      return provider.create(inputs);
    };
    const flow = await make("CallFlow", "menu", { platform: "voipbin", actions: [{ type: "answer" }] });
    const buy = async (index: number) => {
      const { id } = await make("PhoneNumber", `number-${index}`, { platform: "voipbin", candidates: [numbers[index]] });
      await make("CallFlowBinding", `binding-${index}`, { phoneNumber: { platform: "voipbin", id }, callFlow: flow.id });
    };
    const limit = pLimit(AT_ONCE);
    const buyAll = (from: number, to: number) => Promise.all(Array.from({ length: to - from }, (_, i) => limit(() => buy(from + i))));
    await buyAll(0, WARM);
    const before = cpuOf(provider.process.pid!);
    await buyAll(WARM, WARM + count);
    return (cpuOf(provider.process.pid!) - before) / count;
  } finally {
    await rig.close();
  }
}

/** What is compiled only while it runs is not of any number's time. */
const WARM = 500;

const SIZES = [100, 1_000, 5_000];

export const measure: Measure = async ({ quick }) => {
  if (quick || process.platform !== "linux") return [];
  const times: number[] = [];
  for (const size of SIZES) times.push(await ownTime(size));
  return SIZES.map((size, i): Row => {
    const ratio = times[i]! / times[0]!;
    return { measure: `own processor time, ms a number and link, of ${size.toLocaleString("en")}`, ours: times[i]!, ratio, aim: `≤ ${STEADY} × that of ${SIZES[0]}`, ok: ratio <= STEADY };
  });
};
