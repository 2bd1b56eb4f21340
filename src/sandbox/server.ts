import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { addAccount } from "./accounts";
import { controlRoutes } from "./control";
import { createFaults } from "./faults";
import { createRequestLog } from "./requests";
import { emptyState, loadState, saveState } from "./store";
import { settle, type Env, type Platform, type World } from "./world";
import { burki } from "./burki";
import { vapi } from "./vapi";
import { voipbin } from "./voipbin";
import { wiil } from "./wiil";

/** Every simulated platform. A new one is a folder and a line here. */
const platforms: readonly Platform[] = [wiil, voipbin, vapi, burki];

export interface RunningServer {
  world: World;
  url: string;
  close: () => Promise<void>;
}

export interface ServerOptions {
  host: string;
  port: number;
  dataDir?: string;
  /** Settings that differ from their defaults from the start, and after a reset. */
  settings: Record<string, Record<string, unknown>>;
}

const settings: Record<string, z.ZodObject> = {
  sandbox: z.object({
    /** How long a released number stays off the market. */
    releaseCooldownMs: z.number().int().min(0).default(0),
  }),
  ...Object.fromEntries(platforms.map((platform) => [platform.name, platform.settings])),
};

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const world: World = { state: emptyState(), platforms };
  const saved = options.dataDir === undefined ? undefined : loadState(options.dataDir);
  if (saved) restore(world, saved, options);
  else populate(world, options);

  const save = () => {
    if (options.dataDir !== undefined) saveState(options.dataDir, world.state);
  };
  save();
  const server = createAdaptorServer({ fetch: application(world, options, save).fetch }) as Server;
  // Longer than any client keeps a connection: none shall find it closed by chance, where it didn't ask for a fault.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    world,
    url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    close: () => new Promise((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      // Clients keep connections alive, and a request that was told to hang would never end.
      server.closeAllConnections();
    }),
  };
}

function populate(world: World, options: ServerOptions): void {
  world.state = emptyState();
  for (const [name, schema] of Object.entries(settings)) world.state.settings[name] = schema.parse(options.settings[name] ?? {});
  for (const platform of platforms) introduce(world, platform);
}

/** What an earlier run saved; settings and platforms that it didn't know get their defaults, and what this run asks for comes first. */
function restore(world: World, saved: World["state"], options: ServerOptions): void {
  world.state = saved;
  for (const [name, schema] of Object.entries(settings)) saved.settings[name] = schema.parse({ ...saved.settings[name], ...options.settings[name] });
  for (const platform of platforms) if (!(platform.name in saved.platforms)) introduce(world, platform);
}

function introduce(world: World, platform: Platform): void {
  world.state.platforms[platform.name] = platform.empty();
  for (const { account, key } of platform.accounts) addAccount(world, platform, key, account);
}

function application(world: World, options: ServerOptions, save: () => void): Hono<Env> {
  const app = new Hono<Env>();
  const faults = createFaults();
  const requests = createRequestLog();
  const reset = () => {
    faults.clear();
    requests.clear();
    populate(world, options);
  };

  for (const platform of platforms) {
    const prefix = `/${platform.name}/*`;
    app.use(prefix, requests.middleware(world, platform.name), faults.middleware(world, platform));
    app.use(prefix, async (c, next) => {
      const changed = settle(world);
      await next();
      // Before the answer leaves, so that what a client was told survives a restart.
      if (changed || c.req.method !== "GET") save();
    });
    app.route("/", platform.routes(world));
  }
  app.use("/_sandbox/*", async (c, next) => {
    const changed = settle(world);
    await next();
    if (changed || c.req.method !== "GET") save();
  });
  app.route("/", controlRoutes({ world, faults, requests, settings, reset }));
  app.notFound((c) => c.json({ error: `The sandbox has nothing at ${c.req.path}; its platforms are ${platforms.map((p) => p.basePath).join(", ")}` }, 404));
  app.onError((error, c) => {
    console.error(error);
    return c.json({ error: `The sandbox itself failed: ${error.message}` }, 500);
  });
  return app;
}
