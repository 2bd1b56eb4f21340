import { createRequire } from "node:module";
import type { z } from "zod";
import { type ErrorKind, httpClient, isNotFound, PlatformError } from "../../http/index.js";
import { asking, asText } from "../decode.js";
import type { Call, OnPage, OpenSettings } from "../platform.js";
import { requestTimeout } from "../timeout.js";
import type * as wire from "./schema.js";

type Wire = typeof wire;
const load = createRequire(__filename);
const loadWire = () => load("./schema.js") as Wire;

/** Vapi's endpoints (contracts/vapi.md). There is none for squads here: a link needs only their id. */
export interface VapiClient {
  readonly account: string;
  /** Reads a number, or finds that there is none. Resolves to the `Date` of the answer. */
  probe(call: Call): Promise<string | undefined>;
  /** All numbers, or those whose name, number or SIP address contains `search`; an older API answers all of them anyway. */
  phoneNumbers(search: string | undefined, call: Call, onPage?: OnPage<wire.PhoneNumber>): Promise<wire.PhoneNumber[]>;
  phoneNumber(id: string, call: Call): Promise<wire.PhoneNumber>;
  createPhoneNumber(body: CreateBody, call: Call): Promise<wire.PhoneNumber>;
  updatePhoneNumber(id: string, body: UpdateBody, call: Call): Promise<wire.PhoneNumber>;
  deletePhoneNumber(id: string, call: Call): Promise<void>;
  assistants(call: Call): Promise<wire.Assistant[]>;
  assistant(id: string, call: Call): Promise<wire.Assistant>;
  createAssistant(body: Record<string, unknown>, call: Call): Promise<wire.Assistant>;
  updateAssistant(id: string, body: Record<string, unknown>, call: Call): Promise<wire.Assistant>;
  deleteAssistant(id: string, call: Call): Promise<void>;
}

/** Unknown properties are refused, so each provider gets its own and no more. [OAS], [page support.vapi.ai/t/18819419] */
export type CreateBody = { name: string } & (
  | { provider: "vapi"; numberDesiredAreaCode?: string }
  | { provider: string; number: string; [credential: string]: string | undefined }
);

/** null detaches: `string | null` in the archived docs of "Update Phone Number", unsaid in the OAS, sent by [3P 71304407787, 67370963863]. */
export interface UpdateBody {
  provider?: string;
  name?: string;
  assistantId?: string | null;
  squadId?: string | null;
  workflowId?: string | null;
}

/** NestJS's `{message: string | string[], error, statusCode}`; `{error: "assistant_pinned", message}`. [page support.vapi.ai/t/18819419], [OAS] */
function readError(status: number, body: unknown) {
  if (status < 400 || typeof body !== "object" || body === null) return undefined;
  const { message, error } = body as Record<string, unknown>;
  return {
    code: asText(error),
    message: Array.isArray(message) ? message.filter((x) => typeof x === "string").join("; ") : asText(message),
  };
}

/** How a purchase or an import is refused. The texts of the limit and of the missing payment method are ASSUMED, as are their statuses. */
function classifyCreate(status: number, message: string): ErrorKind | undefined {
  if (![400, 402, 403, 409, 422].includes(status)) return undefined;
  if (/\bfree\b.*\b(limit|maximum|quota)\b|\b(limit|maximum|quota)\b.*\bfree\b/i.test(message)) return "forbidden";
  if (status === 402 || /payment method|billing|insufficient (credits?|balance)/i.test(message)) return "credits";
  // "Existing Phone Number <uuid> Has Identical `twilioAccountSid` … and `number` …" [3P 53158115142]; "Phone number … already in use by
  // another org" [3P 62582288275]; elsewhere a 409 [3P 55110920126].
  if (status === 409 || /existing phone number|already (in use|registered|exists|imported|taken)|\bidentical\b/i.test(message)) return "taken";
  return undefined;
}

/** A listing that never ends is a fault of the platform; this many pages is more than any account needs. */
const MOST_PAGES = 500;

/** The limit of a list that was asked for none [OAS]: a page that is shorter is the last one, whatever limit was asked for. */
const USUAL_LIMIT = 100;

/** Of all lists: at least 0, at most 1000 [OAS]; the archived docs say 0 < x < 1000. */
const LARGE_LIMIT = 500;

export function vapiClient(settings: OpenSettings): VapiClient {
  const http = httpClient({
    platform: "vapi",
    platformName: "Vapi",
    baseUrl: settings.url,
    timeoutMs: requestTimeout(settings),
    auth: { header: "Authorization", value: `Bearer ${settings.key.trim()}` }, // [OAS] securitySchemes.bearer
    keyHint: { configKey: "telephony:vapiApiKey", env: "VAPI_API_KEY" },
    whileWaiting: loadWire,
    readError,
    classify: ({ status, message, method, path }) =>
      method === "POST" && path === "/phone-number" ? classifyCreate(status, message ?? "") : undefined,
  });

  const { send, dated } = asking(http, loadWire);

  const one = (collection: string, id: string) => `${collection}/${encodeURIComponent(id)}`;

  /**
   * A bare array, newest first, without a cursor: the next page is what is not younger than the last item. [OAS] Of several items
   * with the same createdAt none is lost, as the last ones are asked for again.
   */
  const listByTime = async <T extends { id: string; createdAt?: string | undefined }>(path: string, itemOf: (of: Wire) => z.ZodType<T>, call: Call, onPage: OnPage<T> = () => true) => {
    const all = new Map<string, T>();
    let createdAtLe: string | undefined;
    for (let n = 0; n < MOST_PAGES; n++) {
      const items = await send({ method: "GET", path, query: { limit: LARGE_LIMIT, createdAtLe } }, (of) => of.list(itemOf(of)), call);
      const before = all.size;
      for (const x of items) all.set(x.id, x);
      createdAtLe = items.at(-1)?.createdAt;
      const goOn = onPage(items);
      if (items.length < USUAL_LIMIT || all.size === before || createdAtLe === undefined || !goOn) break;
    }
    return [...all.values()];
  };

  /** Oldest first: what is made meanwhile comes at the end and shifts nothing. [OAS] */
  const listByPage = async (search: string | undefined, call: Call, onPage: OnPage<wire.PhoneNumber> = () => true) => {
    const all = new Map<string, wire.PhoneNumber>();
    for (let page = 1; page <= MOST_PAGES; page++) {
      const query = { search, page, limit: LARGE_LIMIT, sortOrder: "ASC" };
      const { results, metadata } = await send({ method: "GET", path: "/v2/phone-number", query }, (of) => of.page(of.phoneNumber), call);
      const before = all.size;
      for (const x of results) all.set(x.id, x);
      const { hasNextPage, totalPages, totalItems } = metadata ?? {};
      const full = totalItems == null ? results.length >= USUAL_LIMIT : all.size < totalItems;
      const next = hasNextPage ?? (totalPages == null ? full : page < totalPages);
      const goOn = onPage(results);
      if (!next || all.size === before || !goOn) break;
    }
    return [...all.values()];
  };

  return {
    account: http.account,
    probe: (call) =>
      dated({ method: "GET", path: "/v2/phone-number", query: { limit: 1 } }, (of) => of.page(of.phoneNumber), call).catch((e: unknown) => {
        if (isNotFound(e)) return dated({ method: "GET", path: "/phone-number", query: { limit: 1 } }, (of) => of.list(of.phoneNumber), call); // an API without v2
        throw e;
      }),
    phoneNumbers: (search, call, onPage) =>
      listByPage(search, call, onPage).catch((e: unknown) => {
        if (e instanceof PlatformError && e.status === 404) return listByTime("/phone-number", (of) => of.phoneNumber, call, onPage); // an API without v2
        throw e;
      }),
    phoneNumber: (id, call) => send({ method: "GET", path: one("/phone-number", id) }, (of) => of.phoneNumber, call),
    // A 429 is refused before anything is allocated: ASSUMED, quotas are not published. [page rate-limits.apis.io/rate-limits/vapi]
    createPhoneNumber: (body, call) => send({ method: "POST", path: "/phone-number", body, repeat: "once" }, (of) => of.phoneNumber, call),
    updatePhoneNumber: (id, body, call) => send({ method: "PATCH", path: one("/phone-number", id), body }, (of) => of.phoneNumber, call),
    deletePhoneNumber: async (id, call) => void (await http.request({ method: "DELETE", path: one("/phone-number", id), signal: call.signal })),
    assistants: (call) => listByTime("/assistant", (of) => of.assistant, call),
    assistant: (id, call) => send({ method: "GET", path: one("/assistant", id) }, (of) => of.assistant, call),
    createAssistant: (body, call) => send({ method: "POST", path: "/assistant", body, repeat: "once" }, (of) => of.assistant, call),
    updateAssistant: (id, body, call) => send({ method: "PATCH", path: one("/assistant", id), body }, (of) => of.assistant, call),
    deleteAssistant: async (id, call) => void (await http.request({ method: "DELETE", path: one("/assistant", id), signal: call.signal })),
  };
}
