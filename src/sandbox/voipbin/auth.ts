import { createHmac, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import type { Account } from "../store";
import { accountNamed, worldNow, type Env, type World } from "../world";
import { extraOf, voipbin, voipbinOptions } from "./state";
import { newRequestId, permissionDenied, VoipbinError } from "./wire";

/** JWTs last 7 days [RST quickstart_authentication]. */
const jwtMs = 7 * 86_400_000;

const signature = (text: string) => createHmac("sha256", "voipbin sandbox").update(text).digest("base64url");
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function newJwt(account: Account, at: number): string {
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ account: account.account, exp: Math.floor((at + jwtMs) / 1000) })}`;
  return `${text}.${signature(text)}`;
}

function accountOfJwt(world: World, jwt: string): Account | undefined {
  const [header, payload, signed] = jwt.split(".");
  if (!header || !payload || !signed) return undefined;
  const wanted = Buffer.from(signature(`${header}.${payload}`));
  const given = Buffer.from(signed);
  if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return undefined;
  const { account, exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { account: string; exp: number };
  return exp * 1000 > worldNow(world) ? accountNamed(world, "voipbin", account) : undefined;
}

function accountOfAccesskey(world: World, token: string): Account | undefined {
  const at = worldNow(world) * 1000;
  const key = voipbin(world).accesskeys.find((item) => item.token === token && item.tm_delete === null && item.tm_expire > at);
  return key && accountNamed(world, "voipbin", key.account);
}

/** An access key goes by the name `accesskey`, a JWT by `token` or as a Bearer; under the other's name neither is known. */
function identify(world: World, c: Context<Env>): Account {
  const accesskey = c.req.query("accesskey");
  const jwt = c.req.query("token") ?? /^Bearer\s+(.+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
  if (!accesskey && !jwt) throw new VoipbinError("UNAUTHENTICATED", "AUTHENTICATION_REQUIRED", "Authentication is required.");
  const account = accesskey ? accountOfAccesskey(world, accesskey) : accountOfJwt(world, jwt ?? "");
  if (!account) throw new VoipbinError("UNAUTHENTICATED", "INVALID_CREDENTIALS", "The supplied token or access key is invalid or expired.");
  return account;
}

/** Numbers are for a CustomerAdmin or CustomerManager [SRV servicehandler/numbers.go]. */
export const managersOnly: MiddlewareHandler<Env> = async (c, next) => {
  if (extraOf(c.get("account")).permission === "agent") throw permissionDenied();
  await next();
};

export function requestId(): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.header("X-Request-Id", c.req.header("X-Request-Id") ?? newRequestId());
    await next();
  };
}

/** Identifies the customer and counts the request against its quota. */
export function authenticate(world: World): MiddlewareHandler<Env> {
  const windows = new Map<string, { start: number; used: number }>();
  return async (c, next) => {
    const account = identify(world, c);
    // In real time: a Retry-After is waited out on the client's clock, and the sandbox's may stand still.
    const at = Date.now();
    const { rateLimit } = voipbinOptions(world);
    let current = windows.get(account.account);
    if (!current || at >= current.start + 1000) windows.set(account.account, (current = { start: at, used: 0 }));
    current.used++;
    // [RST common_overview]; the reset is an epoch in seconds.
    c.header("X-RateLimit-Limit", String(rateLimit));
    c.header("X-RateLimit-Remaining", String(Math.max(0, rateLimit - current.used)));
    c.header("X-RateLimit-Reset", String(Math.ceil((current.start + 1000) / 1000)));
    if (current.used > rateLimit) {
      c.header("Retry-After", "1");
      throw new VoipbinError("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "Rate limit exceeded.");
    }
    if (extraOf(account).frozen) throw new VoipbinError("PERMISSION_DENIED", "ACCOUNT_FROZEN", "The customer account is frozen.");
    c.set("account", account);
    await next();
  };
}

/** `POST /auth/login`: 10 requests a second and a burst of 20 an address [RST auth_overview], in real time. */
export function loginLimit(): MiddlewareHandler<Env> {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return async (c, next) => {
    const address = c.env.incoming.socket.remoteAddress ?? "";
    const at = performance.now();
    const bucket = buckets.get(address) ?? { tokens: 20, at };
    bucket.tokens = Math.min(20, bucket.tokens + ((at - bucket.at) / 1000) * 10);
    bucket.at = at;
    buckets.set(address, bucket);
    if (bucket.tokens < 1) {
      c.header("Retry-After", "1");
      throw new VoipbinError("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "Rate limit exceeded.");
    }
    bucket.tokens--;
    await next();
  };
}
