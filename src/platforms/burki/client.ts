import { createRequire } from "node:module";
import type { z } from "zod";
import { httpClient, type ErrorKind, type HttpRequest } from "../../http/index.js";
import { asking, asText } from "../decode.js";
import type { Call, OpenSettings } from "../platform.js";
import { requestTimeout } from "../timeout.js";
import type * as wire from "./schema.js";

type Wire = typeof wire;
const load = createRequire(__filename);
const loadWire = () => load("./schema.js") as Wire;

/**
 * Burki's endpoints (contracts/burki.md). Two generations of paths are on record: `current` has everything under /api/v1 [OAS];
 * the open-source server of `2025-08` serves the numbers at /phone-numbers. [SRC app/api/phone_numbers.py]
 */
export type Paths = "current" | "2025-08";

export interface BurkiClient {
  readonly account: string;
  /** Reads a number, or finds that there is none. Resolves to the `Date` of the answer. */
  probe(call: Call): Promise<string | undefined>;
  search(body: SearchBody, call: Call): Promise<wire.AvailableNumber[]>;
  purchase(body: PurchaseBody, call: Call): Promise<wire.Purchased>;
  release(body: { phone_number: string; provider?: string }, call: Call): Promise<void>;
  countries(provider: string, call: Call): Promise<string[]>;
  /** Whether Telnyx has the number in the account; undefined when it couldn't be asked. */
  atTelnyx(number: string, call: Call): Promise<boolean | undefined>;
  webhooks(number: string, provider: string | undefined, call: Call): Promise<wire.Webhooks>;
  numbers(call: Call): Promise<wire.OrganizationNumber[]>;
  updateNumber(rowId: string, body: NumberBody, call: Call): Promise<void>;
  sync(call: Call): Promise<void>;
  assistants(call: Call): Promise<wire.Assistant[]>;
  assistant(id: string, call: Call): Promise<wire.Assistant>;
  createAssistant(body: Record<string, unknown>, call: Call): Promise<wire.Assistant>;
  putAssistant(id: string, body: Record<string, unknown>, call: Call): Promise<wire.Assistant>;
  patchAssistant(id: string, body: Record<string, unknown>, call: Call): Promise<wire.Assistant>;
  deleteAssistant(id: string, call: Call): Promise<void>;
  flows(call: Call): Promise<wire.Flow[]>;
  flow(id: string, call: Call): Promise<wire.Flow>;
  createFlow(body: FlowBody, call: Call): Promise<wire.Flow>;
  updateFlow(id: string, body: FlowBody, call: Call): Promise<wire.Flow>;
  deleteFlow(id: string, call: Call): Promise<void>;
}

export interface SearchBody {
  provider: string;
  country_code?: string;
  area_code?: string;
  contains?: string;
  locality?: string;
  region?: string;
  limit: number;
}

export interface PurchaseBody {
  phone_number: string;
  provider: string;
  friendly_name: string;
  country_code?: string;
}

/** A number has an assistant or a flow; 0 takes it off. [OAS UpdatePhoneNumberRequest] */
export interface NumberBody {
  friendly_name?: string;
  assistant_id?: number;
  flow_id?: number;
}

export interface FlowBody {
  name: string;
  graph?: unknown;
  base_assistant_id?: number;
}

const isFields = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null;

/** `[{loc: ["body", "limit"], msg: "…"}]` is "limit: …". [OAS HTTPValidationError] */
function validationMessage(detail: unknown[]): string | undefined {
  const lines = detail.filter(isFields).map(({ loc, msg }) => {
    const path = Array.isArray(loc) ? loc.filter((part, i) => i > 0 || (part !== "body" && part !== "query" && part !== "path")) : [];
    return [path.join("."), asText(msg)].filter(Boolean).join(": ");
  });
  return asText(lines.join("; "));
}

/** FastAPI's `{detail}`; and `success: false`, which also comes under HTTP 200. [OAS], [SRC app/api/assistants.py] */
function readError(status: number, body: unknown) {
  if (!isFields(body)) return undefined;
  if (status < 400 && body["success"] !== false) return undefined;
  const { detail, message, error } = body;
  const inner = isFields(detail) && !Array.isArray(detail) ? detail : {};
  const told = Array.isArray(detail) ? validationMessage(detail) : (asText(detail) ?? asText(inner["message"]) ?? asText(inner["error"]));
  return { message: told ?? asText(message) ?? asText(error), code: asText(inner["code"]) ?? asText(body["code"]) };
}

/** What the carrier said comes as text, under 500 or with `success: false`. The phrases are those of seed 003. */
function purchaseKind(message: string): ErrorKind | undefined {
  if (/not available|no longer available|already (taken|purchased)/i.test(message)) return "taken";
  if (/insufficient (account )?(balance|funds|credit)/i.test(message)) return "credits";
  if (/invalid (provider )?credentials/i.test(message)) return "forbidden";
  return undefined;
}

function classify({ status, message = "", path }: { status: number; message?: string; path: string }): ErrorKind | undefined {
  // FastAPI's own words for a route that isn't there: nothing is said of the number or assistant. Burki's say what is missing. [SRC]
  if (status === 404 && message === "Not Found") return "unexpected";
  if (path.endsWith("/phone-numbers/purchase")) return purchaseKind(message);
  if (status >= 400) return undefined;
  return /already|another (assistant|flow)/i.test(message) ? "conflict" : "invalid"; // `success: false` under 200
}

const API = "/api/v1";
const ORGANIZATION = `${API}/assistants/organization/phone-numbers`;

/** How much longer than others a call may take that makes Burki call a carrier. ASSUMED */
const SLOW = 3;

/** A listing that never ends is a fault of the platform. */
const MOST_PAGES = 200;
const PAGE = 500; // the most that flows allow; assistants allow 1000 [OAS]

export function burkiClient(settings: OpenSettings, paths: Paths): BurkiClient {
  const timeoutMs = requestTimeout(settings);
  const slowMs = SLOW * timeoutMs;
  const http = httpClient({
    platform: "burki",
    platformName: "Burki",
    timeoutMs,
    baseUrl: settings.url.replace(/\/api\/v1\/?$/, ""), // documents show it with and without [DOCS introduction]
    auth: { header: "Authorization", value: `Bearer ${settings.key.trim()}` },
    keyHint: { configKey: "telephony:burkiApiKey", env: "BURKI_API_KEY" },
    whileWaiting: loadWire,
    readError,
    classify,
  });

  const { send, dated } = asking(http, loadWire);

  const all = async <S extends z.ZodType>(path: string, query: HttpRequest["query"], itemOf: (of: Wire) => S, call: Call) => {
    const found: z.output<S>[] = [];
    for (let n = 0; n < MOST_PAGES; n++) {
      const page = await send({ method: "GET", path, query: { ...query, skip: n * PAGE, limit: PAGE } }, (of) => of.list(itemOf(of)), call);
      found.push(...page);
      if (page.length < PAGE) break;
    }
    return found;
  };

  const numbers = paths === "2025-08" ? "/phone-numbers" : `${API}/phone-numbers`;
  const one = (collection: string, id: string) => `${API}/${collection}/${encodeURIComponent(id)}`;
  const remove = async (path: string, call: Call) => void (await send({ method: "DELETE", path }, (of) => of.done, call));

  return {
    account: http.account,
    probe: (call) => dated({ method: "GET", path: ORGANIZATION }, (of) => of.list(of.organizationNumber), call), // the list has no pages
    search: async (body, call) =>
      (await send({ method: "POST", path: `${numbers}/search`, body, repeat: "safe", timeoutMs: slowMs }, (of) => of.available, call)).numbers,
    // A 500 may come after the carrier has sold the number, when the database fails: "once" makes it ambiguous. [SRC phone_numbers.py]
    purchase: (body, call) =>
      send({ method: "POST", path: `${numbers}/purchase`, body, repeat: "once", timeoutMs: slowMs }, (of) => of.purchased, call),
    // Done again it would be refused with 404 or 500, whichever way the first one ended.
    release: async (body, call) =>
      void (await send({ method: "POST", path: `${numbers}/release`, body, repeat: "once", timeoutMs: slowMs }, (of) => of.done, call)),
    countries: async (provider, call) =>
      (await send({ method: "GET", path: `${numbers}/countries`, query: { provider } }, (of) => of.countries, call)).country_codes,
    atTelnyx: async (number, call) =>
      (await send({ method: "GET", path: `${numbers}/${encodeURIComponent(number)}/diagnose` }, (of) => of.diagnosis, call)).diagnosis.found ?? undefined,
    // What is nice to know isn't asked for twice.
    webhooks: (number, provider, call) =>
      send({ method: "GET", path: `${numbers}/${encodeURIComponent(number)}/webhooks`, query: { provider }, repeat: "once" }, (of) => of.webhooks, call),
    // A bare array without pages. The inactive are left out unless asked for. [OAS]
    numbers: (call) => send({ method: "GET", path: ORGANIZATION, query: { include_inactive: true } }, (of) => of.list(of.organizationNumber), call),
    updateNumber: async (rowId, body, call) =>
      void (await send({ method: "PATCH", path: `${ORGANIZATION}/${encodeURIComponent(rowId)}`, body }, (of) => of.done, call)),
    sync: async (call) => void (await send({ method: "POST", path: `${ORGANIZATION}/sync`, repeat: "once", timeoutMs: slowMs }, (of) => of.done, call)),
    assistants: (call) => all(`${API}/assistants`, undefined, (of) => of.assistant, call),
    assistant: (id, call) => send({ method: "GET", path: one("assistants", id) }, (of) => of.assistant, call),
    createAssistant: (body, call) => send({ method: "POST", path: `${API}/assistants`, body, repeat: "once" }, (of) => of.assistant, call),
    // PUT takes the place of nested objects, PATCH merges them; neither touches a field that isn't sent. [OAS]
    putAssistant: (id, body, call) => send({ method: "PUT", path: one("assistants", id), body }, (of) => of.assistant, call),
    patchAssistant: (id, body, call) => send({ method: "PATCH", path: one("assistants", id), body }, (of) => of.assistant, call),
    deleteAssistant: (id, call) => remove(one("assistants", id), call),
    flows: (call) => all(`${API}/flows`, { active_only: false }, (of) => of.flow, call),
    flow: (id, call) => send({ method: "GET", path: one("flows", id) }, (of) => of.flow, call),
    createFlow: (body, call) => send({ method: "POST", path: `${API}/flows`, body, repeat: "once" }, (of) => of.flow, call),
    updateFlow: (id, body, call) => send({ method: "PUT", path: one("flows", id), body }, (of) => of.flow, call),
    deleteFlow: (id, call) => remove(one("flows", id), call),
  };
}
