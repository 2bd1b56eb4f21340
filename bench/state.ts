/**
 * Bytes that the state holds of a number and a link, side by side with those of the smallest dynamic resource that has the same properties;
 * and what a state of an earlier version of the library looks like to this one.
 */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Deployment, type EngineKind, openEngine, startSandbox } from "pulumi-telephony/testing";
import { everything } from "../test/programs/kept.js";
import type { Measure, Row } from "./row.js";
import { withTwins } from "./twins.js";
import { makeAssistant, startWorld, succeeded } from "./world.js";

const AIM = 1.05;
const PROJECT = path.join(__dirname, "..", "test", "programs", "project");

const bytes = (what: unknown) => Buffer.byteLength(JSON.stringify(what));

/** Bytes a resource of this type. */
function bytesOf({ deployment }: Deployment, type: string): number {
  const resources = (deployment.resources ?? []).filter((resource) => resource.type.endsWith(`:${type}`));
  return bytes(resources) / resources.length;
}

async function sizes(engine: EngineKind, numbers: number): Promise<Row[]> {
  const world = await startWorld();
  try {
    return await withTwins(async (twins) => {
      const env = { ...twins.env, BENCH_NUMBERS: String(numbers), BENCH_ASSISTANT: await makeAssistant(world) };
      const stacks = { ours: world.openStack("ours", engine, { env }), floor: world.openStack("floor", engine, { env }) };
      succeeded(await stacks.ours.up());
      await twins.keep(stacks.ours);
      succeeded(await stacks.floor.up());
      const states = { ours: await stacks.ours.exportState(), floor: await stacks.floor.exportState() };
      return ["PhoneNumber", "PhoneNumberLink"].map((type) => {
        const [ours, floor] = [bytesOf(states.ours, type), bytesOf(states.floor, type)];
        return { measure: `state, bytes a ${type}`, ours, floor, ratio: ours / floor, aim: `≤ ${AIM} × floor`, ok: ours / floor <= AIM };
      });
    });
  } finally {
    await world.close();
  }
}

/** Steps of the first `up` by this version on a stack that an earlier one left. Then all of it is destroyed, but by the quick one. */
async function upgrade(quick: boolean): Promise<Row> {
  const fixture = path.join(__dirname, "..", "test", "programs", "fixtures", "state-0.1.0.json");
  const { state, sandbox: world } = JSON.parse(readFileSync(fixture, "utf8")) as { state: Deployment; sandbox: object };
  const directory = mkdtempSync(path.join(tmpdir(), "telephony-bench-state-"));
  writeFileSync(path.join(directory, "sandbox.json"), JSON.stringify(world));
  const sandbox = await startSandbox({ dataDir: directory });
  try {
    const backendDir = path.join(directory, "backend");
    const stacks = path.join(backendDir, ".pulumi", "stacks", "programs");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(path.join(backendDir, ".pulumi", "meta.yaml"), "version: 1\n");
    writeFileSync(path.join(stacks, "dev.json"), JSON.stringify({ version: 3, checkpoint: { stack: "organization/programs/dev", latest: state.deployment } }));
    const engine = openEngine({ engine: "embedded", projectDir: PROJECT, backendDir, passphrase: "test", env: sandbox.env, program: everything });
    const { steps } = succeeded(await engine.up());
    if (!quick) succeeded(await engine.destroy());
    // A search is nothing but its entry in the state: numbers that Vapi picks had one, and have none any more.
    const diffs = steps.filter(({ type }) => !type.endsWith(":NumberSearch")).length;
    return { measure: "library upgraded between two ups, diffs of what is at a platform", ours: diffs, floor: 0, ratio: diffs, aim: "0", ok: diffs === 0 };
  } finally {
    await sandbox.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

export const measure: Measure = async ({ quick, engine }) => [...(await sizes(engine, quick ? 4 : 10)), await upgrade(quick)];
