import { Hono, type Context } from "hono";
import { z } from "zod";
import { charge, isOnOffer, accountNamed, worldNow, type DueEvent, type Env, type Platform, type World } from "../world";
import type { Account } from "../store";
import { configurationOf, openConfiguration } from "./configurations";
import { creditsOf, parseProvider, priceOf, stockItem } from "./numbers";
import { wiil, wiilOptions, type Generation, type Order, type Provider } from "./state";
import { body, enumKey, enumValue, invalid, newId, notFound, success, WiilError } from "./wire";

const e164 = /^\+[1-9]\d{6,14}$/;

const currentPurchase = z.object({ phoneNumber: z.string(), friendlyName: z.string().min(1).nullish() });

// Beside the number the older body names provider, type and country [seed 001], [JS@cdb4e76]; seed and SDK disagree on which are required,
// and neither says what a type or country that isn't the number's comes to: they are checked for their spelling only.
const olderPurchase = z.object({
  phoneNumber: z.string(),
  friendlyName: z.string().min(1),
  providerType: z.string().default("SIGNALWIRE"),
  numberType: z.string().refine((value) => ["LOCAL", "TOLLFREE", "MOBILE"].includes(enumKey(value)), "must be LOCAL, TOLL_FREE or MOBILE").default("LOCAL"),
  countryCode: z.string().regex(/^[A-Z]{2}$/, "must be an ISO 3166-1 alpha-2 code").optional(),
});

export function purchaseRoutes(world: World, platform: Platform): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/phone-configurations/telephony-provider/purchase", async (c) => {
    const request = await body(c, currentPurchase);
    return purchase(c, world, platform, request.phoneNumber, request.friendlyName ?? request.phoneNumber, "current", "signal-wire");
  });
  app.post("/phone-configurations/purchase", async (c) => {
    const request = await body(c, olderPurchase);
    return purchase(c, world, platform, request.phoneNumber, request.friendlyName, "older", parseProvider(request.providerType));
  });

  app.get("/phone-configurations/telephony-provider/purchase-request/:id", (c) =>
    success(c, world, purchaseView(world, findOrder(world, c.get("account"), c.req.param("id")))));

  // [JS] types this as a PhoneConfiguration; [seed 001] polls it until `status` is COMPLETED. Both come true: an order placed by the older
  // route, which is the seed's, always answers as a purchase; one placed by the current route answers as a purchase while no configuration
  // exists (open, failed, cancelled) and as the configuration afterwards. The setting `byRequest` forces either.
  app.get("/phone-configurations/by-request/:id", (c) => {
    const order = findOrder(world, c.get("account"), c.req.param("id"));
    const { byRequest } = wiilOptions(world);
    const configuration = configurationOf(world, c.get("account"), (item) => item.phoneRequestId === order.id);
    if (byRequest === "purchase" || (byRequest === "generation" && (order.generation === "older" || !configuration))) {
      return success(c, world, purchaseView(world, order));
    }
    if (!configuration) throw notFound("Phone configuration");
    return success(c, world, configuration);
  });
  return app;
}

function purchase(
  c: Context<Env>, world: World, platform: Platform, phoneNumber: string, friendlyName: string, generation: Generation, provider: Provider,
): Response {
  // [seed 001] "Invalid phone number format": E.164 is asked for, although [CORE base.schema.ts] is looser.
  if (!e164.test(phoneNumber)) {
    throw invalid("Invalid phone number format: phoneNumber must be in E.164 format (e.g. +12125551234)", { field: "phoneNumber" });
  }
  const account = c.get("account");
  const options = wiilOptions(world);
  const item = stockItem(phoneNumber);
  if (!item || !isOnOffer(world, platform, phoneNumber)) {
    throw new WiilError(options.unavailableStatus, "PHONE_NUMBER_NOT_AVAILABLE", "Phone number not available");
  }
  const price = priceOf(item);
  const heldBack = wiil(world).orders.filter((order) => order.account === account.account && isOpen(order)).reduce((sum, order) => sum + order.price, 0);
  if (account.balance - heldBack < price) {
    throw new WiilError(options.insufficientStatus, "INSUFFICIENT_CREDITS", "Insufficient credits");
  }
  const at = worldNow(world);
  const asked = wiil(world).outcomes[phoneNumber];
  delete wiil(world).outcomes[phoneNumber];
  const takes = wiil(world).purchaseTimes[phoneNumber] ?? options.purchaseMs;
  delete wiil(world).purchaseTimes[phoneNumber];
  const order: Order = {
    id: newId(), account: account.account, generation, phoneNumber, friendlyName, countryCode: item.country, numberType: item.type, provider,
    price, status: "pending", statusDetails: null, createdAt: at, updatedAt: at, completedAt: null,
    processingAt: options.processing ? at + Math.floor(takes / 2) : at + takes,
    endsAt: at + takes,
    outcome: asked ?? { status: "completed", statusDetails: null },
  };
  wiil(world).orders.push(order);
  return success(c, world, purchaseView(world, order), 201);
}

export function isOpen(order: Order): boolean {
  return order.status === "pending" || order.status === "processing";
}

/** The next step of an open order. */
export function nextOrderEvent(world: World): DueEvent | undefined {
  let first: DueEvent | undefined;
  for (const order of wiil(world).orders) {
    if (!isOpen(order)) continue;
    const toProcessing = order.status === "pending" && order.processingAt < order.endsAt;
    const at = toProcessing ? order.processingAt : order.endsAt;
    if (first && first.at <= at) continue;
    first = { at, run: () => (toProcessing ? progress(order, "processing", at) : end(world, order, at)) };
  }
  return first;
}

function progress(order: Order, status: Order["status"], at: number): void {
  order.status = status;
  order.updatedAt = at;
}

/** An order that ends well is charged and becomes a number; one that doesn't costs nothing and frees the number. */
function end(world: World, order: Order, at: number): void {
  progress(order, order.outcome.status, at);
  order.statusDetails = order.outcome.statusDetails;
  if (order.status !== "completed") return;
  order.completedAt = at;
  charge(world, accountNamed(world, "wiil", order.account), "purchase", order.phoneNumber, order.price, at);
  openConfiguration(world, order, stockItem(order.phoneNumber)?.region ?? "", at);
}

function findOrder(world: World, account: Account, id: string): Order {
  const order = wiil(world).orders.find((item) => item.id === id && item.account === account.account);
  if (!order) throw notFound("Purchase request");
  return order;
}

/** PhoneNumberPurchase [seed 004], [CORE]. */
function purchaseView(world: World, order: Order): object {
  return {
    id: order.id,
    friendlyName: order.friendlyName,
    phoneNumber: order.phoneNumber,
    countryCode: order.countryCode,
    chargedCredits: creditsOf(order.price),
    status: enumValue(world, order.generation, order.status),
    numberType: enumValue(world, order.generation, order.numberType),
    statusDetails: order.statusDetails,
    completedAt: order.completedAt,
    metadata: null,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
  };
}
