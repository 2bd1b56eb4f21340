import { randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import { z } from "zod";
import { type Env, type World } from "../world";
import { voipbin, zeroUuid, type Action, type Flow } from "./state";
import { body, customerId, isUuid, micros, notFound, page, pathId, putFields, timestamps, VoipbinError } from "./wire";

// An action's tm_execute is read-only and so isn't taken over [OAS].
const action = z.object({
  id: z.string().optional(),
  next_id: z.string().optional(),
  type: z.string().min(1),
  option: z.record(z.string(), z.unknown()).optional(),
});
const create = z.object({ name: z.string(), detail: z.string(), actions: z.array(action), on_complete_flow_id: z.string().optional() });
// Only the actions are required now; an older server wanted name and detail, too [OAS paths/flows/id], [GO].
const update = create.partial().required({ actions: true });

export function flowRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/flows", (c) => page(c, world, flowsOf(world, c), (flow) => flowView(world, flow)));
  app.post("/flows", async (c) => {
    const request = await body(c, create);
    const at = micros(world);
    const flow: Flow = {
      id: randomUUID(), customer_id: customerId(c.get("account")), type: "flow", name: request.name, detail: request.detail,
      actions: request.actions.map(filledAction), on_complete_flow_id: onComplete(request.on_complete_flow_id),
      tm_create: at, tm_update: at, tm_delete: null,
    };
    voipbin(world).flows.push(flow);
    return c.json(flowView(world, flow));
  });
  app.get("/flows/:id", (c) => c.json(flowView(world, find(world, c))));
  app.put("/flows/:id", async (c) => {
    pathId(c);
    const { actions, on_complete_flow_id, ...request } = await body(c, update);
    const flow = find(world, c);
    Object.assign(flow, putFields(world, request, { name: "", detail: "" }), { actions: actions.map(filledAction), tm_update: micros(world) });
    if (on_complete_flow_id !== undefined) flow.on_complete_flow_id = onComplete(on_complete_flow_id);
    return c.json(flowView(world, flow));
  });
  app.delete("/flows/:id", (c) => {
    const flow = find(world, c);
    flow.tm_update = flow.tm_delete = micros(world);
    return c.json(flowView(world, flow));
  });
  return app;
}

/** The server gives an action the id that it lacks; a zero next_id means the next in the array [RST flow_struct_action]. */
function filledAction({ id, next_id, type, option }: z.infer<typeof action>): Action {
  return {
    id: id && isUuid(id) && id !== zeroUuid ? id : randomUUID(),
    next_id: next_id && isUuid(next_id) ? next_id : zeroUuid,
    type,
    ...(option && { option }),
  };
}

function onComplete(id: string | undefined): string {
  if (id === undefined || id === "") return zeroUuid;
  if (!isUuid(id)) throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ID", "on_complete_flow_id is not a valid UUID.");
  return id.toLowerCase();
}

function flowsOf(world: World, c: Context<Env>): Flow[] {
  const customer = customerId(c.get("account"));
  return voipbin(world).flows.filter((flow) => flow.customer_id === customer);
}

function find(world: World, c: Context<Env>): Flow {
  const id = pathId(c);
  const flow = flowsOf(world, c).find((item) => item.id === id && item.tm_delete === null);
  if (!flow) throw notFound();
  return flow;
}

/** Flow [OAS openapi.yaml]. */
function flowView(world: World, { tm_create, tm_update, tm_delete, ...flow }: Flow): object {
  return { ...flow, ...timestamps(world, { tm_create, tm_update, tm_delete }) };
}
