import { isUtf8 } from "node:buffer";
import { createRequire } from "node:module";
import type { Agent, Dispatcher } from "undici";

/** One attempt, as it goes over the wire. */
export interface Attempt {
  origin: string;
  /** With the query, and so perhaps with the key. */
  path: string;
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  body?: string;
  /** A connection of its own, and no giving up once it was sent: see {@link send}. */
  fresh: boolean;
  /** Deadline of the whole attempt, from connecting to the last byte, in milliseconds. */
  timeoutMs: number;
  /** Gives up; a `fresh` attempt only until its first byte is written. */
  signal?: AbortSignal;
  /** Called as soon as it is on its way. */
  onSent?: () => unknown;
}

/** An answer, whatever its status. Header names are in lower case. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Some of its bytes are no text: an id in it may be garbled. */
  garbled: boolean;
}

/** An attempt without an answer. Stays within this folder. */
export class SendError extends Error {
  constructor(
    readonly reason: "timeout" | "network" | "cancelled",
    /** Whether a byte of the request may have reached the other side. */
    readonly sent: boolean,
    override readonly cause?: unknown,
  ) {
    super(reason);
  }
}

/** Far above any page of a list that the platforms send. */
const LARGEST_ANSWER = 64 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;

const load = createRequire(__filename);

const isProxied = () => ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"].some((name) => process.env[name]);

/**
 * What undici makes connections with. Without a proxy that is one file of it: the whole takes 150 ms and 4 MB more, for a fetch, mocks
 * and caches. Where a later version keeps the file elsewhere, the whole has it.
 */
function agentClass(): new (options: Agent.Options) => Dispatcher {
  if (!isProxied()) {
    try {
      return load("undici/lib/dispatcher/agent.js") as typeof Agent;
    } catch {
      // the whole, then
    }
  }
  return (load("undici") as typeof import("undici")).EnvHttpProxyAgent;
}

/** One agent for the process and kind of connection, made when first needed: the proxy settings are read then. */
let agents: { kept: Dispatcher; fresh: Dispatcher } | undefined;

function agentsOf(): { kept: Dispatcher; fresh: Dispatcher } {
  const Connections = agentClass();
  const common = { maxResponseSize: LARGEST_ANSWER, connect: { timeout: CONNECT_TIMEOUT_MS } };
  return {
    // Below what load balancers and Node's own server (5 s) keep an idle connection for.
    kept: new Connections({ ...common, pipelining: 1, keepAliveTimeout: 2_000, keepAliveMaxTimeout: 15_000 }),
    // undici's way of saying: no keep-alive.
    fresh: new Connections({ ...common, pipelining: 0 }),
  };
}

/** Loads what the first call needs, where there is time for it before that call. What fails here fails again at the call, which tells. */
export function prepare(): void {
  quietly(() => (agents ??= agentsOf()));
}

/**
 * Sends a request and reads the whole answer, once. undici itself never sends a request a second time that it has begun to write, as
 * long as connections carry one request at a time; this function makes sure of it.
 *
 * A call that may not be repeated asks for a `fresh` connection: on one that was kept alive, it could meet the other side closing
 * it, and nobody could tell whether it had been read. A handshake more costs little against looking for a number that was perhaps
 * bought. For the same reason it is not given up once it was sent: it ends with its answer or at its deadline.
 *
 * @throws {SendError} when there is no complete answer
 */
export function send(attempt: Attempt): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { signal } = attempt;
    let sent = false;
    let settled = false;
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: Record<string, string> = {};
    const chunks: Buffer[] = [];

    const settle = (finish: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      signal?.removeEventListener("abort", cancelled);
      finish();
    };
    const giveUp = (reason: SendError["reason"], cause?: unknown) => {
      settle(() => reject(new SendError(reason, sent, cause)));
      controller?.abort(new Error(reason));
    };
    const cancelled = () => {
      if (!(attempt.fresh && sent)) giveUp("cancelled");
    };
    const deadline = setTimeout(() => giveUp("timeout"), attempt.timeoutMs);
    if (signal?.aborted) return cancelled();
    signal?.addEventListener("abort", cancelled, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      // Called with a connection at hand, before the first byte is written. Until then nothing has happened.
      onRequestStart(started) {
        if (settled || sent) return started.abort(new Error("given up"));
        controller = started;
        sent = true;
        if (attempt.onSent) setImmediate(quietly, attempt.onSent); // it is written in this very turn
      },
      onResponseStart(_, statusCode, received) {
        if (statusCode < 200) return;
        status = statusCode;
        headers = flat(received);
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        const bytes = Buffer.concat(chunks);
        settle(() => resolve({ status, headers, text: bytes.toString("utf8"), garbled: !isUtf8(bytes) }));
      },
      onResponseError(_, error) {
        settle(() => reject(new SendError(isConnectTimeout(error) ? "timeout" : "network", sent, error)));
      },
    };
    try {
      agents ??= agentsOf();
      agents[attempt.fresh ? "fresh" : "kept"].dispatch(
        {
          origin: attempt.origin,
          path: attempt.path,
          method: attempt.method,
          headers: attempt.headers,
          body: attempt.body ?? null,
          // Our deadline covers them, to the millisecond.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      );
    } catch (error) {
      giveUp("network", error);
    }
  });
}

/** A call that is under way, and may be a purchase, doesn't end by it. */
function quietly(work: () => unknown): void {
  try {
    work();
  } catch {
    // what fails here fails again where it is needed
  }
}

function isConnectTimeout(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT";
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]])),
  );
}
