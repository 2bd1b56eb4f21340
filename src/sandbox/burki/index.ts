import { Hono, type MiddlewareHandler } from "hono";
import type { Env, Platform, World } from "../world";
import { assignmentRoutes } from "./assignments";
import { assistantRoutes } from "./assistants";
import { nextCarrierEvent, ownedNumbers, takenNumbers } from "./carriers";
import { controlRoutes } from "./control";
import { flowRoutes } from "./flows";
import { organizationRoutes } from "./organization";
import { phoneNumberRoutes } from "./phone-numbers";
import { burki as state, burkiAccountFields, burkiOptions, burkiSettings, emptyBurki, outcomes, type Outcome } from "./state";
import { BurkiError, failure, failureOfStatus } from "./wire";

export const burki: Platform = {
  name: "burki",
  basePath: "/burki",
  settings: burkiSettings,
  accountFields: burkiAccountFields,
  accounts: [
    { account: "default", key: "burki_sandbox7d41b9e05c2f86a3d1e07c5f3" },
    { account: "second", key: "burki_sandbox2a6f90c3e8b17d45f09b8e14a" },
  ],
  variables: { url: ["BURKI_URL", "burkiUrl"], key: ["BURKI_API_KEY", "burkiApiKey"] },
  empty: emptyBurki,

  routes(world) {
    const app = new Hono<Env>().basePath(burki.basePath);
    const groups: [prefix: string, generation: "current" | "older"][] = [["/api/v1/phone-numbers", "current"], ["/phone-numbers", "older"]];
    for (const [prefix, generation] of groups) app.use(`${prefix}/*`, servedIf(world, generation));
    app.use(async (c, next) => {
      const key = /^Bearer\s+(.+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
      const account = world.state.accounts.find((item) => item.platform === "burki" && item.key === key);
      if (!account) throw failureOfStatus(401);
      c.set("account", account);
      await next();
    });
    for (const [prefix] of groups) app.route(prefix, phoneNumberRoutes(world, burki));
    // organization stands before /{assistant_id}, which would take it for an id.
    app.route("/api/v1/assistants", organizationRoutes(world));
    app.route("/api/v1/assistants", assignmentRoutes(world));
    app.route("/api/v1/assistants", assistantRoutes(world));
    app.route("/api/v1/flows", flowRoutes(world));
    app.all("*", () => {
      throw failureOfStatus(404);
    });
    app.onError((error, c) => {
      if (error instanceof BurkiError) return failure(c, error);
      throw error;
    });
    return app;
  },

  errorResponse: (_world, c, status) => failure(c, failureOfStatus(status)),

  outcomes: {
    /**
     * PENDING: the order is open for orderMs, with success:true. LATE_FAILED: the same, and it fails then. FAILED: it fails at once, with
     * success:true on Telnyx and a 500 on Twilio. AMBIGUOUS: a 500 after the carrier has sold it. GONE: a 500, for somebody else has it.
     */
    statuses: outcomes,
    set(world, number, status) {
      state(world).outcomes[number] = status as Outcome;
    },
  },

  controls: (world) => controlRoutes(world, burki),
  nextEvent: nextCarrierEvent,
  owned: ownedNumbers,
  taken: takenNumbers,
};

function servedIf(world: World, generation: "current" | "older"): MiddlewareHandler<Env> {
  return async (_c, next) => {
    const { phoneNumberPaths } = burkiOptions(world);
    if (phoneNumberPaths !== "both" && phoneNumberPaths !== generation) throw failureOfStatus(404);
    await next();
  };
}
