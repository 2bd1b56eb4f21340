/**
 * One operation on one stack: the program registers, decisions are made one after the other, steps run side by side, and
 * at the end what is no longer wanted goes. (Go: pkg/resource/deploy/deployment_executor.go.)
 */
import * as grpc from "@grpc/grpc-js";
import type { Checkpoint } from "./checkpoint.js";
import type { ResourceState } from "./engine.js";
import { Executor } from "./executor.js";
import { Bail, ResourceError } from "./errors.js";
import { Generator } from "./generator.js";
import type { Goal, ReadGoal } from "./goal.js";
import { deletionOrder, dropDangling, transitiveDependencies } from "./graph.js";
import { DYNAMIC_PACKAGE, type Providers } from "./providers.js";
import type { Recorder } from "./recorder.js";
import { statusError } from "./rpc.js";
import { refreshStep, type Step } from "./steps.js";
import { ROOT_STACK_TYPE, typeOf } from "./urn.js";
import { equal, type Props } from "./values.js";

export interface OperationContext {
  project: string;
  stack: string;
  dryRun: boolean;
  /** Configuration of the stack: all of it goes to the default provider. */
  config: Props;
  checkpoint: Checkpoint;
  recorder: Recorder;
  providers: Providers;
  parallel: number;
  replace: Set<string>;
  target?: Set<string>;
}

export interface Registered {
  state: ResourceState;
  /** Not created, for it is not a target: nothing about it is known. */
  unknown: boolean;
}

export class Operation {
  private readonly executor: Executor;
  private readonly generator: Generator;
  private readonly deletes = new Set<string>();
  private queue: Promise<void> = Promise.resolve();
  private defaultProvider?: Promise<string>;
  private stackOutputs?: { urn: string; outputs: Props };
  /** The decisions or the program failed: told already. */
  private failed = false;
  /** Called once the operation is over for whoever still waits for a registration. */
  private readonly abandoned: (() => void)[] = [];
  private over = false;

  constructor(
    private readonly context: OperationContext,
    kind: "update" | "refresh" | "destroy",
  ) {
    const { dryRun, parallel, checkpoint, recorder, providers } = context;
    this.executor = new Executor({ dryRun, parallel, checkpoint, recorder, goOnAfterErrors: kind === "refresh" });
    this.generator = new Generator({
      ...{ dryRun, providers, recorder, deletes: this.deletes },
      project: context.project,
      stack: context.stack,
      olds: checkpoint.base,
      replace: context.replace,
      ...(context.target && { target: context.target }),
    });
  }

  /** As one Ctrl-C: what is under way ends, nothing new starts. */
  cancel(): void {
    this.executor.stop("caller");
  }

  // ---- what the program asks for ----

  async register(goal: Goal): Promise<Registered> {
    const needsProvider = goal.custom && !goal.type.startsWith("pulumi:providers:");
    if (needsProvider && !goal.provider) goal.provider = await this.defaultProviderFor(goal.type);
    return this.decided((done) => this.generator.register(goal, done));
  }

  async read(goal: Omit<ReadGoal, "provider"> & { provider?: string }): Promise<Registered> {
    const provider = goal.provider ?? (await this.defaultProviderFor(goal.type));
    return this.decided((done) => this.generator.read({ ...goal, provider }, done));
  }

  registerOutputs(urn: string, outputs: Props): void {
    // The stack's are final only when it is known how the operation went.
    if (typeOf(urn) === ROOT_STACK_TYPE) {
      this.stackOutputs = { urn, outputs };
      return;
    }
    const state = this.executor.registered.get(urn)?.new;
    if (!state) throw new Error(`cannot complete a resource '${urn}' whose registration isn't pending`);
    const changed = !equal(state.outputs ?? {}, outputs);
    state.outputs = outputs;
    if (changed) this.context.checkpoint.save();
  }

  /** What `pulumi:pulumi:getResource` finds. */
  find(urn: string): ResourceState | undefined {
    return this.executor.registered.get(urn)?.new;
  }

  /** The default provider of dynamic resources gets the whole configuration of the stack (pulumi-facts §3). */
  private defaultProviderFor(type: string): Promise<string> {
    const [pkg = ""] = type.split(":");
    if (pkg !== DYNAMIC_PACKAGE)
      throw new Error(
        `the embedded engine runs dynamic resources only; ${type} needs the provider plugin of package '${pkg}', ` +
          "and with it the Pulumi CLI",
      );
    return (this.defaultProvider ??= this.register({
      type: `pulumi:providers:${pkg}`,
      name: "default",
      custom: true,
      inputs: this.context.config,
      dependencies: [],
      propertyDependencies: {},
      protect: false,
      retainOnDelete: false,
      ignoreChanges: [],
      replaceOnChanges: [],
      additionalSecretOutputs: [],
      aliases: [],
      customTimeouts: {},
      replaceWith: [],
    }).then(({ state }) => `${state.urn}::${state.id}`));
  }

  /** Queues a decision and waits until its steps have come to the resource, or the operation has ended without. */
  private decided(decide: (done: (state: ResourceState, unknown?: boolean) => void) => Promise<Step[]>): Promise<Registered> {
    return new Promise((resolve, reject) => {
      // The SDK takes this code for "stop quietly"; the error itself was told (pulumi-facts §9).
      const abandon = () => reject(statusError(grpc.status.UNAVAILABLE, "resource monitor shut down"));
      if (this.over) return abandon();
      this.abandoned.push(abandon);
      this.queue = this.queue.then(async () => {
        if (this.executor.stopped !== "no") return;
        try {
          const steps = await decide((state, unknown = false) => resolve({ state, unknown }));
          // What a step fails with is told there; that it could not be recorded is not.
          this.executor.chain(steps).catch((error: unknown) => this.fail(error));
        } catch (error) {
          this.fail(error);
        }
      });
    });
  }

  private fail(error: unknown): void {
    this.failed = true;
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Bail))
      this.context.recorder.diagnostic("error", message, error instanceof ResourceError ? error.urn : "");
    this.executor.stop("error");
  }

  // ---- the operations ----

  /** Runs the program, then deletes what it did not register. */
  async update(program: { run(): Promise<string | undefined>; kill(): void }): Promise<boolean> {
    const { checkpoint, recorder, dryRun } = this.context;
    if (checkpoint.basePending.length && !dryRun) recorder.diagnostic("warning", pendingWarning(checkpoint));
    if (this.targetsMissing(this.context.replace, checkpoint.base)) return false;

    const ran = program.run().then((problem) => ({ problem }));
    const outcome = await Promise.race([ran, this.executor.whenStopped()]);
    if (outcome) {
      await this.queue;
      await this.executor.whenIdle();
      if (this.executor.stopped === "no") {
        if (outcome.problem === undefined) await this.deleteLeftovers();
        else this.fail(outcome.problem ? new Error(outcome.problem) : new Bail());
      }
    }
    await this.end();
    // Whatever it still does is of no consequence: nothing that it asks for is done any more.
    if (!outcome) program.kill();
    await ran;
    return this.verdict();
  }

  async destroy(): Promise<boolean> {
    const { checkpoint, recorder, dryRun } = this.context;
    if (checkpoint.basePending.length && !dryRun) recorder.diagnostic("warning", pendingWarning(checkpoint));
    await this.deleteLeftovers();
    await this.end();
    return this.verdict();
  }

  async refresh(): Promise<boolean> {
    const { checkpoint, target, providers } = this.context;
    if (target && this.targetsMissing(target, checkpoint.base)) return false;
    const steps = new Map<ResourceState, ReturnType<typeof refreshStep>>();
    for (const old of checkpoint.base) {
      if (target && !target.has(old.urn)) continue;
      providers.ensure(old.provider, checkpoint.base);
      steps.set(old, refreshStep({ ...this.context, deletes: this.deletes }, old));
    }
    await this.executor.parallel([...steps.values()]);
    await this.executor.whenIdle();
    const after = checkpoint.base.flatMap((old) => {
      const step = steps.get(old);
      if (!step) return [old];
      return step.new ? [step.new] : [];
    });
    dropDangling(after);
    checkpoint.base = after;
    checkpoint.saveLater();
    await this.end();
    return this.verdict();
  }

  private async deleteLeftovers(): Promise<void> {
    const { checkpoint, target } = this.context;
    const missing = target !== undefined && this.targetsMissing(target, checkpoint.base);
    try {
      const { sames, deletes } = this.generator.leftovers();
      await this.executor.chain(sames);
      const steps = new Map(deletes.map((step) => [step.old, step]));
      // What something that could not be deleted depends on has to stay.
      const spared = new Set<ResourceState>();
      for (const group of deletionOrder(checkpoint.base, deletes.flatMap(({ old }) => (old ? [old] : [])))) {
        for (const { old } of this.executor.failed)
          if (old && checkpoint.base.includes(old))
            for (const dependency of transitiveDependencies(checkpoint.base, old)) spared.add(dependency);
        const next = group.filter((state) => !spared.has(state)).flatMap((state) => steps.get(state) ?? []);
        await this.executor.parallel(next);
      }
    } catch (error) {
      if (!(error instanceof Bail)) this.fail(error); // else it was told, and `verdict` says the rest
    }
    if (missing) this.failed = true;
  }

  private targetsMissing(targets: Set<string>, olds: ResourceState[]): boolean {
    const missing = [...targets].filter(
      (urn) => !this.generator.urns.has(urn) && !olds.some((state) => state.urn === urn),
    );
    for (const urn of missing) {
      const hint = urn.includes("$") ? "" : " Did you forget to escape $ in your shell?";
      this.context.recorder.diagnostic("error", `Target '${urn}' could not be found in the stack.${hint}`);
    }
    return missing.length > 0;
  }

  /** Waits for what is under way, settles the stack's outputs, saves. */
  private async end(): Promise<void> {
    const { checkpoint } = this.context;
    await this.queue;
    await this.executor.whenIdle();
    this.over = true;
    for (const abandon of this.abandoned.splice(0)) abandon();
    const state = this.stackOutputs && this.executor.registered.get(this.stackOutputs.urn)?.new;
    if (state && this.stackOutputs) {
      const { outputs } = this.stackOutputs;
      // An output that a failed run did not come to may still be right.
      const next = this.errored() ? { ...state.outputs, ...outputs } : outputs;
      if (!equal(next, state.outputs ?? {})) checkpoint.saveLater();
      state.outputs = next;
    }
    checkpoint.flush();
  }

  private errored(): boolean {
    return this.failed || this.generator.sawError || this.executor.failed.length > 0;
  }

  private verdict(): boolean {
    const { recorder, dryRun } = this.context;
    const kind = dryRun ? "preview" : "update";
    if (this.failed) return false; // told where it happened
    if (this.errored()) {
      recorder.diagnostic("error", `${kind} failed`);
      return false;
    }
    if (this.executor.stopped === "caller") {
      recorder.diagnostic("error", `${kind} canceled`);
      return false;
    }
    return true; // whatever program or provider logged: only what was done counts, as there
  }
}

function pendingWarning({ basePending }: Checkpoint): string {
  return (
    `Attempting to deploy or update resources with ${basePending.length} pending operations from previous deployment.\n` +
    basePending.map(({ resource, type }) => `  * ${resource.urn}, interrupted while ${type}\n`).join("") +
    "These resources are in an unknown state because the Pulumi CLI was interrupted while waiting for changes to these " +
    "resources to complete. You should confirm whether or not the operations listed completed successfully by checking " +
    "the state of the appropriate provider. For example, if you are using AWS, you can confirm using the AWS Console.\n\n" +
    "Once you have confirmed the status of the interrupted operations, you can repair your stack using `pulumi refresh` " +
    "which will refresh the state from the provider you are using and clear the pending operations if there are any.\n\n" +
    "Note that `pulumi refresh` will need to be run interactively to clear pending CREATE operations."
  );
}
