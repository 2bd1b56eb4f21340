import { Hono } from "hono";
import { z } from "zod";
import { ControlError, controlBody } from "../control-input";
import { accountNamed, recordRelease, worldNow, type Env, type World } from "../world";
import { isHeld, numberView, release } from "./number-rows";
import { voipbin } from "./state";
import { micros } from "./wire";

const standing = z.strictObject({
  number: z.string().regex(/^\+[1-9]\d{6,14}$/, "must be in E.164 format"),
  status: z.enum(["active", "suspended", "released", "deleted"]),
});

/**
 * `/_sandbox/voipbin/…`
 *
 * | route | what it does | example |
 * |---|---|---|
 * | POST /standing | suspends a number, puts it back, or takes it away, as the platform does by itself | `{"number":"+18005551234","status":"suspended"}` |
 *
 * The states are [seed 002]'s; the API's own enum has active and deleted only, and no call leads to the others [OAS]. A number that is
 * "released" is still shown under that word, and on offer again; one that is "deleted" isn't found any more [SRV servicehandler/numbers.go].
 */
export function controlRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  app.post("/standing", async (c) => {
    const { number, status } = await controlBody(c, standing);
    const row = voipbin(world).numbers.find((item) => item.number === number && isHeld(item));
    if (!row) throw new ControlError(`number: nobody owns ${number}`);
    const at = worldNow(world);
    if (status === "deleted") {
      release(world, row, at);
    } else {
      row.standing = status === "active" ? undefined : status;
      row.tm_update = micros(world, at);
      if (status === "released") recordRelease(world, accountNamed(world, "voipbin", row.account), number, at);
    }
    return c.json(numberView(world, row));
  });
  return app;
}
