import { Hono } from "hono";
import { z } from "zod";
import { ControlError, controlBody } from "../control-input";
import type { Account } from "../store";
import { accountNamed, isOnOffer, onOffer, worldNow, type Env, type Platform, type World } from "../world";
import { deliver } from "./carriers";
import { burki, carriers } from "./state";

const number = z.string().regex(/^\+[1-9]\d{6,14}$/, "must be in E.164 format");
const account = z.string().default("default");
const carrierNumber = z.strictObject({
  account, carrier: z.enum(carriers), number: number.optional(), country: z.string().default("US"), areaCode: z.string().optional(),
});

/**
 * `/_sandbox/burki/…`
 *
 * | route | what it does | example |
 * |---|---|---|
 * | POST /carrier-numbers | buys a number at the carrier, past Burki: a sync brings it in | `{"carrier":"telnyx","areaCode":"415"}` |
 * | POST /carrier-losses | the carrier has the number no more; Burki's row stays | `{"number":"+14155551234"}` |
 * | POST /rows | switches Burki's row of a number off or on | `{"number":"+14155551234","isActive":false}` |
 */
export function controlRoutes(world: World, platform: Platform): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/carrier-numbers", async (c) => {
    const request = await controlBody(c, carrierNumber);
    const owner = owned(world, request.account);
    const found = request.number ?? onOffer(world, platform, (item) =>
      item.carrier === request.carrier && item.country === request.country && (!request.areaCode || item.areaCode === request.areaCode))[0]?.number;
    if (!found) throw new ControlError("areaCode: no number left there");
    if (!isOnOffer(world, platform, found)) throw new ControlError(`number: ${found} isn't on offer`);
    const bought = deliver(world, owner, request.carrier, found, worldNow(world), false);
    return c.json({ account: owner.account, carrier: bought.carrier, number: bought.number, id: bought.id }, 201);
  });
  app.post("/carrier-losses", async (c) => {
    const request = await controlBody(c, z.strictObject({ number }));
    const state = burki(world);
    if (!state.carrierNumbers.some((item) => item.number === request.number)) throw new ControlError(`number: no carrier has ${request.number}`);
    state.carrierNumbers = state.carrierNumbers.filter((item) => item.number !== request.number);
    state.sold.push(request.number);
    return c.json(request);
  });
  app.post("/rows", async (c) => {
    const request = await controlBody(c, z.strictObject({ number, isActive: z.boolean() }));
    const row = burki(world).rows.find((item) => item.phone_number === request.number);
    if (!row) throw new ControlError(`number: Burki has no row of ${request.number}`);
    row.is_active = request.isActive;
    return c.json(request);
  });
  return app;
}

function owned(world: World, name: string): Account {
  const known = world.state.accounts.filter((item) => item.platform === "burki").map((item) => item.account);
  if (!known.includes(name)) throw new ControlError(`account: must be one of ${known.join(", ")}`);
  return accountNamed(world, "burki", name);
}
