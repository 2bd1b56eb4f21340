/** The admin page's HTML. Whatever stands in `${…}` is escaped by the template. */
import { html } from "hono/html";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { platforms } from "../../platforms/index.js";
import type { PoolEvent, PoolNumber, PoolStats } from "../../pool/types.js";
import type { PlatformName } from "../../types.js";
import type { Notice } from "./auth.js";
import { STYLE_PATH } from "./style.js";
import { detailOf, EVENT_WORDS, linkWords, lowWords, minute, type Standing, standingOf, whoHas } from "./words.js";

type Html = ReturnType<typeof html>;

/** What stands around a page of somebody who is logged in. */
export interface Frame {
  pool: string;
  csrf: string;
  current: "numbers" | "history" | "number";
  notice?: Notice;
}

const NOTHING = html``;

/** "+1 415 236 1204": easier to read and to read out. */
const spaced = (number: string) => parsePhoneNumberFromString(number)?.formatInternational() ?? number;
const numberPath = (number: string) => `/numbers/${number}`;
const time = (iso: string) => html`<time datetime="${iso}">${minute(iso)}</time>`;
const title = (platform: PlatformName) => platforms[platform]?.traits.title ?? platform;

function shell(heading: string, pool: string, body: Html, header: Html = NOTHING): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${heading} – ${pool}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
</head>
<body>
${header}
<main>
${body}
</main>
</body>
</html>
`;
}

function framed(heading: string, { pool, csrf, current, notice }: Frame, body: Html): Html {
  const link = (href: string, key: Frame["current"], text: string) => html`<a href="${href}"${current === key ? html` aria-current="page"` : NOTHING}>${text}</a>`;
  const header = html`<header class="top">
<a class="brand" href="/"><img src="/favicon.svg" alt="" width="28" height="28"><span>${pool}</span></a>
<nav aria-label="Pages">${link("/", "numbers", "Numbers")}${link("/history", "history", "History")}</nav>
<form method="post" action="/logout"><input type="hidden" name="csrf" value="${csrf}"><button class="quiet">Log out</button></form>
</header>`;
  const told = notice && html`<p class="notice ${notice.kind}" role="${notice.kind === "failed" ? "alert" : "status"}">${notice.text}</p>`;
  return shell(heading, pool, html`${told ?? NOTHING}${body}`, header);
}

export function loginPage(pool: string, next: string, error?: string): Html {
  return shell(
    "Log in",
    pool,
    html`<div class="alone card">
<h1><img src="/favicon.svg" alt="" width="36" height="36"><span>${pool}</span></h1>
<form method="post" action="/login" class="fields">
${error ? html`<p class="notice failed" role="alert">${error}</p>` : NOTHING}
<input type="hidden" name="next" value="${next}">
<input type="text" name="username" value="admin" autocomplete="username" hidden>
<label>Password<input type="password" name="password" autocomplete="current-password" required autofocus></label>
<button>Log in</button>
</form>
<p class="hint">The terminal that runs <code>telephony pool serve</code> shows the password, unless <code>TELEPHONY_POOL_PASSWORD</code> was set.</p>
</div>`,
  );
}

export function messagePage(pool: string, heading: string, text: string): Html {
  return shell(heading, pool, html`<div class="alone card"><h1>${heading}</h1>${text ? html`<p>${text}</p>` : NOTHING}<p><a class="button" href="/">To the numbers</a></p></div>`);
}

const ORDER: readonly { standing: Standing; word: string; count: (stats: PoolStats) => number }[] = [
  { standing: "available", word: "Available", count: (s) => s.available },
  { standing: "resting", word: "Resting", count: (s) => s.cooling },
  { standing: "assigned", word: "Assigned", count: (s) => s.assigned },
  { standing: "reserved", word: "Reserved", count: (s) => s.reserved },
];

export interface Overview {
  stats: PoolStats;
  /** The numbers of this page, out of all that were found. */
  shown: readonly PoolNumber[];
  found: number;
  wanted?: Standing;
  query: string;
  page: number;
  pages: number;
  /** The platforms that can be asked whether a number is ours. */
  keys: readonly PlatformName[];
}

export function overviewPage(frame: Frame, overview: Overview): Html {
  const { stats, shown, found, wanted, query, page, pages, keys } = overview;
  const tile = ({ standing, word, count }: (typeof ORDER)[number]) =>
    html`<a class="tile ${standing}" href="${address({ status: wanted === standing ? undefined : standing, q: query })}"${wanted === standing ? html` aria-current="true"` : NOTHING}><b>${count(stats)}</b><span>${word}</span></a>`;
  const none = stats.total === 0 ? "The pool is empty. Add a number above, or let a Pulumi program fill it." : "No number is like that.";
  return framed(
    "Numbers",
    frame,
    html`<h1 class="unseen">Numbers of the pool ${stats.pool}</h1>
${stats.low ? html`<p class="notice low" role="alert"><b>The pool is low:</b> ${lowWords(stats)}. Buy numbers on the platform and add them here, or raise the pool's size in the program.</p>` : NOTHING}
<section class="tiles" aria-label="Numbers by status">${ORDER.map(tile)}</section>
${level(stats)}
<div class="pair">
${assignForm(frame)}
${addForm(frame, keys)}
</div>
<section class="card flush">
<form class="search" method="get" action="/" role="search">
${wanted ? html`<input type="hidden" name="status" value="${wanted}">` : NOTHING}
<input type="search" name="q" value="${query}" placeholder="Number or holder" aria-label="Number or holder"><button class="second">Search</button>
</form>
<p class="count">${found} ${wanted ?? ""} number${found === 1 ? "" : "s"}${query ? html` with “${query}”` : NOTHING}${wanted || query ? html` <a href="/">Show all</a>` : NOTHING}</p>
${shown.length > 0 ? html`<ul class="numbers">${shown.map(row)}</ul>` : html`<p class="empty">${none}</p>`}
${pages > 1 ? pager(page, pages, { status: wanted, q: query }) : NOTHING}
</section>`,
  );
}

function address(parts: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parts)) if (value !== undefined && value !== "") query.set(key, String(value));
  return query.size > 0 ? `/?${query.toString()}` : "/";
}

function pager(page: number, pages: number, rest: Record<string, string | undefined>): Html {
  const to = (n: number, text: string, rel: string) =>
    n >= 1 && n <= pages ? html`<a class="button second" rel="${rel}" href="${address({ ...rest, page: n === 1 ? undefined : n })}">${text}</a>` : html`<span></span>`;
  return html`<nav class="pager" aria-label="More numbers">${to(page - 1, "Back", "prev")}<span>Page ${page} of ${pages}</span>${to(page + 1, "Next", "next")}</nav>`;
}

/** The pool as a bar, with its low-water mark. An SVG: the page's policy allows no style in the HTML. */
function level(stats: PoolStats): Html {
  const { total, lowWater, available } = stats;
  if (total === 0) return NOTHING;
  const scale = Math.max(total, lowWater);
  let from = 0;
  const parts = ORDER.map(({ standing, count }) => {
    const width = (count(stats) / scale) * 100;
    const part = html`<rect class="${standing}" x="${from.toFixed(3)}%" y="6" width="${width.toFixed(3)}%" height="16"/>`;
    from += width;
    return part;
  });
  const at = (lowWater / scale) * 100;
  const mark = lowWater > 0 ? html`<line class="mark" x1="${at.toFixed(3)}%" x2="${at.toFixed(3)}%" y1="0" y2="28"/>` : NOTHING;
  const words = lowWater > 0 ? `Low-water mark: ${lowWater}. ${available} of ${total} can be drawn now.` : `No low-water mark is set. ${available} of ${total} can be drawn now.`;
  return html`<figure class="level"><svg width="100%" height="28" role="img" aria-label="${words}"><rect class="ground" x="0" y="6" width="100%" height="16"/>${parts}${mark}</svg><figcaption>${words}</figcaption></figure>`;
}

const badge = (standing: Standing) => html`<span class="badge ${standing}">${standing}</span>`;

function row(n: PoolNumber): Html {
  const standing = standingOf(n);
  const where = [[n.country, n.areaCode, n.region].filter(Boolean).join(" "), title(n.platform)].filter(Boolean).join(" · ");
  return html`<li><a href="${numberPath(n.number)}"><span class="digits">${spaced(n.number)}</span>${badge(standing)}<span class="who">${whoHas(n)}</span><span class="where">${where}</span></a></li>`;
}

/** What was typed into the form that failed. */
const typed = ({ notice }: Frame, form: string) => (notice?.form === form ? (notice.values ?? {}) : undefined);
const choice = (value: string, text: string, chosen: string | undefined) => html`<option value="${value}"${value === (chosen ?? "") ? html` selected` : NOTHING}>${text}</option>`;
const tick = (value: string | undefined) => (value === "on" ? html` checked` : NOTHING);

function assignForm(frame: Frame): Html {
  const values = typed(frame, "assign");
  return html`<details class="card" id="assign"${values ? html` open` : NOTHING}>
<summary>Assign a number</summary>
<form method="post" action="/assign" class="fields">
<input type="hidden" name="csrf" value="${frame.csrf}">
<label>Holder<input name="holder" value="${values?.["holder"]}" placeholder="shop-42" maxlength="255" required autocomplete="off" autocapitalize="none"></label>
<div class="two">
<label><span>Country <small>optional</small></span><input name="country" value="${values?.["country"]}" placeholder="US" maxlength="2" pattern="[A-Za-z]{2}" autocomplete="off" autocapitalize="characters"></label>
<label><span>Area code <small>preferred</small></span><input name="areaCode" value="${values?.["areaCode"]}" placeholder="415" inputmode="numeric" pattern="[0-9]{1,8}" autocomplete="off"></label>
</div>
<div class="two">
<label>Link to<select name="target">${choice("", "nothing", values?.["target"])}${choice("assistant", "an assistant", values?.["target"])}${choice("squad", "a squad", values?.["target"])}${choice("callFlow", "a call flow", values?.["target"])}</select></label>
<label>Its id<input name="id" value="${values?.["id"]}" autocomplete="off" autocapitalize="none"></label>
</div>
<label class="tick"><input type="checkbox" name="takeover"${tick(values?.["takeover"])}>Replace what the number points at</label>
<button>Assign</button>
<p class="hint">A holder who has a number gets the same again.</p>
</form>
</details>`;
}

function addForm(frame: Frame, keys: readonly PlatformName[]): Html {
  const values = typed(frame, "add");
  const asked = keys.length > 0 ? `${keys.map(title).join(", ")} can be asked.` : "There is no key for any platform in the environment, so nobody can be asked.";
  return html`<details class="card" id="add"${values ? html` open` : NOTHING}>
<summary>Add a number bought elsewhere</summary>
<form method="post" action="/add" class="fields">
<input type="hidden" name="csrf" value="${frame.csrf}">
<label>Number<input name="number" value="${values?.["number"]}" type="tel" placeholder="+1 415 236 1204" required autocomplete="off"></label>
<label>Platform<select name="platform">${choice("", "find out", values?.["platform"])}${Object.values(platforms).map((p) => choice(p.name, p.traits.title, values?.["platform"]))}</select></label>
<label><span>Keep it back for <small>optional</small></span><input name="reservedFor" value="${values?.["reservedFor"]}" maxlength="255" autocomplete="off"></label>
<label class="tick"><input type="checkbox" name="unchecked"${tick(values?.["unchecked"])}>Don't ask the platform whether it is ours</label>
<button>Add</button>
<p class="hint">The platform is asked first whether the account owns it. ${asked}</p>
</form>
</details>`;
}

export interface NumberDetails {
  number: string;
  /** undefined when it was removed. */
  there?: PoolNumber;
  events: readonly PoolEvent[];
  limit: number;
}

export function numberPage(frame: Frame, { number, there, events, limit }: NumberDetails): Html {
  const fact = (name: string, value: Html | string | undefined) => (value ? html`<div><dt>${name}</dt><dd>${value}</dd></div>` : NOTHING);
  const facts =
    there &&
    html`<dl class="facts">
${fact("Holder", there.holder)}
${fact("Assigned", there.assignedAt && html`${time(there.assignedAt)} UTC`)}
${fact("Linked to", linkWords(there.link))}
${fact("Reserved for", there.reservedFor)}
${fact("Rests until", there.cooldownUntil && html`${time(there.cooldownUntil)} UTC`)}
${fact("Last holder", there.status === "assigned" ? undefined : there.lastHolder)}
${fact("Platform", title(there.platform))}
${fact("Id there", there.platformId)}
${fact("Bought", there.mark ? `by a Pulumi program (mark ${there.mark})` : "elsewhere, by no Pulumi program")}
${fact("Place", [there.country, there.areaCode, there.region].filter(Boolean).join(" "))}
${fact("In the pool since", html`${time(there.createdAt)} UTC`)}
</dl>`;
  return framed(
    number,
    frame,
    html`<p class="back"><a href="/">‹ All numbers</a></p>
<section class="card">
<h1 class="digits">${spaced(number)} ${there ? badge(standingOf(there)) : html`<span class="badge gone">not in the pool</span>`}</h1>
${facts ?? NOTHING}
${there ? actions(frame, there) : NOTHING}
</section>
<section class="card flush"><h2>History</h2>${timeline(events, limit, false)}</section>`,
  );
}

function actions({ csrf }: Frame, there: PoolNumber): Html {
  const hidden = html`<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="number" value="${there.number}">`;
  const sure = (path: string, summary: string, text: string, button: string, more: Html = NOTHING) =>
    html`<details class="action"><summary class="button danger">${summary}</summary><form method="post" action="${path}" class="fields">${hidden}${more}<p>${text}</p><button class="danger full">${button}</button></form></details>`;
  if (there.status === "assigned") {
    const text = there.link
      ? "Takes the link off and the number back: calls no longer reach the holder. Others get it when it has rested."
      : "Takes the number back. Where it points on the platform is not changed. Others get it when it has rested.";
    return html`<div class="actions">${sure("/unassign", "Unassign…", text, `Take it back from ${there.holder}`, html`<input type="hidden" name="since" value="${there.assignedAt}">`)}</div>`;
  }
  if (there.status === "reserved") {
    return html`<div class="actions"><form method="post" action="/unreserve">${hidden}<button>Make available</button></form></div>`;
  }
  return html`<div class="actions">
<details class="action"><summary class="button second">Reserve…</summary><form method="post" action="/reserve" class="fields">${hidden}<label><span>What for <small>optional</small></span><input name="for" maxlength="255" autocomplete="off"></label><button>Reserve</button></form></details>
${sure("/remove", "Remove…", `Takes the number out of the pool. Nothing is released: at ${title(there.platform)} it stays yours.`, "Remove from the pool")}
</div>`;
}

function timeline(events: readonly PoolEvent[], limit: number, withNumbers: boolean): Html {
  if (events.length === 0) return html`<p class="empty">Nothing happened yet.</p>`;
  const line = (e: PoolEvent) => {
    const words = EVENT_WORDS[e.event];
    const who = e.holder ? html`${e.event === "unassigned" ? "from" : "to"} <a href="/history?${new URLSearchParams({ q: e.holder }).toString()}">${e.holder}</a>` : e.number ? detailOf(e) : `: ${detailOf(e)}`;
    const what = withNumbers && e.number ? html`<a class="digits" href="${numberPath(e.number)}">${spaced(e.number)}</a> ${words}` : html`${words.charAt(0).toUpperCase() + words.slice(1)}`;
    return html`<li class="${e.event}"><span class="what">${what}${e.number ? " " : ""}${who}</span>${time(e.at)}</li>`;
  };
  const rest = events.length === limit ? html`<p class="hint pad">These are the latest ${limit}. <code>telephony pool history --limit …</code> has more.</p>` : NOTHING;
  return html`<ol class="timeline">${events.map(line)}</ol>${rest}`;
}

export function historyPage(frame: Frame, { events, query, limit }: { events: readonly PoolEvent[]; query: string; limit: number }): Html {
  return framed(
    "History",
    frame,
    html`<section class="card flush">
<h1>History</h1>
<form class="search" method="get" action="/history" role="search">
<input type="search" name="q" value="${query}" placeholder="Number or holder" aria-label="Number or holder, in full"><button class="second">Search</button>
</form>
<p class="count">Times are UTC.${query ? html` Only “${query}”. <a href="/history">Show all</a>` : NOTHING}</p>
${timeline(events, limit, true)}
</section>`,
  );
}
