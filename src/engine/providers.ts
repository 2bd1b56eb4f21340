/** The providers of an operation: which process serves a reference. (Go: pkg/resource/deploy/providers/registry.go.) */
import type { ResourceState } from "./engine.js";
import { dynamicProvider, type Provider, type ProviderOptions } from "./provider-process.js";
import { nameOf, parseReference } from "./urn.js";
import type { Props } from "./values.js";

/** The package of dynamic resources, the only one that there is here. */
export const DYNAMIC_PACKAGE = "pulumi-nodejs";

export class Providers {
  private readonly running = new Map<string, Provider>();

  constructor(private readonly options: ProviderOptions) {}

  /** Serves a provider resource with this configuration from now on. */
  register(urn: string, id: string, config: Props): void {
    const reference = `${urn}::${id}`;
    this.running.get(reference)?.stop();
    this.running.set(reference, dynamicProvider(config, this.options));
  }

  has(reference: string): boolean {
    return this.running.has(reference);
  }

  get(reference: string): Provider {
    const provider = this.running.get(reference);
    if (!provider) throw new Error(`unknown provider '${reference}'`);
    return provider;
  }

  /** Makes sure that what only the old state knows can be deleted or diffed: with the configuration kept there. */
  ensure(reference: string | undefined, olds: ResourceState[]): void {
    if (!reference || this.has(reference)) return;
    const { urn, id } = parseReference(reference);
    const old = olds.find((state) => state.urn === urn && state.id === id);
    if (!old) throw new Error(`unknown provider '${reference}' (${nameOf(urn)})`);
    this.register(urn, id, old.inputs ?? {});
  }

  stop(): void {
    for (const provider of this.running.values()) provider.stop();
  }
}
