import { type Context, Hono } from "hono";
import { z } from "zod";
import { now, iso, parseDuration, setClock } from "./clock";
import { check, controlBody, ControlError } from "./control-input";
import { faultSchema, type Faults } from "./faults";
import { accountView, addAccount } from "./accounts";
import { parseAmount } from "./money";
import type { RequestLog } from "./requests";
import type { State } from "./store";
import { settle, worldNow, type Env, type World } from "./world";

/** What the control routes steer beside the world itself. */
export interface Controls {
  world: World;
  faults: Faults;
  requests: RequestLog;
  /** Each platform's settings schema, and "sandbox" for those that hold for all. */
  settings: Record<string, z.ZodObject>;
  reset: () => void;
}

/**
 * `/_sandbox/…`: plain JSON in and out; bad input gets a 400 that says what would be accepted.
 *
 * | route | what it does | example |
 * |---|---|---|
 * | GET /ledger | every charge and release, in order of time | |
 * | GET /numbers | the numbers that are owned now | |
 * | GET, DELETE /requests | what the platforms were asked; DELETE forgets it | |
 * | GET, POST, DELETE /faults | faults on demand | `{"platform":"wiil","method":"POST","path":"/phone-configurations","kind":"drop-after-commit"}` |
 * | GET, DELETE /faults/ID | `?until=hits` and `?until=answered` wait for it; DELETE lets go what a hang holds | |
 * | GET, POST /state | everything that is remembered; POST puts it back | |
 * | GET, POST /clock | tells or moves the time | `{"advance":"31d"}`, `{"rate":60}` |
 * | GET, POST /accounts | adds an account, or changes one by its key | `{"platform":"voipbin","key":"k","balance":"4.99"}` |
 * | GET, POST /settings | what the contracts leave open | `{"wiil":{"release":"marked"}}` |
 * | POST /outcomes | how a number's next order ends | `{"platform":"wiil","number":"+12125551234","status":"FAILED"}` |
 * | POST /<platform>/… | what happens at this platform beside its API: see its control.ts | `/vapi/dashboard-numbers` `{"areaCode":"415"}` |
 * | POST /reset | puts everything back | |
 */
export function controlRoutes({ world, faults, requests, settings, reset }: Controls): Hono<Env> {
  const app = new Hono<Env>().basePath("/_sandbox");
  const platformNames = world.platforms.map((platform) => platform.name);
  const platformName = z.enum(platformNames);
  const withOutcomes = world.platforms.filter((platform) => platform.outcomes !== undefined);

  app.get("/ledger", (c) => c.json(world.state.ledger));
  app.get("/numbers", (c) => c.json(world.platforms.flatMap((platform) => platform.owned(world))));

  app.get("/requests", (c) => c.json(requests.list()));
  app.delete("/requests", (c) => {
    requests.clear();
    return c.json([]);
  });

  app.get("/faults", (c) => c.json(faults.list()));
  app.post("/faults", async (c) => {
    const fault = await controlBody(c, faultSchema);
    if (fault.platform !== undefined && !platformNames.includes(fault.platform)) {
      throw new ControlError(`platform: must be one of ${platformNames.join(", ")}`);
    }
    return c.json(faults.add(world, fault), 201);
  });
  const faultOf = (c: Context<Env>) => {
    const fault = faults.find(Number(c.req.param("id")));
    if (!fault) throw new ControlError(`There is no fault ${c.req.param("id")}`);
    return fault;
  };
  app.get("/faults/:id", async (c) => {
    const fault = faultOf(c);
    const until = check(z.enum(["hits", "answered"]).optional(), c.req.query("until"));
    const gone = new AbortController();
    c.env.outgoing.once("close", () => gone.abort());
    if (until) await faults.until(fault, until, gone.signal).catch(() => undefined);
    return c.json(fault);
  });
  app.delete("/faults/:id", (c) => {
    const fault = faultOf(c);
    faults.lift(fault);
    return c.json(fault);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.json([]);
  });

  app.get("/clock", (c) => c.json(clockView(world)));
  app.post("/clock", async (c) => {
    const request = await controlBody(c, clockSchema);
    const { clock } = world.state;
    const current = now(clock);
    let target = current;
    if (request.advanceMs !== undefined) target += request.advanceMs;
    if (request.advance !== undefined) target += parseDuration(request.advance) ?? 0;
    if (request.now !== undefined) target = Date.parse(request.now);
    if (target < current) throw new ControlError(`now: the clock only moves forward, and it is ${iso(current)}; POST /_sandbox/reset starts over`);
    setClock(clock, target, request.rate);
    settle(world);
    return c.json(clockView(world));
  });

  app.get("/accounts", (c) => c.json(world.state.accounts.map(accountView)));
  app.post("/accounts", async (c) => {
    const { platform: name, key, account: label, balance, ...rest } = await controlBody(c, accountSchema.extend({ platform: platformName }));
    const platform = world.platforms.find((item) => item.name === name)!;
    const extra = check(withoutDefaults(platform.accountFields), rest);
    const known = world.state.accounts.find((item) => item.platform === name && item.key === key);
    if (!known && world.state.accounts.some((item) => item.platform === name && item.account === label)) {
      throw new ControlError(`account: "${label}" has another key already`);
    }
    const account = known ?? addAccount(world, platform, key, label);
    if (balance !== undefined) account.balance = balance;
    Object.assign(account.extra, extra);
    platform.accountChanged?.(world, account);
    return c.json(accountView(account), known ? 200 : 201);
  });

  app.get("/state", (c) => c.json(world.state));
  app.post("/state", async (c) => {
    const state = await controlBody(c, z.looseObject({ clock: z.looseObject({ sim: z.number() }), platforms: z.record(z.string(), z.unknown()) }));
    world.state = state as unknown as State;
    return c.json({ restored: true, ...clockView(world) });
  });

  app.get("/settings", (c) => c.json(world.state.settings));
  app.post("/settings", async (c) => {
    const partial = Object.fromEntries(Object.entries(settings).map(([name, schema]) => [name, withoutDefaults(schema).optional()]));
    const request = await controlBody(c, z.strictObject(partial));
    for (const [name, values] of Object.entries(request)) Object.assign(world.state.settings[name] ?? {}, values);
    return c.json(world.state.settings);
  });

  app.post("/outcomes", async (c) => {
    const { platform: name } = await controlBody(c, z.object({ platform: z.enum(withOutcomes.map((platform) => platform.name)) }));
    const outcomes = withOutcomes.find((platform) => platform.name === name)!.outcomes!;
    const request = await controlBody(c, z.strictObject({
      platform: z.string(),
      number: z.string().regex(/^\+[1-9]\d{6,14}$/, "must be in E.164 format"),
      status: z.enum(outcomes.statuses),
      statusDetails: z.string().optional(),
    }));
    outcomes.set(world, request.number, request.status, request.statusDetails ?? null);
    return c.json(request, 201);
  });

  app.post("/reset", (c) => {
    reset();
    return c.json({ reset: true, ...clockView(world) });
  });

  for (const platform of world.platforms) if (platform.controls) app.route(`/${platform.name}`, platform.controls(world));

  app.all("*", (c) => c.json({ error: `There is no ${c.req.method} ${c.req.path}` }, 404));
  app.onError((error, c) => {
    if (error instanceof ControlError) return c.json({ error: error.message }, 400);
    throw error;
  });
  return app;
}

const clockSchema = z.strictObject({
  advanceMs: z.number().int().min(0).optional(),
  advance: z.string().refine((text) => parseDuration(text) !== undefined, 'must be a duration such as "90s", "5m", "1h30m" or "31d"').optional(),
  now: z.string().refine((text) => !Number.isNaN(Date.parse(text)), "must be an ISO 8601 time").optional(),
  rate: z.number().min(0).optional(),
}).refine(
  ({ advanceMs, advance, now: at, rate }) => [advanceMs, advance, at].filter((value) => value !== undefined).length <= 1
    && [advanceMs, advance, at, rate].some((value) => value !== undefined),
  "give one of advanceMs, advance and now, and/or rate",
);

function clockView(world: World): object {
  return { now: iso(worldNow(world)), rate: world.state.clock.rate };
}

/** A balance: a decimal string, or a whole number of dollars. */
const amount = z.union([z.string(), z.number()]).transform((value, context) => {
  const cents = parseAmount(String(value));
  if (cents === undefined) context.addIssue('must be an amount in US dollars such as "12.50"');
  return cents ?? z.NEVER;
});

/** What every platform's accounts have; what else is given is checked against the platform's own fields. */
const accountSchema = z.looseObject({
  key: z.string().min(1),
  /** Its name in the ledger. */
  account: z.string().min(1).optional(),
  balance: amount.optional(),
});

/** A schema all of whose fields may be left out, and then stay as they are. */
function withoutDefaults(schema: z.ZodObject): z.ZodType<Record<string, unknown>> {
  const fields = Object.entries<z.ZodType>(schema.shape);
  return z.strictObject(Object.fromEntries(fields.map(([name, field]) => {
    const inner = field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : field;
    return [name, inner.optional()];
  })));
}
