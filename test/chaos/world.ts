/** One account a platform, one stack, and what must hold of them at any time. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Deployment, type EngineKind, type OperationOptions, type Sandbox, startSandbox } from "pulumi-telephony/testing";
import { buy, call } from "../../bench/naive/index.js";
import { openRunners, type Runner, type Runners } from "./runners.js";
import type { Answer, Job } from "./runner.js";
import { PASSPHRASE, type ProgramSpec } from "./spec.js";

export interface LedgerLine {
  platform: string;
  account: string;
  kind: "purchase" | "release" | "renewal";
  number: string;
}

export interface OwnedLine {
  platform: string;
  account: string;
  number: string;
  name: string;
}

export interface RequestLine {
  platform: string;
  method: string;
  path: string;
  status: number | null;
}

/** What the sandbox remembers, as far as it is looked at here. */
interface State {
  platforms: Record<string, Record<string, unknown>>;
  accounts: { key: string }[];
}

/** A world as it was, to begin from again. */
export interface Snapshot {
  state: State;
  backend: string;
}

/** What went wrong in a case; empty when nothing did. Each list holds what a person needs to find it. */
export interface Verdict {
  doublePurchases: string[];
  orphans: string[];
  lost: string[];
  foreign: string[];
  leaks: string[];
  /** Not converged, an error that doesn't say what it must: everything else. */
  failures: string[];
}

export const noVerdict = (): Verdict => ({ doublePurchases: [], orphans: [], lost: [], foreign: [], leaks: [], failures: [] });
export const isBad = (verdict: Verdict) => Object.values(verdict).some((list: string[]) => list.length > 0);

/** Quick enough for thousands of runs, and still the real order of things. */
const QUICK = {
  ...{ WIIL_POLL_INTERVAL: "50ms", VOIPBIN_POLL_INTERVAL: "50ms", VAPI_POLL_INTERVAL: "50ms", BURKI_POLL_INTERVAL: "50ms" },
  ...{ WIIL_ORDER_WINDOW: "3s", VOIPBIN_ORDER_WINDOW: "1s", VAPI_ORDER_WINDOW: "1s", BURKI_ORDER_WINDOW: "1s" },
};
const SETTINGS = { wiil: { purchaseMs: 100 }, vapi: { activateMs: 50, numberMs: 50, freeNumbers: 1000 }, burki: { orderMs: 100 } };

/** The collections of the simulated platforms that hold what a program makes. */
const OBJECTS: Record<string, string[]> = {
  vapi: ["numbers", "assistants", "squads"],
  voipbin: ["numbers", "flows"],
  wiil: ["configurations", "agents", "instructions", "deployments"],
  burki: ["rows", "assistants", "flows"],
};

/** Who else is in the accounts: a number that nobody's Pulumi owns, and one of another stack, with what answers it. */
async function settleOthers({ env }: Sandbox): Promise<number> {
  const platforms = ["vapi", "wiil", "voipbin", "burki"];
  const bought: Record<string, string> = {};
  for (const platform of platforms) {
    await buy(env, platform, "Reception");
    bought[platform] = (await buy(env, platform, "Neighbour [pulumi neigh2or.1]")).id;
  }
  const { id: clerk } = (await call(env, "vapi", "POST", "/assistant", { name: "Clerk [pulumi c7erkcle.1]" })) as { id: string };
  await call(env, "vapi", "PATCH", `/phone-number/${bought["vapi"]}`, { assistantId: clerk });
  const { id: menu } = (await call(env, "voipbin", "POST", "/flows", { name: "Menu", detail: "[pulumi menumenu.1]", actions: [{ type: "answer" }] })) as { id: string };
  await call(env, "voipbin", "PUT", `/numbers/${bought["voipbin"]}/flow_ids`, { call_flow_id: menu, message_flow_id: menu });
  return platforms.length * 2;
}

const STACK = "dev";
const ROOT = path.join(__dirname, "..", "..");
const TELEPHONY = path.join(ROOT, "dist", "cli", "main.js");

export class World {
  private foreign = new Map<string, string>();
  private purchasesBefore = 0;
  private heard: string[] = [];
  private constructor(
    readonly engine: EngineKind,
    readonly sandbox: Sandbox,
    private readonly directory: string,
    private readonly runners: Runners,
    private readonly settings: Record<string, string>,
  ) {}

  /**
   * @param settings environment of every operation, beside what makes them quick
   * @param runners what runs the operations; by default processes that can be killed
   */
  static async open(engine: EngineKind, settings: Record<string, string> = {}, runners?: Runners): Promise<World> {
    const sandbox = await startSandbox();
    const world = new World(engine, sandbox, mkdtempSync(path.join(tmpdir(), "telephony-chaos-")), runners ?? openRunners(sandbox.env), settings);
    cpSync(path.join(ROOT, "test", "programs", "project"), world.project, { recursive: true });
    symlinkSync(path.join(ROOT, "node_modules"), path.join(world.project, "node_modules"));
    await world.control("settings", SETTINGS);
    world.purchasesBefore = await settleOthers(sandbox);
    const state = await world.control<State>("state");
    for (const [key, object] of objectsOf(state)) world.foreign.set(key, object);
    return world;
  }

  get backend(): string {
    return path.join(this.directory, "backend");
  }

  /** A project of its own: the CLI writes the salt of its secrets beside Pulumi.yaml. */
  private get project(): string {
    return path.join(this.directory, "project");
  }

  /** A runner that is ready, to be watched and killed. */
  runner(): Promise<Runner> {
    return this.runners.current();
  }

  job(operation: Job["operation"], program: ProgramSpec, options: OperationOptions = {}, other: Partial<Job> = {}): Job {
    return { engine: this.engine, operation, options, program, projectDir: this.project, stack: STACK, backendDir: this.backend, env: { ...this.sandbox.env, ...QUICK, ...this.settings }, ...other };
  }

  /** Runs one operation; undefined when its process died over it. What it said is kept for {@link leaks}. */
  async operate(operation: Job["operation"], program: ProgramSpec, options?: OperationOptions, other?: Partial<Job>): Promise<Answer | undefined> {
    const answer = await (await this.runner()).run(this.job(operation, program, options, other));
    this.hear(answer);
    return answer;
  }

  /** What the README tells a pipeline to run before its `up` when a run may have died. */
  async rescue(verdict: Verdict): Promise<void> {
    const args = [TELEPHONY, "recover", "--stack", STACK, "--cwd", this.project, "--engine", this.engine, "--json"];
    const env = { ...process.env, PULUMI_BACKEND_URL: pathToFileURL(this.backend).href, PULUMI_CONFIG_PASSPHRASE: PASSPHRASE };
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, args, { env: { ...env, ...this.sandbox.env } }, (error, stdout, stderr) => {
        if (error) verdict.failures.push(`telephony recover ended with ${error.code}: ${stdout} ${stderr}`);
        resolve(stdout + stderr);
      });
    });
    this.heard.push(said);
  }

  hear(answer: Answer | undefined): void {
    if (answer) this.heard.push(JSON.stringify(answer));
  }

  async control<T = unknown>(route: string, body?: unknown, method = body === undefined ? "GET" : "POST"): Promise<T> {
    const init = body === undefined ? { method } : { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(`${this.sandbox.url}/_sandbox/${route}`, init);
    if (!response.ok) throw new Error(`${method} /_sandbox/${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async snapshot(): Promise<Snapshot> {
    const backend = mkdtempSync(path.join(this.directory, "snapshot-"));
    if (existsSync(this.backend)) cpSync(this.backend, backend, { recursive: true });
    return { state: await this.control<State>("state"), backend };
  }

  async restore({ state, backend }: Snapshot): Promise<void> {
    rmSync(this.backend, { recursive: true, force: true });
    cpSync(backend, this.backend, { recursive: true });
    await this.control("faults", undefined, "DELETE");
    await this.control("requests", undefined, "DELETE");
    await this.control("state", state);
    this.heard = [];
  }

  /** The stack's resources, as the state has them. */
  resources(): NonNullable<Deployment["deployment"]["resources"]> {
    const file = this.stateFiles().find((name) => name.endsWith(`${STACK}.json`));
    if (!file) return [];
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest?: Deployment["deployment"] | null } };
    return checkpoint.latest?.resources ?? [];
  }

  /**
   * What must hold between two operations: all that is owned is in the state, once; the others' things are as they were.
   * `strangers` (`<platform> <number>`) are owned and nobody's: bought by hand, or kept when their resource went.
   */
  async audit(verdict: Verdict, expectedPurchases: number, strangers: ReadonlySet<string> = new Set()): Promise<void> {
    const state = await this.control<State>("state");
    const now = objectsOf(state);
    for (const [key, object] of this.foreign) {
      if (!now.has(key)) verdict.foreign.push(`${key} is gone`);
      else if (now.get(key) !== object) verdict.foreign.push(`${key} was ${object} and is ${now.get(key)}`);
    }
    const owned = (await this.owned()).map((line) => `${line.platform} ${line.number}`);
    const declared = this.resources()
      .filter(({ urn }) => urn.includes(":PhoneNumber::"))
      .map(({ outputs }) => `${String(outputs?.["platform"])} ${String(outputs?.["number"])}`);
    for (const number of strangers) if (!owned.includes(number)) verdict.foreign.push(`${number}, which is nobody's, is gone`);
    for (const number of owned) if (!declared.includes(number) && !strangers.has(number)) verdict.orphans.push(`${number} is owned and not in the state`);
    for (const number of declared) if (!owned.includes(number)) verdict.lost.push(`${number} is in the state and not owned`);
    const purchases = await this.ledger("purchase");
    if (purchases.length > expectedPurchases)
      verdict.doublePurchases.push(`${purchases.length} purchases for ${expectedPurchases} declared numbers: ${purchases.map((l) => l.number).join(", ")}`);
    for (const { number } of purchases) {
      const releases = (await this.ledger("release")).filter((line) => line.number === number).length;
      if (releases > purchases.filter((line) => line.number === number).length) verdict.lost.push(`${number} was released ${releases} times`);
    }
  }

  /** After a destroy: nothing of ours is left, and each purchase has its release. */
  async auditEmpty(verdict: Verdict): Promise<void> {
    const state = await this.control<State>("state");
    for (const [key, object] of objectsOf(state)) if (!this.foreign.has(key)) verdict.orphans.push(`left after destroy: ${key} ${object}`);
    for (const { urn } of this.resources()) if (!urn.includes("pulumi:")) verdict.lost.push(`still in the state after destroy: ${urn}`);
    const bought = (await this.ledger("purchase")).map((line) => line.number).sort();
    const released = (await this.ledger("release")).map((line) => line.number).sort();
    if (bought.join() !== released.join()) verdict.orphans.push(`bought ${bought.join(", ")}; released ${released.join(", ")}`);
  }

  /** Looks for every key in everything that was written or said. */
  async auditSecrets(verdict: Verdict, secrets: string[] = []): Promise<void> {
    const state = await this.control<State>("state");
    const written = this.stateFiles().map((file) => [file, readFileSync(file, "utf8")] as const);
    const said = this.heard.map((text, index) => [`what operation ${index + 1} said`, text] as const);
    const asked = [["the request log", JSON.stringify(await this.control("requests"))]] as const;
    for (const [where, text] of [...written, ...said, ...asked])
      for (const secret of [...state.accounts.map(({ key }) => key), ...secrets])
        if (text.includes(secret)) verdict.leaks.push(`${secret.slice(0, 3)}… stands in ${where}`);
  }

  /** Purchases and releases since the world was made. */
  async ledger(kind: LedgerLine["kind"]): Promise<LedgerLine[]> {
    const all = await this.control<LedgerLine[]>("ledger");
    return all.slice(this.purchasesBefore).filter((line) => line.kind === kind);
  }

  /** What the accounts own beside the others' numbers. */
  async owned(): Promise<OwnedLine[]> {
    return (await this.control<OwnedLine[]>("numbers")).filter(({ number }) => ![...this.foreign.values()].some((object) => object.includes(`"${number}"`)));
  }

  /** `<platform> <collection> <id>` of what the platforms hold beside the others' things. */
  async ours(): Promise<string[]> {
    return [...objectsOf(await this.control<State>("state")).keys()].filter((key) => !this.foreign.has(key));
  }

  requests(): Promise<RequestLine[]> {
    return this.control<RequestLine[]>("requests");
  }

  private stateFiles(): string[] {
    if (!existsSync(this.backend)) return [];
    return readdirSync(this.backend, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  }

  async close(): Promise<void> {
    this.runners.close();
    await this.sandbox.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A sync of all its numbers, which Burki itself makes of any look for one at the carriers, is no touch. [contracts/burki.md] */
const withoutSyncs = (key: string, value: unknown) => (key === "provider_phone_id" || key === "updated_at" ? undefined : value);

/** `<platform> <collection> <id>` of everything that the platforms hold, as JSON. */
function objectsOf(state: State): Map<string, string> {
  const found = new Map<string, string>();
  for (const [platform, collections] of Object.entries(OBJECTS))
    for (const collection of collections)
      for (const object of (state.platforms[platform]?.[collection] ?? []) as { id: unknown; tm_delete?: unknown }[])
        if (!object.tm_delete) found.set(`${platform} ${collection} ${String(object.id)}`, JSON.stringify(object, withoutSyncs));
  return found;
}

export const errorsOf = (answer: Answer | undefined) =>
  answer ? answer.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message).join("\n") : "its process died";
