import { EventEmitter, once } from "node:events";
import type { Context, MiddlewareHandler } from "hono";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { z } from "zod";
import type { Env, Platform, World } from "./world";

export const faultKinds = [
  "status", "hang", "hang-after-commit", "drop", "drop-after-commit", "reset", "malformed", "empty", "html", "shape", "stale", "latency",
] as const;

/** What kind "shape" makes of the JSON of an answer; each is JSON still. */
const shapes = {
  /** Another object. */
  ok: () => ({ ok: true }),
  /** An envelope that isn't the platform's. */
  wrapped: (body: unknown) => ({ payload: body }),
  /** Every field under another name. */
  renamed: (body: unknown): unknown => {
    if (Array.isArray(body)) return body.map(shapes.renamed);
    if (typeof body !== "object" || body === null) return body;
    return Object.fromEntries(Object.entries(body).map(([key, value]) => [`new_${key}`, shapes.renamed(value)]));
  },
  /** A list of an object, the first one of a list. */
  swapped: (body: unknown) => (Array.isArray(body) ? ((body[0] ?? {}) as unknown) : [body]),
  null: () => null,
};

/** What `POST /_sandbox/faults` takes. */
export const faultSchema = z.strictObject({
  /** Any platform when left out. */
  platform: z.string().optional(),
  /** Any method when left out. */
  method: z.string().transform((method) => method.toUpperCase()).optional(),
  /** With the platform's base path (or its name alone) before it, or without. Plain text is a prefix; with `*` (anything) or `:param` (one segment) it is the whole path. */
  path: z.string().optional(),
  /** Plain text is the whole path, too. */
  exact: z.boolean().optional(),
  /** The nth matching request from now on, counted from 1. */
  nth: z.number().int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  /** How many matching requests it hits. Default 1; with `probability` no limit. */
  times: z.number().int().min(1).optional(),
  kind: z.enum(faultKinds),
  /** For kind status (400 to 599, default 500), and for kind html (also 200, default 502). */
  status: z.number().int().min(200).max(599).optional(),
  /** For kind shape. Default "ok". */
  shape: z.enum(Object.keys(shapes) as [keyof typeof shapes]).optional(),
  /** Seconds, sent as Retry-After. */
  retryAfter: z.number().int().min(0).optional(),
  /** Delay in real milliseconds: the whole of kind latency, and before any other kind. */
  ms: z.number().int().min(0).optional(),
}).refine((fault) => fault.nth === undefined || fault.probability === undefined, "give nth or probability, not both")
  .refine((fault) => fault.kind !== "status" || fault.status === undefined || fault.status >= 400, "kind status needs a status of 400 to 599")
  .refine((fault) => fault.kind !== "latency" || fault.ms !== undefined, "kind latency needs ms");

export type FaultRequest = z.infer<typeof faultSchema>;

/** A fault that was asked for, with what it has done so far: matching requests, those that it hit, and those of them that have got their answer. */
export type Fault = FaultRequest & { id: number; seen: number; hits: number; answered: number };

export interface Faults {
  list(): Fault[];
  add(world: World, fault: FaultRequest): Fault;
  find(id: number): Fault | undefined;
  /** Takes a fault away; what it holds (hang, hang-after-commit) goes on as if there had been none. */
  lift(fault: Fault): void;
  /** Resolves once a count of the fault is above zero. */
  until(fault: Fault, count: "hits" | "answered", signal: AbortSignal): Promise<void>;
  clear(): void;
  /** Applies whatever is due to the requests of a platform; runs around everything that the platform does. */
  middleware(world: World, platform: Platform): MiddlewareHandler<Env>;
}

/** What a stale fault answers from: everything as it was when the fault was set. */
const pasts = new WeakMap<Fault, World["state"]>();

export function createFaults(): Faults {
  let faults: Fault[] = [];
  let lastId = 0;
  /** "<id> lifted", "<id> hits", "<id> answered". */
  const events = new EventEmitter().setMaxListeners(0);
  return {
    list: () => faults,
    add(world, request) {
      const fault = { ...request, id: ++lastId, seen: 0, hits: 0, answered: 0 };
      if (fault.kind === "stale") pasts.set(fault, structuredClone(world.state));
      faults.push(fault);
      return fault;
    },
    find: (id) => faults.find((fault) => fault.id === id),
    lift(fault) {
      faults = faults.filter((item) => item !== fault);
      events.emit(`${fault.id} lifted`);
    },
    async until(fault, count, signal) {
      if (fault[count] === 0) await once(events, `${fault.id} ${count}`, { signal });
    },
    clear() {
      faults = [];
    },
    middleware: (world, platform) => async (c, next) => {
      const due = faults.filter((fault) => matches(fault, platform, c.req.method, c.req.path) && strikes(fault));
      for (const fault of due) {
        c.env.outgoing.once("finish", () => {
          fault.answered++;
          events.emit(`${fault.id} answered`);
        });
        events.emit(`${fault.id} hits`);
      }
      for (const fault of due) if (fault.ms) await new Promise((resolve) => setTimeout(resolve, fault.ms));
      const fault = due.find((item) => item.kind !== "latency");
      if (!fault) return next();
      return apply(fault, world, platform, c, next, once(events, `${fault.id} lifted`).then(() => true as const));
    },
  };
}

function matches(fault: Fault, platform: Platform, method: string, path: string): boolean {
  if (fault.platform !== undefined && fault.platform !== platform.name) return false;
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.kind === "stale" && method !== "GET") return false;
  if (fault.path === undefined) return true;
  const wanted = pathPattern(fault.path, fault.exact ?? false);
  return ["", platform.basePath, `/${platform.name}`].some((base) => path.startsWith(base) && wanted.test(path.slice(base.length)));
}

function pathPattern(path: string, exact: boolean): RegExp {
  const literal = path.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
  const source = literal.replaceAll(/:[A-Za-z_]\w*/g, "[^/]+").replaceAll("*", ".*");
  return new RegExp(source === literal && !exact ? `^${literal}` : `^${source}/?$`);
}

/** Counts a matching request, and says whether the fault hits it. */
function strikes(fault: Fault): boolean {
  fault.seen++;
  const times = fault.times ?? (fault.probability === undefined ? 1 : Number.POSITIVE_INFINITY);
  if (fault.hits >= times) return false;
  const hit = fault.probability === undefined ? fault.seen >= (fault.nth ?? 1) : Math.random() < fault.probability;
  if (hit) fault.hits++;
  return hit;
}

async function apply(
  fault: Fault, world: World, platform: Platform, c: Context<Env>, next: () => Promise<void>, lifted: Promise<true>,
): Promise<Response | void> {
  switch (fault.kind) {
    case "status":
      return retryAfter(fault, platform.errorResponse(world, c, fault.status ?? 500));
    case "html":
      // What a proxy in front of the platform answers.
      return retryAfter(fault, c.html("<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
        (fault.status ?? 502) as 502));
    case "hang":
      if (await Promise.race([closed(c), lifted])) return next();
      return RESPONSE_ALREADY_SENT;
    case "hang-after-commit":
      await next();
      if (await Promise.race([closed(c), lifted])) return;
      c.res = RESPONSE_ALREADY_SENT;
      return;
    case "drop":
      c.env.incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    case "reset":
      c.env.incoming.socket.resetAndDestroy();
      return RESPONSE_ALREADY_SENT;
    case "drop-after-commit":
      await next();
      c.env.incoming.socket.destroy();
      c.res = RESPONSE_ALREADY_SENT;
      return;
    case "shape":
    case "malformed":
    case "empty": {
      await next();
      const text = await c.res.text();
      const headers = new Headers(c.res.headers);
      headers.delete("Content-Length");
      const { status } = c.res;
      c.res = undefined;
      c.res = new Response(spoilt(fault, text), { status, headers });
      return;
    }
    case "stale": {
      // A read that came to a copy which has not caught up; what it would change is forgotten with it.
      const past: World = { ...world, state: { ...structuredClone(pasts.get(fault)!), clock: world.state.clock, settings: world.state.settings } };
      return platform.routes(past).fetch(c.req.raw, c.env);
    }
    case "latency":
      return next();
  }
}

/** The body of an answer, as the fault leaves it. */
function spoilt(fault: Fault, text: string): string | null {
  if (fault.kind === "empty") return null;
  if (fault.kind === "malformed") return text.slice(0, Math.ceil(text.length / 2));
  return text === "" ? null : JSON.stringify(shapes[fault.shape ?? "ok"](JSON.parse(text)));
}

/** Until the client gives up, or the sandbox is closed. */
function closed(c: Context<Env>): Promise<void> {
  return new Promise((resolve) => {
    if (c.env.outgoing.destroyed || c.env.incoming.socket.destroyed) resolve();
    else c.env.outgoing.once("close", resolve);
  });
}

function retryAfter(fault: Fault, response: Response): Response {
  if (fault.retryAfter !== undefined) response.headers.set("Retry-After", String(fault.retryAfter));
  return response;
}
