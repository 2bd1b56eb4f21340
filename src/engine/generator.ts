/**
 * Decides what to do: for each resource that the program registers, and for what it no longer registers. One decision at
 * a time, whatever runs at once. (Go: pkg/resource/deploy/step_generator.go; its order and its words are kept.)
 */
import * as crypto from "node:crypto";
import { Aliases } from "./aliases.js";
import type { ResourceState } from "./engine.js";
import { Bail, ResourceError } from "./errors.js";
import { newState, type Goal, type ReadGoal } from "./goal.js";
import { dependents } from "./graph.js";
import type { Diff, Provider } from "./provider-process.js";
import type { Recorder } from "./recorder.js";
import { applyReplaceOnChanges, dependentReplacements } from "./replacements.js";
import {
  createStep,
  deleteStep,
  forgetStep,
  importStep,
  readStep,
  replaceStep,
  sameStep,
  shellQuote,
  skippedCreateStep,
  updateStep,
  type Step,
  type StepContext,
} from "./steps.js";
import { createUrn, isProviderType, nameOf, parseReference, ROOT_STACK_TYPE, typeOf } from "./urn.js";
import { equal, goFormat, keepIgnored, visibleChanges, type Props } from "./values.js";

export type RegisterDone = (state: ResourceState, unknown?: boolean) => void;

export interface GeneratorOptions extends StepContext {
  project: string;
  stack: string;
  recorder: Recorder;
  /** What the last operation left. */
  olds: ResourceState[];
  replace: Set<string>;
  target?: Set<string>;
}

export class Generator {
  /** Every URN that was seen: registered, or kept because it is not a target. */
  readonly urns = new Set<string>();
  /** Told an error that lets a preview go on, but not end well. */
  sawError = false;
  private readonly operated = new Set<string>();
  private readonly creates = new Set<string>();
  private readonly replaces = new Set<string>();
  private readonly skippedCreates = new Set<string>();
  private readonly pendingDeletes = new Set<ResourceState>();
  private readonly dependentReplaceKeys = new Map<string, string[]>();
  private readonly aliases: Aliases;

  constructor(private readonly options: GeneratorOptions) {
    const { stack, project } = options;
    this.aliases = new Aliases({ stack, project, old: (urn) => this.old(urn), isRegistered: (urn) => this.urns.has(urn) });
  }

  private get deletes() {
    return this.options.deletes;
  }

  private error(message: string, urn?: string): void {
    this.options.recorder.diagnostic("error", message, urn);
    this.sawError = true;
  }

  // ---- registration ----

  async register(goal: Goal, done: RegisterDone): Promise<Step[]> {
    const urn = this.takeUrn(goal.parent, goal.type, goal.name);
    try {
      return this.validate(await this.decide(urn, goal, done));
    } catch (error) {
      if (error instanceof Bail || error instanceof ResourceError) throw error;
      throw new ResourceError(urn, error instanceof Error ? error.message : String(error));
    }
  }

  private takeUrn(parent: string | undefined, type: string, name: string): string {
    const urn = createUrn(this.options.stack, this.options.project, parent, type, name);
    if (parent && !this.urns.has(parent)) throw new ResourceError(urn, `could not find parent resource ${parent}`);
    if (this.urns.has(urn))
      throw new ResourceError(urn, `Duplicate resource URN '${urn}'; try giving it a unique name`);
    this.urns.add(urn);
    return urn;
  }

  private old(urn: string): ResourceState | undefined {
    return this.options.olds.find((state) => state.urn === urn && !state.delete);
  }

  private async decide(urn: string, goal: Goal, done: RegisterDone): Promise<Step[]> {
    const { options } = this;
    const { old, alias } = this.aliases.find(urn, goal);
    const state = newState(urn, goal, old, alias);
    const finish = () => done(state);
    if (goal.importId && (!old || old.external || (old.importID ?? old.id) !== goal.importId)) {
      this.providerOf(urn, goal);
      return [importStep(options, state, goal.importId)];
    }

    const provider = this.providerOf(urn, goal);
    const recreating = this.deletes.has(urn);
    const wasExternal = old?.external === true;
    const replaceTarget = options.replace.has(urn) || old?.taint === true;
    const isTarget = this.isTarget(urn);
    const seed = crypto.randomBytes(32);

    let inputs = goal.inputs;
    if (old) inputs = this.ignoreChanges(urn, inputs, old.inputs ?? {}, goal.ignoreChanges);
    if (provider && !isTarget) {
      inputs = old?.inputs ?? {};
    } else if (provider) {
      const anew = recreating || wasExternal || replaceTarget || !old;
      inputs = anew
        ? await this.check(provider, state, {}, goal.inputs, seed)
        : await this.check(provider, state, old.inputs ?? {}, inputs, seed);
    }
    state.inputs = inputs;

    if (recreating && old) {
      // It was deleted because something that it depends on had to go first.
      this.deletes.delete(urn);
      this.replaces.add(urn);
      this.operated.add(urn);
      return this.createAgain(state, old, this.dependentReplaceKeys.get(urn) ?? [], finish);
    }
    if (old && wasExternal) {
      this.creates.add(urn);
      return [
        createStep(options, state, finish, { old, diff: [], deleteLater: true }),
        replaceStep(old, state, []),
      ];
    }
    if (!isTarget) return this.keepUntargeted(urn, state, old, done);
    if (!old) {
      this.creates.add(urn);
      return [createStep(options, state, finish)];
    }

    const diff = await this.diff(provider, state, old, goal, replaceTarget);
    // Another decision cannot have come in between: there is one at a time.
    return this.decideByDiff(urn, goal, state, old, diff, provider, seed, replaceTarget, finish);
  }

  private createAgain(state: ResourceState, old: ResourceState, diff: string[], done: () => void): Step[] {
    return [
      replaceStep(old, state, diff),
      createStep(this.options, state, done, { old, diff, deleteLater: false }),
    ];
  }

  private providerOf(urn: string, goal: Goal): Provider | undefined {
    if (!goal.custom || isProviderType(goal.type)) return undefined;
    const reference = goal.provider ?? "";
    this.options.providers.ensure(reference, this.options.olds);
    if (!this.options.providers.has(reference)) throw new ResourceError(urn, `unknown provider '${reference}' for resource '${urn}'`);
    return this.options.providers.get(reference);
  }

  private async check(provider: Provider, state: ResourceState, olds: Props, news: Props, seed: Uint8Array): Promise<Props> {
    const { inputs, failures } = await provider.check(state.urn, olds, news, seed);
    for (const { property, reason } of failures) {
      const resource = `${state.type} resource '${nameOf(state.urn)}'`;
      // The value is printed as it is: a secret too (pulumi-facts §0, trap 5).
      const where = property ? `: property ${property} value ${goFormat(news[property])}` : "";
      this.error(`${resource}${where} has a problem: ${reason}`, state.urn);
    }
    if (failures.length) throw new Bail(`resource ${state.urn} is invalid`);
    return inputs;
  }

  private ignoreChanges(urn: string, news: Props, olds: Props, paths: string[]): Props {
    const { props, invalid } = keepIgnored(news, olds, paths);
    if (invalid.length)
      this.options.recorder.diagnostic(
        "info",
        `cannot ignore changes in added or removed elements of the path: ${JSON.stringify(invalid.join(", "))}`,
        urn,
      );
    return props;
  }

  private async diff(
    provider: Provider | undefined,
    state: ResourceState,
    old: ResourceState,
    goal: Goal,
    replaceTarget: boolean,
  ): Promise<Diff> {
    const replaceFor = (key: string): Diff => ({
      changed: true,
      replaces: [key],
      deleteBeforeReplace: false,
      changedKeys: [],
    });
    if (replaceTarget) return replaceFor("id");
    if (goal.replaceWith.some((urn) => this.replaces.has(urn))) return replaceFor("replaceWith");
    if (goal.deletedWith && this.replaces.has(goal.deletedWith)) return replaceFor("deletedWith");
    // From a component to a custom resource or back. Another provider alone replaces nothing: the dynamic provider has
    // no DiffConfig, and the engine then assumes that the new one can manage what the old one made.
    if ((old.provider ?? "") !== (state.provider ?? "") && (!old.provider || !state.provider)) return replaceFor("provider");
    if (!provider) {
      const before = isProviderType(state.type) ? old.outputs : old.inputs;
      const changed = !equal(before ?? {}, state.inputs ?? {});
      return { changed, replaces: [], deleteBeforeReplace: false, changedKeys: [] };
    }
    return provider.diff(state.urn, old, state.inputs ?? {}, goal.ignoreChanges);
  }

  private async decideByDiff(
    urn: string,
    goal: Goal,
    state: ResourceState,
    old: ResourceState,
    providerDiff: Diff,
    provider: Provider | undefined,
    seed: Uint8Array,
    replaceTarget: boolean,
    done: () => void,
  ): Promise<Step[]> {
    const { options } = this;
    const hasInitErrors = (old.initErrors?.length ?? 0) > 0;
    const diff = applyReplaceOnChanges(providerDiff, goal.replaceOnChanges, hasInitErrors);
    const changed = visibleChanges(old.inputs, state.inputs);
    this.operated.add(urn);

    if (!diff.changed && !old.pendingReplacement) {
      // What could not be finished is tried again, without any difference (pulumi-facts §4).
      if (hasInitErrors) return [updateStep(options, state, done, { old, diff: changed, ignoreChanges: goal.ignoreChanges })];
      return [sameStep(options, old, state, done)];
    }
    if (diff.replaces.length === 0 && !old.pendingReplacement)
      return [updateStep(options, state, done, { old, diff: changed, ignoreChanges: goal.ignoreChanges })];

    if (state.protect && old.protect) {
      const message =
        `unable to replace resource ${JSON.stringify(urn)}\nas it is currently marked for protection. To unprotect the ` +
        "resource, remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`";
      this.error(message, urn);
      if (!options.dryRun) throw new Bail(message);
    }
    this.replaces.add(urn);
    // The defaults of the old one are not the new one's.
    if (provider && !replaceTarget) state.inputs = await this.check(provider, state, {}, goal.inputs, seed);
    const diffKeys = visibleChanges(old.inputs, state.inputs);

    if (!(goal.deleteBeforeReplace ?? diff.deleteBeforeReplace))
      return [
        createStep(options, state, done, { old, diff: diffKeys, deleteLater: true }),
        replaceStep(old, state, diffKeys),
      ];

    const steps = await this.deleteDependents(urn, old);
    options.providers.ensure(old.provider, options.olds);
    if (!old.pendingReplacement) {
      this.deletes.add(old.urn);
      steps.push(deleteStep(options, old, { replacing: true, pendingReplacement: true }));
    }
    return [...steps, ...this.createAgain(state, old, diffKeys, done)];
  }

  /** Whatever must be replaced with `old` goes before it, the last first. */
  private async deleteDependents(urn: string, old: ResourceState): Promise<Step[]> {
    const condemned = await dependentReplacements(old, { ...this.options, isSettled: (urn) => this.wasSeen(urn) });
    for (const state of this.options.olds)
      if (!state.delete && (state.replaceWith?.includes(urn) || state.deletedWith === urn) && !condemned.some((c) => c.state === state))
        condemned.push({ state, keys: [] });
    const steps: Step[] = [];
    for (const { state, keys } of condemned.reverse()) {
      if (this.pendingDeletes.has(state)) continue;
      this.dependentReplaceKeys.set(state.urn, keys);
      if (state.protect && !state.delete) {
        const message =
          `unable to replace resource ${JSON.stringify(state.urn)} as part of replacing ${JSON.stringify(urn)} as it is ` +
          "currently marked for protection. To unprotect the resource, remove the `protect` flag from the resource in " +
          `your Pulumi program and run \`pulumi up\`, or use the command:\n\`pulumi state unprotect ${shellQuote(state.urn)}\``;
        this.error(message, urn);
        throw new Bail(message);
      }
      this.options.providers.ensure(state.provider, this.options.olds);
      steps.push(
        deleteStep(this.options, state, state.delete ? {} : { replacing: true, pendingReplacement: true }),
      );
      this.deletes.add(state.urn);
      this.pendingDeletes.add(state);
    }
    return steps;
  }

  // ---- reading (`opts.id`, `.get`) ----

  async read(goal: ReadGoal, done: RegisterDone): Promise<Step[]> {
    const urn = this.takeUrn(goal.parent, goal.type, goal.name);
    const { old } = this.aliases.find(urn, { ...goal, aliases: [] });
    if (!goal.id) throw new ResourceError(urn, `Expected an ID for ${urn}`);
    const state: ResourceState = {
      urn,
      custom: true,
      id: goal.id,
      type: goal.type,
      inputs: goal.inputs,
      outputs: {},
      ...(goal.parent && { parent: goal.parent }),
      external: true,
      dependencies: goal.dependencies,
      provider: goal.provider,
      additionalSecretOutputs: goal.additionalSecretOutputs,
      ...goal.declared,
    };
    this.options.providers.ensure(goal.provider, this.options.olds);
    if (old && !old.external && old.id !== goal.id) {
      // The program lets go of a resource of its own: that one is deleted at the end.
      this.replaces.add(urn);
      this.operated.add(urn);
      const step = readStep(this.options, state, () => done(state), { old, replacing: true });
      return Promise.resolve([step, replaceStep(old, state, [])]);
    }
    this.operated.add(urn);
    return Promise.resolve([readStep(this.options, state, () => done(state), { ...(old && { old }) })]);
  }

  // ---- targets ----

  private isTarget(urn: string): boolean {
    const { target } = this.options;
    // Providers and the stack itself always are: nothing works without them.
    return !target || target.has(urn) || isProviderType(typeOf(urn)) || typeOf(urn) === ROOT_STACK_TYPE;
  }

  private keepUntargeted(urn: string, state: ResourceState, old: ResourceState | undefined, done: RegisterDone): Step[] {
    if (!old) {
      this.operated.add(urn);
      this.skippedCreates.add(urn);
      return [skippedCreateStep(state, () => done(state, true))];
    }
    const steps: Step[] = [];
    const keep = (kept: ResourceState, finish?: (state: ResourceState) => void) => {
      if (kept.delete) return;
      this.urns.add(kept.urn);
      this.operated.add(kept.urn);
      // What it depends on may no longer be in the program; it has to stay, and to stand before it.
      for (const dependency of [...(kept.provider ? [parseReference(kept.provider).urn] : []), kept.parent, ...(kept.dependencies ?? [])]) {
        const found = dependency === undefined || this.wasSeen(dependency) ? undefined : this.old(dependency);
        if (found) keep(found);
      }
      const { id: _id, ...copy } = kept;
      const next: ResourceState = copy;
      steps.push(sameStep(this.options, kept, next, finish && (() => finish(next))));
    };
    this.operated.add(urn);
    keep(old, done);
    return steps;
  }

  private wasSeen(urn: string): boolean {
    return this.creates.has(urn) || this.operated.has(urn) || this.deletes.has(urn);
  }

  /** Nothing may depend on what `target` keeps from being created. */
  private validate(steps: Step[]): Step[] {
    if (!this.options.target) return steps;
    for (const { urn, new: state } of steps) {
      if (!state || this.skippedCreates.has(urn)) continue;
      const needs = [state.parent, ...(state.dependencies ?? []), ...Object.values(state.propertyDependencies ?? {}).flat()];
      for (const need of needs) {
        if (!need || !this.skippedCreates.has(need)) continue;
        this.error(`Resource '${urn}' depends on '${need}' which was was not specified in --target list.`, urn);
        if (!this.options.dryRun) throw new Bail("untargeted create");
        this.skippedCreates.delete(need);
      }
    }
    return steps;
  }

  // ---- deletes ----

  /** Steps for what the program did not register, and for what is left of replacements. */
  leftovers(): { sames: Step[]; deletes: Step[] } {
    const { options } = this;
    const allowed = this.deletableTargets();
    const sames: Step[] = [];
    const deletes: Step[] = [];
    for (const old of options.olds) {
      if (allowed && !allowed.has(old.urn)) {
        if (this.isOperated(old.urn) || old.delete) continue;
        const { id: _id, ...copy } = old;
        sames.push(sameStep(options, old, copy));
      } else if (old.delete) {
        if (this.pendingDeletes.has(old)) continue;
        this.deletes.add(old.urn);
        deletes.push(deleteStep(options, old, { replacing: true }));
      } else if (!this.isOperated(old.urn)) {
        this.deletes.add(old.urn);
        deletes.push(old.pendingReplacement ? forgetStep(old) : deleteStep(options, old));
      }
    }
    for (const step of deletes) if (!isProviderType(typeOf(step.urn))) options.providers.ensure(step.old?.provider, options.olds);
    if (options.target) this.refuseUntargeted(deletes);
    return { sames, deletes };
  }

  private isOperated(urn: string): boolean {
    return this.operated.has(this.aliases.current(urn));
  }

  private deletableTargets(): Set<string> | undefined {
    const { target, olds } = this.options;
    if (!target) return undefined;
    const allowed = new Set<string>();
    for (const root of olds.filter(({ urn }) => target.has(urn))) {
      allowed.add(root.urn);
      for (const dependent of dependents(olds, root, { children: true })) allowed.add(dependent.urn);
    }
    return allowed;
  }

  private refuseUntargeted(deletes: Step[]): void {
    const refused = deletes.filter(({ urn }) => !this.options.target?.has(urn));
    for (const { urn } of refused)
      this.error(
        `Resource '${urn}' will be destroyed but was not specified in --target list.\n` +
          "Either include resource in --target list or pass --target-dependents to proceed.",
        urn,
      );
    if (refused.length && !this.options.dryRun) throw new Bail("delete untargeted resource");
  }
}
