import { randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import type { z } from "zod";
import { type Env, type World } from "../world";
import { withoutNulls } from "./numbers";
import * as schemas from "./schemas";
import { creationTime, vapi, type Squad } from "./state";
import { check, common, filtered, json, limitOf, notFound, VapiError } from "./wire";

export function squadRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/squad", async (c) => {
    const request = check(schemas.squad, await json(c));
    requireAssistants(world, c, request);
    const at = creationTime(world);
    const squad: Squad = { id: randomUUID(), account: c.get("account").account, fields: withoutNulls(request), createdAt: at, updatedAt: at };
    vapi(world).squads.push(squad);
    return c.json(view(squad), 201);
  });
  app.get("/squad", (c) => {
    const ids = c.req.queries("idAny");
    const found = filtered(c, c.get("account"), vapi(world).squads).filter((squad) => !ids || ids.flatMap((text) => text.split(",")).includes(squad.id));
    return c.json(found.slice(0, limitOf(c)).map(view));
  });
  app.get("/squad/:id", (c) => c.json(view(find(world, c))));
  app.patch("/squad/:id", async (c) => {
    const squad = find(world, c);
    const request = check(schemas.squad, await json(c));
    requireAssistants(world, c, request);
    squad.fields = withoutNulls({ ...squad.fields, ...request });
    squad.updatedAt = creationTime(world);
    return c.json(view(squad));
  });
  app.delete("/squad/:id", (c) => {
    const squad = find(world, c);
    const state = vapi(world);
    state.squads = state.squads.filter((item) => item !== squad);
    // ASSUMED, as for an assistant.
    for (const row of state.numbers) if (row.fields["squadId"] === squad.id) delete row.fields["squadId"];
    return c.json(view(squad));
  });
  return app;
}

/** A member that names an assistant that isn't there is refused; status and text are ASSUMED. */
function requireAssistants(world: World, c: Context<Env>, squad: z.infer<typeof schemas.squad>): void {
  for (const { assistantId } of squad.members) {
    if (assistantId == null || vapi(world).assistants.some((item) => item.id === assistantId && item.account === c.get("account").account)) continue;
    throw new VapiError(400, `Couldn't Find Assistant. \`assistantId\` ${assistantId} Does Not Exist.`);
  }
}

function view(squad: Squad): object {
  return { ...common(squad), ...squad.fields };
}

function find(world: World, c: Context<Env>): Squad {
  const id = c.req.param("id") ?? "";
  const squad = vapi(world).squads.find((item) => item.id === id && item.account === c.get("account").account);
  if (!squad) throw notFound("Squad", id);
  return squad;
}
