/** Stands between the provider and the sandbox, HTTP as HTTP, and damages the answers that it is told to damage. */
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export const MUTATIONS = [
  "drop a field", "change a type", "null", "empty array", "empty object", "empty text", "huge number", "negative number", "odd word", "long text", "control characters", "duplicated item", "no items", "id changed", "deep nesting",
  "extra fields", "null body", "wrong envelope", "wrapped", "bare text", "truncated", "other content type", "BOM", "latin-1", "__proto__", "garbage", "other 2xx",
] as const;
export type MutationKind = (typeof MUTATIONS)[number];

export interface Mutation {
  kind: MutationKind;
  /** Picks the place. */
  where: number;
  /** Picks the value. */
  what: number;
  /** Which answer since it was armed, from 0. */
  nth: number;
  /** This answer only, or all of the same method and path from then on. */
  sticky: boolean;
}

/** What is true as far as anyone can tell from the answer alone: nobody could object to these. */
export const LIES: readonly MutationKind[] = ["no items", "id changed", "odd word", "empty text", "duplicated item", "empty array"];

export interface Damage {
  method: string;
  path: string;
  /** The damaged place: "data.items[0].id". */
  at: string;
}

export interface Proxy {
  readonly url: string;
  /** From now on; undefined lets everything through. */
  arm(mutation: Mutation | undefined): void;
  /** What was damaged since it was armed. */
  damage(): Damage[];
  close(): Promise<void>;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface Place { path: string; parent: Json[] | { [key: string]: Json }; key: string | number; value: Json }

function places(value: Json, path = "", found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const parent = value as { [key: string]: Json };
    const here = typeof key === "number" ? `${path}[${key}]` : path ? `${path}.${key}` : key;
    found.push({ path: here, parent, key, value: parent[key]! });
    places(parent[key]!, here, found);
  }
  return found;
}

const pick = <T>(list: readonly T[], n: number): T | undefined => (list.length ? list[n % list.length] : undefined);
const nest = (depth: number): Json => { let value: Json = "end"; for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value }; return value; };
const extras = { surprise: 1, __extra: { a: [null] }, "": "empty", constructor: "x", toString: null, number_of_the_beast: "666" };

/** The damaged text, and where; undefined where there is nothing of the kind to damage. */
function damaged(text: string, { kind, where, what }: Mutation): { body: Buffer | string; at: string; type?: string; status?: number } | undefined {
  switch (kind) {
    case "truncated": return { body: text.slice(0, where % Math.max(1, text.length)), at: "the body" };
    case "other content type": return { body: text, at: "the content type", type: pick(["text/html", "text/plain; charset=utf-16", "application/octet-stream", "", "application/xml"], what) };
    case "BOM": return { body: `\ufeff${text}`, at: "the body" };
    case "latin-1": return { body: Buffer.from(text.replace(/[a-z](?=[^"]*"[,}\]])/, "ü"), "latin1"), at: "the body" };
    case "null body": return { body: "null", at: "the body" };
    case "bare text": return { body: pick(['"OK"', "true", "42", "[]", "{}", '"null"'], what)!, at: "the body" };
    case "garbage": return { body: pick(["<html><body>502 Bad Gateway</body></html>", "OK", "\u0000\u0001\u001b[2J", "{'a': 1}", "{", "nil"], what)!, at: "the body" };
    case "other 2xx": return { body: text, at: "the status", status: pick([201, 202, 203, 206, 207], what) };
  }
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  if (kind === "wrapped") return { body: JSON.stringify(pick<Json>([{ data: json }, { result: json }, [json], { success: true, data: { data: json } }, { success: false }, { error: json }], what)), at: "the body" };
  if (kind === "wrong envelope") {
    if (typeof json !== "object" || json === null || Array.isArray(json)) return { body: JSON.stringify({ items: json, total: 1 }), at: "the body" };
    const inner = Object.entries(json).find(([, v]) => typeof v === "object" && v !== null);
    return { body: JSON.stringify(inner ? (what % 2 ? inner[1] : { payload: inner[1] }) : { payload: json }), at: "the body" };
  }
  const all = places(json);
  const of = (test: (p: Place) => boolean) => pick(all.filter(test), where);
  const put = (place: Place | undefined, value: Json) => {
    if (!place) return undefined;
    (place.parent as { [key: string]: Json })[place.key] = value;
    return { body: JSON.stringify(json), at: place.path };
  };
  const isObject = (p: Place) => typeof p.value === "object" && p.value !== null && !Array.isArray(p.value);
  switch (kind) {
    case "drop a field": {
      const place = of((p) => typeof p.key === "string");
      if (!place) return undefined;
      delete (place.parent as { [key: string]: Json })[place.key];
      return { body: JSON.stringify(json), at: place.path };
    }
    case "change a type": { const place = of(() => true); return put(place, typeof place?.value === "string" ? pick<Json>([42, true, {}, [place.value]], what)! : typeof place?.value === "number" ? pick<Json>(["42", [], false], what)! : pick<Json>(["text", 0, true], what)!); }
    case "null": return put(of(() => true), null);
    case "empty array": return put(of((p) => typeof p.value === "object"), []);
    case "empty object": return put(of(() => true), {});
    case "empty text": return put(of((p) => typeof p.value === "string"), "");
    case "huge number": return put(of((p) => typeof p.value === "number") ?? of(() => true), pick<Json>([1e300, 2 ** 53, 8.64e15 + 1, 1e21], what)!);
    case "negative number": return put(of((p) => typeof p.value === "number") ?? of(() => true), pick<Json>([-1, -8.64e15 - 1, -0.5], what)!);
    case "odd word": return put(of((p) => typeof p.value === "string" && /status|type|provider|state|currency|unit|time|tm_|At$|created/i.test(p.path)) ?? of((p) => typeof p.value === "string"), pick(["WEIRD", "constructor", "0", "9999-99-99 99:99:99", "null"], what)!);
    case "long text": return put(of((p) => typeof p.value === "string"), "y".repeat(200_000));
    case "control characters": return put(of((p) => typeof p.value === "string"), "\u0000\u001b[2J\u202e\u0007💥");
    case "id changed": return put(of((p) => /(^|\.|_)id$|Id$/.test(p.path) && ["string", "number"].includes(typeof p.value)), pick<Json>(["00000000-1111-2222-3333-444444444444", 987654321, "../x", "a b?c#d"], what)!);
    case "deep nesting": return put(of(() => true), nest(500));
    case "duplicated item": { const place = of((p) => typeof p.key === "number") ; if (!place) return undefined; (place.parent as Json[]).push(structuredClone(place.value)); return { body: JSON.stringify(json), at: place.path }; }
    case "no items": { if (Array.isArray(json)) return { body: "[]", at: "the body" }; return put(of((p) => Array.isArray(p.value) && typeof p.key === "string"), []); }
    case "extra fields": {
      const targets = [json, ...all.filter(isObject).map((p) => p.value)].filter((v) => typeof v === "object" && v !== null && !Array.isArray(v)) as { [key: string]: Json }[];
      for (const target of targets) for (const [key, value] of Object.entries(extras)) if (!Object.hasOwn(target, key)) target[key] = value;
      return { body: JSON.stringify(json), at: "everywhere" };
    }
    case "__proto__": return { body: text.replace(/^\{/, '{"__proto__":{"id":"polluted","status":"x"},'), at: "the body" };
  }
  return undefined;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  let armed: Mutation | undefined;
  let seen = 0;
  let route: string | undefined;
  let done: Damage[] = [];
  const server = createServer((incoming, outgoing) => {
    const forwarded = httpRequest({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
      void read(answer).then((text) => {
        const { method = "", url = "" } = incoming;
        const path = url.split("?")[0]!;
        const here = `${method} ${path}`;
        const mutation = armed;
        let change: ReturnType<typeof damaged>;
        if (mutation && (route === undefined ? seen++ >= mutation.nth : mutation.sticky && here === route)) {
          change = damaged(text, mutation);
          if (change) {
            route = here;
            done.push({ method, path, at: change.at });
          }
        }
        const headers = { ...answer.headers, ...(change?.type !== undefined && { "content-type": change.type }) };
        delete headers["content-length"];
        delete headers["transfer-encoding"];
        const body = change ? Buffer.from(change.body as string) : Buffer.from(text);
        outgoing.writeHead(change?.status ?? answer.statusCode!, headers);
        outgoing.end(answer.statusCode === 204 ? undefined : body);
      });
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arm: (mutation) => {
      armed = mutation;
      seen = 0;
      route = undefined;
      done = [];
    },
    damage: () => done,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

async function read(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
