import { createRequire } from "node:module";
import type { z } from "zod";
import { httpClient } from "../../http/index.js";
import { asking, asText } from "../decode.js";
import type { Call, OnPage, OpenSettings } from "../platform.js";
import { requestTimeout } from "../timeout.js";
import type * as wire from "./schema.js";

type Wire = typeof wire;
const load = createRequire(__filename);
const loadWire = () => load("./schema.js") as Wire;

/** VoIPBIN's endpoints (contracts/voipbin.md). */
export interface VoipbinClient {
  readonly account: string;
  /** Reads a number, or finds that there is none. Resolves to the `Date` of the answer. */
  probe(call: Call): Promise<string | undefined>;
  /** What is left, in the millionth parts of a currency. */
  billingAccounts(call: Call): Promise<wire.Balance[]>;
  availableNumbers(query: { country_code?: string; type?: "normal" | "virtual"; page_size: number }, call: Call): Promise<wire.AvailableNumber[]>;
  /** Newest first, a hundred a call. */
  numbers(call: Call, onPage?: OnPage<wire.Num>): Promise<wire.Num[]>;
  number(id: string, call: Call): Promise<wire.Num>;
  purchase(body: NumberBody & { number: string; type: "normal" | "virtual" }, call: Call): Promise<wire.Num>;
  updateNumber(id: string, body: NumberBody, call: Call): Promise<wire.Num>;
  setFlows(id: string, body: Pick<NumberBody, "call_flow_id" | "message_flow_id">, call: Call): Promise<wire.Num>;
  release(id: string, call: Call): Promise<void>;
  flows(call: Call): Promise<wire.Flow[]>;
  flow(id: string, call: Call): Promise<wire.Flow>;
  createFlow(body: FlowBody, call: Call): Promise<wire.Flow>;
  updateFlow(id: string, body: FlowBody, call: Call): Promise<wire.Flow>;
  deleteFlow(id: string, call: Call): Promise<void>;
}

/** All four are sent each time: older servers require them, and read a missing flow id as "no flow". [OAS @2c13ea05] */
export interface NumberBody {
  call_flow_id: string;
  message_flow_id: string;
  name: string;
  detail: string;
}

export interface FlowBody {
  name: string;
  detail: string;
  actions: unknown[];
  on_complete_flow_id?: string;
}

/** `{error:{…}}`; older deployments answer a flat `{message}` or nothing at all. [RST restful_api], [MCP], [SRV @21911a6c] */
function readError(status: number, body: unknown) {
  if (status < 400 || typeof body !== "object" || body === null) return undefined;
  const outer = body as Record<string, unknown>;
  const inner = (typeof outer["error"] === "object" && outer["error"] !== null ? outer["error"] : outer) as Record<string, unknown>;
  return { code: asText(inner["reason"]) ?? asText(inner["status"]), message: asText(inner["message"]), requestId: asText(inner["request_id"]) };
}

/** An accesskey and a JWT go by different names, and each gives 401 under the other's. [RST quickstart_authentication] */
const isJwt = (key: string) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(key) && key.startsWith("ey");

/** Lists are walked until a page is empty: the server sends a token whenever the page has an item. [SRV server/numbers.go] */
const MOST_PAGES = 500;

export function voipbinClient(settings: OpenSettings): VoipbinClient {
  const http = httpClient({
    platform: "voipbin",
    platformName: "VoIPBIN",
    baseUrl: settings.url,
    timeoutMs: requestTimeout(settings),
    auth: isJwt(settings.key) ? { query: "token", value: settings.key } : { query: "accesskey", value: settings.key },
    keyHint: { configKey: "telephony:voipbinAccessKey", env: "VOIPBIN_ACCESS_KEY" },
    whileWaiting: loadWire,
    readError,
    classify: ({ status, code, message, method, path }) => {
      if (code === "INSUFFICIENT_BALANCE" || status === 402) return "credits";
      // What a 409 on a purchase is called is not certain: ALREADY_EXISTS, or STATE_INVALID out of a translated "already exists".
      if (method === "POST" && path === "/numbers" && (status === 409 || /already exists|not available|already (taken|purchased)/i.test(message ?? ""))) return "taken";
      // The tier's limit on virtual numbers, not on calls: repeating doesn't help. [SRV numberhandler], seed 002
      if (/resource limit exceeded/i.test(message ?? "")) return "forbidden";
      return undefined;
    },
  });

  const { send, dated } = asking(http, loadWire);

  const all = async <S extends z.ZodType>(path: string, itemOf: (of: Wire) => S, call: Call, onPage: OnPage<z.output<S>> = () => true) => {
    const found: z.output<S>[] = [];
    let token: string | undefined;
    for (let n = 0; n < MOST_PAGES; n++) {
      const page = await send({ method: "GET", path, query: { page_size: 100, page_token: token } }, (of) => of.list(itemOf(of)), call);
      found.push(...page.result);
      const goOn = onPage(page.result);
      if (page.result.length === 0 || !page.next_page_token || page.next_page_token === token || !goOn) break;
      token = page.next_page_token;
    }
    return found;
  };

  const one = (collection: string, id: string) => `${collection}/${encodeURIComponent(id)}`;

  return {
    account: http.account,
    probe: (call) => dated({ method: "GET", path: "/numbers", query: { page_size: 1 } }, (of) => of.list(of.number), call),
    billingAccounts: (call) => send({ method: "GET", path: "/billing_accounts" }, (of) => of.billing, call),
    availableNumbers: async (query, call) => (await send({ method: "GET", path: "/available_numbers", query }, (of) => of.list(of.availableNumber), call)).result,
    numbers: (call, onPage) => all("/numbers", (of: Wire) => of.number, call, onPage),
    number: (id, call) => send({ method: "GET", path: one("/numbers", id) }, (of) => of.number, call),
    // RATE_LIMIT_EXCEEDED is refused before anything is ordered; a 503 is not. [RST restful_api_errors]
    purchase: (body, call) => send({ method: "POST", path: "/numbers", body, repeat: "once", repeatOn429: true }, (of) => of.number, call),
    updateNumber: (id, body, call) => send({ method: "PUT", path: one("/numbers", id), body }, (of) => of.number, call),
    setFlows: (id, body, call) => send({ method: "PUT", path: `${one("/numbers", id)}/flow_ids`, body }, (of) => of.number, call),
    release: async (id, call) => void (await http.request({ method: "DELETE", path: one("/numbers", id), signal: call.signal })),
    flows: (call) => all("/flows", (of) => of.flow, call),
    flow: (id, call) => send({ method: "GET", path: one("/flows", id) }, (of) => of.flow, call),
    createFlow: (body, call) => send({ method: "POST", path: "/flows", body, repeat: "once", repeatOn429: true }, (of) => of.flow, call),
    updateFlow: (id, body, call) => send({ method: "PUT", path: one("/flows", id), body }, (of) => of.flow, call),
    deleteFlow: async (id, call) => void (await http.request({ method: "DELETE", path: one("/flows", id), signal: call.signal })),
  };
}
