/** Finds what a resource was called before. (Go: stepGenerator.getOldResource, generateAliases.) */
import type { ResourceState } from "./engine.js";
import { ResourceError } from "./errors.js";
import type { Alias, Goal } from "./goal.js";
import { createUrn, nameOf, typeOf } from "./urn.js";

export interface AliasContext {
  stack: string;
  project: string;
  /** What the last operation left under a URN. */
  old(urn: string): ResourceState | undefined;
  isRegistered(urn: string): boolean;
}

export class Aliases {
  /** Old URN -> new URN, and the other way round. */
  private readonly aliased = new Map<string, string>();
  private readonly aliases = new Map<string, string>();

  constructor(private readonly context: AliasContext) {}

  /** What an old URN is called now. */
  current(urn: string): string {
    return this.aliased.get(urn) ?? urn;
  }

  find(urn: string, goal: Pick<Goal, "type" | "name" | "parent" | "aliases">): { old?: ResourceState; alias?: string } {
    for (const candidate of [urn, ...this.aliasUrns(goal)]) {
      const old = this.context.old(candidate);
      if (!old) continue;
      if (candidate === urn) return { old };
      const taken = this.context.isRegistered(candidate) ? urn : this.aliased.get(candidate);
      if (taken)
        throw new ResourceError(
          urn,
          `Duplicate resource alias '${candidate}' applied to resource with URN '${urn}' conflicting with resource with URN '${taken}'`,
        );
      this.aliased.set(candidate, urn);
      this.aliases.set(urn, candidate);
      return { old, alias: candidate };
    }
    return {};
  }

  private aliasUrns(goal: Pick<Goal, "type" | "name" | "parent" | "aliases">): string[] {
    const own = goal.aliases.map((alias) => this.aliasUrn(alias, goal));
    const parentAlias = goal.parent && this.aliases.get(goal.parent);
    if (!goal.parent || !parentAlias) return own;
    // The parent was renamed: its children were under its old name, and perhaps named after it.
    const { stack, project } = this.context;
    const inherit = (type: string, name: string) => {
      const parentName = nameOf(goal.parent ?? "");
      const oldName = name.startsWith(parentName) ? nameOf(parentAlias) + name.slice(parentName.length) : name;
      return createUrn(stack, project, parentAlias, type, oldName);
    };
    return [...own, inherit(goal.type, goal.name), ...own.map((urn) => inherit(typeOf(urn), nameOf(urn)))];
  }

  private aliasUrn(alias: Alias, goal: Pick<Goal, "type" | "name" | "parent">): string {
    if ("urn" in alias) return alias.urn;
    let parent = alias.parent ? (this.aliases.get(alias.parent) ?? alias.parent) : goal.parent;
    if (alias.noParent) parent = undefined;
    return createUrn(
      alias.stack ?? this.context.stack,
      alias.project ?? this.context.project,
      parent,
      alias.type ?? goal.type,
      alias.name ?? goal.name,
    );
  }
}
