import type { Call, Platform } from "../platforms/platform.js";
import { digestOf, type Mark, markText } from "../mark.js";
import type { Log } from "./log.js";
import type { Settings } from "./settings.js";

/** What a core function knows beside its inputs. An adapter fills it; nothing in it is Pulumi's. */
export interface Context {
  readonly urn: string;
  /** The resource's name in the program. */
  readonly name: string;
  readonly organization: string;
  /** What the constructor passes on beside the arguments: keys that begin with "__". */
  readonly hidden: Readonly<Record<string, unknown>>;
  /** Pulumi's customTimeouts, in milliseconds. */
  readonly timeouts: { create?: number; update?: number; delete?: number };
  readonly log: Log;
  readonly settings: Settings;
  /** What goes with every call to a platform; its signal ends them when an adapter hears of a cancellation. */
  readonly call: Call;
  /** @throws when the engine that asked is gone: what is bought now would be lost. */
  assertEngineAlive(): Promise<void>;
  platform(name: string): Platform;
}

export interface Failure {
  /** Path of the property, for example "search.country". */
  property: string;
  reason: string;
}

export interface DiffResult {
  changes: boolean;
  replaces?: string[];
}

/** A resource's life, engine side. Inputs and outputs are plain values; hidden inputs are the adapter's business. */
export interface ResourceCore<Inputs extends object, Outputs extends object> {
  check(context: Context, olds: Partial<Inputs>, news: Record<string, unknown>): { inputs: Record<string, unknown>; failures: Failure[] };
  /** After a `check` that found nothing wrong: what the platform says of the plan, in previews too. It spends nothing. `olds` are empty for a new one. */
  plan?(context: Context, olds: Partial<Inputs>, news: Record<string, unknown>): Promise<{ inputs: Record<string, unknown>; failures: Failure[] }>;
  /** Which of these inputs only `create` needs, so that no state keeps them: what a search offered, most of all. */
  onlyToCreate?(inputs: Record<string, unknown>): readonly string[];
  diff(context: Context, id: string, olds: Outputs, news: Inputs): DiffResult;
  create(context: Context, inputs: Inputs): Promise<{ id: string; outs: Outputs }>;
  /**
   * undefined when it is gone for certain; `props` themselves as `outs` where nothing has changed. `inputs` are what the program would have
   * to say to get what is there.
   */
  read(context: Context, id: string, props: Partial<Outputs>): Promise<{ id: string; outs: Outputs; inputs?: Inputs } | undefined>;
  update(context: Context, id: string, olds: Outputs, news: Inputs): Promise<Outputs>;
  delete(context: Context, id: string, props: Outputs): Promise<void>;
}

/**
 * The work is done in part, and what was done is paid for or exists: it goes into the state, and the next `up` goes on by
 * update.
 */
export class PartialFailure extends Error {
  constructor(
    readonly id: string,
    readonly outs: object,
    readonly reason: string,
  ) {
    super(reason);
    this.name = "PartialFailure";
  }
}

/** The digest of the resource that asks. */
export function ownDigest(context: Context, identity: unknown): string {
  return digestOf(context, identity);
}

/** Whose a thing is by now that this resource must leave alone. */
export function holderOf(mark: Mark | undefined, ours: Mark | undefined): string {
  return mark === undefined || mark.digest === ours?.digest ? "a later generation of this resource holds it" : `another Pulumi resource holds it ([pulumi ${markText(mark)}])`;
}

/** What to say of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
