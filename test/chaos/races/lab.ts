import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { Engine, EngineKind, EngineResult, OperationOptions, ResourceState, Sandbox } from "pulumi-telephony/testing";
import { findCli, openEngine, startSandbox } from "pulumi-telephony/testing";
import { TimeoutError } from "p-wait-for";
import { poll } from "../../../src/provider/poll.js";
import { declare } from "./project/declare.js";
import { openGate, type Gate, type Passing } from "./gate.js";

/** Numbers that a race declares on one platform: `count` resources with these arguments, or from one search that they share. */
export interface Line {
  platform: string;
  count: number;
  pool?: Record<string, unknown>;
  search?: Record<string, unknown>;
  number?: string;
}

export interface Program {
  lines: Line[];
  /** customTimeouts.create */
  create: string;
}

export interface LedgerLine {
  platform: string;
  account: string;
  kind: "purchase" | "release" | "renewal";
  number: string;
}

export interface Owned {
  platform: string;
  account: string;
  number: string;
  name: string;
}

export interface Request {
  platform: string;
  method: string;
  path: string;
  status: number | null;
}

/** An `up` in a process of its own, the leader of its group: what a Ctrl-C in a terminal reaches. */
export interface Run {
  pid: number;
  /** What it has said so far. */
  text(): string;
  signal(signal: NodeJS.Signals): void;
  hasEnded(): boolean;
  /** Its exit code; -1 if a signal ended it. */
  exited: Promise<number>;
}

/** A sandbox with a gate before it, and stacks on one engine that use it. */
export interface Lab {
  readonly kind: EngineKind;
  readonly gate: Gate;
  /** Everything that was printed, told or kept: no key may be in it. */
  readonly said: string[];
  readonly keys: string[];
  engine(program: Program, stack?: string): Engine;
  /** In this process: one at a time. */
  up(program: Program, options?: OperationOptions, stack?: string): Promise<EngineResult>;
  /** `up` as a process of its own. */
  start(program: Program, stack?: string): Promise<Run>;
  /** The PhoneNumbers in the state of a stack. */
  numbersIn(stack?: string): Promise<ResourceState[]>;
  /** What `pulumi cancel` does: a run that was killed leaves its lock. */
  unlock(stack?: string): void;
  control<T>(route: string, body?: unknown): Promise<T>;
  ledger(): Promise<LedgerLine[]>;
  owned(): Promise<Owned[]>;
  requests(): Promise<Request[]>;
  /** Sends a request of ours once more, by another account and under another name. Resolves to its status. */
  byAStranger(request: Passing): Promise<number>;
  /** The processes of dynamic providers that still run; undefined where that can't be told. */
  providers(): number[] | undefined;
  close(): Promise<void>;
}

const PROJECT = path.join(__dirname, "project");
const PASSPHRASE = "race";

/** All that a race declares is worked on at once. */
const PARALLEL = 64;

/** The stack whose requests no gate holds. */
export const PAST_THE_GATE = "past-the-gate";

/** Fast, and still the real order of things. */
const POLLING = Object.fromEntries(
  ["WIIL", "VOIPBIN", "VAPI", "BURKI"].flatMap((name) => [[`${name}_POLL_INTERVAL`, "50ms"], [`${name}_ORDER_WINDOW`, "2s"]]),
);

/** Waits for something to come true; what never does is an error and not a hang. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  await poll(async () => isSo(), { interval: 25, timeout: ms }).catch((error: unknown) => {
    throw error instanceof TimeoutError ? new Error(`waited ${ms / 1000} s in vain until ${what}`) : error;
  });
}

export const errorsOf = (result: EngineResult) => result.diagnostics.filter((d) => d.severity === "error").map((d) => d.message).join("\n");

export async function openLab(kind: EngineKind, settings: Record<string, object> = {}): Promise<Lab> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "race-"));
  const backendDir = path.join(directory, "state");
  const id = randomUUID();
  const sandbox: Sandbox = await startSandbox();
  const gate = await openGate(sandbox.url);
  const env: Record<string, string> = { ...POLLING, RACE_ID: id };
  const gated = Object.fromEntries(Object.entries(sandbox.env).map(([name, value]) => [name, value.replace(sandbox.url, gate.url)]));
  const said: string[] = [];
  const keys = sandbox.accounts.map(({ key }) => key);
  const runs: Run[] = [];

  const options = (program: Program, stack: string) => ({
    engine: kind,
    projectDir: PROJECT,
    stack,
    backendDir,
    passphrase: PASSPHRASE,
    env: { ...env, ...(stack === PAST_THE_GATE ? sandbox.env : gated), RACE: JSON.stringify(program) },
  });
  const engine: Lab["engine"] = (program, stack = "dev") => 
    openEngine({ ...options(program, stack), program: () => Promise.resolve(declare(program)), onEvent: (event) => said.push(JSON.stringify(event)) });
  const nothing: Program = { lines: [], create: "1s" };

  const command = async (program: Program, stack: string): Promise<{ file: string; args: string[]; env: Record<string, string> }> => {
    if (kind === "embedded") return { file: process.execPath, args: [path.join(__dirname, "run.js"), JSON.stringify(options(program, stack)), JSON.stringify({ parallel: PARALLEL })], env: {} };
    await engine(program, stack).exportState(); // makes the stack
    const config = path.join(directory, `Pulumi.${stack}.yaml`);
    const flags = ["--yes", "--skip-preview", "--non-interactive", "--color", "never", "--parallel", String(PARALLEL), "--config-file", config];
    const cli = {
      PULUMI_BACKEND_URL: pathToFileURL(backendDir).href,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_HOME: process.env["PULUMI_HOME"] ?? path.join(directory, "home"),
      RACE: JSON.stringify(program),
    };
    return { file: findCli()!.command, args: ["up", "--stack", stack, ...flags], env: cli };
  };

  const lab: Lab = {
    kind,
    gate,
    said,
    keys,
    engine,
    up: async (program, operation = {}, stack = "dev") => {
      const result = await engine(program, stack).up({ parallel: PARALLEL, ...operation });
      said.push(JSON.stringify(result));
      return result;
    },
    start: async (program, stack = "dev") => {
      const { file, args, env: more } = await command(program, stack);
      const child = spawn(file, args, { cwd: PROJECT, env: { ...process.env, ...env, ...gated, ...more }, stdio: ["ignore", "pipe", "pipe"], detached: true });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      // Not "close": a provider that is left behind holds on to the pipes.
      const exited = new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? -1)));
      const run: Run = {
        pid: child.pid!,
        text: () => text,
        hasEnded: () => child.exitCode !== null || child.signalCode !== null,
        exited: exited.finally(() => said.push(text)),
        signal: (signal) => {
          if (!run.hasEnded()) process.kill(-child.pid!, signal);
        },
      };
      runs.push(run);
      return run;
    },
    numbersIn: async (stack = "dev") => {
      const { deployment } = await engine(nothing, stack).exportState();
      said.push(JSON.stringify(deployment));
      return (deployment.resources ?? []).filter((r) => r.type === "pulumi-nodejs:dynamic/telephony:PhoneNumber");
    },
    unlock: (stack = "dev") => fs.rmSync(path.join(backendDir, ".pulumi/locks/organization/races", stack), { recursive: true, force: true }),
    control: async <T>(route: string, body?: unknown) => {
      const init = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
      const response = await fetch(`${sandbox.url}/_sandbox/${route}`, init);
      if (!response.ok) throw new Error(`/_sandbox/${route}: HTTP ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    ledger: () => lab.control("ledger"),
    owned: () => lab.control("numbers"),
    requests: () => lab.control("requests"),
    byAStranger: async ({ method, path: where, headers, body }) => {
      const platform = where.split("/")[1]!;
      const [ours, theirs] = ["default", "second"].map((account) => sandbox.accounts.find((a) => a.platform === platform && a.account === account)!.key);
      const disguise = (text: string) => text.replaceAll(ours!, theirs!);
      const sent = Object.entries(headers).filter(([name]) => !["host", "connection", "content-length", "transfer-encoding"].includes(name));
      const unnamed = Object.fromEntries(Object.entries(JSON.parse(body) as object).map(([key, value]) => [key, /name|detail/i.test(key) ? "Stranger" : (value as unknown)]));
      const response = await fetch(sandbox.url + disguise(where), {
        method,
        headers: Object.fromEntries(sent.map(([name, value]) => [name, disguise(String(value))])),
        body: JSON.stringify(unnamed),
      });
      await response.text();
      return response.status;
    },
    providers: () => providersOf(id),
    close: async () => {
      for (const run of runs) run.signal("SIGKILL");
      for (const pid of providersOf(id) ?? []) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It ended in the meantime.
        }
      }
      gate.close();
      await sandbox.close();
      fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  if (Object.keys(settings).length) await lab.control("settings", settings);
  return lab;
}

/** Every provider of a lab has the lab's id in its environment. */
function providersOf(id: string): number[] | undefined {
  if (!fs.existsSync("/proc/self/environ")) return undefined;
  const read = (pid: string, file: string) => {
    try {
      return fs.readFileSync(path.join("/proc", pid, file), "utf8");
    } catch {
      return ""; // it ended in the meantime
    }
  };
  return fs
    .readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && read(pid, "cmdline").includes("dynamic-provider") && read(pid, "environ").includes(id))
    .map(Number);
}
