import { Hono } from "hono";
import { z } from "zod";
import type { Env, Platform } from "../world";
import { agentRoutes } from "./agents";
import { channelRoutes } from "./channel-routes";
import { controlRoutes } from "./control";
import { configurationRoutes, nextRenewal, ownedConfigurations } from "./configurations";
import { deploymentRoutes } from "./deployments";
import { instructionRoutes } from "./instructions";
import { numberRoutes } from "./numbers";
import { isOpen, nextOrderEvent, purchaseRoutes } from "./purchases";
import { emptyWiil, wiil as state, wiilSettings } from "./state";
import { failure, failureOfStatus, notFound, WiilError } from "./wire";

export const wiil: Platform = {
  name: "wiil",
  basePath: "/wiil/v1",
  settings: wiilSettings,
  accountFields: z.object({}),
  accounts: [
    { account: "default", key: "wiil_proj_sandbox_5f2c7b1e9a4d" },
    { account: "second", key: "wiil_proj_sandbox_8d03e6a1c27f" },
  ],
  variables: { url: ["WIIL_URL", "wiilUrl"], key: ["WIIL_API_KEY", "wiilApiKey"] },
  empty: emptyWiil,

  routes(world) {
    const app = new Hono<Env>().basePath(wiil.basePath);
    app.use(async (c, next) => {
      const key = c.req.header("X-Wiil-Api-Key");
      const account = world.state.accounts.find((item) => item.platform === "wiil" && item.key === key);
      if (!account) throw new WiilError(401, "UNAUTHORIZED", key ? "Invalid API key" : "API key is missing");
      c.set("account", account);
      await next();
    });
    // by-request and purchase-request stand before /phone-configurations/:id, which would take them for an id.
    app.route("/", numberRoutes(world, wiil));
    app.route("/", purchaseRoutes(world, wiil));
    app.route("/", configurationRoutes(world));
    app.route("/", channelRoutes(world));
    app.route("/", instructionRoutes(world));
    app.route("/", agentRoutes(world));
    app.route("/", deploymentRoutes(world));
    app.all("*", () => {
      throw notFound("Route");
    });
    app.onError((error, c) => {
      if (error instanceof WiilError) return failure(c, world, error);
      throw error;
    });
    return app;
  },

  errorResponse: (world, c, status) => failure(c, world, failureOfStatus(status)),

  outcomes: {
    statuses: ["FAILED", "CANCELLED"],
    set(world, number, status, statusDetails) {
      state(world).outcomes[number] = { status: status === "FAILED" ? "failed" : "cancelled", statusDetails };
    },
  },

  controls: (world) => controlRoutes(world),

  nextEvent(world) {
    const order = nextOrderEvent(world);
    const renewal = nextRenewal(world);
    return order && (!renewal || order.at <= renewal.at) ? order : renewal;
  },
  owned: ownedConfigurations,
  taken: (world) => new Set([
    ...state(world).configurations.map((item) => item.phoneNumber),
    ...state(world).orders.filter(isOpen).map((item) => item.phoneNumber),
  ]),
};
