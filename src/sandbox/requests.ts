import type { MiddlewareHandler } from "hono";
import { iso } from "./clock";
import { worldNow, type Env, type World } from "./world";

/** One line of `GET /_sandbox/requests`. */
export interface RequestEntry {
  /** Sandbox time. */
  at: string;
  platform: string;
  method: string;
  /** With the query, keys and tokens redacted. */
  path: string;
  /** null while it is open, and for good when the connection went without an answer. */
  status: number | null;
  /** Real milliseconds until the answer, or until the connection went. */
  ms: number | null;
}

export interface RequestLog {
  list(): RequestEntry[];
  clear(): void;
  middleware(world: World, platform: string): MiddlewareHandler<Env>;
}

export function createRequestLog(): RequestLog {
  let entries: RequestEntry[] = [];
  return {
    list: () => entries,
    clear() {
      entries = [];
    },
    middleware: (world, platform) => async (c, next) => {
      const entry: RequestEntry = { at: iso(worldNow(world)), platform, method: c.req.method, path: redact(c.req.url), status: null, ms: null };
      entries.push(entry);
      const started = performance.now();
      await next();
      // Written before the answer leaves: whoever has read it finds it here. A connection that is gone got none.
      entry.ms = Math.round(performance.now() - started);
      if (!c.env.incoming.socket.destroyed) entry.status = c.res.status;
    },
  };
}

/** The path of a URL without the secrets in its query. */
function redact(address: string): string {
  const url = new URL(address);
  const query = url.search.replaceAll(/([?&](?:accesskey|token)=)[^&]*/gi, "$1REDACTED");
  return url.pathname + query;
}
