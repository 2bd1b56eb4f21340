import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { DemoReport } from "../../src/cli/demo.js";
import { charges, type LedgerEntry } from "../../src/cli/ledger.js";
import { sum } from "../../src/provider/money.js";
import { columns, wrap } from "../../src/cli/terminal.js";
import { killAll, telephony, type Running } from "./helpers.js";

const reportOf = (demo: Running) => JSON.parse(demo.stdout().trimEnd().split("\n").at(-1)!) as DemoReport;

describe("telephony demo", () => {
  let tmp: string;
  beforeEach(() => void (tmp = fs.mkdtempSync(path.join(os.tmpdir(), "cli-test-"))));
  afterEach(() => {
    killAll();
    fs.rmSync(tmp, { recursive: true });
  });

  /** What is ours: ts-node, which Pulumi loads, keeps a cache of its own there. */
  const leftovers = () => fs.readdirSync(tmp).filter((name) => !name.startsWith("ts-node"));

  it("goes through the whole life of the quickstart, and leaves nothing behind", async () => {
    const demo = telephony(["demo", "--json", "--engine", "embedded"], { TMPDIR: tmp, TERM: "xterm" });
    expect(await demo.exited, demo.stdout() + demo.stderr()).to.equal(0);
    const report = reportOf(demo);
    expect(report).to.have.all.keys("engine", "bought", "released", "charged", "orphans", "seconds");
    expect(report).to.include({ engine: "embedded", bought: 5, released: 5, charged: "9.00", orphans: 0 });
    expect(report.seconds).to.be.greaterThan(0).and.lessThan(60);

    const text = demo.stdout();
    expect(text).to.match(/^ {2}engine {5}the embedded engine/m);
    for (const [i, title] of ["Preview", "Up", "A change", "Drift, and refresh", "Up puts it back", "Up, with nothing to do", "Destroy"].entries()) {
      expect(text).to.include(`\n${i + 1}/7 ${title}\n`);
    }
    expect(text).to.match(/support: purchase of \+12125551234: pending\n[^]*support: purchase of \+12125551234: completed\n/);
    expect(text).to.match(/~ {2}└─ CallFlow {2}ivr {2}changed: actions/);
    expect(text).to.match(/~ {2}└─ PhoneNumber {2}hotline {2}changed: name/);
    expect(text).to.include("5 purchases, 5 releases");
    expect(text).to.match(/5 numbers bought once, 5 released, nothing left over; charged USD 9\.00; ran on\s+the embedded engine/);
    expect(text).to.not.match(/\x1b/);
    expect(text.trimEnd().split("\n").slice(0, -1).filter((line) => line.length > 80)).to.deep.equal([]);
    expect(leftovers()).to.deep.equal([]);
  });

  it("says what failed, destroys all the same, and ends with 1", async () => {
    const demo = telephony(["demo", "--json", "--engine", "embedded"], { TMPDIR: tmp, TERM: "xterm" });
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(await demo.printed(/simulated on http:\S+\n/))!;
    const fault = { platform: "wiil", method: "POST", path: "/phone-configurations/telephony-provider/purchase", kind: "status", status: 402 };
    const response = await fetch(`${url}/_sandbox/faults`, { method: "POST", body: JSON.stringify(fault) });
    expect(response.status).to.equal(201);

    expect(await demo.exited).to.equal(1);
    const text = demo.stdout();
    expect(text).to.match(/2\/7 Up[^]*error: support: [^]*This stage failed: [^]*7\/7 Destroy[^]*The demo did not come through:\n {2}- Up: /);
    expect(text).to.not.include("3/7");
    // How many of the others were under way when it failed is a matter of chance; that each was given back is not.
    const { orphans, bought, released, charged } = reportOf(demo);
    expect(orphans).to.equal(0);
    expect(bought).to.equal(released).and.be.lessThan(5);
    expect(charged).to.match(/^\d+\.\d\d$/);
    expect(leftovers()).to.deep.equal([]);
  });

  it("says what to install when the CLI is asked for and isn't there", async () => {
    const demo = telephony(["demo", "--engine", "cli"], { TMPDIR: tmp, PATH: path.dirname(process.execPath), PULUMI_HOME: path.join(tmp, "no") });
    expect(await demo.exited).to.equal(1);
    expect(demo.stderr()).to.match(/^error: No Pulumi CLI found: install it from https:/);
    expect(leftovers()).to.deep.equal([]);
  });

  it("refuses an engine that there isn't", async () => {
    const demo = telephony(["demo", "--engine", "terraform"]);
    expect(await demo.exited).to.equal(1);
    expect(demo.stderr()).to.match(/Allowed choices are auto, cli, embedded/);
  });
});

describe("the demo's texts", () => {
  it("adds amounts up without floats", () => {
    expect(sum([])).to.equal("0.00");
    expect(sum(["5.00", "0.00", "1.50"])).to.equal("6.50");
    expect(sum(["0.1", "0.2"])).to.equal("0.30");
    expect(sum(["1", "0.005"])).to.equal("1.005");
    expect(sum(["1.00", "-2.50"])).to.equal("-1.50");
    expect(sum(["90071992547409.93", "0.01"])).to.equal("90071992547409.94");
  });

  it("keeps currencies apart", () => {
    const entry = (amount: string, currency: string): LedgerEntry => ({ at: "", platform: "", kind: "purchase", number: "", amount, currency });
    expect(charges([])).to.equal("nothing");
    expect(charges([entry("1.00", "USD"), entry("2.00", "EUR"), entry("0.50", "USD")])).to.equal("USD 1.50 + EUR 2.00");
  });

  it("wraps at spaces, and lines columns up", () => {
    expect(wrap("one two three", "  ", 9)).to.deep.equal(["  one two", "  three"]);
    expect(wrap("alongerwordthanallowed x", "", 5)).to.deep.equal(["alongerwordthanallowed", "x"]);
    expect(columns([["a", "b"], ["long", "1.00"]], [1])).to.deep.equal(["a        b", "long  1.00"]);
  });
});
