/** Who may look for a thing and make it. The other process is one. */
import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { addressOf, fileAddress, take } from "../../src/provider/lease.js";

const MODULE = path.join(__dirname, "..", "..", "dist", "provider", "lease.js");

describe("a lease", () => {
  let tmp: string;
  const children = new Set<ChildProcess>();
  before(() => void (tmp = fs.mkdtempSync(path.join(os.tmpdir(), "lease-"))));
  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  after(() => fs.rmSync(tmp, { recursive: true, force: true }));

  /** A process that holds the lease until it is killed, or told to release it. */
  async function holder(address: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, ["-e", `
      require(${JSON.stringify(MODULE)}).take(${JSON.stringify(address)}, { waitMs: 10000 }).then((release) => {
        console.log("held");
        process.stdin.once("data", release);
      });`], { stdio: ["pipe", "pipe", "inherit"] });
    children.add(child);
    await once(child.stdout, "data");
    return child;
  }
  const options = (onWait?: () => void) => ({ waitMs: 20_000, ...(onWait && { onWait }) });

  const uid = process.getuid?.() ?? 0;
  const addresses: [string, () => string][] = [["this system's own address", () => addressOf(`test ${process.pid} ${Math.random()}`)!]];
  if (process.platform !== "win32") addresses.push(["a file", () => fileAddress(`t${Math.random().toString(36).slice(2)}`, uid, [tmp])!]);

  for (const [what, fresh] of addresses)
    describe(`at ${what}`, () => {
      it("is one process's at a time, and goes on when it is released", async () => {
        const address = fresh();
        const child = await holder(address);
        let waited = false;
        const taken = take(address, options(() => (waited = true)));
        setTimeout(() => child.stdin!.write("release"), 300);
        const before = Date.now();
        (await taken)();
        expect(waited).to.be.true;
        expect(Date.now() - before).to.be.at.least(250);
      });

      it("ends with the process that holds it, whatever kills that", async () => {
        const address = fresh();
        const child = await holder(address);
        const before = Date.now();
        const taken = take(address, options());
        setTimeout(() => child.kill("SIGKILL"), 300);
        (await taken)();
        expect(Date.now() - before).to.be.within(250, 5_000);
        (await take(address, options()))();
      });

      it("is had by one after the other of many who wait", async () => {
        const address = fresh();
        const child = await holder(address);
        let inside = 0;
        const all = Array.from({ length: 20 }, async () => {
          const release = await take(address, options());
          expect(++inside, "holders").to.equal(1);
          await new Promise((resolve) => setTimeout(resolve, 5));
          inside--;
          release();
        });
        child.kill("SIGKILL");
        await Promise.all(all);
      });

      it("is waited for no longer than told, and not when the engine is gone", async () => {
        const address = fresh();
        await holder(address);
        const before = Date.now();
        (await take(address, { waitMs: 200 }))();
        expect(Date.now() - before).to.be.within(190, 3_000);
        const abort = new AbortController();
        const taken = take(address, { waitMs: 20_000, signal: abort.signal }).then(() => undefined, (error: Error) => error.message);
        setTimeout(() => abort.abort(new Error("gone")), 100);
        expect(await taken).to.equal("gone");
      });
    });

  it("differs by thing", () => {
    expect(addressOf("a")).to.equal(addressOf("a")).and.not.equal(addressOf("b"));
  });

  it("is done without where no socket can be made", async () => {
    (await take(undefined, options()))();
    (await take(path.join(tmp, "no", "such", "directory"), options()))();
  });

  if (process.platform !== "win32") {
    it("takes no path that is too long, and no directory that others can write to", () => {
      const long = path.join(tmp, "x".repeat(100));
      fs.mkdirSync(long);
      expect(fileAddress("hash", uid, [long])).to.equal(undefined);
      expect(fileAddress("hash", uid, [long, tmp])).to.equal(path.join(tmp, `pulumi-telephony-${uid}`, "hash"));
      const open = path.join(tmp, "open");
      fs.mkdirSync(path.join(open, `pulumi-telephony-${uid}`), { recursive: true });
      fs.chmodSync(path.join(open, `pulumi-telephony-${uid}`), 0o777);
      expect(fileAddress("hash", uid, [open]), "anybody's").to.equal(undefined);
      expect(fileAddress("hash", uid + 1, [tmp]), "another user's").to.satisfy((a: string | undefined) => a === undefined || !a.includes(`-${uid}/`));
      const linked = path.join(tmp, "linked");
      fs.mkdirSync(linked);
      fs.symlinkSync(tmp, path.join(linked, `pulumi-telephony-${uid}`));
      expect(fileAddress("hash", uid, [linked]), "a link").to.equal(undefined);
    });
  }
});
