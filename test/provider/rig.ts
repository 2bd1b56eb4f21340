/**
 * Pulumi's own `cmd/dynamic-provider` in a process of its own, called over gRPC as the engine calls it, with the sandbox behind it. All
 * that it answers, logs and prints is kept, so that it can be searched for what must never be there.
 */
import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogSeverity, type LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import * as statusPb from "@pulumi/pulumi/proto/status_pb";
import { expect } from "chai";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import structPb from "google-protobuf/google/protobuf/struct_pb";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/index.js";
import { stockOf } from "../../src/sandbox/inventory.js";

const root = path.join(__dirname, "..", "..");

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const STUB = 'exports.handler=()=>require("pulumi-telephony/provider");';
export const ZERO = "00000000-0000-0000-0000-000000000000";

/** Polling that a test can wait for. */
const QUICK = { WIIL_POLL_INTERVAL: "100ms", VOIPBIN_POLL_INTERVAL: "100ms", WIIL_ORDER_WINDOW: "3s", VOIPBIN_ORDER_WINDOW: "1s" };

export type Props = Record<string, unknown>;
export type TypeName = "Assistant" | "CallFlow" | "CallFlowBinding" | "NumberSearch" | "PhoneNumber" | "PhoneNumberLink";

export interface LogLine {
  severity: "debug" | "info" | "warning" | "error";
  urn: string;
  message: string;
  ephemeral: boolean;
}

export interface LedgerLine {
  platform: string;
  account: string;
  kind: "purchase" | "release" | "renewal";
  number: string;
  amount: string;
}

export interface OwnedNumber {
  platform: string;
  account: string;
  number: string;
  id: string;
  name: string;
  status: string;
}

/** What a failed call brings. */
export class ProviderError extends Error {
  constructor(
    message: string,
    /** Only where it is a partial failure. */
    readonly partial?: { id: string; properties: Props; reasons: string[] },
  ) {
    super(message);
  }
}

/** What is in the state of a resource. */
export interface State {
  type: TypeName;
  name: string;
  id: string;
  inputs: Props;
  outs: Props;
}

/** One process of the provider. */
export interface Provider {
  check(news: Props, olds?: Props): Promise<{ inputs: Props; failures: { property: string; reason: string }[] }>;
  diff(id: string, olds: Props, news: Props): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }>;
  create(inputs: Props): Promise<{ id: string; outs: Props }>;
  read(id: string, props: Props): Promise<{ id: string; outs: Props; inputs?: Props }>;
  update(id: string, olds: Props, news: Props): Promise<Props>;
  delete(id: string, props: Props): Promise<void>;
  stop(): void;
  readonly process: ChildProcess;
}

export interface Rig {
  readonly sandbox: Sandbox;
  readonly log: LogLine[];
  /** Starts another process, as the next run of Pulumi does. What it finds is what is at the platforms. */
  start(options?: { env?: Record<string, string | undefined>; config?: Record<string, string> }): Promise<Provider>;
  control<T = unknown>(route: string, body?: unknown): Promise<T>;
  fault(fault: Record<string, unknown>): Promise<void>;
  /** Asks a platform with the default account's key, past the provider. */
  wiil(method: string, route: string, body?: unknown): Promise<Props>;
  voipbin(method: string, route: string, body?: unknown): Promise<Props>;
  ledger(number?: string, kind?: LedgerLine["kind"]): Promise<LedgerLine[]>;
  owned(number: string): Promise<OwnedNumber | undefined>;
  /** A number on offer that no test has had yet. */
  fresh(platform: "wiil" | "voipbin"): string;
  /** Everything that came from the provider, as text. */
  said(): string;
  /** Takes the engine away from under its providers. */
  stopEngine(): void;
  close(): Promise<void>;
}

export const urnOf = (type: TypeName, name: string) => `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/telephony:${type}::${name}`;

/** What a resource's constructor sends. */
export const news = (type: TypeName, name: string, args: Props, hidden: Props = {}): Props => ({ ...args, __provider: STUB, __urn: urnOf(type, name), ...hidden });

const SEVERITIES = { [LogSeverity.DEBUG]: "debug", [LogSeverity.INFO]: "info", [LogSeverity.WARNING]: "warning", [LogSeverity.ERROR]: "error" } as const;

export async function startRig(options: SandboxOptions = { purchaseMs: 300 }): Promise<Rig> {
  const sandbox = await startSandbox(options);
  const log: LogLine[] = [];
  const said: string[] = [];
  const running = new Set<Provider>();

  const server = new grpc.Server();
  const logHandler: grpc.handleUnaryCall<LogRequest, Empty> = ({ request }, callback) => {
    const line = { severity: SEVERITIES[request.getSeverity()], urn: request.getUrn(), message: request.getMessage(), ephemeral: request.getEphemeral() };
    log.push(line);
    said.push(JSON.stringify(line));
    callback(null, new Empty());
  };
  const none: grpc.handleUnaryCall<unknown, unknown> = (_call, callback) => callback({ code: grpc.status.UNIMPLEMENTED });
  server.addService(EngineService, { ...Object.fromEntries(Object.keys(EngineService).map((name) => [name, none])), log: logHandler });
  const engine = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
  );

  const control = async <T>(route: string, body?: unknown): Promise<T> => {
    const init = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(`${sandbox.url}/_sandbox/${route}`, init);
    const text = await response.text();
    expect(response.status, `/_sandbox/${route}: ${text}`).to.be.lessThan(300);
    return JSON.parse(text) as T;
  };
  const ask = async (url: string, method: string, body: unknown, headers: Record<string, string> = {}): Promise<Props> => {
    const response = await fetch(url, { method, headers: { "content-type": "application/json", ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const text = await response.text();
    expect(response.status, `${method} ${url}: ${text}`).to.be.lessThan(300);
    return JSON.parse(text || "{}") as Props;
  };

  const unused = {
    wiil: [...stockOf("wiil").values()].filter((n) => n.country === "US" && n.type === "local" && n.areaCode !== "415").map((n) => n.number),
    voipbin: [...stockOf("voipbin").values()].filter((n) => n.country === "US" && n.type === "local" && !n.number.startsWith("+1555")).map((n) => n.number),
  };

  const env = sandbox.env as Record<"WIIL_URL" | "WIIL_API_KEY" | "VOIPBIN_URL" | "VOIPBIN_ACCESS_KEY", string>;
  return {
    sandbox,
    log,
    control,
    said: () => said.join("\n"),
    fault: async (fault) => void (await control("faults", fault)),
    wiil: (method, route, body) => ask(env.WIIL_URL + route, method, body, { "X-Wiil-Api-Key": env.WIIL_API_KEY }),
    voipbin: (method, route, body) => ask(`${env.VOIPBIN_URL}${route}${route.includes("?") ? "&" : "?"}accesskey=${env.VOIPBIN_ACCESS_KEY}`, method, body),
    ledger: async (number, kind) => (await control<LedgerLine[]>("ledger")).filter((l) => (!number || l.number === number) && (!kind || l.kind === kind)),
    owned: async (number) => (await control<OwnedNumber[]>("numbers")).find((n) => n.number === number),
    fresh: (platform) => unused[platform].shift()!,
    start: async ({ env: more, config } = {}) => {
      const provider = await startProvider(`127.0.0.1:${engine}`, { ...sandbox.env, ...QUICK, ...more }, config ?? {}, said);
      running.add(provider);
      return provider;
    },
    stopEngine: () => server.forceShutdown(),
    close: async () => {
      for (const provider of running) provider.stop();
      server.forceShutdown();
      await sandbox.close();
    },
  };
}

const toStruct = (props: Props) => structPb.Struct.fromJavaScript(props as never);

async function startProvider(engine: string, env: Record<string, string | undefined>, config: Record<string, string>, said: string[]): Promise<Provider> {
  const child = spawn(process.execPath, [require.resolve("@pulumi/pulumi/cmd/dynamic-provider"), engine], {
    cwd: root, // pulumi-telephony/provider resolves from here, through node_modules, to dist/
    env: { ...process.env, PULUMI_NODEJS_PROJECT: "shop", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const port = await new Promise<string>((resolve, reject) => {
    let first = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (first.includes("\n")) said.push(text);
      else if ((first += text).includes("\n")) resolve(first.split("\n")[0]!.trim());
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
    child.once("exit", (code) => reject(new Error(`the provider ended with ${code}: ${said.join("")}`)));
  });
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());

  const call = <Response extends { toObject(): unknown }>(invoke: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown): Promise<Response> =>
    new Promise((resolve, reject) =>
      invoke((error, response) => {
        if (!error) {
          said.push(JSON.stringify(response.toObject()));
          return resolve(response);
        }
        const failure = toError(error);
        said.push(JSON.stringify([failure.message, failure.partial]));
        reject(failure);
      }),
    );

  const configure = new pb.ConfigureRequest();
  configure.setArgs(toStruct(config));
  await call((done) => client.configure(configure, done));

  /** Every request names its resource, as the engine's do. */
  const about = <Request extends { setUrn(urn: string): unknown }>(request: Request, props: Props): Request => {
    request.setUrn(String(props["__urn"]));
    return request;
  };

  const provider: Provider = {
    process: child,
    async check(newInputs, olds = {}) {
      const request = about(new pb.CheckRequest(), newInputs);
      request.setOlds(toStruct(olds));
      request.setNews(toStruct(newInputs));
      const response = await call<pb.CheckResponse>((done) => client.check(request, done));
      return { inputs: response.getInputs()!.toJavaScript(), failures: response.getFailuresList().map((f) => ({ property: f.getProperty(), reason: f.getReason() })) };
    },
    async diff(id, olds, newInputs) {
      const request = about(new pb.DiffRequest(), newInputs);
      request.setId(id);
      request.setOlds(toStruct(olds));
      request.setNews(toStruct(newInputs));
      const response = await call<pb.DiffResponse>((done) => client.diff(request, done));
      const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
      expect([DIFF_SOME, DIFF_NONE], "a diff that doesn't know").to.include(response.getChanges());
      return { changes: response.getChanges() === DIFF_SOME, replaces: response.getReplacesList(), deleteBeforeReplace: response.getDeletebeforereplace() };
    },
    async create(inputs) {
      const request = about(new pb.CreateRequest(), inputs);
      request.setProperties(toStruct(inputs));
      const response = await call<pb.CreateResponse>((done) => client.create(request, done));
      return { id: response.getId(), outs: kept(response.getProperties()) };
    },
    async read(id, props) {
      const request = about(new pb.ReadRequest(), props);
      request.setId(id);
      request.setProperties(toStruct(props));
      const response = await call<pb.ReadResponse>((done) => client.read(request, done));
      const inputs = response.getInputs()?.toJavaScript();
      return { id: response.getId(), outs: response.getProperties()!.toJavaScript(), ...(inputs && { inputs }) };
    },
    async update(id, olds, newInputs) {
      const request = about(new pb.UpdateRequest(), newInputs);
      request.setId(id);
      request.setOlds(toStruct(olds));
      request.setNews(toStruct(newInputs));
      const response = await call<pb.UpdateResponse>((done) => client.update(request, done));
      return kept(response.getProperties());
    },
    async delete(id, props) {
      const request = about(new pb.DeleteRequest(), props);
      request.setId(id);
      request.setProperties(toStruct(props));
      await call((done) => client.delete(request, done));
    },
    stop() {
      client.close();
      child.kill("SIGKILL");
    },
  };
  return provider;
}

/** What goes into the state. Without __provider, no later run could delete it any more (pulumi-facts.md §0, trap 3). */
function kept(properties: structPb.Struct | undefined): Props {
  const props = properties?.toJavaScript() ?? {};
  expect(props).to.include({ __provider: STUB }).and.to.have.property("__urn");
  return props;
}

/** Partial failures come in the trailer that gRPC has for details. */
function toError(error: grpc.ServiceError): ProviderError {
  for (const bytes of error.metadata?.get("grpc-status-details-bin") ?? []) {
    for (const detail of statusPb.Status.deserializeBinary(bytes as Buffer).getDetailsList()) {
      expect(detail.getTypeName()).to.equal("pulumirpc.ErrorResourceInitFailed");
      const failed = pb.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
      return new ProviderError(error.details, { id: failed.getId(), properties: kept(failed.getProperties()), reasons: failed.getReasonsList() });
    }
  }
  return new ProviderError(error.details);
}

/** The error of a call that must fail. */
export async function failure(work: Promise<unknown>): Promise<ProviderError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error("this must fail, and did not");
}

/** Declares a resource as the engine does on a first `up`: check, then create. */
export async function make(provider: Provider, type: TypeName, name: string, args: Props, hidden: Props = {}): Promise<State> {
  const { inputs, failures } = await provider.check(news(type, name, args, hidden));
  expect(failures).to.deep.equal([]);
  const { id, outs } = await provider.create(inputs);
  return { type, name, id, inputs, outs };
}

/** Declares it with other arguments, as a later `up` does: check, diff, and update if there is anything to do. */
export async function change(provider: Provider, state: State, args: Props, hidden: Props = {}): Promise<State> {
  const { inputs, failures } = await provider.check(news(state.type, state.name, args, hidden), state.inputs);
  expect(failures).to.deep.equal([]);
  const { changes, replaces } = await provider.diff(state.id, state.outs, inputs);
  expect(replaces, "an update in place").to.deep.equal([]);
  return { ...state, inputs, outs: changes ? await provider.update(state.id, state.outs, inputs) : state.outs };
}

/** Whether the very same program would still change something. */
export async function isSteady(provider: Provider, state: State): Promise<boolean> {
  const { inputs } = await provider.check(state.inputs, state.inputs);
  return !(await provider.diff(state.id, state.outs, inputs)).changes;
}

/** A refresh: nothing when it is gone. */
export async function refresh(provider: Provider, state: State): Promise<State | undefined> {
  const { id, outs, inputs } = await provider.read(state.id, state.outs);
  return id === "" ? undefined : { ...state, outs, inputs: inputs ?? state.inputs };
}

/** What a person does in the dashboards, past Pulumi. */
export interface Hand {
  buy(number: string, name: string): Promise<void>;
  rename(number: string, name: string): Promise<void>;
  release(number: string): Promise<void>;
  /** Everything that a person sees on the number. */
  shown(number: string): Promise<string>;
}

export function handOf(rig: Rig, platform: "wiil" | "voipbin"): Hand {
  const id = async (number: string) => (await rig.owned(number))!.id;
  if (platform === "wiil") {
    return {
      buy: async (phoneNumber, friendlyName) => {
        await rig.wiil("POST", "/phone-configurations/telephony-provider/purchase", { phoneNumber, friendlyName });
        await rig.control("clock", { advance: "8s" });
      },
      rename: async (number, friendlyName) => void (await rig.wiil("PATCH", "/phone-configurations", { id: await id(number), friendlyName })),
      release: async (number) => void (await rig.wiil("DELETE", `/phone-configurations/${await id(number)}`)),
      shown: async (number) => (await rig.owned(number))!.name,
    };
  }
  return {
    buy: async (number, name) => void (await rig.voipbin("POST", "/numbers", { number, type: "normal", call_flow_id: ZERO, message_flow_id: ZERO, name, detail: "" })),
    rename: async (number, name) => {
      const { detail, call_flow_id, message_flow_id } = (await rig.owned(number)) as unknown as Props;
      await rig.voipbin("PUT", `/numbers/${await id(number)}`, { name, detail, call_flow_id, message_flow_id });
    },
    release: async (number) => void (await rig.voipbin("DELETE", `/numbers/${await id(number)}`)),
    shown: async (number) => {
      const { name, detail } = (await rig.owned(number)) as unknown as Record<string, string>;
      return `${name} ${detail}`;
    },
  };
}

/** No key, and nothing that wasn't there, in all that the provider has said. */
export function expectDiscretion(rig: Rig, ...moreKeys: string[]): void {
  const said = rig.said();
  for (const key of [...rig.sandbox.accounts.map((a) => a.key), ...moreKeys]) expect(said.includes(key), "a key was said").to.be.false;
  expect(/.{0,80}\bundefined\b.{0,40}/.exec(said)?.[0]).to.equal(undefined);
  expect(said).not.to.match(/\[object |NaN/);
}
