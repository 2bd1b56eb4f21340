import { createRequire } from "node:module";
import type { z } from "zod";
import { httpClient, type HttpClient, type HttpRequest, type HttpResponse } from "../../http/index.js";
import { asking, asText, orUndefined, unlessSeen } from "../decode.js";
import type { Call, OnPage, OpenSettings } from "../platform.js";
import { requestTimeout } from "../timeout.js";
import type * as wire from "./schema.js";

type Wire = typeof wire;
const load = createRequire(__filename);
const loadWire = () => load("./schema.js") as Wire;

/**
 * WIIL's endpoints (contracts/wiil.md). Two generations are on record: `current` (wiil-js 0.0.62) buys by number alone;
 * `2025-12` (wiil-js@cdb4e76, seed 001) names provider, type and country, and is the one that has regions.
 */
export type Generation = "current" | "2025-12";

/** The four shapes in which WIIL reports a failure, also under HTTP 2xx. [JS client/types.ts, DOCS reference] */
function readError(_status: number, body: unknown) {
  if (typeof body !== "object" || body === null) return undefined;
  const { success, error, code, message, status } = body as Record<string, unknown>;
  if (success !== false && _status < 400) return undefined;
  const inner = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  return {
    status: typeof status === "number" ? status : undefined,
    code: asText(code) ?? asText(inner["code"]),
    message: asText(message) ?? asText(inner["message"]) ?? asText(error),
  };
}

export interface WiilClient {
  readonly account: string;
  /** Reads a number, or finds that there is none. Resolves to the `Date` of the answer. */
  probe(call: Call): Promise<string | undefined>;
  readonly generation: Generation;
  regions(provider: string, call: Call): Promise<{ regionId: string; regionName: string }[]>;
  numbers(query: NumbersQuery, enough: (found: wire.NumberInfo[]) => boolean, call: Call): Promise<wire.NumberInfo[]>;
  pricing(query: { provider: string; countryCode?: string }, call: Call): Promise<wire.Pricing[]>;
  purchase(body: PurchaseBody, call: Call): Promise<wire.Purchase>;
  purchaseStatus(purchaseId: string, call: Call): Promise<wire.Purchase | wire.PhoneConfiguration>;
  phoneConfigurations(call: Call, onPage?: OnPage<wire.PhoneConfiguration>): Promise<wire.PhoneConfiguration[]>;
  phoneConfiguration(id: string, call: Call): Promise<wire.PhoneConfiguration>;
  byPhoneNumber(number: string, call: Call): Promise<wire.PhoneConfiguration>;
  rename(id: string, friendlyName: string, call: Call): Promise<wire.PhoneConfiguration>;
  release(id: string, call: Call): Promise<boolean>;
  agents: Collection<wire.Agent>;
  instructions: Collection<wire.Instruction>;
  /** undefined: the channel has none. */
  deploymentOf(channelId: string, call: Call): Promise<wire.Deployment | undefined>;
  deploymentsOfAgent(agentId: string, call: Call): Promise<wire.Deployment[]>;
  createDeployment(body: Omit<wire.Deployment, "id">, call: Call): Promise<wire.Deployment>;
  updateDeployment(body: Pick<wire.Deployment, "id"> & Partial<wire.Deployment>, call: Call): Promise<wire.Deployment>;
  deleteDeployment(id: string, call: Call): Promise<boolean>;
}

/** Agent configurations and instruction configurations have the same endpoints. */
export interface Collection<T> {
  list(call: Call): Promise<T[]>;
  /** undefined on WIIL's definite not-found. */
  get(id: string, call: Call): Promise<T | undefined>;
  create(body: Record<string, unknown>, call: Call): Promise<T>;
  update(id: string, changes: Record<string, unknown>, call: Call): Promise<T>;
  /** @returns what WIIL answers: false is a refusal; one that is gone already counts as deleted */
  delete(id: string, call: Call): Promise<boolean>;
}

export interface NumbersQuery {
  provider: string;
  countryCode?: string;
  areaCode?: string;
  contains?: string;
  postalCode?: string;
  pageSize: number;
}

export interface PurchaseBody {
  phoneNumber: string;
  friendlyName: string;
  countryCode?: string;
  providerType: string;
  numberType: string;
}

/** A listing that never ends is a fault of the platform; this many pages is more than any account needs. */
const MOST_PAGES = 50;

export function wiilClient(settings: OpenSettings, generation: Generation): WiilClient {
  const http: HttpClient = httpClient({
    platform: "wiil",
    platformName: "WIIL",
    baseUrl: settings.url,
    timeoutMs: requestTimeout(settings),
    auth: { header: "X-Wiil-Api-Key", value: settings.key }, // [JS client/HttpClient.ts]
    keyHint: { configKey: "telephony:wiilApiKey", env: "WIIL_API_KEY" },
    whileWaiting: loadWire,
    readError,
    classify: ({ status, code, message }) => {
      // Texts of the guide's troubleshooting section [seed 001]; WIIL's full list of codes is not public.
      if (/not available|already (taken|purchased|owned|exists)|no longer available/i.test(message ?? "")) return "taken";
      if (/insufficient credits?/i.test(message ?? "") || status === 402) return "credits";
      if (code === "NOT_FOUND") return "not-found";
      return undefined;
    },
  });

  const dataIn = ({ body }: HttpResponse) => (typeof body === "object" && body !== null && "success" in body && "data" in body ? body.data : body);

  const { send, dated } = asking(http, loadWire, dataIn);

  const pages = async <S extends z.ZodType>(path: string, query: HttpRequest["query"], itemOf: (of: Wire) => S, enough: (all: z.output<S>[], page: z.output<S>[]) => boolean, call: Call) => {
    const all: z.output<S>[] = [];
    for (let page = 1; page <= MOST_PAGES; page++) {
      const { items, more } = await send({ method: "GET", path, query: page === 1 ? query : { ...query, page } }, (of) => of.page(itemOf(of)), call);
      all.push(...items);
      const over = enough(all, items);
      if (!more || items.length === 0 || over) break;
    }
    return all;
  };

  const telephony = "/phone-configurations/telephony-provider";
  const ofProvider = (provider: string) => (generation === "current" ? telephony : `${telephony}/${provider}`);

  const one = (base: string, id: string) => `${base}/${encodeURIComponent(id)}`;

  /** Gone already counts as deleted, unless it can still be read. */
  const remove = async <S extends z.ZodType>(path: string, schemaOf: (of: Wire) => S, call: Call, query?: HttpRequest["query"]): Promise<boolean> => {
    const seen = () => send({ method: "GET", path }, schemaOf, call).catch(orUndefined);
    return (await send({ method: "DELETE", path, query }, (of) => of.released, call).catch(unlessSeen(seen))) ?? true;
  };

  const collection = <S extends z.ZodType<{ id: string }>>(base: string, schemaOf: (of: Wire) => S, deleteQuery?: HttpRequest["query"]): Collection<z.output<S>> => ({
    list: (call) => pages(base, { pageSize: 1000 }, schemaOf, () => false, call),
    // Gone is gone twice: what can't be read isn't listed either.
    get: async (id, call) =>
      id === ""
        ? undefined
        : ((await send({ method: "GET", path: one(base, id) }, schemaOf, call).catch(orUndefined)) ??
          (await pages(base, { pageSize: 1000 }, schemaOf, (all) => all.some((item) => item.id === id), call)).find((item) => item.id === id)),
    create: (body, call) => send({ method: "POST", path: base, body, repeat: "once" }, schemaOf, call),
    // The id goes into the body. [JS agent-configs.ts, instruction-configs.ts]
    update: (id, changes, call) => send({ method: "PATCH", path: base, body: { ...changes, id }, repeat: "safe" }, schemaOf, call),
    delete: (id, call) =>
      remove(one(base, id), schemaOf, call, deleteQuery),
  });

  const deployments = "/deployment-configurations"; // [JS deployment-configs.ts]

  return {
    account: http.account,
    probe: (call) => dated({ method: "GET", path: "/phone-configurations", query: { pageSize: 1 } }, (of) => of.page(of.phoneConfiguration), call),
    generation,
    // [CORE AgentConfigurationDeleteRequestSchema] has `deletePhoneConfig`, by default true: "whether to also delete associated phone
    // configurations". wiil-js sends nothing; that an agent's delete never gives a number back is said here, in the way in which
    // [JS deployment-channels.ts] sends the option of the same name.
    agents: collection("/agent-configurations", (of) => of.agent, { deletePhoneConfig: false }),
    instructions: collection("/instruction-configurations", (of) => of.instruction),
    deploymentOf: (channelId, call) =>
      send({ method: "GET", path: one(`${deployments}/by-channel`, channelId) }, (of) => of.maybeDeployment, call).catch(orUndefined),
    deploymentsOfAgent: async (agentId, call) =>
      (await pages(one(`${deployments}/by-agent`, agentId), { pageSize: 1000 }, (of) => of.deployment, () => false, call).catch(orUndefined)) ?? [],
    createDeployment: (body, call) => send({ method: "POST", path: deployments, body, repeat: "once" }, (of) => of.deployment, call),
    updateDeployment: (body, call) => send({ method: "PATCH", path: deployments, body, repeat: "safe" }, (of) => of.deployment, call),
    deleteDeployment: (id, call) => remove(one(deployments, id), (of) => of.deployment, call),
    // Only the older generation has regions; the current SDK has the call commented out. [JS@cdb4e76] vs [JS]
    regions: (provider, call) => pages(`${telephony}/${provider}/regions`, undefined, (of) => of.region, () => false, call),
    numbers: ({ provider, countryCode, ...query }, enough, call) =>
      pages(`${ofProvider(provider)}/numbers`, generation === "current" ? query : { countryCode: countryCode ?? "US", ...query }, (of: Wire) => of.numberInfo, enough, call),
    pricing: ({ provider, countryCode }, call) =>
      pages(`${ofProvider(provider)}/pricing`, generation === "current" ? undefined : { countryCode: countryCode ?? "US" }, (of) => of.pricing, () => false, call),
    purchase: ({ phoneNumber, friendlyName, ...legacy }, call) =>
      send(
        generation === "current"
          ? { method: "POST", path: `${telephony}/purchase`, body: { phoneNumber, friendlyName }, repeat: "once" }
          : { method: "POST", path: "/phone-configurations/purchase", body: { phoneNumber, friendlyName, ...legacy }, repeat: "once" },
        (of) => of.purchase,
        call,
      ),
    // Seed 001 polls by-request and reads a purchase's status from it; the SDK types it as a phone configuration.
    purchaseStatus: (purchaseId, call) =>
      generation === "current"
        ? send({ method: "GET", path: `${telephony}/purchase-request/${encodeURIComponent(purchaseId)}` }, (of) => of.purchase, call)
        : send({ method: "GET", path: `/phone-configurations/by-request/${encodeURIComponent(purchaseId)}` }, (of) => of.purchaseOrConfiguration, call),
    phoneConfigurations: (call, onPage = () => true) => pages("/phone-configurations", { pageSize: 1000 }, (of) => of.phoneConfiguration, (_all, page) => !onPage(page), call),
    phoneConfiguration: (id, call) => send({ method: "GET", path: `/phone-configurations/${encodeURIComponent(id)}` }, (of) => of.phoneConfiguration, call),
    byPhoneNumber: (number, call) =>
      send({ method: "GET", path: `/phone-configurations/by-phone-number/${encodeURIComponent(number)}` }, (of) => of.phoneConfiguration, call),
    // The id goes into the body, and the same PATCH twice is the same as once. [JS phone-configs.ts]
    rename: (id, friendlyName, call) =>
      send({ method: "PATCH", path: "/phone-configurations", body: { id, friendlyName }, repeat: "safe" }, (of) => of.phoneConfiguration, call),
    release: (id, call) => send({ method: "DELETE", path: `/phone-configurations/${encodeURIComponent(id)}` }, (of) => of.released, call),
  };
}
