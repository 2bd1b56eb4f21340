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
  /** What a program needs to use it: `WIIL_URL`, `WIIL_API_KEY`, `VOIPBIN_URL`, `VOIPBIN_ACCESS_KEY`. */
  readonly env: Record<string, string>;
  /** The same as Pulumi config: `telephony:wiilUrl`, `telephony:wiilApiKey`, … */
  readonly config: Record<string, string>;
  close(): Promise<void>;
}

/** Starts the platforms, simulated, on one HTTP server. */
export async function startSandbox(_options: SandboxOptions = {}): Promise<Sandbox> {
  throw new Error("not yet");
}
