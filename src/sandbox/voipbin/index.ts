import { Hono } from "hono";
import { z } from "zod";
import { worldNow, type Env, type Platform } from "../world";
import { accesskeyRoutes, seedAccesskey } from "./accesskeys";
import { authenticate, loginLimit, managersOnly, newJwt, requestId } from "./auth";
import { availableNumberRoutes } from "./available-numbers";
import { billingRoutes } from "./billing";
import { controlRoutes } from "./control";
import { flowRoutes } from "./flows";
import { nextRenewal, ownedNumbers, takenNumbers } from "./number-rows";
import { numberRoutes } from "./numbers";
import { emptyVoipbin, extraOf, voipbinAccountFields, voipbinSettings } from "./state";
import { failure, failureOfStatus, VoipbinError } from "./wire";

const login = z.object({ username: z.string().min(1), password: z.string() });

export const voipbin: Platform = {
  name: "voipbin",
  basePath: "/voipbin/v1.0",
  settings: voipbinSettings,
  accountFields: voipbinAccountFields,
  accounts: [
    { account: "default", key: "sandboxDuRWq5T4DAK3" },
    { account: "second", key: "sandboxP8mZk2Wy7LfQ" },
  ],
  variables: { url: ["VOIPBIN_URL", "voipbinUrl"], key: ["VOIPBIN_ACCESS_KEY", "voipbinAccessKey"] },
  empty: emptyVoipbin,

  accountChanged(world, account) {
    const extra = extraOf(account);
    extra.username ||= account.account;
    extra.password ||= `password-of-${account.account}`;
    seedAccesskey(world, account);
  },

  routes(world) {
    const app = new Hono<Env>().basePath("/voipbin");
    app.use(requestId());
    // Not under /v1.0, where it always answers 404. Bad credentials are a bare 400 [RST auth_overview].
    app.post("/auth/login", loginLimit(), async (c) => {
      const request = login.safeParse(await c.req.json().catch(() => undefined));
      const account = request.success && world.state.accounts.find((item) =>
        item.platform === "voipbin" && extraOf(item).username === request.data.username && extraOf(item).password === request.data.password);
      if (!account) return c.body(null, 400);
      return c.json({ username: extraOf(account).username, token: newJwt(account, worldNow(world)) });
    });

    const api = new Hono<Env>();
    const noRoute = () => {
      throw new VoipbinError("NOT_FOUND", "ROUTE_NOT_FOUND", "The requested HTTP endpoint does not exist.");
    };
    api.all("/auth/*", noRoute);
    api.use(authenticate(world));
    for (const path of ["/numbers/*", "/available_numbers"]) api.use(path, managersOnly);
    api.route("/", availableNumberRoutes(world, voipbin));
    api.route("/", numberRoutes(world, voipbin));
    api.route("/", flowRoutes(world));
    api.route("/", accesskeyRoutes(world));
    api.route("/", billingRoutes(world));
    api.all("*", noRoute);
    app.route("/v1.0", api);
    app.onError((error, c) => {
      if (error instanceof VoipbinError) return failure(c, world, error);
      throw error;
    });
    return app;
  },

  errorResponse: (world, c, status) => failure(c, world, failureOfStatus(status)),

  controls: (world) => controlRoutes(world),
  nextEvent: nextRenewal,
  owned: ownedNumbers,
  taken: takenNumbers,
};
