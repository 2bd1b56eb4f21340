/** What the program asks for, in the engine's own terms. */
import type { ResourceState } from "./engine.js";
import type { Declared } from "./source-position.js";
import type { Props } from "./values.js";

/** What the program wants a resource to be. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  parent?: string;
  inputs: Props;
  provider?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  protect: boolean;
  retainOnDelete: boolean;
  deleteBeforeReplace?: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  additionalSecretOutputs: string[];
  aliases: Alias[];
  customTimeouts: { create?: number; update?: number; delete?: number };
  importId?: string;
  deletedWith?: string;
  replaceWith: string[];
  declared?: Declared;
}

export type Alias =
  | { urn: string }
  | { name?: string; type?: string; stack?: string; project?: string; parent?: string; noParent?: boolean };

/** A resource that exists and is only read (`opts.id`). */
export interface ReadGoal {
  type: string;
  name: string;
  id: string;
  parent?: string;
  inputs: Props;
  provider: string;
  dependencies: string[];
  additionalSecretOutputs: string[];
  declared?: Declared;
}

/** The state that the resource is to get; what the provider adds comes later. */
export function newState(urn: string, goal: Goal, old: ResourceState | undefined, alias: string | undefined): ResourceState {
  return {
    urn,
    custom: goal.custom,
    type: goal.type,
    inputs: goal.inputs,
    ...(goal.parent && { parent: goal.parent }),
    protect: goal.protect,
    dependencies: goal.dependencies,
    ...(goal.provider && { provider: goal.provider }),
    propertyDependencies: goal.propertyDependencies,
    additionalSecretOutputs: goal.additionalSecretOutputs,
    ...(alias && { aliases: [alias] }),
    customTimeouts: goal.customTimeouts,
    ...(goal.importId && { importID: goal.importId }),
    retainOnDelete: goal.retainOnDelete,
    ...(goal.deletedWith && { deletedWith: goal.deletedWith }),
    replaceWith: goal.replaceWith,
    ...(old?.created && { created: old.created }),
    ...(old?.modified && { modified: old.modified }),
    ignoreChanges: goal.ignoreChanges,
    replaceOnChanges: goal.replaceOnChanges,
    ...goal.declared,
  };
}
