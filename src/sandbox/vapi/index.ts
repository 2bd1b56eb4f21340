import { Hono } from "hono";
import type { Env, Platform } from "../world";
import { assistantRoutes } from "./assistants";
import { controlRoutes } from "./control";
import { ownedNumbers, takenNumbers } from "./number-rows";
import { numberRoutes } from "./numbers";
import { squadRoutes } from "./squads";
import { emptyVapi, vapiAccountFields, vapiSettings } from "./state";
import { failure, failureOfStatus, PinnedError, VapiError } from "./wire";

export const vapi: Platform = {
  name: "vapi",
  basePath: "/vapi",
  settings: vapiSettings,
  accountFields: vapiAccountFields,
  accounts: [
    { account: "default", key: "vapi-sandbox-4c1d9e70-52ab-4f38-9b06-7de1c83a5f24" },
    { account: "second", key: "vapi-sandbox-b8f2036e-1d97-4a5c-8e41-09c6d7b3e5a1" },
  ],
  variables: { url: ["VAPI_URL", "vapiUrl"], key: ["VAPI_API_KEY", "vapiApiKey"] },
  empty: emptyVapi,

  routes(world) {
    const app = new Hono<Env>().basePath(vapi.basePath);
    app.use(async (c, next) => {
      const key = /^Bearer\s+(.+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
      const account = world.state.accounts.find((item) => item.platform === "vapi" && item.key === key);
      // The text is ASSUMED.
      if (!account) {
        throw new VapiError(401, key
          ? "Invalid Key. Hot tip, you may be using the private key instead of the public key, or vice versa." : "Missing Authorization Header.");
      }
      c.set("account", account);
      await next();
    });
    app.route("/", numberRoutes(world, vapi));
    app.route("/", assistantRoutes(world));
    app.route("/", squadRoutes(world));
    app.all("*", (c) => {
      throw new VapiError(404, `Cannot ${c.req.method} ${c.req.path.slice(vapi.basePath.length)}`);
    });
    app.onError((error, c) => {
      if (error instanceof VapiError) return failure(c, error);
      if (error instanceof PinnedError) return c.json({ error: "assistant_pinned", message: error.message }, 409);
      throw error;
    });
    return app;
  },

  errorResponse: (_world, c, status) => failure(c, failureOfStatus(status)),

  controls: (world) => controlRoutes(world, vapi),
  nextEvent: () => undefined,
  owned: ownedNumbers,
  taken: takenNumbers,
};
