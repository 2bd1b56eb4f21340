import { Hono, type Context } from "hono";
import { z } from "zod";
import { iso } from "../clock";
import { type Env, type World } from "../world";
import { findAssistant, pointAtAssistant, rowsOf, sync } from "./rows";
import { burki, burkiOptions, type Assistant, type NumberRow } from "./state";
import { apiResponse, body, BurkiError, pathInt } from "./wire";

/** [SRC app/api/schemas.py PhoneNumberAssignRequest] */
const phoneNumber = z.string().transform((text) => text.trim()).pipe(z.string()
  .refine((text) => text.startsWith("+"), { message: "Phone number must be in E.164 format (start with +)", abort: true })
  .refine((text) => /^\+\d+$/.test(text), { message: "Phone number must contain only digits after the + symbol", abort: true })
  .refine((text) => text.length >= 8 && text.length <= 16, "Phone number must be between 7 and 15 digits long"));
const assign = z.object({ phone_number: phoneNumber, friendly_name: z.string().max(100).nullish(), auto_sync: z.boolean().default(true) });
const unassign = z.object({ phone_number: phoneNumber });

/** `/api/v1/assistants/{id}/phone-numbers`: which numbers an assistant answers. */
export function assignmentRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  const base = "/:assistant/phone-numbers";
  const assistantOf = (c: Context<Env>) => findAssistant(world, c.get("account"), pathInt(c, "assistant", "assistant_id"));

  app.get(base, (c) => {
    const assistant = assistantOf(c);
    return c.json(rowsOf(world, c.get("account")).filter((row) => row.assistant_id === assistant.id && row.is_active).map((row) => ({
      id: row.id, phone_number: row.phone_number, friendly_name: row.friendly_name, twilio_sid: row.provider_phone_id, is_active: row.is_active,
      capabilities: row.capabilities, assigned_at: row.updated_at === null ? null : iso(row.updated_at),
    })));
  });

  app.post(`${base}/assign-by-number`, async (c) => {
    const request = await body(c, assign);
    const assistant = assistantOf(c);
    const account = c.get("account");
    const find = () => rowsOf(world, account).find((row) => row.phone_number === request.phone_number && row.is_active);
    let row = find();
    // The way in for a number that only the carrier knows.
    if (!row && request.auto_sync) {
      sync(world, account);
      row = find();
    }
    if (!row) {
      throw new BurkiError(404, `Phone number ${request.phone_number} not found${request.auto_sync
        ? " in your Twilio account or local database after sync attempt"
        : " in local database. Try setting auto_sync=true or sync manually first"}`);
    }
    const data = { ...about(row, assistant), friendly_name: request.friendly_name ?? null, was_synced: request.auto_sync };
    // HTTP 200 and success:false, no error status [SRC].
    const holder = holderOf(world, row, assistant);
    if (holder) return apiResponse(c, false, `Phone number ${row.phone_number} is already assigned to ${holder}`, data);
    if (request.friendly_name != null) row.friendly_name = request.friendly_name.trim() || null;
    pointAtAssistant(world, row, assistant);
    return apiResponse(c, true, `Phone number ${row.phone_number} successfully assigned to assistant '${nameOf(assistant)}'`, data);
  });

  app.post(`${base}/unassign-by-number`, async (c) => {
    const request = await body(c, unassign);
    const assistant = assistantOf(c);
    const row = rowsOf(world, c.get("account")).find((item) => item.phone_number === request.phone_number && item.is_active);
    if (!row) throw new BurkiError(404, `Phone number ${request.phone_number} not found in your organization`);
    requireHeld(row, assistant);
    pointAtAssistant(world, row, null);
    return apiResponse(c, true, `Phone number ${row.phone_number} successfully unassigned from assistant '${nameOf(assistant)}'`, about(row, assistant));
  });

  app.post(`${base}/bulk-assign`, async (c) => {
    const ids = await body(c, z.array(z.number().int()));
    const assistant = assistantOf(c);
    if (!ids.length) throw new BurkiError(400, "No phone number IDs provided");
    const failures: { phone_number_id: number; error: string }[] = [];
    for (const id of ids) {
      const row = rowsOf(world, c.get("account")).find((item) => item.id === id);
      const holder = row && takenBy(world, row, assistant);
      if (!row) failures.push({ phone_number_id: id, error: "Phone number not found" });
      else if (holder) failures.push({ phone_number_id: id, error: `Phone number ${row.phone_number} is already assigned to ${holder}` });
      else pointAtAssistant(world, row, assistant);
    }
    const successes = ids.filter((id) => !failures.some((item) => item.phone_number_id === id));
    if (!failures.length) {
      return apiResponse(c, true, `Successfully assigned all ${successes.length} phone numbers to assistant '${nameOf(assistant)}'`, { assigned: successes });
    }
    return apiResponse(c, false, `Assigned ${successes.length} phone numbers successfully. ${failures.length} failed.`,
      { successes, failures, total_requested: ids.length });
  });

  app.post(`${base}/:row/assign`, (c) => {
    const assistant = assistantOf(c);
    const row = rowById(world, c, "assign");
    const holder = takenBy(world, row, assistant);
    if (holder) return apiResponse(c, false, `Phone number ${row.phone_number} is already assigned to ${holder}`, about(row, assistant));
    pointAtAssistant(world, row, assistant);
    return apiResponse(c, true, `Phone number successfully assigned to assistant '${nameOf(assistant)}'`);
  });
  app.post(`${base}/:row/unassign`, (c) => {
    const assistant = assistantOf(c);
    const row = rowById(world, c, "unassign");
    try {
      requireHeld(row, assistant);
    } catch (error) {
      // The route wraps its own 400 into a 500 [SRC].
      if (error instanceof BurkiError) throw new BurkiError(500, `Failed to unassign phone number: ${error.status}: ${error.message}`);
      throw error;
    }
    pointAtAssistant(world, row, null);
    return apiResponse(c, true, `Phone number successfully unassigned from assistant '${nameOf(assistant)}'`);
  });
  return app;
}

/** A row id that isn't there is a 500 too, by the same wrapping. */
function rowById(world: World, c: Context<Env>, what: "assign" | "unassign"): NumberRow {
  const id = pathInt(c, "row", "phone_number_id");
  const row = rowsOf(world, c.get("account")).find((item) => item.id === id);
  if (!row) throw new BurkiError(500, `Failed to ${what} phone number: 400: Phone number not found`);
  return row;
}

function requireHeld(row: NumberRow, assistant: Assistant): void {
  if (row.assistant_id === assistant.id) return;
  throw new BurkiError(400, `Phone number ${row.phone_number} is not assigned to ${row.assistant_id === null ? "any" : "this"} assistant`);
}

/** Who else has the number: another assistant. */
function holderOf(world: World, row: NumberRow, assistant: Assistant): string | undefined {
  if (row.assistant_id === null || row.assistant_id === assistant.id) return undefined;
  const holder = burki(world).assistants.find((item) => item.id === row.assistant_id);
  return holder ? nameOf(holder) : `Assistant ID ${row.assistant_id}`;
}

function takenBy(world: World, row: NumberRow, assistant: Assistant): string | undefined {
  return burkiOptions(world).assignById === "refuse" ? holderOf(world, row, assistant) : undefined;
}

function about(row: NumberRow, assistant: Assistant) {
  return { phone_number: row.phone_number, phone_number_id: row.id, assistant_id: assistant.id, assistant_name: nameOf(assistant) };
}

function nameOf(assistant: Assistant): string {
  return String(assistant.fields["name"]);
}
