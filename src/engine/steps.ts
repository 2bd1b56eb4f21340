/**
 * What can be done to one resource. A step applies itself (that is where the provider is called), and then says what it
 * changes in the state. (Go: pkg/resource/deploy/step.go; the state's part: pkg/backend/snapshot.go.)
 */
import * as crypto from "node:crypto";
import type { Checkpoint, PendingType } from "./checkpoint.js";
import type { Op, ResourceState } from "./engine.js";
import { PartialFailure } from "./provider-process.js";
import type { Providers } from "./providers.js";
import { isProviderType } from "./urn.js";
import { equal, UNKNOWN, visibleChanges } from "./values.js";

export interface Step {
  op: Op;
  urn: string;
  old?: ResourceState;
  new?: ResourceState;
  /** Counted in the summary; the halves of a replacement are not. */
  counted: boolean;
  /** Changed properties. */
  diff?: string[];
  /** What is listed as under way while it is applied. */
  pending?: PendingType;
  apply(): Promise<void> | void;
  /** What it changes in the state, once applied, be it partially. */
  commit?(checkpoint: Checkpoint): void;
  /** Tells the program. */
  done?(): void;
}

/** What steps need of the operation that they belong to. */
export interface StepContext {
  dryRun: boolean;
  providers: Providers;
  /** URNs that this operation deletes. */
  deletes: Set<string>;
}

type Done = () => void;
const now = () => new Date().toISOString();
const referenceOf = (state: ResourceState) => state.provider ?? "";

/** Runs a provider call; of a partial failure it keeps what is to be saved before it fails all the same. */
async function orPartial(state: ResourceState, work: Promise<void>): Promise<Error | undefined> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    state.outputs = error.properties;
    state.initErrors = error.reasons;
    if (!state.id) state.id = error.id;
    return error;
  }
  return undefined;
}

export function sameStep(context: StepContext, old: ResourceState, state: ResourceState, done?: Done): Step {
  return {
    op: "same",
    urn: state.urn,
    old,
    new: state,
    counted: true,
    apply() {
      state.id = old.id;
      state.outputs = old.outputs; // `same` keeps the old outputs and takes the new inputs (pulumi-facts §2)
      if (isProviderType(state.type)) context.providers.register(state.urn, state.id ?? "", old.inputs ?? {});
    },
    commit(checkpoint) {
      checkpoint.markDone(old);
      checkpoint.markNew(state);
    },
    ...(done && { done }),
  };
}

/** A resource that `target` leaves out and that does not exist: nothing is done, nothing saved. */
export function skippedCreateStep(state: ResourceState, done: Done): Step {
  return { op: "same", urn: state.urn, new: state, counted: true, apply: () => undefined, done };
}

export function createStep(context: StepContext, state: ResourceState, done: Done, replaces?: CreateReplacement): Step {
  return {
    op: replaces ? "create-replacement" : "create",
    urn: state.urn,
    ...(replaces && { old: replaces.old, diff: replaces.diff }),
    new: state,
    counted: !replaces,
    pending: "creating",
    async apply() {
      let failure: Error | undefined;
      if (isProviderType(state.type)) {
        state.id = context.dryRun ? UNKNOWN : crypto.randomUUID();
        state.outputs = state.inputs;
        context.providers.register(state.urn, state.id, state.inputs ?? {});
      } else if (state.custom) {
        const provider = context.providers.get(referenceOf(state));
        const create = provider.create(state.urn, state.inputs ?? {}, state.customTimeouts?.create ?? 0);
        failure = await orPartial(
          state,
          create.then(({ id, outputs }) => void Object.assign(state, { id, outputs })),
        );
      }
      state.created = state.modified = now();
      if (replaces?.deleteLater) replaces.old.delete = true;
      if (failure) throw failure;
    },
    commit(checkpoint) {
      checkpoint.markNew(state);
      // Deleted before: it stood in the state until now, so that an interruption would have been noticed.
      if (replaces?.old.pendingReplacement) checkpoint.markDone(replaces.old);
    },
    done,
  };
}

export interface CreateReplacement {
  old: ResourceState;
  diff: string[];
  /** The old one is deleted at the end of the operation (or was deleted before). */
  deleteLater: boolean;
}

/** Says that the resource is replaced; the work is in the two halves. */
export function replaceStep(old: ResourceState, state: ResourceState, diff: string[]): Step {
  return { op: "replace", urn: state.urn, old, new: state, diff, counted: true, apply: () => undefined };
}

export interface UpdateOptions {
  old: ResourceState;
  diff: string[];
  ignoreChanges: string[];
}

export function updateStep(context: StepContext, state: ResourceState, done: Done, options: UpdateOptions): Step {
  const { old, diff } = options;
  return {
    op: "update",
    urn: state.urn,
    old,
    new: state,
    diff,
    counted: true,
    pending: "updating",
    async apply() {
      state.id = old.id;
      let failure: Error | undefined;
      if (isProviderType(state.type)) {
        state.outputs = state.inputs;
        context.providers.register(state.urn, state.id ?? "", state.inputs ?? {});
      } else if (state.custom) {
        const provider = context.providers.get(referenceOf(state));
        const timeout = state.customTimeouts?.update ?? 0;
        const update = provider.update(state.urn, old, state.inputs ?? {}, timeout, options.ignoreChanges);
        failure = await orPartial(
          state,
          update.then((outputs) => void (state.outputs = outputs)),
        );
        state.modified = now();
      }
      if (failure) {
        // What exists is not what these inputs ask for (Go: OnResourceStepPost).
        state.inputs = old.inputs;
        throw failure;
      }
    },
    commit(checkpoint) {
      checkpoint.markDone(old);
      checkpoint.markNew(state);
    },
    done,
  };
}

export function deleteStep(
  context: StepContext,
  old: ResourceState,
  options: {
    /** Half of a replacement. */
    replacing?: boolean;
    /** Deleted before its replacement is made: stays in the state until then. */
    pendingReplacement?: boolean;
  } = {},
): Step {
  const { replacing = false } = options;
  const op = old.external ? (replacing ? "discard-replaced" : "discard") : replacing ? "delete-replaced" : "delete";
  return {
    op,
    urn: old.urn,
    old,
    counted: !replacing,
    pending: "deleting",
    async apply() {
      if (!replacing && old.protect) throw new ProtectedError(old.urn);
      const deletedWithOther = old.deletedWith !== undefined && context.deletes.has(old.deletedWith);
      if (context.dryRun || !old.custom || isProviderType(old.type)) return;
      if (!old.external && !old.retainOnDelete && !deletedWithOther)
        await context.providers.get(referenceOf(old)).delete(old.urn, old, old.customTimeouts?.delete ?? 0);
      if (options.pendingReplacement) old.pendingReplacement = true;
    },
    commit(checkpoint) {
      if (!old.pendingReplacement) checkpoint.markDone(old);
    },
  };
}

/** A replacement was interrupted after its first half, and the program no longer has the resource: forget it. */
export function forgetStep(old: ResourceState): Step {
  return {
    op: "delete",
    urn: old.urn,
    old,
    counted: false,
    apply: () => undefined,
    commit: (checkpoint) => checkpoint.markDone(old),
  };
}

/** Refusing to delete does not stop what else is to be done. */
export class ProtectedError extends Error {
  constructor(urn: string) {
    super(
      `resource ${JSON.stringify(urn)} cannot be deleted\nbecause it is protected. To unprotect the resource, either ` +
        "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`, or use the command:\n" +
        `\`pulumi state unprotect ${shellQuote(urn)}\``,
    );
  }
}
export const shellQuote = (urn: string) => `'${urn}'`;

export function readStep(
  context: StepContext,
  state: ResourceState,
  done: Done,
  options: { old?: ResourceState; replacing?: boolean },
): Step {
  const { old, replacing = false } = options;
  const step: Step = {
    op: replacing ? "read-replacement" : "read",
    urn: state.urn,
    ...(old && { old }),
    new: state,
    counted: false,
    pending: "reading",
    async apply() {
      // Reads run in previews too, unless the id is not known yet.
      if (state.id === UNKNOWN) {
        state.outputs = {};
      } else {
        const id = state.id ?? "";
        const inputs = state.inputs ?? {};
        const read = await context.providers.get(referenceOf(state)).read(state.urn, id, inputs, inputs);
        // Measured: a dynamic provider's "gone" (no id) passes for a resource without outputs, for they hold `__provider`.
        Object.assign(state, { id: read.id || id, outputs: read.outputs });
      }
      if (old && replacing) old.delete = true;
      if (old) Object.assign(state, { created: old.created, modified: old.modified });
      const changed = old && (!equal(old.outputs, state.outputs) || !equal(old.inputs, state.inputs));
      if (changed) state.modified = now();
      // A read that found nothing new is not worth counting (Go: shouldRecordReadStep).
      step.counted = old !== undefined && !equal(old.outputs, state.outputs);
    },
    commit(checkpoint) {
      if (old && !replacing) checkpoint.markDone(old);
      checkpoint.markNew(state);
    },
    done,
  };
  return step;
}

/**
 * The `import` option fails for dynamic resources, here as there: the engine reads by the id alone, and the dynamic
 * provider needs the properties to find its code (pulumi-facts §6).
 */
export function importStep(context: StepContext, state: ResourceState, id: string): Step {
  return {
    op: "import",
    urn: state.urn,
    new: state,
    counted: true,
    pending: "importing",
    async apply() {
      await context.providers.get(referenceOf(state)).read(state.urn, id);
      throw new Error("importing dynamic resources is not supported");
    },
  };
}

/** Reads what is; `step.new` is gone if the resource is. The base is rebuilt from it by the caller. */
export function refreshStep(context: StepContext, old: ResourceState): Step & { resultOp(): Op } {
  let result: Op = "same";
  const step: Step & { resultOp(): Op } = {
    op: "refresh",
    urn: old.urn,
    old,
    new: old,
    counted: true,
    resultOp: () => result,
    async apply() {
      if (!old.custom || isProviderType(old.type) || old.pendingReplacement) return;
      const provider = context.providers.get(referenceOf(old));
      const read = await provider.read(old.urn, old.id ?? "", old.outputs ?? {}, old.inputs ?? {});
      if (!read.id) {
        result = "delete";
        delete step.new;
        return;
      }
      const inputs = read.inputs ?? old.inputs ?? {};
      const { initErrors: _healed, ...rest } = old;
      const state: ResourceState = { ...rest, id: read.id, inputs, outputs: read.outputs };
      step.new = state;
      if (!equal(inputs, old.inputs ?? {}) || !equal(read.outputs, old.outputs ?? {})) state.modified = now();
      // Drift is what the next `up` would change back: the provider's own diff decides (Go: RefreshStep.Apply).
      const changed = old.external
        ? !equal(read.outputs, old.outputs ?? {})
        : (await provider.diff(old.urn, state, old.inputs ?? {}, old.ignoreChanges ?? [])).changed;
      if (changed) {
        result = "update";
        step.diff = visibleChanges(old.outputs, read.outputs);
      }
    },
  };
  return step;
}
