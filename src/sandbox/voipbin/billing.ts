import { Hono } from "hono";
import { stableUuid } from "../ids";
import { amountNumber } from "../money";
import { worldNow, type Env, type World } from "../world";
import { voipbinOptions } from "./state";
import { customerId, timestamp } from "./wire";

/** `GET /billing_accounts`: what the customer has left. */
export function billingRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/billing_accounts", (c) => {
    const account = c.get("account");
    const common = { id: stableUuid(`billing account ${account.account}`), customer_id: customerId(account) };
    // [RST billing_account_overview] against [OAS BillingManagerAccount]: a float, or whole micro-dollars and tokens.
    if (voipbinOptions(world).billing === "balance") return c.json({ ...common, balance: amountNumber(account.balance), currency: "USD" });
    const now = timestamp(world, worldNow(world) * 1000);
    return c.json({ result: [{ ...common, balance_credit: account.balance * 10_000, balance_token: 0 }], next_page_token: now });
  });
  return app;
}
