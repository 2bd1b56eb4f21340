import { randomBytes, randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import { z } from "zod";
import type { Account } from "../store";
import { worldNow, type Env, type World } from "../world";
import { voipbin, type Accesskey } from "./state";
import { body, customerId, micros, notFound, page, pathId, putFields, timestamp, timestamps } from "./wire";

const create = z.object({ name: z.string().default(""), detail: z.string().default(""), expire: z.number().int().min(0).default(0) });
const update = z.object({ name: z.string().optional(), detail: z.string().optional() });

const year = 365 * 86_400;

export function accesskeyRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/accesskeys", (c) => page(c, world, accesskeysOf(world, c), (key) => accesskeyView(world, key)));
  app.post("/accesskeys", async (c) => {
    const { name, detail, expire } = await body(c, create);
    // `expire` counts seconds; what 0 means isn't on record. ASSUMED a year.
    return c.json(accesskeyView(world, addAccesskey(world, c.get("account"), randomBytes(12).toString("base64url"), name, detail, expire || year)));
  });
  app.get("/accesskeys/:id", (c) => c.json(accesskeyView(world, find(world, c))));
  app.put("/accesskeys/:id", async (c) => {
    pathId(c);
    const request = await body(c, update);
    const key = find(world, c);
    Object.assign(key, putFields(world, request, { name: "", detail: "" }), { tm_update: micros(world) });
    return c.json(accesskeyView(world, key));
  });
  app.delete("/accesskeys/:id", (c) => {
    const key = find(world, c);
    key.tm_update = key.tm_delete = micros(world);
    return c.json(accesskeyView(world, key));
  });
  return app;
}

export function addAccesskey(world: World, account: Account, token: string, name: string, detail: string, expire: number): Accesskey {
  const at = micros(world);
  const key: Accesskey = {
    id: randomUUID(), account: account.account, customer_id: customerId(account), name, detail, token,
    tm_expire: (worldNow(world) + expire * 1000) * 1000, tm_create: at, tm_update: at, tm_delete: null,
  };
  voipbin(world).accesskeys.push(key);
  return key;
}

/** The key of an account of the sandbox is an access key like any other, for a hundred years. */
export function seedAccesskey(world: World, account: Account): void {
  if (voipbin(world).accesskeys.some((key) => key.token === account.key)) return;
  addAccesskey(world, account, account.key, account.account, "sandbox", 100 * year);
}

function accesskeysOf(world: World, c: Context<Env>): Accesskey[] {
  return voipbin(world).accesskeys.filter((key) => key.account === c.get("account").account);
}

function find(world: World, c: Context<Env>): Accesskey {
  const id = pathId(c);
  const key = accesskeysOf(world, c).find((item) => item.id === id && item.tm_delete === null);
  if (!key) throw notFound();
  return key;
}

/** Accesskey [RST accesskey_overview]. */
function accesskeyView(world: World, key: Accesskey): object {
  const { id, customer_id, name, detail, token } = key;
  return { id, customer_id, name, detail, token, tm_expire: timestamp(world, key.tm_expire), ...timestamps(world, key) };
}
