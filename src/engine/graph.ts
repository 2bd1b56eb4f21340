/**
 * Who depends on whom in a list of resources. The list is in the order of a valid deployment: a resource stands after
 * everything that it depends on, and two resources may share a URN while one of them waits to be deleted.
 * (Go: pkg/resource/graph/dependency_graph.go.)
 */
import type { ResourceState } from "./engine.js";
import { parseReference } from "./urn.js";

/** URNs that a resource depends on, its parent aside. */
export function dependencyUrns(state: ResourceState): string[] {
  return [
    ...(state.dependencies ?? []),
    ...Object.values(state.propertyDependencies ?? {}).flat(),
    ...(state.deletedWith ? [state.deletedWith] : []),
    ...(state.replaceWith ?? []),
    ...(state.provider ? [parseReference(state.provider).urn] : []),
  ];
}

/** Everything that depends on `root`, directly or not, in order; children do not count as dependents. */
export function dependents(
  resources: ResourceState[],
  root: ResourceState,
  options: { ignore?: (urn: string) => boolean; children?: boolean } = {},
): ResourceState[] {
  const found: ResourceState[] = [];
  const urns = new Set([root.urn]);
  for (const candidate of resources.slice(resources.indexOf(root) + 1)) {
    if (options.ignore?.(candidate.urn)) continue;
    const isChild = options.children && candidate.parent && urns.has(candidate.parent);
    if (!isChild && !dependencyUrns(candidate).some((urn) => urns.has(urn))) continue;
    found.push(candidate);
    urns.add(candidate.urn);
  }
  return found;
}

/** What `state` directly depends on, its parent included; who depends on a component depends on its children. */
export function dependencies(resources: ResourceState[], state: ResourceState): Set<ResourceState> {
  const urns = new Set(dependencyUrns(state));
  const before = resources.slice(0, resources.indexOf(state));
  const found = new Set<ResourceState>();
  for (const candidate of before) {
    if (candidate.urn === state.parent) found.add(candidate);
    if (!urns.has(candidate.urn)) continue;
    found.add(candidate);
    if (!candidate.custom) for (const child of before) if (isDescendant(before, child, candidate.urn)) found.add(child);
  }
  return found;
}

function isDescendant(resources: ResourceState[], state: ResourceState, ancestor: string): boolean {
  for (let parent = state.parent; parent; parent = resources.find(({ urn }) => urn === parent)?.parent)
    if (parent === ancestor) return true;
  return false;
}

export function transitiveDependencies(resources: ResourceState[], state: ResourceState): Set<ResourceState> {
  const found = new Set<ResourceState>();
  const visit = (from: ResourceState) => {
    for (const dependency of dependencies(resources, from))
      if (!found.has(dependency)) {
        found.add(dependency);
        visit(dependency);
      }
  };
  visit(state);
  return found;
}

/**
 * The order of deletion: groups that follow one another, the members of each free to go side by side. What others
 * depend on goes after them. (Go: stepGenerator.ScheduleDeletes.)
 */
export function deletionOrder(resources: ResourceState[], condemned: ResourceState[]): ResourceState[][] {
  const left = new Set(condemned);
  const needs = new Map(condemned.map((state) => [state, dependencies(resources, state)]));
  const groups: ResourceState[][] = [];
  while (left.size) {
    const group = [...left].filter((state) => ![...(needs.get(state) ?? [])].some((need) => left.has(need)));
    if (group.length === 0) throw new Error("the dependencies of the resources to delete form a circle");
    for (const state of group) left.delete(state);
    groups.push(group);
  }
  return groups.reverse();
}

/** Drops references to what is no longer there, after a refresh. (Go: rebuildBaseState, undangleParentResources.) */
export function dropDangling(resources: ResourceState[]): void {
  const seen = new Set<string>();
  for (const state of resources) {
    if (state.dependencies) state.dependencies = state.dependencies.filter((urn) => seen.has(urn));
    if (state.propertyDependencies)
      state.propertyDependencies = Object.fromEntries(
        Object.entries(state.propertyDependencies)
          .map(([key, urns]) => [key, urns.filter((urn) => seen.has(urn))] as const)
          .filter(([, urns]) => urns.length), // as there: what depends on nothing is not listed after a refresh
      );
    if (state.deletedWith && !seen.has(state.deletedWith)) delete state.deletedWith;
    if (state.replaceWith) state.replaceWith = state.replaceWith.filter((urn) => seen.has(urn));
    if (state.parent && !seen.has(state.parent)) delete state.parent;
    seen.add(state.urn);
  }
}
