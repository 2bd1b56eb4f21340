/**
 * Bytes that the state holds of a number and a link, side by side with the smallest dynamic resource that has the same visible
 * properties; and what a state of an earlier version of the library looks like to this one.
 */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as telephony from "pulumi-telephony";
import { type Deployment, openEngine, startSandbox, type ResourceState } from "pulumi-telephony/testing";
import { everything } from "../test/programs/kept.js";
import type { Measure, Row } from "./row.js";

const AIM = 1.05;
const PROJECT = path.join(__dirname, "..", "test", "programs", "project");

const isHidden = (key: string) => key.startsWith("__") && key !== "__provider";
const visible = (props: Record<string, unknown> = {}) => Object.fromEntries(Object.entries(props).filter(([key]) => !isHidden(key)));

/** The same resource with nothing in it but the stub and what the program and the platform say. */
function floorOf(resource: ResourceState): ResourceState {
  const { inputs, outputs, propertyDependencies } = resource;
  return { ...resource, inputs: visible(inputs), outputs: visible(outputs), propertyDependencies: visible(propertyDependencies) as Record<string, string[]> };
}

const bytes = (what: unknown) => Buffer.byteLength(JSON.stringify(what));

function row(measure: string, resources: readonly ResourceState[]): Row {
  const ours = bytes(resources) / resources.length;
  const floor = bytes(resources.map(floorOf)) / resources.length;
  return { measure, ours, floor, ratio: ours / floor, aim: `≤ ${AIM} × floor`, ok: ours / floor <= AIM };
}

/** Numbers that share a search, each with a binding. */
const shared = (count: number) => async () => {
  const search = new telephony.NumberSearch("sales", { platform: "voipbin", country: "US", limit: count });
  const menu = new telephony.CallFlow("menu", { platform: "voipbin", actions: [{ type: "answer" }] });
  for (let i = 1; i <= count; i++) {
    const number = new telephony.PhoneNumber(`sales-${i}`, { platform: "voipbin", candidates: search.numbers });
    new telephony.CallFlowBinding(`sales-${i}-menu`, { phoneNumber: number, callFlow: menu.id });
  }
  return Promise.resolve();
};

async function withStack<T>(world: object | undefined, work: (open: (program: () => Promise<Record<string, unknown> | void>) => ReturnType<typeof openEngine>, backendDir: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(path.join(tmpdir(), "telephony-bench-state-"));
  if (world) writeFileSync(path.join(directory, "sandbox.json"), JSON.stringify(world));
  const sandbox = await startSandbox(world ? { dataDir: directory } : {});
  try {
    const backendDir = path.join(directory, "backend");
    return await work((program) => openEngine({ engine: "embedded", projectDir: PROJECT, backendDir, passphrase: "test", env: sandbox.env, program }), backendDir);
  } finally {
    await sandbox.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

export const measure: Measure = async ({ quick }) => {
  const count = quick ? 4 : 10; // as many as the sandbox has for one country
  const rows = await withStack(undefined, async (open) => {
    const engine = open(shared(count));
    const up = await engine.up();
    if (!up.ok) throw new Error(up.diagnostics.map((d) => d.message).join("\n"));
    const resources = (await engine.exportState()).deployment.resources ?? [];
    const of = (type: string) => resources.filter((r) => r.type.endsWith(`:${type}`));
    return [
      row("state, bytes a PhoneNumber", of("PhoneNumber")),
      row("state, bytes a CallFlowBinding", of("CallFlowBinding")),
      row(`state, bytes a resource of a stack of ${count} numbers`, resources),
    ];
  });
  const { state, sandbox: world } = JSON.parse(readFileSync(path.join(__dirname, "..", "test", "programs", "fixtures", "state-0.1.0.json"), "utf8")) as { state: Deployment; sandbox: object };
  const diffs = await withStack(world, async (open, backendDir) => {
    const stacks = path.join(backendDir, ".pulumi", "stacks", "programs");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(path.join(backendDir, ".pulumi", "meta.yaml"), "version: 1\n");
    writeFileSync(path.join(stacks, "dev.json"), JSON.stringify({ version: 3, checkpoint: { stack: "organization/programs/dev", latest: state.deployment } }));
    const up = await open(everything).up();
    const destroyed = quick ? undefined : await open(everything).destroy();
    for (const { ok, diagnostics } of [up, ...(destroyed ? [destroyed] : [])]) if (!ok) throw new Error(diagnostics.map((d) => d.message).join("\n"));
    // A search is nothing but its entry in the state: numbers that Vapi picks had one, and have none any more.
    return up.steps.filter(({ type }) => !type.endsWith(":NumberSearch")).length;
  });
  return [...rows, { measure: "library upgraded between two ups, diffs of what is at a platform", ours: diffs, floor: 0, ratio: diffs, aim: "0", ok: diffs === 0 }];
};
