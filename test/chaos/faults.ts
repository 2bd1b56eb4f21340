/**
 * The fault matrix: for every request of every operation, everything that a network or a platform is known to answer. Either the
 * operation survives it, or it fails with an error that names the resource, the call and the remedy, and the next run heals all.
 */
import type { PlatformName } from "../../src/types.js";
import { at, heal, operate, type Prepared, type Request } from "./kill.js";
import type { Scenario } from "./programs.js";
import type { Answer } from "./runner.js";
import type { ResourceSpec } from "./spec.js";
import { errorsOf, type Verdict, type World } from "./world.js";

/** Deadline of a call in the worlds of this matrix: long for a simulated platform, short for a test. */
export const DEADLINE_MS = 1_000;

/** What a world of this matrix is opened with. */
export const FAULT_SETTINGS = { REQUEST_TIMEOUT: `${DEADLINE_MS}ms` };

/** Burki's calls that reach a carrier may take three times as long (README, settings). */
const SLOW = /^\/api\/v1\/(phone-numbers\/(search|purchase|release)|assistants\/organization\/phone-numbers\/sync)$/;

const deadlineOf = ({ path }: Request) => (SLOW.test(path) ? 3 * DEADLINE_MS : DEADLINE_MS);

export interface Fault {
  /** What `POST /_sandbox/faults` takes beside the call. */
  inject: (request: Request) => Record<string, unknown>;
  /** What an error has to say of it: what was met, then what to do. */
  met: RegExp;
  remedy: RegExp;
  /** Only where it means something. */
  applies?: (request: Request) => boolean;
}

const status = (code: number, remedy: RegExp, extra: object = {}): Fault => ({ inject: () => ({ kind: "status", status: code, ...extra }), met: new RegExp(`\\b${code}\\b`), remedy });
const NEW_KEY = /pulumi config set --secret telephony:\w+(ApiKey|AccessKey) … or [A-Z_]+_KEY/;
const unavailable = (code: number): Fault => status(code, /trouble on its side: .*then run pulumi up again/);
const NOT_ITS_API = /check the base URL, upgrade pulumi-telephony, or report this error/;
const broken = (kind: string): Fault => ({ inject: () => ({ kind }), met: /the connection broke before the answer was complete/, remedy: /Check the network, the base URL and the proxy settings .*then run pulumi up again/ });
const slow = (inject: Fault["inject"]): Fault => ({ inject, met: /no answer within \d+ m?s/, remedy: /is slow: wait a little, then run pulumi up again/ });
const shape = (name: string): Fault => ({ inject: () => ({ kind: "shape", shape: name }), met: /answered with a shape that is not understood: \S+/, remedy: NOT_ITS_API });
/** For this many reads. */
const STALE_READS = 3;

/** Each met once, at one request, unless its name says otherwise. */
export const FAULTS = {
  "400": status(400, /Correct what \w+ names, then run pulumi up again/),
  "401": status(401, new RegExp(`Check the \\w+ key: .*${NEW_KEY.source}`)),
  "402": status(402, /(Top up the \w+ account|Save a payment method at \S+), then run pulumi up again/),
  "403": status(403, new RegExp(`Check what the \\w+ key may do .*${NEW_KEY.source}`)),
  "404": status(404, /run pulumi refresh; else check the id|Check the base URL of \w+/),
  "409": status(409, /run pulumi refresh, then run pulumi up again|choose another one or search anew|search anew: /),
  "422": status(422, /Correct what \w+ names, then run pulumi up again/),
  "429": status(429, /limits the calls of this account: .*then run pulumi up again/),
  "429 with Retry-After": status(429, /limits the calls of this account: .*then run pulumi up again/, { retryAfter: 1 }),
  "500": unavailable(500),
  "502": unavailable(502),
  "503": unavailable(503),
  "504": unavailable(504),
  "503 to the end": { ...unavailable(503), inject: () => ({ kind: "status", status: 503, times: 1_000 }) },
  "reset": broken("reset"),
  "drop": broken("drop"),
  "drop after commit": broken("drop-after-commit"),
  "drop to the end": { ...broken("drop"), inject: () => ({ kind: "drop", times: 1_000 }) },
  "hang": slow(() => ({ kind: "hang" })),
  "hang after commit": slow(() => ({ kind: "hang-after-commit" })),
  "empty body": { inject: () => ({ kind: "empty" }), met: /answered \d+ with an empty body/, remedy: NOT_ITS_API },
  "HTML with 200": { inject: () => ({ kind: "html", status: 200 }), met: /answered 200 with a body that is no JSON \(text\/html/, remedy: NOT_ITS_API },
  "HTML with 502": { ...unavailable(502), inject: () => ({ kind: "html" }) },
  "truncated JSON": { inject: () => ({ kind: "malformed" }), met: /answered \d+ with a body that is no JSON \(application\/json/, remedy: NOT_ITS_API },
  "another object": shape("ok"),
  "a foreign envelope": shape("wrapped"),
  "renamed fields": shape("renamed"),
  "a list for an object": shape("swapped"),
  "null": shape("null"),
  "latency within the deadline": slow((request) => ({ kind: "latency", ms: deadlineOf(request) * 0.4 })),
  "latency beyond the deadline": slow((request) => ({ kind: "latency", ms: deadlineOf(request) * 1.25 })),
  /** In a world with the default deadline, which it is well within. */
  "10 s of latency": { ...slow(() => ({ kind: "latency", ms: 10_000 })), applies: () => false },
  "stale reads": { inject: () => ({ kind: "stale", times: STALE_READS }), met: /./, remedy: /[Rr]un pulumi (up|refresh)/, applies: ({ method }) => method === "GET" },
} satisfies Record<string, Fault>;

/** What is wrong with the body only: the status is the platform's. */
const SPOILT = ["empty body", "truncated JSON", "another object", "a foreign envelope", "renamed fields", "a list for an object", "null"];

export type FaultName = keyof typeof FAULTS;

export interface FaultCase {
  platform: PlatformName;
  scenario: Scenario;
  request: Request;
  fault: FaultName;
}

export const titleOf = ({ platform, scenario, request: r, fault }: FaultCase) => `${platform} ${scenario}: ${fault}, ${r.method} ${r.path} #${r.nth}`;

export function faultCasesOf({ platform, scenario, requests }: Prepared): FaultCase[] {
  const names = Object.keys(FAULTS) as FaultName[];
  return requests.flatMap((request) =>
    names.filter((name) => (FAULTS[name] as Fault).applies?.(request) ?? true).map((fault) => ({ platform, scenario, request, fault })));
}

/** What can't be survived, because the platform gives no way to. A report prints it; a case among them is not tried. */
export const KNOWN_LIMITS: readonly { platform: PlatformName; method: string; path: string; fault: string; why: string }[] = [
  {
    platform: "vapi", method: "POST", path: "/phone-number", fault: "the answer lost, and the number missing from lists for longer than vapiOrderWindow",
    why: "Vapi picks the number itself, so an order has no key: a number that is not listed yet can't be told from one that was never bought, and the next run buys",
  },
  {
    platform: "burki", method: "PATCH", path: "/api/v1/assistants/organization/phone-numbers/:id", fault: "refused to the end, after a sync",
    why: "Burki's sync overwrites every number's name, and marks have no other place; the error tells the name that is to be put back",
  },
];

export const limitOf = ({ platform, request, fault }: FaultCase) =>
  KNOWN_LIMITS.find((limit) => limit.platform === platform && limit.fault === fault && limit.method === request.method && limit.path === request.path);

/** Runs the case. undefined: the operation ended without that request. */
export async function runFaultCase(world: World, prepared: Prepared, item: FaultCase): Promise<Verdict | undefined> {
  const { platform, request, fault: name } = item;
  const { before, after, purchases } = prepared.stage;
  const fault: Fault = FAULTS[name];
  await world.restore(prepared.start);
  const { id } = await world.control<{ id: number }>("faults", { platform, ...at(request), ...fault.inject(request) });
  const answer = await operate(world, prepared.stage);
  const { hits } = await world.control<{ hits: number }>(`faults/${id}`);
  if (hits === 0) return undefined;
  const failures = answer?.ok ? [] : badErrors(answer, item, [...before, ...after]);
  await world.control(`faults/${id}`, undefined, "DELETE");
  const verdict = await heal(world, after, purchases);
  verdict.failures.unshift(...failures);
  return verdict;
}

/** What is missing in the errors of a failed operation: the resource, the call, what was met, the remedy; and what may not be there. */
export function badErrors(answer: Answer | undefined, { platform, request, fault }: Pick<FaultCase, "platform" | "request" | "fault">, resources: ResourceSpec[]): string[] {
  const errors = (answer?.diagnostics ?? []).filter(({ severity }) => severity === "error");
  const call = `${request.method} ${request.path}`;
  const path = request.path.replaceAll(/[.+]/g, String.raw`\$&`).replaceAll(/:id/g, "[^/\\s]+");
  const asked = new RegExp(String.raw`\b${platform}: ${request.method} ${path}(?=[\s.:]|$)`);
  // An answer that is spoilt may have been a refusal: that is what it says then.
  const refused = SPOILT.includes(fault) && request.status !== null && request.status >= 400 ? (`${request.status}` as FaultName) : undefined;
  const { met, remedy }: Fault = FAULTS[refused ?? fault];
  // That there is no such thing, or that it is as it was, is an answer: what comes of it is said in other words than of a failed call.
  const isAnswer = request.method === "GET" && (fault === "stale reads" || fault === "404");
  const missing = (message: string, urn: string): string[] => [
    ...(resources.some(({ type, name }) => urn.endsWith(`telephony:${type}::${name}`) || urn.endsWith(`:NumberSearch::${name}-search`)) ? [] : ["the resource"]),
    ...(asked.test(message) || (isAnswer && message.toLowerCase().includes(platform)) ? [] : [`the call ${call}`]),
    ...(met.test(message) || isAnswer ? [] : [`what was met (${met.source})`]),
    ...(remedy.test(message) || (isAnswer && /pulumi (up|refresh)/.test(message)) ? [] : [`the remedy (${remedy.source})`]),
  ];
  const own = errors.filter(({ urn }) => urn.includes("telephony:"));
  const best = own.map(({ urn, message }) => missing(message, urn)).sort((a, b) => a.length - b.length)[0];
  const found = best === undefined ? ["no error names a resource"] : best.map((what) => `no error names ${what}`);
  for (const { message } of own) if (/\bundefined\b|\[object |\n\s+at |\bNaN\b|Error: Error/.test(message)) found.push(`the error is not for people`);
  return found.length === 0 ? [] : [`${found.join("; ")}: ${errorsOf(answer)}`];
}
