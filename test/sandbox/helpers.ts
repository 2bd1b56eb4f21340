/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- a test reads whatever JSON came */
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined when it isn't JSON. */
  json: any;
}

/** A call: method and path, and a body to send as JSON. */
export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

export interface TestSandbox {
  sandbox: Sandbox;
  /** WIIL with the default account's key, and with any. */
  wiil: Call;
  wiilAs: (key: string) => Call;
  /** Vapi and Burki with the default account's key, and with any. */
  vapi: Call;
  vapiAs: (key: string) => Call;
  burki: Call;
  burkiAs: (key: string) => Call;
  /** VoIPBIN with the default account's access key, with any, and with none. */
  voipbin: Call;
  voipbinAs: (key: string) => Call;
  bare: Call;
  /** `/_sandbox/…` */
  control: Call;
  advance: (duration: string) => Promise<void>;
  ledger: () => Promise<any[]>;
}

export async function start(options: SandboxOptions = {}): Promise<TestSandbox> {
  const sandbox = await startSandbox(options);
  const { WIIL_URL, WIIL_API_KEY, VOIPBIN_URL, VOIPBIN_ACCESS_KEY } = sandbox.env as Record<string, string> & { WIIL_URL: string };
  const wiilAs = (key: string): Call => (method, path, body, headers) => call(method, WIIL_URL + path, body, { "X-Wiil-Api-Key": key, ...headers });
  const voipbinAs = (key: string): Call => (method, path, body, headers) =>
    call(method, `${VOIPBIN_URL}${path}${path.includes("?") ? "&" : "?"}accesskey=${encodeURIComponent(key)}`, body, headers);
  const bearer = (url: string | undefined) => (key: string): Call => (method, path, body, headers) =>
    call(method, `${url}${path}`, body, { Authorization: `Bearer ${key}`, ...headers });
  const vapiAs = bearer(sandbox.env["VAPI_URL"]);
  const burkiAs = bearer(sandbox.env["BURKI_URL"]);
  const control: Call = (method, path, body) => call(method, `${sandbox.url}/_sandbox${path}`, body);
  return {
    sandbox, wiilAs, voipbinAs, vapiAs, burkiAs, control,
    vapi: vapiAs(sandbox.env["VAPI_API_KEY"] ?? ""),
    burki: burkiAs(sandbox.env["BURKI_API_KEY"] ?? ""),
    wiil: wiilAs(WIIL_API_KEY ?? ""),
    voipbin: voipbinAs(VOIPBIN_ACCESS_KEY ?? ""),
    bare: (method, path, body, headers) => call(method, sandbox.url + path, body, headers),
    advance: async (duration) => void (await control("POST", "/clock", { advance: duration })),
    ledger: async () => (await control("GET", "/ledger")).json as any[],
  };
}

async function call(method: string, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  let json: any;
  try {
    json = JSON.parse(text);
  } catch {
    // not JSON, which a test sees by `json` being undefined
  }
  return { status: response.status, headers: response.headers, text, json };
}

export const zeroUuid = "00000000-0000-0000-0000-000000000000";

/** Buys a number on WIIL and moves the clock until it is there; gives its configuration. */
export async function buyOnWiil(s: TestSandbox, phoneNumber: string, friendlyName = "Line", call = s.wiil): Promise<any> {
  const purchase = await call("POST", "/phone-configurations/telephony-provider/purchase", { phoneNumber, friendlyName });
  if (purchase.status !== 201) throw new Error(purchase.text);
  await s.advance("8s");
  return (await call("GET", `/phone-configurations/by-phone-number/${encodeURIComponent(phoneNumber)}`)).json.data;
}

/** An agent with its instruction on WIIL; gives both ids. */
export async function makeAgentOnWiil(s: TestSandbox, name = "Harper"): Promise<{ agent: string; instruction: string }> {
  const instruction = await s.wiil("POST", "/instruction-configurations", {
    instructionName: `${name} Instructions`, role: "Support", introductionMessage: "Hello!", instructions: "Be helpful.", guardrails: "Be polite.",
  });
  if (instruction.status !== 201) throw new Error(instruction.text);
  const agent = await s.wiil("POST", "/agent-configurations", { name, modelId: "YUSI21217J1", instructionConfigurationId: instruction.json.data.id });
  if (agent.status !== 201) throw new Error(agent.text);
  return { agent: agent.json.data.id, instruction: instruction.json.data.id };
}
