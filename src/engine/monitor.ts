/**
 * The two services that program and provider speak to: ResourceMonitor (what the program registers) and Engine (what
 * everybody logs). What is not supported fails by name.
 */
import * as grpc from "@grpc/grpc-js";
import { EngineService, type IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as enginePb from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService, type IResourceMonitorServer } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/resource_pb";
import * as providerPb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import type { Alias, Goal } from "./goal.js";
import type { Operation, Registered } from "./operation.js";
import type { Recorder } from "./recorder.js";
import { channelOptions, listen, statusError, unary } from "./rpc.js";
import { declaredIn } from "./source-position.js";
import { containsUnknown, fromStruct, toStruct, type Props } from "./values.js";

/** With these the SDK sends what is understood here, and says itself which newer feature is missing. */
const FEATURES = new Set(["secrets", "resourceReferences", "deletedWith", "replaceWith", "aliasSpecs"]);

const SEVERITIES = ["debug", "info", "warning", "error"] as const;

export interface Monitor {
  address: string;
  stop(): void;
}

/**
 * Serves an operation until it is stopped. Providers of a refresh or destroy speak to it too, to log.
 * @param projectDir where Pulumi.yaml is: what is said of places in the program is relative to it
 */
export async function serveMonitor(operation: Operation, recorder: Recorder, projectDir: string): Promise<Monitor> {
  const server = new grpc.Server(channelOptions);
  server.addService(EngineService, engineService(recorder));
  server.addService(ResourceMonitorService, monitorService(operation, projectDir));
  const address = await listen(server);
  return { address, stop: () => server.forceShutdown() };
}

/** Handlers of what the running SDK calls; whatever else the service has, now or in a newer SDK, is unimplemented. */
function complete(service: grpc.ServiceDefinition, handlers: grpc.UntypedServiceImplementation): grpc.UntypedServiceImplementation {
  const all: grpc.UntypedServiceImplementation = {};
  for (const [name, { path }] of Object.entries(service)) {
    all[name] = handlers[name] ?? unary(() => {
      throw statusError(grpc.status.UNIMPLEMENTED, `${path} is not supported by the embedded engine`);
    });
  }
  return all;
}

function engineService(recorder: Recorder): grpc.UntypedServiceImplementation {
  let root = "";
  const handlers: Partial<IEngineServer> = {
    log: unary((request: enginePb.LogRequest) => {
      const severity = SEVERITIES[request.getSeverity()] ?? "info";
      recorder.diagnostic(severity, request.getMessage(), request.getUrn(), request.getEphemeral());
      return new Empty();
    }),
    getRootResource: unary(() => {
      const response = new enginePb.GetRootResourceResponse();
      response.setUrn(root);
      return response;
    }),
    setRootResource: unary((request: enginePb.SetRootResourceRequest) => {
      root = request.getUrn();
      return new enginePb.SetRootResourceResponse();
    }),
    startDebugging: unary(() => new Empty()),
    // Whatever the program requires, this is no CLI whose version could be compared.
    requirePulumiVersion: unary(() => new enginePb.RequirePulumiVersionResponse()),
  };
  return complete(EngineService, handlers as grpc.UntypedServiceImplementation);
}

function monitorService(operation: Operation, projectDir: string): grpc.UntypedServiceImplementation {
  const handlers: Partial<IResourceMonitorServer> = {
    supportsFeature: unary((request: pb.SupportsFeatureRequest) => {
      const response = new pb.SupportsFeatureResponse();
      response.setHassupport(FEATURES.has(request.getId()));
      return response;
    }),
    registerResource: unary(async (request: pb.RegisterResourceRequest) => {
      if (request.getRemote())
        throw new Error(`remote component ${request.getType()} is not supported by the embedded engine`);
      const registered = await operation.register({ ...goalOf(request), declared: declaredIn(projectDir, request) });
      return registerResponse(registered, request.getSupportspartialvalues());
    }),
    readResource: unary(async (request: pb.ReadResourceRequest) => {
      if (request.getType() === "pulumi:pulumi:StackReference")
        throw new Error("StackReference is not supported by the embedded engine");
      const { state } = await operation.read({
        type: request.getType(),
        name: request.getName(),
        id: request.getId(),
        ...(request.getParent() && { parent: request.getParent() }),
        inputs: fromStruct(request.getProperties()),
        ...(request.getProvider() && { provider: request.getProvider() }),
        dependencies: request.getDependenciesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        declared: declaredIn(projectDir, request),
      });
      const response = new pb.ReadResourceResponse();
      response.setUrn(state.urn);
      response.setProperties(toStruct(state.outputs ?? {}));
      return response;
    }),
    registerResourceOutputs: unary((request: pb.RegisterResourceOutputsRequest) => {
      operation.registerOutputs(request.getUrn(), fromStruct(request.getOutputs()));
      return new Empty();
    }),
    signalAndWaitForShutdown: unary(() => new Empty()),
    invoke: unary((request: pb.ResourceInvokeRequest) => invoke(operation, request)),
  };
  return complete(ResourceMonitorService, handlers as grpc.UntypedServiceImplementation);
}

/** The one built-in function that the SDK itself needs: it looks up a resource that travelled as a reference. */
function invoke(operation: Operation, request: pb.ResourceInvokeRequest): providerPb.InvokeResponse {
  if (request.getTok() !== "pulumi:pulumi:getResource")
    throw new Error(`function ${request.getTok()} is not supported by the embedded engine`);
  const urn = fromStruct(request.getArgs()).urn;
  const state = typeof urn === "string" ? operation.find(urn) : undefined;
  if (!state) throw new Error(`unknown resource ${String(urn)}`);
  const response = new providerPb.InvokeResponse();
  response.setReturn(toStruct({ urn, id: state.id ?? "", state: state.outputs ?? {} }));
  return response;
}

/** "5m30s" and the like, in seconds. */
export function seconds(duration: string | undefined): number | undefined {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };
  const parts = [...(duration ?? "").matchAll(/(\d*\.?\d+)(h|ms|us|µs|ns|m|s)/g)];
  return parts.reduce((sum, [, amount, unit = "s"]) => sum + Number(amount) * (units[unit] ?? 0), 0) || undefined;
}

function goalOf(request: pb.RegisterResourceRequest): Goal {
  if (request.getTransformsList().length) throw new Error("transforms are not supported by the embedded engine");
  const propertyDependencies: Record<string, string[]> = {};
  request
    .getPropertydependenciesMap()
    .forEach((urns, key) => (propertyDependencies[key] = urns.getUrnsList()));
  const timeouts = request.getCustomtimeouts();
  const [create, update, del] = [timeouts?.getCreate(), timeouts?.getUpdate(), timeouts?.getDelete()].map(seconds);
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    ...(request.getParent() && { parent: request.getParent() }),
    inputs: fromStruct(request.getObject()),
    ...(request.getProvider() && { provider: request.getProvider() }),
    dependencies: request.getDependenciesList().sort(),
    propertyDependencies,
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    ...(request.getDeletebeforereplacedefined() && { deleteBeforeReplace: request.getDeletebeforereplace() }),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [...request.getAliasesList().map(aliasOf), ...request.getAliasurnsList().map((urn) => ({ urn }))],
    customTimeouts: { ...(create && { create }), ...(update && { update }), ...(del && { delete: del }) },
    ...(request.getImportid() && { importId: request.getImportid() }),
    ...(request.getDeletedwith() && { deletedWith: request.getDeletedwith() }),
    replaceWith: request.getReplaceWithList?.() ?? [],
  };
}

function aliasOf(message: AliasMessage): Alias {
  const spec = message.getSpec();
  if (!spec) return { urn: message.getUrn() };
  return {
    ...(spec.getName() && { name: spec.getName() }),
    ...(spec.getType() && { type: spec.getType() }),
    ...(spec.getStack() && { stack: spec.getStack() }),
    ...(spec.getProject() && { project: spec.getProject() }),
    ...(spec.getParenturn() && { parent: spec.getParenturn() }),
    noParent: spec.getNoparent(),
  };
}

function registerResponse({ state, unknown }: Registered, partialValues: boolean): pb.RegisterResourceResponse {
  const response = new pb.RegisterResourceResponse();
  response.setUrn(state.urn);
  // In a preview the id of a new resource is empty, which the SDK takes for unknown; a provider's own is passed on,
  // for it is part of the references to it.
  response.setId(state.id ?? "");
  // A component's outputs are known once it registers them.
  let outputs: Props = state.custom ? (state.outputs ?? {}) : {};
  if (!partialValues) outputs = Object.fromEntries(Object.entries(outputs).filter(([, value]) => !containsUnknown(value)));
  response.setObject(toStruct(outputs));
  (response as { setUnknown?: (unknown: boolean) => void }).setUnknown?.(unknown); // newer SDKs only
  return response;
}
