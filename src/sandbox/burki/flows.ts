import { Hono, type Context } from "hono";
import { z } from "zod";
import { iso } from "../clock";
import { worldNow, type Env, type World } from "../world";
import { addAssistant } from "./assistants";
import { findAssistant, findFlow, findRow, pointAtFlow } from "./rows";
import { burki, organizationId, type Flow } from "./state";
import { apiResponse, body, BurkiError, pathInt, queryFlag, queryInt } from "./wire";

const graph = z.record(z.string(), z.unknown()).nullish();
const create = z.strictObject({ name: z.string().min(1).max(255), base_assistant_id: z.number().int().nullish(), graph, is_active: z.boolean().default(true) });
const update = z.strictObject({ name: z.string().min(1).max(255).nullish(), base_assistant_id: z.number().int().nullish(), graph, is_active: z.boolean().nullish() });

/** `/api/v1/flows` [OAS], [DOCS flows/overview]. */
export function flowRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  const find = (c: Context<Env>) => findFlow(world, c.get("account"), pathInt(c, "flow", "flow_id"));

  app.post("/", async (c) => {
    const request = await body(c, create);
    const account = c.get("account");
    // Without them "the backend creates a starter assistant and a one-node starter flow"; what those are called is ASSUMED.
    const base = request.base_assistant_id == null ? addAssistant(world, account, { name: `${request.name} Assistant` })
      : findAssistant(world, account, request.base_assistant_id);
    const at = worldNow(world);
    const flow: Flow = {
      id: ++burki(world).lastId.flow, account: account.account, base_assistant_id: base.id, name: request.name,
      graph: request.graph ?? { begin_node: "start", nodes: { start: { type: "conversation", prompt: "Greet the caller and ask how you can help." } } },
      is_active: request.is_active, created_at: at, updated_at: at,
    };
    burki(world).flows.push(flow);
    return c.json(view(world, flow), 201);
  });
  app.get("/", (c) => {
    const skip = queryInt(c, "skip", 0, 0, Number.MAX_SAFE_INTEGER);
    const limit = queryInt(c, "limit", 100, 1, 500);
    const activeOnly = queryFlag(c, "active_only", true);
    const own = burki(world).flows.filter((flow) => flow.account === c.get("account").account && (flow.is_active || !activeOnly));
    return c.json(own.slice(skip, skip + limit).map((flow) => view(world, flow)));
  });
  app.get("/:flow", (c) => c.json(view(world, find(c))));
  app.put("/:flow", async (c) => {
    pathInt(c, "flow", "flow_id");
    const request = await body(c, update);
    const flow = find(c);
    if (request.base_assistant_id != null) findAssistant(world, c.get("account"), request.base_assistant_id);
    Object.assign(flow, Object.fromEntries(Object.entries(request).filter(([, value]) => value != null)), { updated_at: worldNow(world) });
    return c.json(view(world, flow));
  });
  app.delete("/:flow", (c) => {
    const flow = find(c);
    const state = burki(world);
    state.flows = state.flows.filter((item) => item !== flow);
    for (const row of state.rows) if (row.flow_id === flow.id) row.flow_id = null;
    return apiResponse(c, true, `Flow ${flow.name} deleted successfully`);
  });

  app.post("/:flow/phone-numbers/:row/assign", (c) => {
    const flow = find(c);
    const row = findRow(world, c.get("account"), pathInt(c, "row", "phone_number_id"));
    pointAtFlow(world, row, flow);
    return apiResponse(c, true, `Phone number ${row.phone_number} assigned to flow '${flow.name}'`);
  });
  app.post("/:flow/phone-numbers/:row/unassign", (c) => {
    const flow = find(c);
    const row = findRow(world, c.get("account"), pathInt(c, "row", "phone_number_id"));
    // ASSUMED, as for an assistant.
    if (row.flow_id !== flow.id) throw new BurkiError(400, `Phone number ${row.phone_number} is not assigned to this flow`);
    pointAtFlow(world, row, null);
    return apiResponse(c, true, `Phone number ${row.phone_number} unassigned from flow '${flow.name}'`);
  });
  return app;
}

/** FlowResponse [OAS]. */
function view(world: World, flow: Flow): object {
  const { id, base_assistant_id, name, graph: nodes, is_active } = flow;
  return {
    id, organization_id: organizationId(world, flow), base_assistant_id, name, graph: nodes, is_active,
    created_at: iso(flow.created_at), updated_at: iso(flow.updated_at),
  };
}
