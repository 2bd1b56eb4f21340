import { randomInt, randomUUID } from "node:crypto";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { z } from "zod";
import { iso, nextMonth } from "../clock";
import type { StockNumber } from "../inventory";
import type { Account } from "../store";
import { accountNamed, charge, isOnOffer, onOffer, recordRelease, worldNow, type DueEvent, type Env, type OwnedNumber, type Platform, type World } from "../world";
import { extraOf, voipbin, voipbinOptions, zeroUuid, type PhoneNumber } from "./state";
import {
  body, customerId, internalToday, isUuid, micros, notFound, page, pageSize, parseTimestamp, pathId, permissionDenied, putFields, timestamp,
  timestamps, VoipbinError,
} from "./wire";

/** Cents a month for a normal number, whatever its country [RST billing_account_overview]; virtual ones are free. */
const monthlyPrice = 500;

/** `+899` and nine digits; `+899000…` is reserved [SRV models/number/validate.go]. */
const virtualNumber = /^\+899(?!000)\d{9}$/;

// The OAS calls five fields required; the handler binds whatever comes [SRV server/numbers.go].
const create = z.object({
  number: z.string().default(""),
  type: z.enum(["normal", "virtual"]).or(z.literal("")).default("normal").transform((type) => type || "normal"),
  call_flow_id: z.string().default(zeroUuid),
  message_flow_id: z.string().default(zeroUuid),
  name: z.string().default(""),
  detail: z.string().default(""),
});
const flowIds = z.object({ call_flow_id: z.string().optional(), message_flow_id: z.string().optional() });
const update = flowIds.extend({ name: z.string().optional(), detail: z.string().optional() });
const noFlows = { call_flow_id: zeroUuid, message_flow_id: zeroUuid };

export function numberRoutes(world: World, platform: Platform): Hono<Env> {
  const app = new Hono<Env>();

  // [SRV servicehandler/numbers.go]: CustomerAdmin or CustomerManager.
  const managersOnly: MiddlewareHandler<Env> = async (c, next) => {
    if (extraOf(c.get("account")).permission === "agent") throw permissionDenied();
    await next();
  };
  app.use("/numbers/*", managersOnly);
  app.use("/available_numbers", managersOnly);

  app.get("/available_numbers", (c) => {
    const type = c.req.query("type") ?? "normal";
    const size = pageSize(c);
    // The seed's local, toll_free and mobile aren't types of this API [OAS paths/available_numbers/main].
    if (type !== "normal" && type !== "virtual") throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", "type must be normal or virtual.");
    if (type === "virtual") return c.json({ result: virtualCandidates(world, size) });
    const country = c.req.query("country_code")?.toUpperCase();
    if (!country) throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", "country_code is required.");
    return c.json({ result: onOffer(world, platform, (item) => item.country === country).slice(0, size).map(availableNumber) });
  });

  app.get("/numbers", (c) => page(c, world, numbersOf(world, c.get("account")), (row) => numberView(world, row)));
  app.post("/numbers", async (c) => purchase(c, world, platform, await body(c, create)));
  app.post("/numbers/renew", async (c) => {
    const { tm_renew: until } = await body(c, z.object({ tm_renew: z.string() }));
    // Project super-admin only [OAS paths/numbers/renew].
    if (extraOf(c.get("account")).permission !== "super-admin") throw permissionDenied();
    const before = parseTimestamp(until);
    if (before === undefined) throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT", "tm_renew is not a timestamp.");
    const due = voipbin(world).numbers.filter((row) => row.type === "normal" && row.tm_delete === null && row.tm_renew < before);
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
  const { number, type } = request;
  const virtual = type === "virtual";
  if (virtual ? !virtualNumber.test(number) : !/^\+[1-9]\d{6,14}$/.test(number) || number.startsWith("+899")) {
    throw new VoipbinError("INVALID_ARGUMENT", "INVALID_ARGUMENT",
      virtual ? "A virtual number is +899 and nine digits, and +899000 is reserved." : "Not acceptable number.", internalToday);
  }
  // Virtual numbers need no verification [RST restful_api_errors].
  if (!virtual && !verified) {
    throw new VoipbinError("PERMISSION_DENIED", "IDENTITY_VERIFICATION_REQUIRED", "Customer identity verification is required for this operation.");
  }
  if (voipbin(world).numbers.some((row) => row.number === number && row.tm_delete === null)) {
    // ASSUMED: only the text "already exists" is on record.
    throw new VoipbinError("ALREADY_EXISTS", "ALREADY_EXISTS", `The number ${number} already exists.`,
      ["FAILED_PRECONDITION", "STATE_INVALID", "The operation is invalid for the current resource state."]);
  }
  if (virtual && numbersOf(world, account).filter((row) => row.type === "virtual" && row.tm_delete === null).length >= virtualLimit) {
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
    name: request.name, detail: request.detail, metadata: { rtp_debug: false },
    activeAt: virtual ? at : at + voipbinOptions(world).pendingMs, renewAt: nextMonth(at),
    tm_purchase: created, tm_renew: created, tm_create: created, tm_update: created, tm_delete: null,
  };
  voipbin(world).numbers.push(row);
  charge(world, account, "purchase", number, virtual ? 0 : monthlyPrice, at);
  return c.json(numberView(world, row));
}

/** On POST a flow id that isn't a UUID counts as unset [SRV server/numbers.go]. */
function uuidOrZero(text: string): string {
  return isUuid(text) ? text.toLowerCase() : zeroUuid;
}

function requireUuids(request: z.infer<typeof flowIds>): void {
  if (request.call_flow_id !== undefined && !isUuid(request.call_flow_id)) {
    throw new VoipbinError("INVALID_ARGUMENT", "INVALID_CALL_FLOW_ID", "call_flow_id is not a valid UUID.");
  }
  if (request.message_flow_id !== undefined && !isUuid(request.message_flow_id)) {
    throw new VoipbinError("INVALID_ARGUMENT", "INVALID_MESSAGE_FLOW_ID", "message_flow_id is not a valid UUID.");
  }
}

/** A flow that doesn't exist or is another customer's is refused; the status is ASSUMED (the server only says "could not verify"). */
function requireOwnFlow(world: World, row: PhoneNumber, id: string | undefined, reason: string, field: string): void {
  if (id === undefined || id === zeroUuid) return;
  const found = voipbin(world).flows.some((flow) => flow.id === id.toLowerCase() && flow.customer_id === row.customer_id && flow.tm_delete === null);
  if (!found) throw new VoipbinError("INVALID_ARGUMENT", reason, `${field} names no flow of this customer.`, internalToday);
}

function change(c: Context<Env>, world: World, row: PhoneNumber, changes: Partial<PhoneNumber>): Response {
  Object.assign(row, changes, { tm_update: micros(world) });
  return c.json(numberView(world, row));
}

function numbersOf(world: World, account: Account): PhoneNumber[] {
  return voipbin(world).numbers.filter((row) => row.account === account.account);
}

/** A deleted number, or another customer's, isn't found. */
function find(world: World, c: Context<Env>): PhoneNumber {
  const id = pathId(c);
  const row = numbersOf(world, c.get("account")).find((item) => item.id === id && item.tm_delete === null);
  if (!row) throw notFound();
  return row;
}

function release(world: World, row: PhoneNumber, at: number): void {
  row.tm_update = row.tm_delete = micros(world, at);
  recordRelease(world, accountNamed(world, "voipbin", row.account), row.number, at);
}

/** Charges the next month; a number whose owner can't pay is released instead [SRV numberhandler/renew.go]. */
function renew(world: World, row: PhoneNumber, at: number): boolean {
  const account = accountNamed(world, "voipbin", row.account);
  if (account.balance < monthlyPrice) {
    release(world, row, at);
    return false;
  }
  charge(world, account, "renewal", row.number, monthlyPrice, at);
  row.tm_renew = row.tm_update = micros(world, at);
  row.renewAt = nextMonth(at);
  return true;
}

export function nextRenewal(world: World): DueEvent | undefined {
  let first: PhoneNumber | undefined;
  for (const row of voipbin(world).numbers) {
    if (row.type === "normal" && row.tm_delete === null && (!first || row.renewAt < first.renewAt)) first = row;
  }
  if (!first) return undefined;
  const row = first;
  return { at: row.renewAt, run: () => void renew(world, row, row.renewAt) };
}

/** Random and not held back for the caller [SRV numberhandler/available_number.go]. */
function virtualCandidates(world: World, size: number): object[] {
  const taken = takenNumbers(world);
  const candidates = new Set<string>();
  while (candidates.size < size) {
    const number = `+899${randomInt(1_000_000, 1_000_000_000).toString().padStart(9, "0")}`;
    if (!taken.has(number)) candidates.add(number);
  }
  return [...candidates].map((number) => ({ number, country: "", region: "", postal_code: "", features: [] }));
}

function availableNumber(item: StockNumber): object {
  const features = item.type === "toll-free" || item.country !== "US" ? ["voice", "sms"] : ["voice", "sms", "mms"];
  return { number: item.number, country: item.country, region: item.region, postal_code: item.postalCode, features };
}

export function takenNumbers(world: World): Set<string> {
  return new Set(voipbin(world).numbers.filter((row) => row.tm_delete === null).map((row) => row.number));
}

function statusOf(world: World, row: PhoneNumber): string {
  if (row.tm_delete !== null) return "deleted";
  return worldNow(world) < row.activeAt ? "purchase-pending" : "active";
}

export function ownedNumbers(world: World): OwnedNumber[] {
  return voipbin(world).numbers.filter((row) => row.tm_delete === null).map((row) => ({
    platform: "voipbin", account: row.account, number: row.number, id: row.id, name: row.name, status: statusOf(world, row),
    purchasedAt: iso(Math.floor(row.tm_purchase / 1000)), detail: row.detail, type: row.type, call_flow_id: row.call_flow_id,
    message_flow_id: row.message_flow_id, ...(row.type === "normal" && { renewsAt: iso(row.renewAt) }),
  }));
}

/** NumberManagerNumber [OAS openapi.yaml]. */
function numberView(world: World, row: PhoneNumber): object {
  return {
    id: row.id,
    customer_id: row.customer_id,
    number: row.number,
    type: row.type,
    call_flow_id: row.call_flow_id,
    message_flow_id: row.message_flow_id,
    name: row.name,
    detail: row.detail,
    status: statusOf(world, row),
    t38_enabled: false,
    emergency_enabled: false,
    metadata: row.metadata,
    tm_purchase: timestamp(world, row.tm_purchase),
    tm_renew: timestamp(world, row.tm_renew),
    ...timestamps(world, row),
  };
}
