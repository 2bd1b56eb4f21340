/**
 * `pulumi import -f FILE` for resources whose outputs the file brings: nothing is read, `check` says what it thinks of the inputs, and
 * they stand in the state. (Go: pkg/resource/deploy/import.go and ImportStep.Apply in step.go.)
 */
import * as crypto from "node:crypto";
import type { Checkpoint } from "./checkpoint.js";
import type { ImportFile, ImportResource, ResourceState } from "./engine.js";
import { DYNAMIC_PACKAGE, type Providers } from "./providers.js";
import type { Recorder } from "./recorder.js";
import { createUrn, isDefaultProvider, ROOT_STACK_TYPE } from "./urn.js";
import type { Props } from "./values.js";

export interface ImportContext {
  project: string;
  stack: string;
  config: Props;
  checkpoint: Checkpoint;
  providers: Providers;
  recorder: Recorder;
}

const now = () => new Date().toISOString();

/**
 * Adds the resources to the state, all of them or none. One that is there already with this id stays as it is.
 *
 * @throws when a provider isn't in the state, a name is there with another id, or the file is none that can be imported here
 */
export async function importResources(context: ImportContext, { nameTable = {}, resources }: ImportFile): Promise<void> {
  const { checkpoint, providers, recorder, project, stack } = context;
  const before = [...checkpoint.base];
  const base = [...before];
  const urnOf = (type: string, name: string) => createUrn(stack, project, undefined, type, name);

  const found = base.find(({ type }) => type === ROOT_STACK_TYPE);
  const root = found ?? { urn: urnOf(ROOT_STACK_TYPE, `${project}-${stack}`), custom: false, type: ROOT_STACK_TYPE, created: now(), modified: now() };
  if (!found) base.unshift(root);

  /** The default provider, made if need be, or the one that the name table names. */
  const referenceOf = ({ name, provider }: ImportResource): string => {
    if (provider !== undefined) {
      const urn = nameTable[provider];
      if (urn === undefined) throw new Error(`the provider '${provider}' for resource '${name}' has no entry in 'nameTable'`);
      const state = base.find((candidate) => candidate.urn === urn);
      // The CLI would make one without any configuration: no key, and an update of it in the next run.
      if (!state) throw new Error(`unknown provider '${urn}' for resource '${name}': run up with this target first`);
      return `${urn}::${state.id}`;
    }
    let state = base.find(({ urn, delete: goes }) => isDefaultProvider(urn) && !goes);
    if (!state) {
      const type = `pulumi:providers:${DYNAMIC_PACKAGE}`;
      state = { urn: urnOf(type, "default"), custom: true, type, id: crypto.randomUUID(), inputs: context.config, outputs: context.config, created: now(), modified: now() };
      base.push(state);
    }
    return `${state.urn}::${state.id}`;
  };

  const imported: ResourceState[] = [];
  const known = new Map(base.map((state) => [state.urn, state]));
  for (const resource of resources) {
    const { type, name, id, inputs, outputs } = resource;
    if (!type.startsWith(`${DYNAMIC_PACKAGE}:dynamic/`) || Object.keys(outputs).length === 0) {
      throw new Error(`resource '${name}' of type '${type}': the embedded engine imports dynamic resources, with their outputs`);
    }
    const urn = urnOf(type, name);
    const there = known.get(urn);
    if (there && there.id === id && before.includes(there)) continue;
    if (there) throw new Error(before.includes(there) ? `resource '${urn}' already exists` : `duplicate import '${name}' of type '${type}'`);
    const state: ResourceState = { urn, custom: true, type, id, inputs, outputs, parent: root.urn, provider: referenceOf(resource), created: now(), modified: now() };
    known.set(urn, state);
    imported.push(state);
  }

  for (const state of imported) {
    const report = recorder.start({ op: "import", urn: state.urn });
    providers.ensure(state.provider, base);
    const { failures } = await providers.get(state.provider!).check(state.urn, state.inputs!, state.inputs!, crypto.randomBytes(32));
    if (failures.length > 0) recorder.diagnostic("warning", "One or more imported inputs failed to validate. The import will still proceed.", state.urn);
    for (const { property, reason } of failures) recorder.diagnostic("warning", property ? `property ${property} has a problem: ${reason}` : reason, state.urn);
    recorder.end(report, { counted: true, id: state.id, outputs: state.outputs });
  }
  checkpoint.base = [...base, ...imported];
  checkpoint.saveLater();
}
