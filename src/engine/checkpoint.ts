/**
 * The state during an operation: what the last one left (the base), what this one has done so far, and what is under
 * way. Saved before and after every step, so that whatever dies, the next engine finds it (Go: pkg/backend/snapshot.go).
 */
import * as crypto from "node:crypto";
import type { Deployment, ResourceState } from "./engine.js";
import { backUpDeployment, readDeployment, writeDeployment, type StackFiles } from "./backend.js";
import { decryptProps, encryptProps, type Crypter } from "./secrets.js";
import { createUrn, parseReference, ROOT_STACK_TYPE, typeOf } from "./urn.js";

export type PendingType = "creating" | "updating" | "deleting" | "reading" | "importing";
export interface PendingOperation {
  resource: ResourceState;
  type: PendingType;
}

type DeploymentBody = Deployment["deployment"];

/** The Pulumi version whose behaviour is followed; it goes into the manifest with a digest of it. */
export const PULUMI_VERSION = "v3.260.0";

export class Checkpoint {
  /** What the last operation left, in order; a refresh replaces it. */
  base: ResourceState[];
  readonly basePending: PendingOperation[];
  private readonly news: ResourceState[] = [];
  private readonly done = new Set<ResourceState>();
  private readonly pending: PendingOperation[] = [];
  private dirty = false;
  private backedUp = false;

  private constructor(
    private readonly files: StackFiles,
    private readonly crypter: Crypter,
    private readonly stored: DeploymentBody | undefined,
    private readonly writable: boolean,
  ) {
    const read = (state: ResourceState): ResourceState => ({
      ...state,
      ...(state.inputs && { inputs: decryptProps(crypter, state.inputs) }),
      ...(state.outputs && { outputs: decryptProps(crypter, state.outputs) }),
    });
    this.base = (stored?.resources ?? []).map(read);
    this.basePending = (stored?.pending_operations ?? []).map(({ resource, type }) => ({
      resource: read(resource),
      type: type as PendingType,
    }));
  }

  /** A preview's checkpoint is not writable: it is kept in memory only. */
  static async open(
    files: StackFiles,
    options: { writable: boolean; crypter: (salt: string | undefined) => Promise<Crypter> },
  ): Promise<Checkpoint> {
    const stored = readDeployment(files);
    const crypter = await options.crypter(saltOf(stored));
    return new Checkpoint(files, crypter, stored, options.writable);
  }

  markNew(state: ResourceState): void {
    this.news.push(state);
  }

  markDone(state: ResourceState): void {
    this.done.add(state);
  }

  begin(resource: ResourceState, type: PendingType): PendingOperation {
    const operation = { resource, type };
    this.pending.push(operation);
    this.save();
    return operation;
  }

  /** Takes the operation off the list; the caller saves, with what came of it. */
  end(operation: PendingOperation): void {
    this.pending.splice(this.pending.indexOf(operation), 1);
  }

  /** Saves with the next save, at the latest at the end: what a `same` step changes can wait. */
  saveLater(): void {
    this.dirty = true;
  }

  flush(): void {
    if (this.dirty) this.save();
  }

  resources(): ResourceState[] {
    return [...this.news, ...this.base].filter((state) => !this.done.has(state));
  }

  save(): void {
    this.dirty = false;
    if (!this.writable) return;
    if (!this.backedUp) {
      backUpDeployment(this.files);
      this.backedUp = true;
    }
    const current = this.resources();
    const renamed = renames(current);
    const write = (state: ResourceState) => serialize(rename(state, renamed), this.crypter);
    // Interrupted creates stay listed until a person has looked at them (pulumi-facts §4); the rest was of no import.
    const pending = [...this.pending, ...this.basePending.filter(({ type }) => type === "creating")];
    const { resources: _resources, pending_operations: _pending, ...kept } = this.stored ?? {};
    writeDeployment(this.files, {
      ...kept,
      manifest: manifest(),
      secrets_providers: this.stored?.secrets_providers ?? {
        type: "passphrase",
        state: { salt: this.crypter.salt },
      },
      ...(current.length && { resources: current.map(write) }),
      ...(pending.length && {
        pending_operations: pending.map(({ resource, type }) => ({ resource: write(resource), type })),
      }),
      metadata: this.stored?.metadata ?? {},
    });
  }
}

function manifest(): DeploymentBody["manifest"] {
  return {
    time: new Date().toISOString(),
    magic: crypto.createHash("sha256").update(PULUMI_VERSION).digest("hex"),
    version: PULUMI_VERSION,
  };
}

/** The salt of a deployment's secrets, if it has any. */
export function saltOf(deployment: DeploymentBody | undefined): string | undefined {
  const secrets = deployment?.secrets_providers;
  if (!secrets?.type) return undefined;
  if (secrets.type !== "passphrase")
    throw new Error(`secrets provider ${secrets.type} is not supported by the embedded engine, only passphrase`);
  return (secrets.state as { salt?: string } | undefined)?.salt;
}

/** Go's JSON leaves empty fields out, and so do the states that it writes. */
function serialize(state: ResourceState, crypter: Crypter): ResourceState {
  const written: Partial<ResourceState> = {};
  for (const [key, value] of Object.entries(state)) {
    if (value === undefined || value === false || value === "") continue;
    if (typeof value === "object" && value !== null && Object.keys(value).length === 0) continue;
    written[key] = value;
  }
  if (written.inputs) written.inputs = encryptProps(crypter, written.inputs);
  if (written.outputs) written.outputs = encryptProps(crypter, written.outputs);
  return { ...(written as ResourceState), custom: state.custom };
}

/** Old URN -> new one, of every resource that an alias was found for, and of the children that are yet to come. */
function renames(resources: ResourceState[]): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const state of resources) {
    for (const alias of state.aliases ?? []) renamed.set(alias, state.urn);
    const parent = state.parent && renamed.get(state.parent);
    if (!parent || typeOf(parent) === ROOT_STACK_TYPE) continue;
    const [stack = "", project = ""] = state.urn.slice("urn:pulumi:".length).split("::");
    const urn = createUrn(stack, project, parent, typeOf(state.urn), state.urn.split("::").slice(3).join("::"));
    if (urn !== state.urn) renamed.set(state.urn, urn);
  }
  return renamed;
}

/** The state with every reference to a renamed resource following it. (Go: NormalizeURNReferences.) */
function rename(state: ResourceState, renamed: Map<string, string>): ResourceState {
  const { aliases: _aliases, ...rest } = state;
  if (renamed.size === 0) return rest;
  const fix = (urn: string) => renamed.get(urn) ?? urn;
  const fixed: ResourceState = { ...rest, urn: fix(state.urn) };
  if (state.parent) fixed.parent = fix(state.parent);
  if (state.deletedWith) fixed.deletedWith = fix(state.deletedWith);
  if (state.replaceWith) fixed.replaceWith = state.replaceWith.map(fix);
  if (state.dependencies) fixed.dependencies = state.dependencies.map(fix);
  if (state.propertyDependencies)
    fixed.propertyDependencies = Object.fromEntries(
      Object.entries(state.propertyDependencies).map(([key, urns]) => [key, urns.map(fix)]),
    );
  if (state.provider) {
    const { urn, id } = parseReference(state.provider);
    fixed.provider = `${fix(urn)}::${id}`;
  }
  return fixed;
}
