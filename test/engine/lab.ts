/**
 * Runs the same programs on every engine that is here, and holds what they did against each other: results, provider
 * calls and state. With the real CLI present, it is the oracle for the embedded engine.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import {
  CLI_HINT,
  enginesPresent,
  openEngine,
  type Deployment,
  type Engine,
  type EngineEvent,
  type EngineKind,
  type EngineResult,
  type OperationOptions,
  type OpenEngineOptions,
} from "../../src/testing.js";

export const THINGS = path.join(__dirname, "fixtures", "things");
export const PASSPHRASE = "correct horse";

export interface ThingArgs {
  label: string;
  color?: pulumi.Input<string>;
  shape?: pulumi.Input<string>;
  [input: string]: pulumi.Input<unknown>;
}

/** A resource of the fixture's provider; what it is wired with is what `pulumi.dynamic.Resource` writes. */
export class Thing extends pulumi.CustomResource {
  declare readonly color: pulumi.Output<string>;
  declare readonly serial: pulumi.Output<number>;
  declare readonly token: pulumi.Output<string>;
  declare readonly account: pulumi.Output<string>;

  constructor(name: string, args: ThingArgs, options?: pulumi.CustomResourceOptions) {
    const outputs = { color: undefined, serial: undefined, token: undefined, account: undefined };
    const __provider = 'exports.handler=()=>require("./provider.cjs");';
    super("pulumi-nodejs:dynamic/test:Thing", name, { ...outputs, ...args, __provider }, options);
  }
}

type Program = () => Record<string, unknown> | void | Promise<Record<string, unknown> | void>;

/** A stack of its own on one engine, and the fixture's world behind it. */
export interface Lab {
  kind: EngineKind;
  backendDir: string;
  /** Where the provider keeps its things. */
  world: string;
  up: (program: Program, options?: OperationOptions) => Promise<EngineResult>;
  preview: (program: Program, options?: OperationOptions) => Promise<EngineResult>;
  refresh: (options?: OperationOptions) => Promise<EngineResult>;
  destroy: (options?: OperationOptions) => Promise<EngineResult>;
  /** An engine on the same stack, the same kind unless told. */
  engine: (options?: Partial<OpenEngineOptions>) => Engine;
  state: () => Promise<Deployment>;
  /** Provider calls since the last look. */
  calls: () => string[];
  /** Adds to what is held against the other engines. */
  note: (what: string, value: unknown) => void;
}

export interface LabOptions {
  config?: OpenEngineOptions["config"];
  env?: OpenEngineOptions["env"];
  onEvent?: (event: EngineEvent) => void;
}

/** A test that runs once on each engine; what it notes, and every result, state and call, has to be the same. */
export function onEveryEngine(title: string, run: (lab: Lab) => Promise<void>, options: LabOptions = {}): void {
  const engines = enginesPresent();
  const traces = new Map<EngineKind, unknown[]>();
  for (const kind of engines)
    it(`${title} (${kind})`, async () => {
      const trace: unknown[] = [];
      await inLab(kind, options, trace, run);
      traces.set(kind, trace);
    });
  if (engines.includes("cli"))
    it(`${title} (the same on both)`, function () {
      if (traces.size < 2) this.skip();
      expect(differences(traces.get("embedded"), traces.get("cli"))).to.deep.equal([]);
    });
}

/** Where two traces differ, one line each: what the embedded engine has, and what the CLI has. */
function differences(embedded: unknown, cli: unknown, at = ""): string[] {
  const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  if (isContainer(embedded) && isContainer(cli) && Array.isArray(embedded) === Array.isArray(cli)) {
    const keys = [...new Set([...Object.keys(embedded), ...Object.keys(cli)])];
    return keys.flatMap((key) => differences(embedded[key], cli[key], `${at}/${key}`));
  }
  if (Object.is(embedded, cli)) return [];
  return [`${at}: embedded ${JSON.stringify(embedded)}, cli ${JSON.stringify(cli)}`];
}

/** Says in the report what did not run. */
export function tellMissingEngines(): void {
  if (enginesPresent().includes("cli")) return;
  it(`runs on the Pulumi CLI too. ${CLI_HINT}`, function () {
    this.skip();
  });
}

export async function inLab(kind: EngineKind, options: LabOptions, trace: unknown[], run: (lab: Lab) => Promise<void>): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lab-"));
  const backendDir = path.join(directory, "state");
  const world = path.join(directory, "world");
  fs.mkdirSync(world);
  const log = path.join(world, "calls.log");
  let seen = 0;
  const calls = () => {
    const lines = fs.existsSync(log) ? fs.readFileSync(log, "utf8").split("\n").filter(Boolean) : [];
    const fresh = lines.slice(seen);
    seen = lines.length;
    return fresh;
  };
  const engine = (more: Partial<OpenEngineOptions> = {}) =>
    openEngine({
      engine: kind,
      projectDir: THINGS,
      backendDir,
      passphrase: PASSPHRASE,
      ...options,
      ...more,
      env: { WORLD: world, ...options.env, ...more.env },
    });
  const noted = async (what: string, work: Promise<EngineResult>) => {
    const result = await work;
    trace.push({ what, ...normalResult(result, directory), state: normalState(await engine().exportState()) });
    return result;
  };
  const withProgram = (program: Program) => engine({ program: async () => program() });
  try {
    await run({
      kind,
      backendDir,
      world,
      engine,
      up: (program, o) => noted("up", withProgram(program).up(o)),
      preview: (program, o) => noted("preview", withProgram(program).preview(o)),
      refresh: (o) => noted("refresh", engine().refresh(o)),
      destroy: (o) => noted("destroy", engine().destroy(o)),
      state: () => engine().exportState(),
      calls,
      note: (what, value) => trace.push({ [what]: value }),
    });
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

const sorted = <T>(list: T[]): T[] => [...list].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
const sortKey = (item: unknown) => Object.entries(item as object).map((entry) => JSON.stringify(entry)).sort().join();

/** What differs by nature: directories, times, random ids; and the order of what goes side by side. */
function normalText(text: string, directory: string): string {
  return text
    .replaceAll(directory, "<lab>")
     
    .replace(/\u001b\[\d+m/g, "")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g, "<time>")
    .replace(/\(pid \d+\)/g, "(pid <pid>)")
    .replace(/\n {4}at .*/g, "");
}

export function normalResult(result: EngineResult, directory: string) {
  return {
    ok: result.ok,
    steps: sorted(result.steps),
    summary: result.summary,
    outputs: result.outputs,
    diagnostics: sorted(result.diagnostics.map((d) => ({ ...d, message: normalText(d.message, directory) }))),
  };
}

const VOLATILE = new Set(["created", "modified", "sourcePosition", "stackTrace"]);

/** A deployment without times, ciphertexts and the ids of providers, in an order of its own. */
export function normalState({ deployment }: Deployment) {
  const text = JSON.stringify({ resources: deployment.resources ?? [], pending: deployment.pending_operations ?? [] }, (key, value: unknown) =>
    VOLATILE.has(key) ? undefined : key === "ciphertext" ? "<ciphertext>" : key.endsWith("hold") && !Array.isArray(value) ? "<port>" : value,
  );
  const { resources, pending } = JSON.parse(normalText(text, "\0")) as { resources: object[]; pending: object[] };
  return { resources: sorted(resources), pending: sorted(pending) };
}

export const names = (result: EngineResult) => result.steps.map(({ op, name }) => `${op} ${name}`);
export const messages = (result: EngineResult, severity = "error") =>
  result.diagnostics.filter((d) => d.severity === severity).map(({ message }) => message);
