/** A ResourceMonitor that answers like the engine and keeps what it was asked. */
import { spawn } from "node:child_process";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogSeverity, type LogRequest, GetRootResourceResponse, SetRootResourceResponse } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import structPb from "google-protobuf/google/protobuf/struct_pb";

export interface Registration {
  /** As the engine computes it, out of the request alone. */
  urn: string;
  request: pb.RegisterResourceRequest;
  /** The request's `object`. */
  object: Record<string, unknown>;
}

export interface Recording {
  registrations: Registration[];
  /** What the stack registered as its outputs. */
  outputs: Record<string, unknown>;
  /** Everything that went over the wire, in bytes. */
  bytes: Buffer;
  /** What the program printed or logged as an error. */
  errors: string;
}

export const STACK = "dev";
export const PROJECT = "shop";

function urnOf(request: pb.RegisterResourceRequest): string {
  const parent = request.getParent().split("::")[2];
  const type = parent && parent !== "pulumi:pulumi:Stack" ? `${parent}$${request.getType()}` : request.getType();
  return `urn:pulumi:${STACK}::${PROJECT}::${type}::${request.getName()}`;
}

const unary =
  <Request, Response>(handle: (request: Request) => Response): grpc.handleUnaryCall<Request, Response> =>
  (call, callback) => {
    try {
      callback(null, handle(call.request));
    } catch (error) {
      callback({ code: grpc.status.INTERNAL, details: String(error) });
    }
  };

export interface ProgramOptions {
  /** Which of the monitor's features the program is told of. */
  features: (feature: string) => boolean;
  /** @default that of a backend without organisations */
  organization?: string;
  env?: Record<string, string>;
  config?: Record<string, string>;
  secretKeys?: string[];
}

/** Runs a program in a process of its own, by the SDK's own language host, and records what it registers. */
export async function record(program: string, { features, organization = "organization", env, config = {}, secretKeys = [] }: ProgramOptions): Promise<Recording> {
  const registrations: Registration[] = [];
  const chunks: Uint8Array[] = [];
  let outputs: Record<string, unknown> = {};
  let errors = "";

  const server = new grpc.Server();
  const unimplemented = (service: grpc.ServiceDefinition, handlers: grpc.UntypedServiceImplementation) => {
    const refuse: grpc.handleUnaryCall<unknown, unknown> = (_call, callback) => callback({ code: grpc.status.UNIMPLEMENTED });
    return Object.fromEntries(Object.keys(service).map((name) => [name, handlers[name] ?? refuse]));
  };
  server.addService(
    EngineService,
    unimplemented(EngineService, {
      log: unary((request: LogRequest) => {
        if (request.getSeverity() === LogSeverity.ERROR) errors += request.getMessage();
        return new Empty();
      }),
      getRootResource: unary(() => new GetRootResourceResponse()),
      setRootResource: unary(() => new SetRootResourceResponse()),
    }),
  );
  server.addService(
    ResourceMonitorService,
    unimplemented(ResourceMonitorService, {
      supportsFeature: unary((request: pb.SupportsFeatureRequest) => {
        const response = new pb.SupportsFeatureResponse();
        response.setHassupport(features(request.getId()));
        return response;
      }),
      registerResource: unary((request: pb.RegisterResourceRequest) => {
        chunks.push(request.serializeBinary());
        const urn = urnOf(request);
        const object = request.getObject()?.toJavaScript() ?? {};
        registrations.push({ urn, request, object });
        const response = new pb.RegisterResourceResponse();
        response.setUrn(urn);
        if (request.getCustom()) response.setId(`id-of-${request.getName()}`);
        response.setObject(structPb.Struct.fromJavaScript(request.getCustom() ? (answerTo(request.getType(), object) as never) : {}));
        return response;
      }),
      registerResourceOutputs: unary((request: pb.RegisterResourceOutputsRequest) => {
        chunks.push(request.serializeBinary());
        if (request.getUrn().includes("::pulumi:pulumi:Stack::")) outputs = request.getOutputs()?.toJavaScript() ?? {};
        return new Empty();
      }),
      signalAndWaitForShutdown: unary(() => new Empty()),
    }),
  );
  const address = await new Promise<string>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(`127.0.0.1:${port}`))),
  );
  try {
    const child = spawn(
      process.execPath,
      [
        require.resolve("@pulumi/pulumi/cmd/run"),
        ...["--monitor", address, "--engine", address, "--organization", organization, "--project", PROJECT, "--stack", STACK],
        ...["--root-directory", path.dirname(program), "--pwd", path.dirname(program), "--parallel", "16", path.basename(program)],
      ],
      {
        cwd: path.dirname(program),
        env: {
          ...process.env,
          PULUMI_NODEJS_TYPESCRIPT: "false",
          PULUMI_CONFIG: JSON.stringify(Object.fromEntries(Object.entries(config).map(([k, v]) => [k.replace(":", ":config:"), v]))),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys.map((k) => k.replace(":", ":config:"))),
          ...env,
        },
        stdio: ["ignore", "inherit", "pipe"],
      },
    );
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
    if (code !== 0) throw new Error(`the program ended with ${code}: ${errors}`);
  } finally {
    server.forceShutdown();
  }
  return { registrations, outputs, bytes: Buffer.concat(chunks), errors };
}

/** The inputs come back as outputs, and a search has found something. */
function answerTo(type: string, object: Record<string, unknown>): Record<string, unknown> {
  return type.endsWith(":NumberSearch") ? { ...object, numbers: [{ number: "+12125551234" }] } : object;
}
