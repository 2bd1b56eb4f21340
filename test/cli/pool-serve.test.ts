import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { Pool } from "pulumi-telephony/pool";
import { onEveryDatabase } from "../pool/databases.js";
import { start, type TestSandbox } from "../sandbox/helpers.js";
import { BROWSER_HINT, openBrowser } from "./browser.js";
import { killAll, type Running, telephony } from "./helpers.js";

const PASSWORD = "correct horse battery";
const NO_KEYS = { VAPI_API_KEY: undefined, WIIL_API_KEY: undefined, VOIPBIN_ACCESS_KEY: undefined, BURKI_API_KEY: undefined, TELEPHONY_POOL_DATABASE: undefined };
/** What somebody calls a shop who means no good, or doesn't know better. */
const NASTY = `<img src=x onerror=alert(1)> "Tom's" & Söhne`;

interface Served {
  url: string;
  process: Running;
  /** The line of --json. */
  printed: { url: string; pool: string; password?: string };
}

async function serve(database: string, env: Record<string, string | undefined> = {}, args: string[] = []): Promise<Served> {
  const process = telephony(["pool", "serve", "--port", "0", "--json", "--database", database, ...args], { ...NO_KEYS, TELEPHONY_POOL_PASSWORD: PASSWORD, TELEPHONY_POOL_METRICS_TOKEN: undefined, ...env });
  const printed = JSON.parse(await process.printed(/\n/)) as Served["printed"];
  return { url: printed.url, process, printed };
}

/** A client that keeps cookies and follows nothing by itself. */
function client(url: string) {
  let cookie = "";
  const ask = async (method: string, to: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(url + to, {
      method,
      redirect: "manual",
      headers: { Accept: "text/html", ...(cookie && { Cookie: cookie }), ...(form && { Origin: url }), ...headers },
      ...(form && { body: new URLSearchParams(form) }),
    });
    const set = response.headers.get("set-cookie");
    if (set) cookie = set.split(";")[0]!;
    return { status: response.status, headers: response.headers, text: await response.text(), location: response.headers.get("location") };
  };
  const csrf = async () => /name="csrf" value="([^"]+)"/.exec((await ask("GET", "/")).text)![1]!;
  return {
    get: (to: string, headers?: Record<string, string>) => ask("GET", to, undefined, headers),
    post: (to: string, form: Record<string, string>, headers?: Record<string, string>) => ask("POST", to, form, headers),
    csrf,
    /** Sends a form as the page would, and gives the page that follows. */
    send: async (to: string, form: Record<string, string>) => {
      const answer = await ask("POST", to, { csrf: await csrf(), ...form });
      expect(answer.status, answer.text).to.equal(303);
      return ask("GET", answer.location!);
    },
    login: () => ask("POST", "/login", { password: PASSWORD }),
  };
}

onEveryDatabase("telephony pool serve", (bench) => {
  afterEach(killAll);

  it("shows the pool and changes it, with /metrics and /healthz beside", async function () {
    this.timeout(300_000);
    const pool = await bench.connect({ pool: 'sh"o\\ps' });
    await pool.configure({ lowWater: 2, cooldown: "1h" });
    for (const number of ["+14152361204", "+14152361205", "+12125551234"]) await pool.add({ number, platform: "vapi" });
    const { url } = await serve(bench.database, { TELEPHONY_POOL_METRICS_TOKEN: "only-for-metrics" });
    const c = client(url);
    expect((await c.get("/healthz")).text).to.equal("ok\n");
    expect(await c.get("/numbers/+14152361204")).to.include({ status: 303, location: "/login?next=%2Fnumbers%2F%2B14152361204" });
    expect((await c.login()).status).to.equal(303);

    const given = await c.send("/assign", { holder: NASTY, areaCode: "212" });
    expect(given.text).to.include("+12125551234 is assigned to &lt;img src=x onerror=alert(1)&gt; &quot;Tom&#39;s&quot; &amp; Söhne.");
    expect(given.text).to.include("Take it back from &lt;img").and.not.include("<img src=x");
    expect(await pool.list({ holder: NASTY })).to.have.length(1);
    const overview = (await c.get("/?status=assigned&q=212%20555")).text;
    expect(overview).to.include("1 assigned number").and.include("/numbers/+12125551234").and.not.include("/numbers/+14152361204");

    const metrics = await fetch(`${url}/metrics`, { headers: { Authorization: "Bearer only-for-metrics" } });
    expect(metrics.headers.get("content-type")).to.equal("text/plain; version=0.0.4; charset=utf-8");
    expect(await metrics.text()).to.equal(
      [
        ["numbers", "gauge", ["available", 2], ["resting", 0], ["assigned", 1], ["reserved", 0]],
        ["low_water", "gauge", ["", 2]],
        ["low", "gauge", ["", 0]],
        ["assignments_total", "counter", ["", 1]],
        ["unassignments_total", "counter", ["", 0]],
        ["low_total", "counter", ["", 1]],
      ]
        .map(([name, type, ...samples]) => {
          const help = HELP[name as string]!;
          const lines = (samples as [string, number][]).map(([status, n]) => `telephony_pool_${name as string}{pool="sh\\"o\\\\ps"${status && `,status="${status}"`}} ${n}\n`);
          return `# HELP telephony_pool_${name as string} ${help}\n# TYPE telephony_pool_${name as string} ${type as string}\n${lines.join("")}`;
        })
        .join(""),
    );

    const [{ assignedAt } = { assignedAt: "" }] = await pool.list({ holder: NASTY });
    expect((await c.send("/unassign", { number: "+12125551234", since: "2001-01-01T00:00:00.000Z" })).text).to.include("Somebody else has changed this number meanwhile");
    expect((await c.send("/unassign", { number: "+12125551234", since: assignedAt! })).text).to.include("is taken back from").and.include("resting");
    expect((await c.send("/reserve", { number: "+14152361204", for: "the hotline" })).text).to.include("Reserved for the hotline");
    expect((await c.get("/")).text).to.include("The pool is low").and.include("only 1 number can be drawn");
    expect((await c.send("/remove", { number: "+14152361204" })).text).to.include("unreserve it first");
    expect((await c.send("/unreserve", { number: "+14152361204" })).text).to.include("+14152361204 is available");
    expect((await c.send("/remove", { number: "+14152361204" })).text).to.include("is out of the pool");
    expect((await c.get("/numbers/+14152361204")).text).to.include("not in the pool").and.include("Made available");
    expect((await c.get(`/history?q=${encodeURIComponent(NASTY)}`)).text).to.include("taken back from");
    expect((await c.get("/numbers/+19995550000")).status).to.equal(404);
    expect((await c.get("/numbers/x")).status).to.equal(404);

    // What failed keeps what was typed.
    const failed = (await c.send("/add", { number: "12", platform: "", reservedFor: "x\"y" })).text;
    expect(failed).to.include("&quot;12&quot; is no phone number").and.match(/id="add" open/).and.include('value="x&quot;y"');
    expect((await c.get("/")).text).to.not.include("is no phone number").and.not.match(/id="add" open/);
  });

  it("keeps out who isn't logged in, and what another site sends", async function () {
    this.timeout(300_000);
    const pool = await bench.connect();
    await pool.add({ number: "+14152361204", platform: "vapi" });
    const { url } = await serve(bench.database);
    const stranger = client(url);
    for (const to of ["/", "/history", "/numbers/+14152361204", "/nothing"]) expect((await stranger.get(to)).status, to).to.equal(303);
    for (const to of ["/assign", "/add", "/reserve", "/remove"]) expect((await stranger.post(to, { number: "+14152361204", holder: "x" })).location, to).to.match(/^\/login/);
    expect((await stranger.get("/metrics")).status).to.equal(401);
    for (const header of [`Bearer ${PASSWORD}x`, "Bearer", `Basic ${PASSWORD}`]) expect((await stranger.get("/metrics", { Authorization: header })).status).to.equal(401);
    expect((await stranger.get("/metrics", { Authorization: `Bearer ${PASSWORD}` })).status).to.equal(200);

    const c = client(url);
    const login = await c.login();
    expect(login.headers.get("set-cookie")).to.match(/^telephony_pool_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const page = await c.get("/");
    expect(page.headers.get("content-security-policy")).to.include("default-src 'none'").and.include("frame-ancestors 'none'").and.not.include("unsafe");
    expect(Object.fromEntries(page.headers)).to.include({ "x-content-type-options": "nosniff", "x-frame-options": "DENY", "cache-control": "no-store", "referrer-policy": "same-origin" });
    expect(page.text).to.not.match(/<script|style="| on\w+=/);
    const csrf = await c.csrf();
    const form = { holder: "thief", csrf };
    expect((await c.post("/assign", { holder: "thief" })).status).to.equal(403);
    expect((await c.post("/assign", { ...form, csrf: `${csrf}x` })).status).to.equal(403);
    expect((await c.post("/assign", form, { Origin: "https://evil.example" })).status).to.equal(403);
    expect((await c.post("/assign", form, { Origin: "null" })).status).to.equal(403);
    expect((await c.post("/assign", form, { "Sec-Fetch-Site": "cross-site" })).status).to.equal(403);
    expect((await c.post("/assign", form, { "Sec-Fetch-Site": "same-site" })).status).to.equal(403);
    expect((await stranger.post("/login", { password: PASSWORD }, { Origin: "https://evil.example" })).status).to.equal(403);
    expect((await c.post("/assign", { ...form, holder: "x".repeat(70_000) })).status).to.equal(413);
    expect((await pool.stats()).assigned).to.equal(0);
    for (const next of ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/..//evil.example"]) {
      const to = (await client(url).post("/login", { password: PASSWORD, next })).location;
      expect(new URL(to!, url).origin, `${next} gives ${to}`).to.equal(url);
    }
    expect((await c.post("/logout", { csrf })).location).to.equal("/login");
    expect((await c.get("/")).location).to.equal("/login");

    // Five wrong guesses, and nothing is listened to for a while: not even what is right. Who is in stays in.
    const inside = client(url);
    await inside.login();
    const guesses = [];
    for (let i = 0; i < 8; i++) guesses.push((await stranger.post("/login", { password: `guess ${i}` })).status);
    expect(guesses).to.include(401);
    expect(guesses.slice(-2)).to.deep.equal([429, 429]);
    const late = await stranger.post("/login", { password: PASSWORD });
    expect(late.status).to.equal(429);
    expect(Number(late.headers.get("retry-after"))).to.be.within(1, 30);
    expect((await stranger.get("/metrics", { Authorization: `Bearer ${PASSWORD}` })).status).to.equal(429);
    expect((await inside.get("/")).status).to.equal(200);
  });
});

const HELP: Record<string, string> = {
  numbers: "Numbers in the pool by status; available ones can be drawn now, resting ones were taken back lately.",
  low_water: "The low-water mark: how many numbers should be available at least; 0 is no mark.",
  low: "Whether fewer numbers than the low-water mark are available: 1 or 0.",
  assignments_total: "How often a number was given to a holder.",
  unassignments_total: "How often a number was taken back.",
  low_total: "How often the pool fell below its low-water mark.",
};

describe("telephony pool serve, as a process", () => {
  let directory: string;
  let database: string;
  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "serve-"));
    database = path.join(directory, "pool");
    const pool = await Pool.connect({ database, pool: "shops" });
    await pool.add({ number: "+14152361204", platform: "vapi" });
    await pool.close();
  });
  afterEach(() => {
    killAll();
    rmSync(directory, { recursive: true });
  });

  it("makes up a password and says it once, hands the directory to others meanwhile, and ends on SIGTERM", async function () {
    this.timeout(300_000);
    const { url, process, printed } = await serve(database, { TELEPHONY_POOL_PASSWORD: undefined });
    expect(printed.password).to.match(/^(\w{5}-){4}\w{5}$/);
    expect((await client(url).post("/login", { password: printed.password! })).status).to.equal(303);
    const other = telephony(["pool", "assign", "shop-42", "--database", database], NO_KEYS);
    expect(await other.exited, other.stderr()).to.equal(0);
    const metrics = await (await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${printed.password}` } })).text();
    expect(metrics).to.include('telephony_pool_numbers{pool="shops",status="assigned"} 1\n');
    process.kill("SIGTERM");
    expect(await process.exited).to.equal(0);
    expect(process.stdout().trim().split("\n")).to.have.length(1);
    expect(process.stderr()).to.equal("");
  });

  it("says so when the port is in use, the password too short, or others could listen", async function () {
    this.timeout(300_000);
    const other = net.createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as net.AddressInfo;
    try {
      const taken = telephony(["pool", "serve", "--port", String(port), "--database", database], NO_KEYS);
      expect(await taken.exited).to.equal(1);
      expect(taken.stderr()).to.equal(`error: port ${port} is in use. Stop what listens there, or choose another one with --port (0 takes a free one)\n`);
    } finally {
      other.close();
    }
    const short = telephony(["pool", "serve", "--port", "0", "--database", database], { ...NO_KEYS, TELEPHONY_POOL_PASSWORD: "secret" });
    expect(await short.exited).to.equal(1);
    expect(short.stderr()).to.equal("error: TELEPHONY_POOL_PASSWORD is too short: give it 8 characters at least\n");
    const open = await serve(database, {}, ["--host", "0.0.0.0"]);
    open.process.kill("SIGINT");
    await open.process.exited;
    expect(open.process.stderr()).to.include("nothing encrypts");
  });
});

describe("telephony pool serve, in a browser", () => {
  let browser: Browser | undefined;
  let directory: string;
  let database: string;
  let s: TestSandbox;
  before(async function () {
    this.timeout(300_000);
    browser = await openBrowser();
    if (browser) return;
    console.log(`      skipped: ${BROWSER_HINT}`);
    this.skip();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "serve-"));
    database = path.join(directory, "pool");
    s = await start();
    const pool = await Pool.connect({ database, pool: "shops" });
    await pool.configure({ lowWater: 3 });
    for (let i = 0; i < 6; i++) await pool.add({ number: `+1415236120${i}`, platform: "vapi" });
    await pool.assign(`${NASTY} ${"long".repeat(30)}`);
    await pool.reserve((await pool.list({ status: "available" }))[0]!.number, { for: "the billing hotline" });
    await pool.assign("resting");
    await pool.unassign("resting");
    await pool.close();
  });
  afterEach(async () => {
    killAll();
    await s.sandbox.close();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const [title, options] of [
    ["on a desktop", { viewport: { width: 1200, height: 900 }, colorScheme: "light" }],
    ["on a phone, in the dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true }],
  ] as const) {
    it(`serves a day's work ${title}, without JavaScript`, async function () {
      this.timeout(600_000);
      const { id } = (await s.vapi("POST", "/phone-number", { provider: "vapi", numberDesiredAreaCode: "212" })).json as { id: string };
      await s.advance("10s");
      const { number } = (await s.vapi("GET", `/phone-number/${id}`)).json as { number: string };
      const assistant = ((await s.vapi("POST", "/assistant", { name: "Receptionist" })).json as { id: string }).id;
      const { url } = await serve(database, s.sandbox.env);

      const context = await browser!.newContext({ ...options, javaScriptEnabled: false });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const troubles: string[] = [];
      page.on("console", (message) => /status of 401/.test(message.text()) || troubles.push(message.text())); // the wrong password
      page.on("dialog", (dialog) => troubles.push(dialog.message()));
      const look = async () => {
        expect(await overflow(page), `${page.url()} scrolls sideways`).to.equal(0);
        expect(await faint(page), page.url()).to.deep.equal([]);
        expect(await small(page), page.url()).to.deep.equal([]);
      };

      await page.goto(`${url}/history`);
      await look();
      await page.getByLabel("Password").fill("wrong");
      await page.getByRole("button", { name: "Log in" }).click();
      expect(await page.getByRole("alert").textContent()).to.equal("That is not the password.");
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Log in" }).click();
      expect(page.url()).to.equal(`${url}/history`);
      await look();

      await page.getByRole("link", { name: "Numbers" }).click();
      const tiles = async () => (await page.locator(".tile").allTextContents()).join(" ");
      expect(await tiles()).to.equal("3Available 1Resting 1Assigned 1Reserved");
      expect(await page.getByText("Low-water mark: 3.").count()).to.equal(1);
      expect(await page.locator(".numbers li").count()).to.equal(6);
      expect(await page.getByText(NASTY).count()).to.equal(1);
      await look();

      await page.getByText("Add a number bought elsewhere").click();
      await page.getByLabel("Number", { exact: true }).fill("+18005551234");
      await look();
      await page.getByRole("button", { name: "Add", exact: true }).click();
      expect(await page.getByRole("alert").first().textContent()).to.include("doesn't own +18005551234");
      expect(await page.getByLabel("Number", { exact: true }).inputValue()).to.equal("+18005551234");
      await page.getByLabel("Number", { exact: true }).fill(number);
      await page.getByRole("button", { name: "Add", exact: true }).click();
      expect(await page.getByRole("status").textContent()).to.equal(`${number} is in the pool, available.`);
      await look();

      await page.getByRole("link", { name: "All numbers" }).click();
      await page.getByText("Assign a number").click();
      await page.getByLabel("Holder", { exact: true }).fill("shop-42");
      await page.getByLabel("Area code").fill("212");
      await page.getByLabel("Link to").selectOption("an assistant");
      await page.getByLabel("Its id").fill(assistant);
      await look();
      await page.getByRole("button", { name: "Assign", exact: true }).click();
      expect(await page.getByRole("status").textContent()).to.equal(`${number} is assigned to shop-42, and linked.`);
      expect(((await s.vapi("GET", `/phone-number/${id}`)).json as { assistantId?: string }).assistantId).to.equal(assistant);
      await look();

      await page.getByText("Unassign…").click();
      await look();
      await page.getByRole("button", { name: "Take it back from shop-42" }).click();
      expect(await page.getByRole("status").textContent()).to.match(/is taken back from shop-42, and rests until/);
      expect(((await s.vapi("GET", `/phone-number/${id}`)).json as { assistantId?: string }).assistantId).to.equal(undefined);
      const events = await page.locator(".timeline .what").allTextContents();
      expect(events.map((text) => text.trim())).to.deep.equal(["Taken back from shop-42", "Assigned to shop-42", "Added"]);
      await page.getByText("Reserve…").click();
      await page.getByLabel("What for").fill("the hotline");
      await page.getByRole("button", { name: "Reserve", exact: true }).click();
      expect(await page.getByRole("status").textContent()).to.equal(`${number} is reserved for the hotline.`);

      await page.getByRole("link", { name: "Numbers", exact: true }).click();
      await page.locator(".tile", { hasText: "Reserved" }).click();
      expect(await page.locator(".numbers li").count()).to.equal(2);
      await page.getByRole("searchbox").fill("hotline");
      await page.getByRole("searchbox").press("Enter");
      expect(await page.locator(".numbers li").count()).to.equal(2);
      await page.getByRole("button", { name: "Log out" }).click();
      expect(page.url()).to.equal(`${url}/login`);
      expect(troubles).to.deep.equal([]); // nothing that the page's policy had to forbid
      await context.close();
    });
  }
});

/** By how much a page is wider than the window. */
const overflow = (page: Page) => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");

/** Texts with a contrast below 4.5 (WCAG AA) against what is behind them. */
const faint = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const parse = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } return [255, 255, 255]; };
    return [...document.body.querySelectorAll("*")]
      .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
      .map((e) => { const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))]; return { ratio: (Math.max(a, b) + .05) / (Math.min(a, b) + .05), text: e.textContent.trim() }; })
      .filter(({ ratio }) => ratio < 4.5)
      .map(({ ratio, text }) => text + " " + ratio.toFixed(2));
  })()`);

/** What is to be pressed, and is lower than 44 pixels. Links inside a text are as high as the text. */
const small = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll("button, summary, select, input:not([type=hidden]):not([hidden]):not([type=checkbox]), label.tick, .button, .numbers a, .top a, .tile, .back a")]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44)
    .map((e) => e.outerHTML.slice(0, 80))`);
