/** The routes of the admin page. Every change is a form that is posted, answered by a redirect: it works without JavaScript. */
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { PlatformError } from "../../http/index.js";
import { PoolError } from "../../pool/error.js";
import { numberIn } from "../../pool/place.js";
import type { AssignOptions, Pool, PoolLink } from "../../pool/types.js";
import { together } from "../../together.js";
import type { Settings } from "../../provider/settings.js";
import type { PlatformName } from "../../types.js";
import { lookUp, reachable } from "./adopt.js";
import { type Gate, type Notice, sameSite, type Session } from "./auth.js";
import { exitCodeOf, explain, Refusal } from "./errors.js";
import { EXIT } from "./exit-codes.js";
import { CONTENT_TYPE, metrics } from "./metrics.js";
import { type Frame, historyPage, loginPage, messagePage, numberPage, overviewPage } from "./pages.js";
import { FAVICON, STYLE, STYLE_PATH } from "./style.js";
import { minute, type Standing, standingOf, stillYours, whoHas } from "./words.js";

export interface Admin {
  pool: Pool;
  /** Keys and addresses of the platforms. */
  settings: Settings;
  gate: Gate;
  /** The name of the session's cookie. Cookies don't tell ports apart: two pools on one machine need two names. */
  cookie: string;
}

interface Env {
  Bindings: HttpBindings;
  Variables: { session: Session };
}

const PAGE_SIZE = 50;
const HISTORY_SIZE = 200;
const STANDINGS: readonly Standing[] = ["available", "resting", "assigned", "reserved"];

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function adminPage({ pool, settings, gate, cookie }: Admin): Hono<Env> {
  const app = new Hono<Env>();
  const addressOf = (c: Context<Env>) => c.env.incoming?.socket?.remoteAddress ?? "";
  const frame = (c: Context<Env>, current: Frame["current"]): Frame => {
    const session = c.get("session");
    const notice = session.notice;
    delete session.notice;
    return { pool: pool.name, csrf: session.csrf, current, notice };
  };

  app.use(async (c, next) => {
    await next();
    const headers = {
      "Content-Security-Policy": POLICY,
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
      "Referrer-Policy": "same-origin", // with no-referrer browsers would send "Origin: null" with our own forms
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      "X-Robots-Tag": "noindex",
    };
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  });
  app.use(bodyLimit({ maxSize: 64 * 1024, onError: (c) => c.text("too long\n", 413) }));

  app.onError((error, c) => {
    const code = exitCodeOf(error);
    const status = code === EXIT.database ? 503 : code === EXIT.platform ? 502 : 500;
    console.error(`error: ${c.req.method} ${c.req.path}: ${explain(error)}`);
    if (!wantsHtml(c)) return c.text(`${explain(error)}\n`, status);
    // Of what nobody foresaw the log has the details.
    const text = status === 500 ? "Something unexpected happened. The terminal that the page is served from says more." : explain(error);
    return c.html(messagePage(pool.name, status === 503 ? "The database is away" : "That went wrong", text), status);
  });
  app.notFound((c) => (wantsHtml(c) ? c.html(messagePage(pool.name, "There is no such page", ""), 404) : c.text("not found\n", 404)));

  // Open to everybody.
  app.get(STYLE_PATH, (c) => c.body(STYLE, 200, { "Content-Type": "text/css; charset=utf-8", "Cache-Control": "public, max-age=31536000, immutable" }));
  app.get("/favicon.svg", (c) => c.body(FAVICON, 200, { "Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400" }));
  app.get("/healthz", async (c) => {
    try {
      await together(`healthz ${cookie}`, () => pool.stats());
      return c.text("ok\n");
    } catch {
      return c.text("the database can't be reached\n", 503);
    }
  });

  app.get("/metrics", async (c) => {
    const header = c.req.header("Authorization");
    const guess = header === undefined ? { right: gate.session(getCookie(c, cookie)) !== undefined } : gate.bearer(header, addressOf(c));
    if (!guess.right) {
      if ("waitMs" in guess && guess.waitMs) return tooMany(c, guess.waitMs);
      return c.text("give the password or the metrics token: Authorization: Bearer …\n", 401, { "WWW-Authenticate": 'Bearer realm="telephony pool"' });
    }
    const [stats, totals] = await together(`metrics ${cookie}`, () => Promise.all([pool.stats(), pool.totals()]));
    return c.body(metrics(stats, totals), 200, { "Content-Type": CONTENT_TYPE });
  });

  const tooMany = (c: Context<Env>, waitMs: number) => {
    const seconds = Math.ceil(waitMs / 1_000);
    c.header("Retry-After", String(seconds));
    if (!wantsHtml(c)) return c.text("too many wrong guesses\n", 429);
    return c.html(loginPage(pool.name, "/", `Too many wrong passwords. Try again in ${seconds} second${seconds === 1 ? "" : "s"}.`), 429);
  };

  app.get("/login", (c) => {
    const next = pathIn(c.req.query("next"));
    return gate.session(getCookie(c, cookie)) ? c.redirect(next, 303) : c.html(loginPage(pool.name, next));
  });
  app.post("/login", async (c) => {
    if (!sameSite(c.req.raw.headers)) return c.html(messagePage(pool.name, "Refused", "This form did not come from this page."), 403);
    const form = await fields(c);
    const next = pathIn(form["next"]);
    const session = gate.login(form["password"] ?? "", addressOf(c));
    if ("right" in session) {
      if ("waitMs" in session && session.waitMs) return tooMany(c, session.waitMs);
      return c.html(loginPage(pool.name, next, "That is not the password."), 401);
    }
    setCookie(c, cookie, session.id, { httpOnly: true, sameSite: "Strict", path: "/", secure: c.req.header("X-Forwarded-Proto") === "https" });
    return c.redirect(next, 303);
  });

  // From here on for who is logged in.
  app.use(async (c, next) => {
    const session = gate.session(getCookie(c, cookie));
    if (!session) {
      const to = c.req.method === "GET" ? c.req.path : "/";
      return c.redirect(to === "/" ? "/login" : `/login?next=${encodeURIComponent(to)}`, 303);
    }
    c.set("session", session);
    await next();
  });

  app.get("/", async (c) => {
    const [stats, numbers] = await Promise.all([pool.stats(), pool.list()]);
    const wanted = STANDINGS.find((standing) => standing === c.req.query("status"));
    const query = (c.req.query("q") ?? "").trim();
    const matching = numbers.filter((n) => (!wanted || standingOf(n) === wanted) && matches(query, [n.number, whoHas(n), n.region ?? ""]));
    const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
    const page = Math.min(pages, Math.max(1, Math.trunc(Number(c.req.query("page"))) || 1));
    const shown = matching.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
    return c.html(overviewPage(frame(c, "numbers"), { stats, shown, found: matching.length, wanted, query, page, pages, keys: reachable(settings) }));
  });

  app.get("/history", async (c) => {
    const query = (c.req.query("q") ?? "").trim();
    const number = tryNumber(query);
    const events = await pool.history({ limit: HISTORY_SIZE, ...(number ? { number } : query ? { holder: query } : {}) });
    return c.html(historyPage(frame(c, "history"), { events, query, limit: HISTORY_SIZE }));
  });

  app.get("/numbers/:number", async (c) => {
    const number = tryNumber(c.req.param("number"));
    if (!number) return c.notFound();
    const [[there], events] = await Promise.all([pool.list({ number }), pool.history({ number, limit: HISTORY_SIZE })]);
    if (!there && events.length === 0) return c.html(messagePage(pool.name, "Not in this pool", `${number} is not in the pool, and never was.`), 404);
    return c.html(numberPage(frame(c, "number"), { number, there, events, limit: HISTORY_SIZE }));
  });

  /** A form that changes something. What it says stands on the next page, and a form that failed keeps what was typed. */
  const change = (path: string, form: string | undefined, work: (form: Record<string, string>) => Promise<{ text: string; to: string }>) => {
    app.post(path, async (c) => {
      const session = c.get("session");
      const values = Object.fromEntries(Object.entries(await fields(c)).map(([key, value]) => [key, value.trim()]));
      if (!sameSite(c.req.raw.headers) || !gate.sameToken(session, values["csrf"])) {
        return c.html(messagePage(pool.name, "Refused", "This form is out of date, or did not come from this page. Go back, load the page anew and send it again."), 403);
      }
      delete values["csrf"];
      try {
        const { text, to } = await work(values);
        session.notice = { kind: "done", text };
        return c.redirect(to, 303);
      } catch (error) {
        if (!(error instanceof PoolError || error instanceof PlatformError || error instanceof Refusal)) throw error;
        const notice: Notice = { kind: "failed", text: sentence(explain(error)), ...(form !== undefined && { form, values }) };
        session.notice = notice;
        const number = form === undefined ? tryNumber(values["number"]) : undefined;
        return c.redirect(number ? `/numbers/${number}` : form ? `/#${form}` : "/", 303);
      }
    });
  };

  change("/add", "add", async ({ number = "", platform, reservedFor, unchecked }) => {
    const checked = await lookUp(pool, settings, {
      number,
      platform: (platform || undefined) as PlatformName | undefined,
      unchecked: unchecked === "on",
      ...(reservedFor && { reservedFor }),
    });
    const added = await pool.add(checked);
    return { text: `${added.number} is in the pool, ${standingOf(added)}.`, to: `/numbers/${added.number}` };
  });

  change("/assign", "assign", async ({ holder = "", country, areaCode, target, id, takeover }) => {
    const options: AssignOptions = {
      ...(country && { country }),
      ...(areaCode && { areaCode }),
      ...(id && { link: linkTo(target, id) }),
      takeover: takeover === "on",
    };
    const number = await pool.assign(holder, options);
    return { text: `${number.number} is assigned to ${holder}${number.link ? ", and linked" : ""}.`, to: `/numbers/${number.number}` };
  });

  // Names the assignment that was seen, not the holder: the number may have gone to another one since.
  change("/unassign", undefined, async ({ number = "", since = "" }) => {
    const [there] = await pool.list({ number });
    if (!there?.holder || there.assignedAt !== since) throw new Refusal("Somebody else has changed this number meanwhile; nothing was changed now");
    const back = await pool.unassign(there.holder);
    const rest = back?.cooldownUntil ? `, and rests until ${minute(back.cooldownUntil)} UTC` : "";
    return { text: `${there.number} is taken back from ${there.holder}${rest}.`, to: `/numbers/${there.number}` };
  });

  change("/reserve", undefined, async ({ number = "", for: why }) => {
    const kept = await pool.reserve(number, { for: why ?? "" });
    return { text: `${kept.number} is reserved${why ? ` for ${why}` : ""}.`, to: `/numbers/${kept.number}` };
  });

  change("/unreserve", undefined, async ({ number = "" }) => {
    const free = await pool.unreserve(number);
    return { text: `${free.number} is ${standingOf(free)}.`, to: `/numbers/${free.number}` };
  });

  change("/remove", undefined, async ({ number = "" }) => {
    const gone = await pool.remove(number);
    return { text: gone ? `${gone.number} is out of the pool. ${stillYours(gone)}` : `${number} is not in the pool; nothing was changed.`, to: "/" };
  });

  app.post("/logout", async (c) => {
    const session = c.get("session");
    if (sameSite(c.req.raw.headers) && gate.sameToken(session, (await fields(c))["csrf"])) {
      gate.logout(session);
      deleteCookie(c, cookie, { path: "/" });
    }
    return c.redirect("/login", 303);
  });

  return app;
}

const wantsHtml = (c: Context) => (c.req.header("Accept") ?? "").includes("text/html");

/** The fields of a form; files are none. */
async function fields(c: Context): Promise<Record<string, string>> {
  const body = await c.req.parseBody();
  return Object.fromEntries(Object.entries(body).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])));
}

/** Where to go after the login: a path of this server, and never elsewhere. */
function pathIn(text: string | undefined): string {
  const here = "http://here.invalid";
  if (!text?.startsWith("/") || !URL.canParse(text, here)) return "/";
  const url = new URL(text, here);
  return url.origin === here && !url.pathname.startsWith("//") ? url.pathname : "/";
}

function tryNumber(text: string | undefined): string | undefined {
  try {
    return text ? numberIn(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Digits match however they are grouped, words in any case. */
function matches(query: string, texts: readonly string[]): boolean {
  if (!query) return true;
  const digits = /^[\d\s+().-]+$/.test(query) ? query.replace(/\D/g, "") : "";
  return texts.some((text) => text.toLowerCase().includes(query.toLowerCase())) || (digits !== "" && texts[0]!.includes(digits));
}

function linkTo(target: string | undefined, id: string): PoolLink {
  if (target === "assistant" || target === "squad" || target === "callFlow") return { [target]: id };
  throw new Refusal("choose what the number is linked to: an assistant, a squad or a call flow");
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
