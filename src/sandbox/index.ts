import { startServer } from "./server";

/** Options of {@link startSandbox}. */
export interface SandboxOptions {
  /** TCP port; 0 takes a free one. @default 0 */
  port?: number;
  /** @default "127.0.0.1" */
  host?: string;
  /** Directory that keeps accounts, numbers and ledger over a restart. @default memory only */
  dataDir?: string;
  /** How long a WIIL purchase takes on the sandbox's clock, in milliseconds. @default 8000 */
  purchaseMs?: number;
}

/** A running sandbox. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What a program needs to use it: `WIIL_URL`, `WIIL_API_KEY`, `VOIPBIN_URL`, `VOIPBIN_ACCESS_KEY`, `VAPI_URL`, `VAPI_API_KEY`, `BURKI_URL`, `BURKI_API_KEY`. */
  readonly env: Record<string, string>;
  /** The same as Pulumi config: `telephony:wiilUrl`, `telephony:wiilApiKey`, … */
  readonly config: Record<string, string>;
  /** The accounts there are to begin with, for programs that use several. */
  readonly accounts: readonly { platform: string; account: string; key: string }[];
  close(): Promise<void>;
}

/** Starts the platforms, simulated, on one HTTP server. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = "127.0.0.1", dataDir, purchaseMs } = options;
  const server = await startServer({ host, port, dataDir, settings: { wiil: purchaseMs === undefined ? {} : { purchaseMs } } });
  const env: Record<string, string> = {};
  const config: Record<string, string> = {};
  for (const { basePath, variables, accounts: [first] } of server.world.platforms) {
    const url = server.url + basePath;
    const key = first?.key ?? "";
    env[variables.url[0]] = url;
    env[variables.key[0]] = key;
    config[`telephony:${variables.url[1]}`] = url;
    config[`telephony:${variables.key[1]}`] = key;
  }
  const accounts = server.world.platforms.flatMap((platform) => platform.accounts.map((item) => ({ platform: platform.name, ...item })));
  return { url: server.url, env, config, accounts, close: server.close };
}
