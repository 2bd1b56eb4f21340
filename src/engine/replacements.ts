/** What has to be replaced, beyond what a provider says of one resource. */
import type { ResourceState } from "./engine.js";
import { dependents } from "./graph.js";
import type { Diff } from "./provider-process.js";
import type { Providers } from "./providers.js";
import { isProviderType, parseReference } from "./urn.js";
import { pathContains, UNKNOWN } from "./values.js";

/** The provider's diff with `replaceOnChanges` applied; `#initerror` in it stands for what could not be finished. */
export function applyReplaceOnChanges(diff: Diff, replaceOnChanges: string[], hasInitErrors: boolean): Diff {
  if (replaceOnChanges.length === 0 || (!diff.changed && !hasInitErrors)) return diff;
  const covered = diff.changedKeys.filter((key) => replaceOnChanges.some((path) => pathContains(path, key)));
  const initError = hasInitErrors && replaceOnChanges.some((path) => pathContains(path, "#initerror"));
  return {
    ...diff,
    changed: diff.changed || initError,
    replaces: [...new Set([...diff.replaces, ...covered, ...(initError ? ["#initerror"] : [])])],
  };
}

export interface DependentReplacement {
  state: ResourceState;
  /** Properties whose change replaces it. */
  keys: string[];
}

/**
 * Dependents that would have to be replaced if `root` went away: their providers are asked, with the inputs that come
 * from it unknown (pulumi-facts §5). (Go: stepGenerator.calculateDependentReplacements.)
 */
export async function dependentReplacements(
  root: ResourceState,
  context: {
    olds: ResourceState[];
    providers: Providers;
    /** Registered already in this operation, so no dependent of what is decided only now. */
    isSettled: (urn: string) => boolean;
  },
): Promise<DependentReplacement[]> {
  const condemned = new Set([root.urn]);
  const found: DependentReplacement[] = [];
  for (const state of dependents(context.olds, root, { ignore: context.isSettled })) {
    const keys = await replacementKeys(state, condemned, context);
    if (!keys) continue;
    condemned.add(state.urn);
    found.push({ state, keys });
  }
  return found;
}

async function replacementKeys(
  state: ResourceState,
  condemned: Set<string>,
  { olds, providers }: { olds: ResourceState[]; providers: Providers },
): Promise<string[] | undefined> {
  if (!state.custom || state.external) return undefined;
  if (state.provider && condemned.has(parseReference(state.provider).urn)) return [];
  if (state.deletedWith && condemned.has(state.deletedWith)) return [];
  const inputs = { ...state.inputs };
  const lost = Object.keys(inputs).filter((key) => state.propertyDependencies?.[key]?.some((urn) => condemned.has(urn)));
  if (lost.length === 0 || isProviderType(state.type)) return undefined;
  for (const key of lost) inputs[key] = UNKNOWN;
  providers.ensure(state.provider, olds);
  const answer = await providers.get(state.provider ?? "").diff(state.urn, state, inputs, state.ignoreChanges ?? []);
  const diff = applyReplaceOnChanges(answer, state.replaceOnChanges ?? [], false);
  return diff.changed && diff.replaces.length ? diff.replaces : undefined;
}
