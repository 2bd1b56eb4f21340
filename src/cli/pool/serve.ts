/** `telephony pool serve`: the admin page and the metrics, until somebody presses Ctrl-C. */
import { createAdaptorServer } from "@hono/node-server";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { registerSecret } from "../../http/redact.js";
import type { Pool } from "../../pool/types.js";
import { settingsFrom } from "../../provider/settings.js";
import { bold, dim, yellow } from "../terminal.js";
import { adminPage } from "./admin.js";
import type { Common } from "./actions.js";
import { Gate, makePassword } from "./auth.js";
import { exitCodeOf, explain, Refusal } from "./errors.js";
import { EXIT } from "./exit-codes.js";
import { openPool } from "./open.js";
import { printable } from "../table.js";

export interface ServeOptions extends Common {
  port: number;
  host: string;
}

const SHORTEST_PASSWORD = 8;

function secretFrom(name: string): string | undefined {
  const value = process.env[name];
  if (!value) return undefined;
  if (value.length < SHORTEST_PASSWORD) throw new Refusal(`${name} is too short: give it ${SHORTEST_PASSWORD} characters at least`, EXIT.wrong);
  registerSecret(value);
  return value;
}

/** Runs until SIGINT or SIGTERM. Returns the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const { host, port, json } = options;
  // Before anything is printed: whoever has read the address may send the signal at once.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  let pool: Pool | undefined;
  let server: Server | undefined;
  try {
    const given = secretFrom("TELEPHONY_POOL_PASSWORD");
    const metricsToken = secretFrom("TELEPHONY_POOL_METRICS_TOKEN");
    const password = given ?? makePassword();
    ({ pool } = await openPool(options));
    const gate = new Gate(password, metricsToken);
    server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) }) as Server;
    const bound = await listen(server, port, host);
    const app = adminPage({ pool, settings: settingsFrom(() => undefined), gate, cookie: `telephony_pool_${bound}` });
    const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
    if (json) console.log(JSON.stringify({ url, pool: pool.name, ...(!given && { password }) }));
    else console.log(announcement(url, pool.name, given ? undefined : password));
    if (!/^(127\.|::1$|localhost$)/.test(host)) console.error(yellow("warning: others on the network can reach this page, and nothing encrypts what they send. Put a proxy with HTTPS before it."));
    await stopped;
    return 0;
  } catch (error) {
    console.error(`error: ${printable(explainListening(error, options) ?? explain(error))}`);
    return error instanceof Error && explainListening(error, options) ? EXIT.wrong : exitCodeOf(error);
  } finally {
    server?.close();
    server?.closeAllConnections();
    await pool?.close().catch(() => undefined);
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function explainListening(error: unknown, { port, host }: ServeOptions): string | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== "listen" && syscall !== "getaddrinfo") return undefined;
  if (code === "EADDRINUSE") return `port ${port} is in use. Stop what listens there, or choose another one with --port (0 takes a free one)`;
  if (code === "EACCES") return `port ${port} may not be opened by this user. Choose one above 1023 with --port`;
  if (syscall === "listen" || (error as { hostname?: string }).hostname === host) return `can't listen on ${host}: it is no address of this machine`;
  return undefined;
}

function announcement(url: string, pool: string, password: string | undefined): string {
  return [
    `${bold(`Pool "${printable(pool)}"`)} on ${url}`,
    password === undefined ? "The password is the one in TELEPHONY_POOL_PASSWORD." : `Password: ${bold(password)}   ${dim("(made for this run; TELEPHONY_POOL_PASSWORD sets one)")}`,
    `Prometheus: ${url}/metrics, with the password as bearer token, or TELEPHONY_POOL_METRICS_TOKEN.`,
    "Ctrl-C stops it.",
  ].join("\n");
}
