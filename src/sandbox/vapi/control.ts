import { Hono } from "hono";
import { z } from "zod";
import { ControlError, controlBody } from "../control-input";
import { accountNamed, charge, onOffer, worldNow, type Env, type Platform, type World } from "../world";
import { addNumber, requireQuota } from "./allocation";
import { numberView, takenNumbers } from "./number-rows";
import { vapi } from "./state";
import { VapiError } from "./wire";

const account = z.string().default("default");
const dashboardNumber = z.strictObject({
  account,
  number: z.string().regex(/^\+1\d{10}$/, "must be a US number in E.164 format").optional(),
  areaCode: z.string().length(3).optional(),
});
const pin = z.strictObject({
  assistantId: z.string(),
  pinned: z.boolean().default(true),
  message: z.string().default("Assistant is pinned by a published version and cannot be deleted."),
});
const outcome = z.strictObject({ account, status: z.enum(["half-made", "blocked"]) });

/**
 * `/_sandbox/vapi/…`
 *
 * | route | what it does | example |
 * |---|---|---|
 * | POST /dashboard-numbers | buys a number in the dashboard: owned, active, without name and assistant | `{"number":"+18005551234"}`, `{"areaCode":"415"}` |
 * | POST /pins | pins an assistant, so that it can't be deleted, or lets it go | `{"assistantId":"…","pinned":true}` |
 * | POST /outcomes | how the account's next allocation ends | `{"status":"half-made"}` |
 */
export function controlRoutes(world: World, platform: Platform): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/dashboard-numbers", async (c) => {
    const request = await controlBody(c, dashboardNumber);
    const owner = owned(world, request.account);
    const number = request.number ?? onOffer(world, platform, (item) => !request.areaCode || item.areaCode === request.areaCode)[0]?.number;
    if (!number) throw new ControlError(`areaCode: no number left in ${request.areaCode}`);
    if (takenNumbers(world).has(number)) throw new ControlError(`number: ${number} is taken already`);
    try {
      requireQuota(world, owner);
    } catch (error) {
      if (error instanceof VapiError) throw new ControlError(error.message);
      throw error;
    }
    const row = addNumber(world, owner, "vapi", number, {});
    charge(world, owner, "purchase", number, 0, worldNow(world));
    return c.json(numberView(world, row, "write"), 201);
  });

  app.post("/pins", async (c) => {
    const { assistantId, pinned, message } = await controlBody(c, pin);
    const assistant = vapi(world).assistants.find((item) => item.id === assistantId);
    if (!assistant) throw new ControlError(`assistantId: there is no assistant ${assistantId}`);
    assistant.pinned = pinned ? message : null;
    return c.json({ assistantId, pinned });
  });

  app.post("/outcomes", async (c) => {
    const request = await controlBody(c, outcome);
    owned(world, request.account);
    vapi(world).outcomes.push(request);
    return c.json(request, 201);
  });
  return app;
}

function owned(world: World, name: string) {
  const known = world.state.accounts.filter((item) => item.platform === "vapi").map((item) => item.account);
  if (!known.includes(name)) throw new ControlError(`account: must be one of ${known.join(", ")}`);
  return accountNamed(world, "vapi", name);
}
