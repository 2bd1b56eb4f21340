import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import { grpc } from "../grpc.js";

/** Messages of one resource. */
export interface Log {
  /** Stands in the resource's live row until the next one. */
  status(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** Settles when everything said so far has reached the engine. */
  flush(): Promise<void>;
}

/** The engine that this provider serves. */
export interface EngineLink {
  logFor(urn: string): Log;
  /** Whether the engine still answers. True as long as it never did: there may be none at all. */
  isAlive(): Promise<boolean>;
}

/**
 * The engine's address is the dynamic provider's first argument; its own Log service is the only way to put a message under
 * its resource, and a status into its live row (pulumi-facts.md §5).
 */
export function connectEngine(address: string | undefined): EngineLink {
  if (!address || !/^[\w.[\]:-]+:\d+$/.test(address)) return { logFor: () => SILENT, isAlive: () => Promise.resolve(true) };
  const client = new EngineClient(address, grpc.credentials.createInsecure());
  let answered = false;
  const send = (severity: LogSeverity, urn: string, message: string, ephemeral: boolean) =>
    new Promise<boolean>((resolve) => {
      const request = new LogRequest();
      request.setSeverity(severity);
      request.setUrn(urn);
      request.setMessage(message);
      request.setEphemeral(ephemeral);
      client.log(request, new grpc.Metadata(), { deadline: Date.now() + 5_000 }, (error) => {
        answered ||= !error;
        resolve(!error);
      });
    });
  return {
    logFor: (urn) => {
      let last: Promise<unknown> = Promise.resolve(); // one after the other: an old status must not overwrite a new one
      const say = (severity: LogSeverity, message: string, ephemeral = false) => {
        last = last.then(() => send(severity, urn, message, ephemeral));
      };
      return {
        status: (message) => say(LogSeverity.INFO, message, true),
        info: (message) => say(LogSeverity.INFO, message),
        warn: (message) => say(LogSeverity.WARNING, message),
        flush: async () => void (await last),
      };
    },
    isAlive: async () => {
      const before = answered;
      return (await send(LogSeverity.DEBUG, "", "pulumi-telephony: about to buy", true)) || !before;
    },
  };
}

export const SILENT: Log = { status: () => {}, info: () => {}, warn: () => {}, flush: () => Promise.resolve() };
