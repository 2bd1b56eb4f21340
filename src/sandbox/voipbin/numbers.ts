import { randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import { z } from "zod";
import { nextMonth } from "../clock";
import { charge, isOnOffer, worldNow, type Env, type Platform, type World } from "../world";
import { isHeld, monthlyPrice, numbersOf, numberView, release, renew } from "./number-rows";
import { extraOf, voipbin, voipbinOptions, zeroUuid, type PhoneNumber } from "./state";
import { body, customerId, internalToday, isUuid, micros, notFound, page, parseTimestamp, pathId, permissionDenied, putFields, VoipbinError } from "./wire";

/** `+899` and nine digits; `+899000…` is reserved [SRV models/number/validate.go]. */
const virtualNumber = /^\+899(?!000)\d{9}$/;

// The OAS calls five fields required; the handler binds whatever comes, and null as if it weren't there [SRV server/numbers.go].
const text = z.string().nullish();
const create = z.object({ number: text, type: text, call_flow_id: text, message_flow_id: text, name: text, detail: text });
const flowIds = z.object({ call_flow_id: text, message_flow_id: text });
const update = flowIds.extend({ name: text, detail: text });
const noFlows = { call_flow_id: zeroUuid, message_flow_id: zeroUuid };

export function numberRoutes(world: World, platform: Platform): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/numbers", (c) => page(c, world, numbersOf(world, c.get("account")), (row) => numberView(world, row)));
  app.post("/numbers", async (c) => purchase(c, world, platform, await body(c, create)));
  app.post("/numbers/renew", async (c) => {
    const { tm_renew: until } = await body(c, z.object({ tm_renew: z.string() }));
    // Project super-admin only [OAS paths/numbers/renew].
    if (extraOf(c.get("account")).permission !== "super-admin") throw permissionDenied();
    const before = parseTimestamp(until);
    if (before === undefined) throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", "tm_renew is not a timestamp.");
    const due = voipbin(world).numbers.filter((row) => row.type === "normal" && isHeld(row) && row.tm_renew < before);
    const renewed = due.filter((row) => renew(world, row, worldNow(world)));
    return c.json(renewed.map((row) => numberView(world, row)));
  });

  app.get("/numbers/:id", (c) => c.json(numberView(world, find(world, c))));
  app.put("/numbers/:id", async (c) => {
    pathId(c);
    const request = await body(c, update);
    requireUuids(request);
    const row = find(world, c);
    requireOwnFlow(world, row, request.call_flow_id, "INVALID_CALL_FLOW_ID", "call_flow_id");
    requireOwnFlow(world, row, request.message_flow_id, "INVALID_MESSAGE_FLOW_ID", "message_flow_id");
    return change(c, world, row, putFields(world, request, { ...noFlows, name: "", detail: "" }));
  });
  // Unlike PUT /numbers/{id} this route doesn't look whether the flows exist [SRV servicehandler/numbers.go].
  app.put("/numbers/:id/flow_ids", async (c) => {
    pathId(c);
    const request = await body(c, flowIds);
    requireUuids(request);
    return change(c, world, find(world, c), putFields(world, request, noFlows));
  });
  app.put("/numbers/:id/metadata", async (c) => {
    pathId(c);
    const { rtp_debug } = await body(c, z.object({ rtp_debug: z.boolean().default(false) }));
    return change(c, world, find(world, c), { metadata: { rtp_debug } });
  });
  app.delete("/numbers/:id", (c) => {
    const row = find(world, c);
    release(world, row, worldNow(world));
    return c.json(numberView(world, row));
  });
  return app;
}

function purchase(c: Context<Env>, world: World, platform: Platform, request: z.infer<typeof create>): Response {
  const account = c.get("account");
  const { verified, virtualLimit } = extraOf(account);
  const number = request.number ?? "";
  const type = request.type || "normal";
  if (type !== "normal" && type !== "virtual") throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", "type must be normal or virtual.");
  const virtual = type === "virtual";
  if (virtual ? !virtualNumber.test(number) : !/^\+[1-9]\d{6,14}$/.test(number) || number.startsWith("+899")) {
    throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT",
      virtual ? "A virtual number is +899 and nine digits, and +899000 is reserved." : "Not acceptable number.", internalToday);
  }
  // Virtual numbers need no verification [RST restful_api_errors].
  if (!virtual && !verified) {
    throw new VoipbinError("PERMISSION_DENIED", "IDENTITY_VERIFICATION_REQUIRED", "Customer identity verification is required for this operation.");
  }
  if (voipbin(world).numbers.some((row) => row.number === number && isHeld(row))) {
    // ASSUMED: only the text "already exists" is on record.
    throw new VoipbinError("ALREADY_EXISTS", "ALREADY_EXISTS", `The number ${number} already exists.`,
      ["FAILED_PRECONDITION", "STATE_INVALID", "The operation is invalid for the current resource state."]);
  }
  if (virtual && numbersOf(world, account).filter((row) => row.type === "virtual" && isHeld(row)).length >= virtualLimit) {
    // The text is [SRV numberhandler/number.go]'s; 429 is what [RST restful_api] has for a quota.
    throw new VoipbinError("RESOURCE_EXHAUSTED", "RESOURCE_LIMIT_EXCEEDED", "resource limit exceeded", internalToday);
  }
  if (!virtual && account.balance < monthlyPrice) {
    throw new VoipbinError("PAYMENT_REQUIRED", "INSUFFICIENT_BALANCE", "Customer balance is below the minimum required for this operation.");
  }
  if (!virtual && !isOnOffer(world, platform, number)) {
    // [seed 002] "Number not available". ASSUMED NUMBER_NOT_FOUND; today the carrier's refusal comes through as INTERNAL.
    throw new VoipbinError("NOT_FOUND", "NUMBER_NOT_FOUND", "Number not available.", internalToday);
  }
  const at = worldNow(world);
  const created = micros(world, at);
  const row: PhoneNumber = {
    id: randomUUID(), account: account.account, customer_id: customerId(account), number, type,
    call_flow_id: uuidOrZero(request.call_flow_id), message_flow_id: uuidOrZero(request.message_flow_id),
    name: request.name ?? "", detail: request.detail ?? "", metadata: { rtp_debug: false },
    activeAt: virtual ? at : at + voipbinOptions(world).pendingMs, renewAt: nextMonth(at),
    tm_purchase: created, tm_renew: created, tm_create: created, tm_update: created, tm_delete: null,
  };
  voipbin(world).numbers.push(row);
  charge(world, account, "purchase", number, virtual ? 0 : monthlyPrice, at);
  return c.json(numberView(world, row));
}

/** On POST a flow id that isn't a UUID counts as unset [SRV server/numbers.go]. */
function uuidOrZero(id: string | null | undefined): string {
  return id && isUuid(id) ? id.toLowerCase() : zeroUuid;
}

function requireUuids(request: z.infer<typeof flowIds>): void {
  if (request.call_flow_id != null && !isUuid(request.call_flow_id)) {
    throw new VoipbinError("INVALID_ARGUMENT", "INVALID_CALL_FLOW_ID", "call_flow_id is not a valid UUID.");
  }
  if (request.message_flow_id != null && !isUuid(request.message_flow_id)) {
    throw new VoipbinError("INVALID_ARGUMENT", "INVALID_MESSAGE_FLOW_ID", "message_flow_id is not a valid UUID.");
  }
}

/** A flow that doesn't exist or is another customer's is refused; the status is ASSUMED (the server only says "could not verify"). */
function requireOwnFlow(world: World, row: PhoneNumber, id: string | null | undefined, reason: string, field: string): void {
  if (id == null || id === zeroUuid) return;
  const found = voipbin(world).flows.some((flow) => flow.id === id.toLowerCase() && flow.customer_id === row.customer_id && flow.tm_delete === null);
  if (!found) throw new VoipbinError("INVALID_ARGUMENT", reason, `${field} names no flow of this customer.`, internalToday);
}

function change(c: Context<Env>, world: World, row: PhoneNumber, changes: Partial<PhoneNumber>): Response {
  Object.assign(row, changes, { tm_update: micros(world) });
  return c.json(numberView(world, row));
}

/** A deleted number, or another customer's, isn't found. */
function find(world: World, c: Context<Env>): PhoneNumber {
  const id = pathId(c);
  const row = numbersOf(world, c.get("account")).find((item) => item.id === id && item.tm_delete === null);
  if (!row) throw notFound();
  return row;
}
