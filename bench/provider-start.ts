/**
 * How long the provider process takes from its start to its first answer, and what memory it holds when it has worked: ours, the
 * smallest provider, and the naive one, each as the engine starts it and asks it over gRPC.
 */
import { execFileSync } from "node:child_process";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { startSandbox } from "pulumi-telephony/testing";
import { loadProject } from "../src/engine/project.js";
import { dynamicProvider } from "../src/engine/provider-process.js";
import type { Props } from "../src/engine/values.js";
import { PROVIDER_STUB, typeToken } from "../src/resources/resource.js";
import { median } from "./median.js";
import { NaiveNumber } from "./naive/index.js";
import type { Measure, Row } from "./row.js";

const AIM = 1.3;

/** No more than answers. */
const FLOOR = "exports.handler=()=>({check:async(o,inputs)=>({inputs}),create:async(outs)=>({id:outs.name,outs})});";

/** The text of the naive provider, as Pulumi captures it. */
async function naiveText(): Promise<string> {
  let text = "";
  await pulumi.runtime.setMocks({
    newResource: ({ inputs, name }) => {
      text = (inputs as Props)["__provider"] as string;
      return { id: name, state: {} };
    },
    call: ({ inputs }) => inputs as Props,
  });
  const made = new NaiveNumber("naive", { platform: "voipbin", name: "naive" });
  await new Promise((resolve) => void made.urn.apply(resolve));
  return text;
}

interface Work {
  provider: string;
  /** The first question: the README's first number, as `preview` asks about it. */
  first: { type: string; args: Props };
  /** What is made then; the naive one knows numbers only, and so many are not for sale. */
  rest?: { type: string; args: Props };
}

const urnOf = (type: string, name: string) => `urn:pulumi:dev::bench::${typeToken(type)}::${name}`;

/** Memory of the provider process, the only one of this process's children that is one, in MB. */
function memory(): number {
  const all = execFileSync("ps", ["-A", "-o", "ppid=,rss=,args="], { encoding: "utf8" }).split("\n").map((line) => line.trim().split(/\s+/));
  const provider = all.find(([parent, , ...args]) => Number(parent) === process.pid && args.some((arg) => arg.includes("dynamic-provider")));
  if (!provider) throw new Error("the provider process is not among this process's children");
  return Number(provider[1]) / 1024;
}

async function run({ provider: text, first, rest }: Work, count: number, env: Record<string, string>): Promise<{ startMs: number; megabytes?: number }> {
  const project = loadProject(path.join(__dirname, "..", "test", "programs", "project"));
  const provider = dynamicProvider({}, { project, engineAddress: "127.0.0.1:1", env: { ...process.env, ...env }, onOutput: () => {}, dryRun: false });
  try {
    const check = async (type: string, name: string, args: Props) => {
      const urn = urnOf(type, name);
      const { inputs, failures } = await provider.check(urn, {}, { ...args, __provider: text, __urn: urn }, new Uint8Array());
      if (failures.length > 0) throw new Error(`${name}: ${failures.map((f) => f.reason).join("; ")}`);
      return inputs;
    };
    const begun = performance.now();
    await check(first.type, "number", first.args);
    const startMs = performance.now() - begun;
    if (!rest) return { startMs };
    const make = async (name: string) => provider.create(urnOf(rest.type, name), await check(rest.type, name, { ...rest.args, name }), 300);
    for (let i = 0; i < count; i += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => make(`it-${i + k}`)));
    return { startMs, megabytes: memory() };
  } finally {
    provider.stop();
  }
}

export const measure: Measure = async ({ quick }) => {
  const sandbox = await startSandbox();
  try {
    const number = { type: "PhoneNumber", args: { platform: "voipbin", search: { country: "US", type: "toll-free" }, name: "Hotline" } };
    const flow = { type: "CallFlow", args: { platform: "voipbin", actions: [{ type: "answer" }] } };
    const works = {
      ours: { provider: PROVIDER_STUB, first: number, rest: flow },
      floor: { provider: FLOOR, first: number, rest: flow },
      naive: { provider: await naiveText(), first: number },
    };
    const found = { ours: [], floor: [], naive: [] } as Record<keyof typeof works, Awaited<ReturnType<typeof run>>[]>;
    for (let i = 0; i < (quick ? 2 : 9); i++) {
      for (const which of ["ours", "floor", "naive"] as const) {
        if (which !== "naive" || !quick) found[which].push(await run(works[which], quick ? 100 : 500, sandbox.env));
      }
    }
    const middle = (which: keyof typeof works, of: "startMs" | "megabytes") => median(found[which].flatMap((one) => one[of] ?? []));
    const row = (title: string, of: "startMs" | "megabytes"): Row => {
      const [ours, floor] = [middle("ours", of), middle("floor", of)];
      return { measure: title, ours, floor, ratio: ours / floor, aim: `≤ ${AIM.toFixed(1)} × floor`, ok: ours / floor <= AIM };
    };
    const start = row("provider start, ms to its first answer", "startMs");
    return [{ ...start, ...(found.naive.length > 0 && { naive: middle("naive", "startMs") }) }, row(`provider memory, MB after ${quick ? 100 : 500} resources`, "megabytes")];
  } finally {
    await sandbox.close();
  }
};
