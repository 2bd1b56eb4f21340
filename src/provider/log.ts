import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import { grpc } from "../grpc.js";

/** Messages of one resource. */
export interface Log {
  /** Stands in the resource's live row until the next one. The first is not shown where all is over at once. */
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
  /** Aborted as soon as the engine is gone: killed, most of all. Nobody is told then what this process still does. */
  readonly gone: AbortSignal;
}

/** What is over so soon, and has but one status, needs no line in the live row: nobody could read it. */
const STATUS_MS = 200;

const GONE = "the Pulumi engine that asked is gone";

/**
 * Calls back once the engine is gone. Its connection ends with its process, whatever killed it; that alone may have other causes,
 * so it is gone when it can't be connected to any more. An address at which nothing ever listened is none of an engine.
 */
function watch(channel: ReturnType<EngineClient["getChannel"]>, onGone: () => void): void {
  const { READY, TRANSIENT_FAILURE, SHUTDOWN } = grpc.connectivityState;
  let known = false;
  const look = () => {
    const state = channel.getConnectivityState(true); // connects, if it isn't
    if (state === SHUTDOWN) return;
    known ||= state === READY;
    if (known && state === TRANSIENT_FAILURE) return onGone();
    channel.watchConnectivityState(state, Infinity, () => setImmediate(look));
  };
  look();
}

/**
 * The engine's address is the dynamic provider's first argument; its own Log service is the only way to put a message under
 * its resource, and a status into its live row (pulumi-facts.md §5).
 */
export function connectEngine(address: string | undefined): EngineLink {
  if (!address || !/^[\w.[\]:-]+:\d+$/.test(address)) {
    return { logFor: () => SILENT, isAlive: () => Promise.resolve(true), gone: new AbortController().signal };
  }
  // The engine is on this machine, where no proxy is to come between.
  const client = new EngineClient(address, grpc.credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
  const gone = new AbortController();
  watch(client.getChannel(), () => gone.abort(new Error(GONE)));
  let answered = false;
  const send = (severity: LogSeverity, urn: string, message: string, ephemeral: boolean) =>
    new Promise<boolean>((resolve) => {
      if (gone.signal.aborted) return resolve(false);
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
    gone: gone.signal,
    logFor: (urn) => {
      let last: Promise<unknown> = Promise.resolve(); // one after the other: an old status must not overwrite a new one
      let first: NodeJS.Timeout | undefined; // the first status, until it is shown or overtaken
      const say = (severity: LogSeverity, message: string, ephemeral = false) => {
        clearTimeout(first);
        last = last.then(() => send(severity, urn, message, ephemeral));
      };
      return {
        status: (message) => {
          if (first) say(LogSeverity.INFO, message, true);
          else first = setTimeout(say, STATUS_MS, LogSeverity.INFO, message, true);
        },
        info: (message) => say(LogSeverity.INFO, message),
        warn: (message) => say(LogSeverity.WARNING, message),
        flush: async () => {
          clearTimeout(first);
          await last;
        },
      };
    },
    isAlive: async () => {
      const before = answered;
      return (await send(LogSeverity.DEBUG, "", "pulumi-telephony: about to buy", true)) || !before;
    },
  };
}

export const SILENT: Log = { status: () => {}, info: () => {}, warn: () => {}, flush: () => Promise.resolve() };
