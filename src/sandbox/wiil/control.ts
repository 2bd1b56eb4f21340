import { Hono } from "hono";
import { z } from "zod";
import { controlBody } from "../control-input";
import type { Env, World } from "../world";
import { wiil } from "./state";

const purchaseTimes = z.strictObject({
  /** How long the next order of each number takes, in milliseconds. */
  ms: z.record(z.string().regex(/^\+[1-9]\d{6,14}$/, "must be in E.164 format"), z.number().int().min(0)),
});

/**
 * `/_sandbox/wiil/…`
 *
 * | route | what it does | example |
 * |---|---|---|
 * | POST /purchase-times | how long the next order of each of these numbers takes; others take the setting `purchaseMs` | `{"ms":{"+12125551234":200}}` |
 */
export function controlRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  app.post("/purchase-times", async (c) => {
    const { ms } = await controlBody(c, purchaseTimes);
    Object.assign(wiil(world).purchaseTimes, ms);
    return c.json({ ms: wiil(world).purchaseTimes }, 201);
  });
  return app;
}
