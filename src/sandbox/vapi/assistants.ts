import { randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import { type Env, type World } from "../world";
import { withoutNulls } from "./numbers";
import * as schemas from "./schemas";
import { creationTime, vapi, type Assistant } from "./state";
import { check, common, filtered, json, limitOf, notFound, PinnedError } from "./wire";

export function assistantRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/assistant", async (c) => {
    const fields = withoutNulls(check(schemas.assistant, await json(c)));
    const at = creationTime(world);
    const assistant: Assistant = { id: randomUUID(), account: c.get("account").account, fields, pinned: null, createdAt: at, updatedAt: at };
    vapi(world).assistants.push(assistant);
    return c.json(view(assistant), 201);
  });
  app.get("/assistant", (c) => c.json(filtered(c, c.get("account"), vapi(world).assistants).slice(0, limitOf(c)).map(view)));
  app.get("/assistant/:id", (c) => c.json(view(find(world, c))));
  // What isn't sent stays; what is sent comes in place of what was, nested objects as a whole.
  app.patch("/assistant/:id", async (c) => {
    const assistant = find(world, c);
    assistant.fields = withoutNulls({ ...assistant.fields, ...check(schemas.assistant, await json(c)) });
    assistant.updatedAt = creationTime(world);
    return c.json(view(assistant));
  });
  app.delete("/assistant/:id", (c) => {
    const assistant = find(world, c);
    if (assistant.pinned !== null) throw new PinnedError(assistant.pinned);
    const state = vapi(world);
    state.assistants = state.assistants.filter((item) => item !== assistant);
    // What becomes of its numbers isn't on record. ASSUMED they are detached.
    for (const row of state.numbers) if (row.fields["assistantId"] === assistant.id) delete row.fields["assistantId"];
    return c.json(view(assistant));
  });
  return app;
}

function view(assistant: Assistant): object {
  return { ...common(assistant), ...assistant.fields };
}

function find(world: World, c: Context<Env>): Assistant {
  const id = c.req.param("id") ?? "";
  const assistant = vapi(world).assistants.find((item) => item.id === id && item.account === c.get("account").account);
  if (!assistant) throw notFound("Assistant", id);
  return assistant;
}
