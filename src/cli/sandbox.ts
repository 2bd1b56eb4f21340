/** `telephony sandbox`: the platforms, simulated, until somebody presses Ctrl-C. */
import { formatDuration } from "../duration.js";
import { startSandbox, type Sandbox } from "../sandbox/index.js";
import { bold, dim } from "./terminal.js";

export interface SandboxCommandOptions {
  port: number;
  data?: string;
  /** Milliseconds. */
  purchaseTime: number;
  json?: boolean;
}

/** Shown to people; `src/sandbox/control.ts` has the shapes. */
const CONTROL_ROUTES: [string, string][] = [
  ["GET  ledger", "every purchase, renewal and release, with what it cost"],
  ["GET  numbers", "the numbers that are owned now"],
  ["GET  requests", "what the platforms were asked (DELETE forgets it)"],
  ["POST faults", 'break a call: {"platform":"wiil","method":"POST","kind":"drop"}'],
  ["POST clock", 'move the time: {"advance":"31d"}'],
  ["POST outcomes", "how the next order of a WIIL number ends"],
  ["POST accounts", 'add an account, or change one: {"balance":"4.99", …}'],
  ["POST settings", "what the platforms' documents leave open"],
  ["POST reset", "put everything back"],
];

/** Runs until SIGINT or SIGTERM. Returns the exit code. */
export async function runSandbox(options: SandboxCommandOptions): Promise<number> {
  const { port, data, purchaseTime, json } = options;
  let sandbox: Sandbox;
  try {
    sandbox = await startSandbox({ port, dataDir: data, purchaseMs: purchaseTime });
  } catch (error) {
    console.error(`error: ${explain(error, port)}`);
    return 1;
  }
  // Before anything is printed: whoever has read the address may send the signal at once.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  if (json) console.log(JSON.stringify({ url: sandbox.url, env: sandbox.env, config: sandbox.config }));
  else console.log(announcement(sandbox, options));
  await stopped;
  await sandbox.close();
  return 0;
}

function explain(error: unknown, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `port ${port} is in use. Stop what listens there, or choose another one with --port (0 takes a free one)`;
  if (code === "EACCES") return `port ${port} may not be opened by this user. Choose one above 1023 with --port`;
  return message;
}

function announcement({ url, env, config }: Sandbox, { data, purchaseTime }: SandboxCommandOptions): string {
  const isSecret = (key: string) => key.endsWith("Key");
  return [
    `${bold("Sandbox")} on ${url}`,
    "Vapi, WIIL, VoIPBIN and Burki, simulated: nothing here costs money.",
    `A WIIL purchase takes ${formatDuration(purchaseTime)}. ${data === undefined ? "Everything is forgotten at the end." : `State is kept in ${data}.`}`,
    "",
    dim("# for this shell"),
    ...Object.entries(env).map(([name, value]) => `export ${name}=${value}`),
    "",
    dim("# or for a Pulumi stack"),
    ...Object.entries(config).map(([key, value]) => `pulumi config set ${isSecret(key) ? "--secret " : ""}${key} ${value}`),
    "",
    dim(`# control routes, below ${url}/_sandbox/`),
    ...CONTROL_ROUTES.map(([route, what]) => `${route.padEnd(14)} ${what}`),
    "",
    `For example: curl ${url}/_sandbox/ledger`,
    "Ctrl-C stops it.",
  ].join("\n");
}
