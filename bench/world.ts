/** What the measures share: a sandbox of its own process, and stacks in which programs run against it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import path from "node:path";
import { type Engine, type EngineKind, type EngineOptions, type EngineResult, openEngine } from "pulumi-telephony/testing";

export interface World {
  readonly env: Record<string, string>;
  control<T = unknown>(route: string, body?: unknown, method?: string): Promise<T>;
  /** Where a stack is kept. It goes with the world. */
  makeBackend(): string;
  /** A stack for one of bench/programs or for a program in this process: of its own, or the one that is kept in `backendDir`. */
  openStack(program: Program | (() => Promise<void>), engine: EngineKind, options?: Pick<EngineOptions, "env" | "onEvent"> & { backendDir?: string }): Engine;
  close(): Promise<void>;
}

/** A sandbox that doesn't take its time from whoever measures, and whose platforms take none of their own. */
export async function startWorld(): Promise<World> {
  const main = path.join(path.dirname(require.resolve("pulumi-telephony")), "cli", "main.js");
  const child = fork(main, ["sandbox", "--port", "0", "--json", "--purchase-time", "0s"], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  const { url, env } = JSON.parse(line.toString()) as { url: string; env: Record<string, string> };
  const control = async <T>(route: string, body?: unknown, method = body === undefined ? "GET" : "POST") => {
    const init = body === undefined ? { method } : { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(`${url}/_sandbox/${route}`, init);
    if (!response.ok) throw new Error(`/_sandbox/${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  await control("settings", { vapi: { freeNumbers: 1_000_000, activateMs: 0, numberMs: 0 } });
  const backends: string[] = [];
  const makeBackend = () => {
    const backendDir = fs.mkdtempSync(path.join(os.tmpdir(), "telephony-bench-"));
    backends.push(backendDir);
    return backendDir;
  };
  const openStack: World["openStack"] = (program, engine, { env: more, onEvent, backendDir = makeBackend() } = {}) =>
    openEngine({
      engine,
      backendDir,
      passphrase: "bench",
      ...(typeof program === "string" ? { projectDir: path.join(__dirname, "programs", program) } : { projectDir: path.join(__dirname, "..", "test", "programs", "project"), program }),
      // What the programs are written in is checked by npm run check, and not at each of their runs.
      env: { ...env, ...more, PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
      ...(onEvent && { onEvent }),
    });
  const close = async () => {
    for (const backendDir of backends) fs.rmSync(backendDir, { recursive: true, force: true });
    const ended = once(child, "exit");
    child.kill();
    await ended;
  };
  return { env, control, makeBackend, openStack, close };
}

/** An assistant to link numbers to. */
export async function makeAssistant(world: World): Promise<string> {
  const response = await fetch(`${world.env["VAPI_URL"]}/assistant`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.env["VAPI_API_KEY"]}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "Desk" }),
  });
  return ((await response.json()) as { id: string }).id;
}

/** What is measured, the engine's own share, and what one writes in an afternoon: the folders of bench/programs. */
export const PROGRAMS = ["ours", "floor", "naive"] as const;
export type Program = (typeof PROGRAMS)[number];

/** @throws when it failed: a number that was measured on a failure is none. */
export function succeeded(result: EngineResult): EngineResult {
  if (result.ok) return result;
  throw new Error(result.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message).join("\n") || "failed without a word");
}

/** Wall time in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
