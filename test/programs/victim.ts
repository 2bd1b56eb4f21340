/** A whole program in a project of its own, whose runs are processes that a test can kill. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { startSandbox, openEngine, type Engine, type EngineKind, type EngineOptions, type OpenEngineOptions, type Sandbox } from "pulumi-telephony/testing";

const root = path.join(__dirname, "..", "..");

/** Fast polling, and windows that a test can wait for. */
const QUICK = {
  ...{ WIIL_POLL_INTERVAL: "50ms", VOIPBIN_POLL_INTERVAL: "50ms", VAPI_POLL_INTERVAL: "50ms", BURKI_POLL_INTERVAL: "50ms" },
  ...{ WIIL_ORDER_WINDOW: "3s", VOIPBIN_ORDER_WINDOW: "1s", VAPI_ORDER_WINDOW: "1s", BURKI_ORDER_WINDOW: "1s" },
};

export interface Victim {
  readonly sandbox: Sandbox;
  readonly projectDir: string;
  readonly backendDir: string;
  readonly lockDir: string;
  readonly stateFile: string;
  /** What the engines get, and what `telephony` needs to find the same stack. */
  readonly env: Record<string, string>;
  engine(env?: Record<string, string | undefined>, onEvent?: EngineOptions["onEvent"]): Engine;
  /** `up` in a process of its own. */
  start(): Run;
  control<T = unknown>(route: string, body?: unknown): Promise<T>;
  purchases(): Promise<{ kind: string; number: string }[]>;
  close(): Promise<void>;
}

export interface Run {
  /** Kills the engine alone, by the process that its lock names. The provider lives on. */
  killEngine(): Promise<void>;
  exited: Promise<unknown>;
}

/** @param program CommonJS text; `telephony` is the package */
export async function startVictim(kind: EngineKind, program: string): Promise<Victim> {
  const sandbox = await startSandbox({ purchaseMs: 300 });
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "victim-"));
  const projectDir = path.join(directory, "shop");
  const backendDir = path.join(directory, "state");
  fs.mkdirSync(projectDir);
  fs.mkdirSync(backendDir);
  fs.writeFileSync(path.join(projectDir, "Pulumi.yaml"), "name: shop\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n");
  fs.writeFileSync(path.join(projectDir, "package.json"), '{"main":"index.js"}');
  fs.writeFileSync(path.join(projectDir, "index.js"), `const telephony = require("pulumi-telephony");\n${program}\n`);
  fs.symlinkSync(path.join(root, "node_modules"), path.join(projectDir, "node_modules"));
  const lockDir = path.join(backendDir, ".pulumi", "locks", "organization", "shop", "dev");
  const env = { ...sandbox.env, ...QUICK, PULUMI_CONFIG_PASSPHRASE: "test", PULUMI_BACKEND_URL: `file://${backendDir}`, PULUMI_HOME: path.join(directory, "home") };
  const options: OpenEngineOptions = { engine: kind, projectDir, backendDir, passphrase: "test", env };

  const control = async <T>(route: string, body?: unknown): Promise<T> => {
    const init = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(`${sandbox.url}/_sandbox/${route}`, init);
    if (response.status >= 300) throw new Error(`/_sandbox/${route}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    sandbox,
    projectDir,
    backendDir,
    lockDir,
    stateFile: path.join(backendDir, ".pulumi", "stacks", "shop", "dev.json"),
    env,
    engine: (more = {}, onEvent) => openEngine({ ...options, env: { ...env, ...more }, ...(onEvent && { onEvent }) }),
    start() {
      const child = spawn(process.execPath, ["--require", "tsx/cjs", path.join(root, "test", "engine", "run.ts"), "up", JSON.stringify(options)], { stdio: ["ignore", "ignore", "inherit"] });
      const exited = once(child, "exit");
      return {
        exited,
        async killEngine() {
          const [lock = ""] = fs.readdirSync(lockDir).filter((name) => name.endsWith(".json"));
          const { pid } = JSON.parse(fs.readFileSync(path.join(lockDir, lock), "utf8")) as { pid: number };
          process.kill(pid, "SIGKILL");
          await exited;
        },
      };
    },
    control,
    purchases: async () => (await control<{ kind: string; number: string }[]>("ledger")).filter((line) => line.kind === "purchase"),
    async close() {
      await sandbox.close();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits for what can't be awaited. */
export async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`it never came: ${what}`);
}
