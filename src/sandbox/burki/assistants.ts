import { Hono, type Context } from "hono";
import { iso } from "../clock";
import type { Account } from "../store";
import { worldNow, type Env, type World } from "../world";
import { create, merge, replaced, update, withDefaults } from "./assistant-fields";
import { findAssistant } from "./rows";
import { burki, burkiOptions, organizationId, type Assistant, type Fields } from "./state";
import { apiResponse, body, BurkiError, pathInt, queryFlag, queryInt } from "./wire";

export function assistantRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  const find = (c: Context<Env>) => findAssistant(world, c.get("account"), pathInt(c, "assistant", "assistant_id"));

  app.post("/", async (c) => c.json(view(world, addAssistant(world, c.get("account"), await body(c, create))), 201));
  app.get("/", (c) => {
    const skip = queryInt(c, "skip", 0, 0, Number.MAX_SAFE_INTEGER);
    const limit = queryInt(c, "limit", 100, 1, 1000);
    const activeOnly = queryFlag(c, "active_only", false);
    // An organisation of the sandbox has one user, so all of its assistants are "my assistants"; there are no calls to count.
    queryFlag(c, "my_assistants_only", false);
    queryFlag(c, "include_stats", false);
    const own = burki(world).assistants.filter((item) => item.account === c.get("account").account && (!activeOnly || item.fields["is_active"] === true));
    return c.json(own.slice(skip, skip + limit).map((item) => view(world, item)));
  });
  app.get("/by-phone/:number", (c) => {
    const number = c.req.param("number");
    const row = burki(world).rows.find((item) => item.phone_number === number && item.account === c.get("account").account && item.is_active);
    const assistant = burki(world).assistants.find((item) => item.id === row?.assistant_id);
    if (!assistant) throw new BurkiError(404, `Assistant assigned to phone number ${number} not found in your organization`);
    return c.json(view(world, assistant));
  });
  app.get("/:assistant", (c) => c.json(view(world, find(c))));
  for (const [method, change] of [["PUT", replaced], ["PATCH", merge]] as const) {
    app.on(method, "/:assistant", async (c) => {
      pathInt(c, "assistant", "assistant_id");
      const { change_description: _change, ...sent } = await body<Fields>(c, update);
      const assistant = find(c);
      assistant.fields = change(assistant.fields, sent);
      assistant.updated_at = worldNow(world);
      return c.json(view(world, assistant));
    });
  }
  app.delete("/:assistant", (c) => {
    const assistant = find(c);
    const state = burki(world);
    if (burkiOptions(world).deleteAssistantInUse === "refuse" && state.flows.some((flow) => flow.base_assistant_id === assistant.id)) {
      throw new BurkiError(500, "Failed to delete assistant");
    }
    state.assistants = state.assistants.filter((item) => item !== assistant);
    // ASSUMED, as for a flow: its numbers are set free by the database.
    for (const row of state.rows) if (row.assistant_id === assistant.id) row.assistant_id = null;
    return apiResponse(c, true, `Assistant ${String(assistant.fields["name"])} deleted successfully`);
  });
  return app;
}

export function addAssistant(world: World, account: Account, sent: Fields): Assistant {
  const at = worldNow(world);
  const assistant: Assistant = { id: ++burki(world).lastId.assistant, account: account.account, fields: withDefaults(sent), created_at: at, updated_at: at };
  burki(world).assistants.push(assistant);
  return assistant;
}

/** AssistantResponse [OAS]. */
function view(world: World, assistant: Assistant): object {
  const organization = organizationId(world, assistant);
  return {
    ...assistant.fields, id: assistant.id, organization_id: organization, user_id: organization, created_at: iso(assistant.created_at),
    updated_at: iso(assistant.updated_at), total_calls: null, avg_call_duration: null, success_rate: null,
  };
}
