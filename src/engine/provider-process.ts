/**
 * One `cmd/dynamic-provider` process and its ResourceProvider service. Each provider resource has its own process and
 * hands it its own configuration only (pulumi-facts §3). Values go out in plain text and come back with the secrets of
 * what went out marked again, as the CLI's plugin host does (Go: pkg/resource/plugin/provider_plugin.go).
 */
import type { ChildProcess } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import * as statusPb from "@pulumi/pulumi/proto/status_pb";
import { killGroup, readLines, spawnGroup } from "./child.js";
import type { ResourceState } from "./engine.js";
import { resolveSdk, type Project } from "./project.js";
import { channelOptions } from "./rpc.js";
import { nameOf, typeOf } from "./urn.js";
import { annotateSecrets, changedKeys, equal, forProvider, fromStruct, keepIgnored, plain, toStruct, type Props } from "./values.js";

/** The provider made or changed the resource but could not finish: there is something to save. */
export class PartialFailure extends Error {
  constructor(
    readonly id: string,
    readonly properties: Props,
    readonly reasons: string[],
    message: string,
  ) {
    super(message);
  }
}

export interface Diff {
  changed: boolean;
  /** What the provider says must be replaced for. */
  replaces: string[];
  deleteBeforeReplace: boolean;
  /** Known only if the engine had to compare the inputs itself. */
  changedKeys: string[];
}

export interface ProviderOptions {
  project: Project;
  engineAddress: string;
  env: NodeJS.ProcessEnv;
  /** What the process prints. */
  onOutput: (line: string) => void;
  dryRun: boolean;
}

export interface Provider {
  check(urn: string, olds: Props, news: Props, randomSeed: Uint8Array): Promise<{ inputs: Props; failures: CheckFailure[] }>;
  diff(urn: string, old: DiffOld, news: Props, ignoreChanges: string[]): Promise<Diff>;
  create(urn: string, inputs: Props, timeout: number): Promise<{ id: string; outputs: Props }>;
  update(urn: string, old: ResourceState, inputs: Props, timeout: number, ignoreChanges: string[]): Promise<Props>;
  /** An empty id: the resource is gone. */
  read(urn: string, id: string, state?: Props, inputs?: Props): Promise<{ id: string; outputs: Props; inputs?: Props }>;
  delete(urn: string, old: ResourceState, timeout: number): Promise<void>;
  stop(): void;
}

export interface CheckFailure {
  property: string;
  reason: string;
}

export type DiffOld = Pick<ResourceState, "id" | "inputs" | "outputs">;

/** What comes by one connection at once is answered at once. With a second one the provider works while this process does, too. */
const CONNECTIONS = 2;

interface Running {
  process: ChildProcess;
  /** Each has a connection, and they take turns. */
  clients: ResourceProviderClient[];
}

/** What every request of a ResourceProvider says of its resource; older SDKs know only the URN. */
interface ResourceRequest {
  setUrn(urn: string): unknown;
  setName?: (name: string) => unknown;
  setType?: (type: string) => unknown;
}

function about<Request extends ResourceRequest>(request: Request, urn: string): Request {
  request.setUrn(urn);
  request.setName?.(nameOf(urn));
  request.setType?.(typeOf(urn));
  return request;
}

const struct = (props: Props | undefined) => toStruct(forProvider(props ?? {}));

/** Starts no process until it is needed: a preview without dynamic resources needs none. */
export function dynamicProvider(config: Props, options: ProviderOptions): Provider {
  let running: Promise<Running> | undefined;
  let stopped = false;
  let turn = 0;
  const start = async () => {
    if (stopped) throw new Error("the provider has been stopped");
    return (running ??= startProcess(config, options));
  };

  async function call<Response>(
    invoke: (client: ResourceProviderClient, done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
  ): Promise<Response> {
    const { clients } = await start();
    const client = clients[turn++ % clients.length]!;
    return new Promise((resolve, reject) => {
      invoke(client, (error, response) => (error ? reject(toError(error)) : resolve(response)));
    });
  }

  /** Partial failures bring properties too, and those echo secrets as well. */
  async function marking<T>(inputs: Props, work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      if (error instanceof PartialFailure) annotateSecrets(error.properties, inputs);
      throw error;
    });
  }

  return {
    async check(urn, olds, news, randomSeed) {
      const request = about(new pb.CheckRequest(), urn);
      request.setOlds(struct(olds));
      request.setNews(struct(news));
      request.setRandomseed(randomSeed);
      const response = await call<pb.CheckResponse>((client, done) => client.check(request, done));
      const inputs = fromStruct(response.getInputs());
      annotateSecrets(inputs, news);
      return {
        inputs,
        failures: response.getFailuresList().map((f) => ({ property: f.getProperty(), reason: f.getReason() })),
      };
    },

    async diff(urn, old, news, ignoreChanges) {
      const request = about(new pb.DiffRequest(), urn);
      request.setId(old.id ?? "");
      request.setOlds(struct(old.outputs));
      request.setOldInputs(struct(old.inputs));
      request.setNews(struct(news));
      request.setIgnorechangesList(ignoreChanges);
      const response = await call<pb.DiffResponse>((client, done) => client.diff(request, done));
      const common = {
        replaces: response.getReplacesList(),
        deleteBeforeReplace: response.getDeletebeforereplace(),
        changedKeys: response.getDiffsList(),
      };
      const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
      if (response.getChanges() === DIFF_NONE) return { ...common, changed: false };
      if (response.getChanges() === DIFF_SOME) return { ...common, changed: true };
      // No `diff`, or one that does not know: the engine compares the inputs (Go: diffResource).
      const { props } = keepIgnored(news, old.inputs ?? {}, ignoreChanges);
      const changed = !equal(plain(old.inputs ?? {}), plain(props));
      return { ...common, changed, changedKeys: changed ? changedKeys(old.inputs, props) : [] };
    },

    async create(urn, inputs, timeout) {
      // A dynamic provider has no preview of its own: what is unknown stays so, what is given is what comes out.
      if (options.dryRun) return { id: "", outputs: structuredClone(inputs) };
      const request = about(new pb.CreateRequest(), urn);
      request.setProperties(struct(inputs));
      request.setTimeout(timeout);
      const response = await marking(
        inputs,
        call<pb.CreateResponse>((client, done) => client.create(request, done)),
      );
      const id = response.getId();
      if (!id) throw new Error(`plugin for package 'pulumi-nodejs' returned empty resource.ID from create '${urn}'`);
      const outputs = fromStruct(response.getProperties());
      annotateSecrets(outputs, inputs);
      return { id, outputs };
    },

    async update(urn, old, inputs, timeout, ignoreChanges) {
      if (options.dryRun) return structuredClone(inputs);
      const request = about(new pb.UpdateRequest(), urn);
      request.setId(old.id ?? "");
      request.setOlds(struct(old.outputs));
      request.setOldInputs(struct(old.inputs));
      request.setNews(struct(inputs));
      request.setTimeout(timeout);
      request.setIgnorechangesList(ignoreChanges);
      const response = await marking(
        inputs,
        call<pb.UpdateResponse>((client, done) => client.update(request, done)),
      );
      const outputs = fromStruct(response.getProperties());
      annotateSecrets(outputs, inputs);
      return outputs;
    },

    async read(urn, id, state, inputs) {
      const request = about(new pb.ReadRequest(), urn);
      request.setId(id);
      if (state) request.setProperties(struct(state));
      if (inputs) request.setInputs(struct(inputs));
      const response = await marking(state ?? {}, call<pb.ReadResponse>((client, done) => client.read(request, done)));
      const outputs = fromStruct(response.getProperties());
      annotateSecrets(outputs, state ?? {});
      const newInputs = response.hasInputs() ? fromStruct(response.getInputs()) : undefined;
      if (newInputs && inputs) annotateSecrets(newInputs, inputs);
      return { id: response.getId(), outputs, ...(newInputs && { inputs: newInputs }) };
    },

    async delete(urn, old, timeout) {
      const request = about(new pb.DeleteRequest(), urn);
      request.setId(old.id ?? "");
      request.setProperties(struct(old.outputs));
      request.setOldInputs(struct(old.inputs));
      request.setTimeout(timeout);
      await call((client, done) => client.delete(request, done));
    },

    stop() {
      stopped = true;
      running?.then(
        ({ clients, process }) => {
          for (const client of clients) client.close();
          killGroup(process);
        },
        () => undefined, // it never started
      );
    },
  };
}

async function startProcess(config: Props, options: ProviderOptions): Promise<Running> {
  const { project } = options;
  // The provider resolves `require` from its working directory, which is the program's (pulumi-facts §2); a process
  // group of its own keeps a Ctrl-C in the terminal from ending it in the middle of a purchase, as with the CLI.
  const child = spawnGroup(
    [...project.nodeArgs, resolveSdk(project, "cmd/dynamic-provider"), options.engineAddress],
    { cwd: project.programDirectory, env: options.env },
  );
  const port = await new Promise<string>((resolve, reject) => {
    let found = false;
    const onLine = (line: string) => (options.onOutput(line), undefined);
    readLines(child.stdout, (line) => {
      if (found) return onLine(line);
      found = true;
      resolve(line.trim());
    });
    readLines(child.stderr, onLine);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`could not read plugin: the dynamic provider exited with ${code}`)));
  });
  // No connection of an earlier process, which may have had this port, is to be found in gRPC's pool.
  const ownConnections = { ...channelOptions, "grpc.use_local_subchannel_pool": 1 };
  const clients = Array.from({ length: CONNECTIONS }, () => new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), ownConnections));
  const request = new pb.ConfigureRequest();
  request.setArgs(toStruct(config)); // the one call in which the provider takes secrets wrapped
  request.setAcceptsecrets(true);
  request.setAcceptresources(true);
  await new Promise<void>((resolve, reject) =>
    clients[0]!.configure(request, (error) => (error ? reject(toError(error)) : resolve())),
  );
  return { process: child, clients };
}

/** An error as the engine reports it; partial failures come in the trailers. */
function toError(error: grpc.ServiceError): Error {
  for (const bytes of error.metadata?.get("grpc-status-details-bin") ?? []) {
    const status = statusPb.Status.deserializeBinary(bytes as Uint8Array);
    for (const detail of status.getDetailsList()) {
      if (detail.getTypeName() !== "pulumirpc.ErrorResourceInitFailed") continue;
      const failed = pb.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
      const reasons = failed.getReasonsList();
      // Only the reasons are shown, never the message (pulumi-facts §4); this is how Go's multierror words them.
      const head = reasons.length === 1 ? "1 error occurred:" : `${reasons.length} errors occurred:`;
      const message = reasons.length ? [head, ...reasons.map((r) => `\t* ${r}`)].join("\n") : "resource init failed";
      return new PartialFailure(failed.getId(), fromStruct(failed.getProperties()), reasons, message);
    }
  }
  if (error.code === grpc.status.UNAVAILABLE) return new Error("error reading from server: EOF");
  return new Error(error.details || error.message);
}
