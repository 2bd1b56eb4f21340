/**
 * Answers that are damaged on the way. Whatever the platform seems to say: the operation succeeds, or fails in words; and a second run,
 * in another process and with honest answers, comes to what is declared, with one purchase a number and nothing owned outside of the state.
 */
import fc from "fast-check";
import { news, type Props, type Provider, ProviderError, type Rig, startRig, type TypeName } from "../provider/rig.js";
import type { Part, Sampling } from "./corpus.js";
import { LIES, MUTATIONS, type Mutation, type Proxy, startProxy } from "./mutating-proxy.js";
import { type Made, type Operation, type Scenario, SCENARIOS } from "./scenarios.js";
import { shown, unfit, within } from "./words.js";

interface Case {
  scenario: Scenario;
  operation: Operation;
  mutation: Mutation;
}

const anyCase: fc.Arbitrary<Case> = fc.constantFrom(...SCENARIOS).chain((scenario) =>
  fc.record({
    scenario: fc.constant(scenario),
    operation: fc.constantFrom(...scenario.operations),
    mutation: fc.record({ kind: fc.constantFrom(...MUTATIONS), where: fc.nat(200), what: fc.nat(20), nth: fc.constantFrom(0, 0, 0, 1, 1, 2, 3), sticky: fc.boolean() }),
  }),
);

/** Nobody can object to these. */
const HARMLESS = ["extra fields", "__proto__", "other content type", "BOM", "other 2xx"];

const QUICK = {
  ...{ WIIL_POLL_INTERVAL: "40ms", VOIPBIN_POLL_INTERVAL: "40ms", VAPI_POLL_INTERVAL: "40ms", BURKI_POLL_INTERVAL: "40ms" },
  ...{ WIIL_ORDER_WINDOW: "1500ms", VOIPBIN_ORDER_WINDOW: "400ms", VAPI_ORDER_WINDOW: "400ms", BURKI_ORDER_WINDOW: "400ms" },
};
const TIMEOUTS = { create: "2s", update: "2s", delete: "2s" };
/** Five attempts with backoff, twice, and what the machine is busy with besides. */
const HANGS_MS = 45_000;

const LANES = 6;

/** How many cases had an answer to damage: the others ended before the one that was meant. */
export let reached = 0;

interface Known extends Made {
  type: TypeName;
  inputs: Props;
  /** It is in the state as half made: the next run updates it whatever the diff says. */
  broken?: boolean;
}

/** A sandbox of its own, and one process for the damaged run and another for the next. */
interface Lane {
  rig: Rig;
  proxy: Proxy;
  damaged: Provider;
  next: Provider;
  close(): Promise<void>;
}

async function openLane(): Promise<Lane> {
  const rig = await startRig({ purchaseMs: 100 });
  const proxy = await startProxy(rig.sandbox.url);
  const urls = Object.fromEntries(Object.entries(rig.sandbox.env).filter(([key]) => key.endsWith("_URL")).map(([key, url]) => [key, url.replace(rig.sandbox.url, proxy.url)]));
  const start = () => rig.start({ env: { ...QUICK, ...urls } });
  const [damaged, next] = await Promise.all([start(), start()]);
  return {
    rig, proxy, damaged, next,
    close: async () => {
      await rig.close();
      await proxy.close();
    },
  };
}

/** One program, as an engine runs it: what it makes is kept in `states`. */
class Program {
  readonly states: Record<string, Known> = {};
  changed = false;

  constructor(readonly scenario: Scenario) {}

  private inputsOf(part: Scenario["parts"][number]): Props {
    const last = part === this.scenario.parts.at(-1);
    return news(part.type, part.name, { ...part.args(this.states), ...(last && this.changed && part.changed) }, { __timeouts: TIMEOUTS, ...part.hidden?.(this.states) });
  }

  /** Brings up the parts; throws what the provider throws. */
  async up(provider: Provider, which: (part: Scenario["parts"][number]) => boolean = () => true): Promise<void> {
    for (const part of this.scenario.parts.filter(which)) {
      const old = this.states[part.name];
      const { inputs, failures } = await provider.check(this.inputsOf(part), old?.inputs);
      if (failures.length > 0) throw new ProviderError(failures.map((f) => `${f.property}: ${f.reason}`).join("; "));
      const diff = old && (await provider.diff(old.id, old.outs, inputs));
      if (!old || diff!.replaces.length > 0) {
        await this.keep(part, inputs, async () => provider.create(inputs));
        if (old) await provider.delete(old.id, old.outs);
      } else if (old.broken || diff!.changes) {
        await this.keep(part, inputs, async () => ({ id: old.id, outs: await provider.update(old.id, old.outs, inputs) }));
      }
    }
  }

  private async keep({ type, name }: Scenario["parts"][number], inputs: Props, work: () => Promise<Made>): Promise<void> {
    try {
      this.states[name] = { type, inputs, ...(await work()) };
    } catch (error) {
      const partial = error instanceof ProviderError ? error.partial : undefined;
      if (partial) this.states[name] = { type, inputs, id: partial.id, outs: partial.properties, broken: true };
      throw error;
    }
  }

  /** @returns the names of what is said to be gone */
  async refresh(provider: Provider, which?: string): Promise<string[]> {
    const gone: string[] = [];
    for (const [name, state] of Object.entries(this.states)) {
      if (which !== undefined && name !== which) continue;
      const found = await provider.read(state.id, state.outs);
      if (found.id === "") {
        delete this.states[name];
        gone.push(name);
      } else this.states[name] = { ...state, ...found, inputs: found.inputs ?? state.inputs };
    }
    return gone;
  }

  async destroy(provider: Provider, only?: string): Promise<void> {
    for (const { name } of [...this.scenario.parts].reverse()) {
      const state = this.states[name];
      if (!state || (only !== undefined && name !== only)) continue;
      await provider.delete(state.id, state.outs);
      delete this.states[name];
    }
  }

  /** What the next preview would change. */
  async unsteady(provider: Provider): Promise<string[]> {
    const names: string[] = [];
    for (const part of this.scenario.parts) {
      const state = this.states[part.name]!;
      const { inputs } = await provider.check(this.inputsOf(part), state.inputs);
      if ((await provider.diff(state.id, state.outs, inputs)).changes) names.push(part.name);
    }
    return names;
  }
}

/** What stands at the platform beside numbers. */
async function things({ rig }: Lane, { platform, parts }: Scenario): Promise<string[]> {
  const { env } = rig.sandbox;
  const get = async (path: string, headers: Record<string, string>, base: string) => {
    const response = await fetch(base + path, { headers });
    const body = (await response.json()) as Props;
    const data = (body["data"] ?? body) as Props;
    const list = (Array.isArray(data) ? data : (data["result"] ?? data["items"] ?? data["data"] ?? [])) as { id: unknown }[];
    return list.map((x) => `${path} ${String(x.id)}`);
  };
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  switch (platform) {
    case "vapi": return get("/assistant", bearer(env["VAPI_API_KEY"]!), env["VAPI_URL"]!);
    // A flow brings an assistant of its own with it, which Burki keeps.
    case "burki": return get(parts.some((p) => p.type === "Assistant") ? "/api/v1/assistants" : "/api/v1/flows", bearer(env["BURKI_API_KEY"]!), env["BURKI_URL"]!);
    case "voipbin": return get(`/flows?accesskey=${env["VOIPBIN_ACCESS_KEY"]}`, {}, env["VOIPBIN_URL"]!);
    case "wiil": return [...(await get("/agent-configurations", { "x-wiil-api-key": env["WIIL_API_KEY"]! }, env["WIIL_URL"]!)), ...(await get("/instruction-configurations", { "x-wiil-api-key": env["WIIL_API_KEY"]! }, env["WIIL_URL"]!))];
  }
}

const count = (text: string, part: Part, problem: "doublePurchases" | "orphans" | "lost" | "foreign" | undefined) => {
  if (problem) part[problem]++;
  return text;
};

const REMEDY = /run pulumi|give a |report this|correct|check (the|what)|upgrade|declare|release|\bset |search anew|loosen|remove this|another|top up|try /i;

/** The message of an operation that failed. */
function unclear(error: unknown, { platform }: Scenario, secrets: string[]): string | undefined {
  if (!(error instanceof ProviderError)) return `${(error as Error).message}`;
  const { message } = error;
  const problem = unfit(message, secrets);
  if (problem) return `its error ${problem}: ${shown(message)}`;
  if (!message.toLowerCase().includes(platform)) return `its error doesn't name ${platform}: ${shown(message)}`;
  if (!REMEDY.test(message)) return `its error tells no remedy: ${shown(message)}`;
  return undefined;
}

async function attempt(lane: Lane, { scenario, operation, mutation }: Case, part: Part): Promise<string | undefined> {
  const { rig, proxy, damaged, next } = lane;
  const secrets = rig.sandbox.accounts.map((a) => a.key);
  proxy.arm(undefined);
  await rig.control("reset", {});
  const program = new Program(scenario);
  const last = scenario.parts.at(-1)!;
  await program.up(damaged, (p) => p.before === true || operation !== "create");

  // The run whose answers are damaged.
  proxy.arm(mutation);
  let error: unknown;
  let gone: string[] = [];
  if (operation === "update") program.changed = true;
  try {
    await within(HANGS_MS, operation, (async () => {
      if (operation === "read") gone = await program.refresh(damaged, last.name);
      else if (operation === "delete") await program.destroy(damaged, last.name);
      else await program.up(damaged);
    })());
  } catch (e) {
    error = e;
  }
  const damage = proxy.damage();
  if (damage.length > 0) reached++;
  proxy.arm(undefined);
  const isLie = LIES.includes(mutation.kind) || (mutation.kind === "bare text" && damage.some((d) => d.method === "GET"));
  if (damaged.process.exitCode !== null) return `the provider has crashed: ${shown(rig.said().slice(-400))}`;
  if (error !== undefined) {
    const problem = unclear(error, scenario, secrets);
    if (problem) return problem;
    if (HARMLESS.includes(mutation.kind)) return `failed, and there was nothing to object to: ${shown((error as Error).message)}`;
  }
  if (gone.length > 0 && !(isLie && damage.length > 0)) return count(`read says that ${gone.join()} is gone`, part, "lost");

  // The next run, with honest answers.
  const step = async (what: string, work: () => Promise<unknown>) => {
    try {
      await within(HANGS_MS, what, work());
      return undefined;
    } catch (e) {
      return `${what} of the next run: ${shown((e as Error).message)}`;
    }
  };
  if (operation === "delete") {
    const again = await step("destroy", () => program.destroy(next));
    if (again) return again;
  } else {
    // A refresh comes first where the state may have been told a lie: it is what the error, or the next diff, would ask for.
    if (isLie || error !== undefined) {
      const fresh = await step("refresh", () => program.refresh(next));
      if (fresh) return fresh;
    }
    const up = await step("up", () => program.up(next));
    if (up) return up;
    const unsteady = await program.unsteady(next);
    if (unsteady.length > 0) return `${unsteady.join()} still changes after the next run`;
  }

  const ledger = await rig.ledger();
  const declared = operation === "delete" ? scenario.parts.filter((p) => p.type === "PhoneNumber" && p !== last) : scenario.parts.filter((p) => p.type === "PhoneNumber");
  const owned = await rig.control<{ number: string }[]>("numbers");
  const bought = ledger.filter((l) => l.kind === "purchase").length;
  const wanted = scenario.parts.filter((p) => p.type === "PhoneNumber").length;
  if (bought > wanted) return count(`${bought} purchases for ${wanted} numbers: ${shown(ledger.map((l) => `${l.kind} ${l.number}`))}`, part, "doublePurchases");
  const numbers = operation === "delete" ? [] : declared.map((p) => program.states[p.name]!.outs["number"]);
  if (operation !== "delete" && owned.map((n) => n.number).sort().join() !== numbers.sort().join()) {
    return count(`owned is ${shown(owned.map((n) => n.number))}, and the state has ${shown(numbers)}`, part, owned.length > numbers.length ? "orphans" : "lost");
  }
  const destroyed = await step("destroy", () => program.destroy(next));
  if (destroyed) return destroyed;
  const left = [...(await rig.control<{ number: string }[]>("numbers")).map((n) => n.number), ...(await things(lane, scenario))];
  if (left.length > 0 && !(operation === "delete" && isLie && error === undefined)) return count(`left behind: ${left.join(", ")}`, part, "orphans");
  return undefined;
}

/** Cases that are written down, for what was found once. */
export function answersOf(written: readonly [scenario: string, operation: Operation, mutation: Partial<Mutation>][]): Promise<Part> {
  const cases = written.map(([scenario, operation, mutation], n): [string, Case] => [
    `written:${n}`,
    { scenario: SCENARIOS.find((s) => s.title === scenario)!, operation, mutation: { kind: "null", where: 0, what: 0, nth: 0, sticky: false, ...mutation } },
  ]);
  return answers({ of: () => cases as never, done: () => {} });
}

const titleOf = ({ scenario, operation, mutation: { kind, sticky, nth } }: Case) => `${scenario.title}, ${operation}: ${kind} ${sticky ? "from" : "in"} answer ${nth + 1}`;

export async function answers(sampling: Sampling): Promise<Part> {
  const part: Part = { tried: 0, failures: [], doublePurchases: 0, orphans: 0, lost: 0, foreign: 0, leaks: 0 };
  const cases = sampling.of("answers", anyCase);
  const queue = [...cases];
  const failed = new Map<string, string>();
  const work = async () => {
    let lane = await openLane();
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [path, one] = next;
      let problem: string | undefined;
      try {
        problem = await attempt(lane, one, part);
      } catch (error) {
        problem = `the test itself: ${(error as Error).message}`;
      }
      const damage = lane.proxy.damage();
      part.tried++;
      if (problem?.includes("says a secret")) part.leaks++;
      if (problem) {
        failed.set(path, `${path} ${titleOf(one)}: ${problem}${damage.length ? ` (${damage.length}x ${damage[0]!.at} of ${damage[0]!.method} ${damage[0]!.path})` : ""}`);
        // What it left in a process is not to be met by the next one.
        await lane.close();
        lane = await openLane();
      }
      sampling.done(titleOf(one), problem);
    }
    await lane.close();
  };
  await Promise.all(Array.from({ length: Math.min(LANES, Math.ceil(queue.length / 8)) }, work));
  part.failures.push(...cases.flatMap(([path]) => failed.get(path) ?? []));
  return part;
}
