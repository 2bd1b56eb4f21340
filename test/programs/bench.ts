import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { Engine, EngineEvent, EngineKind, EngineOptions, EngineResult, Sandbox } from "pulumi-telephony/testing";
import { CLI_HINT, enginesPresent, openEngine, startSandbox } from "pulumi-telephony/testing";

export type Program = () => Promise<Record<string, unknown> | void>;

export interface LedgerLine {
  platform: string;
  account: string;
  kind: "purchase" | "release" | "renewal";
  number: string;
  amount: string;
}

/** A sandbox, an engine with a stack of its own, and the questions that the tests ask of both. */
export interface Bench {
  readonly sandbox: Sandbox;
  readonly events: EngineEvent[];
  /** The engine with this program as the stack's next one. */
  engine(program: Program, env?: Record<string, string | undefined>, config?: EngineOptions["config"]): Engine;
  /** The engine with the program in `examples/<name>`, run as its users run it, on the same stack of every call. */
  example(name: string, config?: EngineOptions["config"], env?: Record<string, string | undefined>): Engine;
  up(program: Program, env?: Record<string, string | undefined>): Promise<EngineResult>;
  /** `up` that must succeed. */
  apply(program: Program, env?: Record<string, string | undefined>): Promise<EngineResult>;
  /** `up` that must fail; its errors. */
  refuse(program: Program, env?: Record<string, string | undefined>): Promise<string>;
  control<T = unknown>(path: string, body?: unknown): Promise<T>;
  ledger(kind?: LedgerLine["kind"]): Promise<LedgerLine[]>;
  owned(): Promise<{ platform: string; account: string; number: string; id: string; name: string }[]>;
}

/** Fast enough for tests, and still the real order of things. */
const QUICK = {
  ...{ WIIL_POLL_INTERVAL: "50ms", VOIPBIN_POLL_INTERVAL: "50ms", VAPI_POLL_INTERVAL: "50ms", BURKI_POLL_INTERVAL: "50ms" },
  ...{ WIIL_ORDER_WINDOW: "3s", VOIPBIN_ORDER_WINDOW: "1s", VAPI_ORDER_WINDOW: "1s", BURKI_ORDER_WINDOW: "1s" },
};

export const errorsOf = (result: EngineResult) => result.diagnostics.filter((d) => d.severity === "error").map((d) => d.message).join("\n");
export const warningsOf = (result: EngineResult) => result.diagnostics.filter((d) => d.severity === "warning").map((d) => d.message).join("\n");

/** The same tests on every engine that is here; where the CLI is not, that is said. */
export function onEveryEngine(title: string, tests: (bench: Bench, kind: EngineKind) => void): void {
  const present = enginesPresent();
  describe(title, () => {
    for (const kind of present) {
      describe(`on the ${kind} engine`, () => {
        const bench = {} as { -readonly [K in keyof Bench]: Bench[K] };
        let backendDir: string;
        before(async () => {
          bench.sandbox = await startSandbox({ purchaseMs: 300 });
        });
        beforeEach(async () => {
          backendDir = mkdtempSync(path.join(tmpdir(), "telephony-programs-"));
          bench.events = [];
          await bench.control("reset", {});
        });
        afterEach(() => rmSync(backendDir, { recursive: true, force: true }));
        after(() => bench.sandbox.close());

        const open = (options: Pick<EngineOptions, "projectDir" | "program" | "config">, env?: Record<string, string | undefined>) =>
          openEngine({
            engine: kind,
            backendDir,
            passphrase: "test",
            env: { ...bench.sandbox.env, ...QUICK, ...env },
            onEvent: (event) => bench.events.push(event),
            ...options,
          });
        bench.engine = (program, env, config) => open({ projectDir: path.join(__dirname, "project"), program, config }, env);
        bench.example = (name, config, env) => open({ projectDir: path.join(__dirname, "..", "..", "examples", name), config }, env);
        bench.up = (program, env) => bench.engine(program, env).up();
        bench.apply = async (program, env) => {
          const result = await bench.up(program, env);
          expect(result.ok, errorsOf(result)).to.be.true;
          return result;
        };
        bench.refuse = async (program, env) => {
          const result = await bench.up(program, env);
          expect(result.ok, "this program must be refused").to.be.false;
          return errorsOf(result);
        };
        bench.control = async <T>(route: string, body?: unknown) => {
          const init = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
          const response = await fetch(`${bench.sandbox.url}/_sandbox/${route}`, init);
          expect(response.status, `/_sandbox/${route}`).to.be.lessThan(300);
          return (await response.json()) as T;
        };
        bench.ledger = async (kind) => (await bench.control<LedgerLine[]>("ledger")).filter((line) => !kind || line.kind === kind);
        bench.owned = () => bench.control("numbers");
        tests(bench, kind);
      });
    }
    if (!present.includes("cli")) it(`on the cli engine: skipped. ${CLI_HINT}`);
  });
}
