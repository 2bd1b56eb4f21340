import { Hono } from "hono";
import { z } from "zod";
import { worldNow, type Env, type World } from "../world";
import { findAssistant, findFlow, findRow, pointAtAssistant, pointAtFlow, rowsOf, rowView, sync } from "./rows";
import { body, BurkiError, pathInt, queryFlag } from "./wire";

const update = z.object({
  friendly_name: z.string().nullish(), assistant_id: z.number().int().nullish(), flow_id: z.number().int().nullish(), sip_trunk_id: z.string().nullish(),
  allowed_country_codes: z.array(z.string()).nullish(),
});

/** `/api/v1/assistants/organization/phone-numbers`: an organisation's numbers. */
export function organizationRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  const base = "/organization/phone-numbers";

  app.get(base, (c) => {
    const assigned = queryFlag(c, "include_assigned", true);
    const unassigned = queryFlag(c, "include_unassigned", true);
    const inactive = queryFlag(c, "include_inactive", false);
    return c.json(rowsOf(world, c.get("account"))
      .filter((row) => (isAssigned(row) ? assigned : unassigned) && (row.is_active || inactive))
      .map((row) => rowView(world, row)));
  });
  app.get(`${base}/available`, (c) => c.json(
    rowsOf(world, c.get("account")).filter((row) => row.is_active && !isAssigned(row)).map((row) => rowView(world, row))));
  app.post(`${base}/sync`, (c) => {
    const count = sync(world, c.get("account"));
    return c.json({ success: true, message: `Successfully synced ${count} phone numbers`, synced_count: count });
  });
  app.patch(`${base}/:row`, async (c) => {
    const account = c.get("account");
    const id = pathInt(c, "row", "phone_number_id");
    const request = await body(c, update);
    const row = findRow(world, account, id);
    const { assistant_id: assistantId, flow_id: flowId } = request;
    // Mutually exclusive [OAS]; the status is ASSUMED.
    if (assistantId && flowId) throw new BurkiError(400, "A phone number can be assigned to either an assistant or a flow, not both");
    const assistant = assistantId ? findAssistant(world, account, assistantId) : null;
    const flow = flowId ? findFlow(world, account, flowId) : null;

    if (request.friendly_name != null) row.friendly_name = request.friendly_name.trim() || null;
    if (request.sip_trunk_id != null) row.sip_trunk_id = request.sip_trunk_id || null;
    if (request.allowed_country_codes != null) row.allowed_country_codes = request.allowed_country_codes;
    // 0 unassigns; null is as good as nothing.
    if (assistantId != null) pointAtAssistant(world, row, assistant);
    if (flowId != null) pointAtFlow(world, row, flow);
    row.updated_at = worldNow(world);
    return c.json({ success: true, message: "Phone number updated successfully", phone_number: rowView(world, row) });
  });
  return app;
}

function isAssigned(row: { assistant_id: number | null; flow_id: number | null }): boolean {
  return row.assistant_id !== null || row.flow_id !== null;
}
