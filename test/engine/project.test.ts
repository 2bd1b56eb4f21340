import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { enginesPresent, openEngine, type EngineKind, type OpenEngineOptions } from "../../src/testing.js";
import { messages, names, normalResult, normalState, onEveryEngine, PASSPHRASE, tellMissingEngines, Thing, THINGS, type Lab } from "./lab.js";

const PROJECT = path.join(__dirname, "fixtures", "project");

/** A port that tells when the provider is in the middle of a create, and lets it end. */
async function gate() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const entered = (once(server, "connection") as Promise<[net.Socket]>).then(async ([socket]) => {
    const [pid] = (await once(socket, "data")) as [Buffer];
    return { socket, pid: Number(pid.toString()) };
  });
  return {
    port,
    entered,
    open: async () => {
      const { socket } = await entered;
      socket.on("error", () => undefined).end();
      server.close();
    },
  };
}

describe("a project's program", () => {
  tellMissingEngines();

  onEveryEngine("runs in a process of its own, with the project's configuration", async ({ engine, note, state, calls }) => {
    const before = fs.readdirSync(PROJECT);
    const project = engine({ projectDir: PROJECT, config: { password: { value: "hush", secret: true } } });
    const planned = await project.preview();
    const first = await project.up();
    note("preview", normalResult(planned, os.tmpdir()));
    note("up", normalResult(first, os.tmpdir()));
    note("state", normalState(await project.exportState()));
    expect(first.ok, messages(first).join()).to.equal(true);
    expect(first.outputs).to.deep.equal({ serial: 1, password: "hush" });
    expect(first.diagnostics).to.deep.include({ severity: "info", urn: "", message: "hello from project/dev" });
    const warning = first.diagnostics.find(({ severity }) => severity === "warning");
    expect(warning?.urn).to.match(/::second$/);
    expect(JSON.stringify(await state().catch(() => ({})))).to.not.contain("hush");
    expect(calls()).to.deep.equal(["create first-1", "create second-1"]);

    const thrown = await engine({ projectDir: PROJECT, env: { THROW: "1" } }).up();
    note("thrown", normalResult(thrown, os.tmpdir()));
    expect(thrown.ok).to.equal(false);
    expect(messages(thrown).join()).to.contain("thrown by the program");
    expect(calls()).to.deep.equal([]); // what the program did not come to is not deleted
    const destroyed = await project.destroy();
    expect(destroyed.ok).to.equal(true);
    expect(fs.readdirSync(PROJECT), "files in the project").to.deep.equal(before);
  });

  onEveryEngine("has it noted with each resource where in the program it is declared", async ({ engine, note }) => {
    const project = engine({ projectDir: PROJECT });
    await project.up();
    const { resources = [] } = (await project.exportState()).deployment;
    const places = resources.map(({ urn, sourcePosition, stackTrace }) => ({ urn, sourcePosition, stackTrace }));
    note("places", places.sort((a, b) => (a.urn < b.urn ? -1 : 1)));
    const first = places.find(({ urn }) => urn.endsWith("::first"))!;
    expect(first.sourcePosition).to.match(/^project:\/\/\/program\/index\.ts#16,\d+$/);
    expect(first.stackTrace).to.deep.include({ sourcePosition: first.sourcePosition });
    expect(places.find(({ urn }) => urn.includes("pulumi:providers:"))).to.include({ sourcePosition: undefined, stackTrace: undefined });
    await project.destroy();
  });

  onEveryEngine("stops when asked to: what is under way ends and is saved", async ({ engine, note, calls, world }) => {
    const { port, entered, open } = await gate();
    const abort = new AbortController();
    const project = engine({ projectDir: PROJECT, config: { hold: String(port) } });
    const running = project.up({ signal: abort.signal });
    await entered;
    abort.abort();
    await open();
    const result = await running;
    note("canceled", { ok: result.ok, steps: names(result), errors: messages(result) });
    note("state", normalState(await project.exportState()).resources.length);
    expect(messages(result)).to.deep.equal(["update canceled"]);
    expect(calls()).to.deep.equal(["create first-1"]);
    expect(fs.existsSync(path.join(world, "first-1.json"))).to.equal(true);
    const { deployment } = await project.exportState();
    expect(deployment.resources?.map(({ id }) => id)).to.include("first-1");
    expect(deployment).to.not.have.property("pending_operations");
  });

  onEveryEngine("killed in the middle of a create leaves a lock and a pending operation", async (lab) => {
    const { port, entered, open } = await gate();
    const options = { ...labOptions(lab), config: { hold: String(port) } };
    const child = start("up", options);
    const provider = await entered;
    // Both engines write down who holds the lock: that is who is killed.
    const locks = path.join(lab.backendDir, ".pulumi/locks/organization/project/dev");
    const [lockFile = ""] = fs.readdirSync(locks).filter((name) => name.endsWith(".json"));
    const { pid } = JSON.parse(fs.readFileSync(path.join(locks, lockFile), "utf8")) as { pid: number };
    const exited = once(child, "exit");
    process.kill(pid, "SIGKILL");
    await exited;
    // The provider is left behind, ends its create, and nobody hears of it (pulumi-facts §4).
    await open();
    process.kill(provider.pid);

    const project = openEngine({ ...options, config: {} });
    const locked = await project.up();
    lab.note("locked", normalResult(locked, path.dirname(lab.backendDir)));
    expect(messages(locked).join()).to.contain("the stack is currently locked by 1 lock(s)").and.contain(`(pid ${pid})`);

    await project.cancel();
    expect(fs.readdirSync(locks)).to.deep.equal([]);
    await project.cancel(); // no lock is no error
    lab.note("pending", normalState(await project.exportState()));
    const pending = (await project.exportState()).deployment.pending_operations;
    expect(pending?.map(({ type, resource }) => [type, resource.urn.split("::").pop()])).to.deep.equal([["creating", "first"]]);
    const again = await project.up();
    lab.note("again", normalResult(again, path.dirname(lab.backendDir)));
    expect(again.ok, messages(again).join()).to.equal(true);
    expect(messages(again, "warning")[0]).to.contain("with 1 pending operations");
    // Created again, and the operation is still listed: nobody has looked yet.
    lab.note("calls", lab.calls());
    const { deployment } = await project.exportState();
    expect(deployment.pending_operations).to.have.length(1);
    await project.refresh();
    lab.note("after", normalState(await project.exportState()));
    expect((await project.exportState()).deployment.pending_operations, "only a person drops a pending create").to.have.length(1);

    const cleared = await project.refresh({ clearPendingCreates: true });
    lab.note("cleared", [normalResult(cleared, path.dirname(lab.backendDir)), normalState(await project.exportState())]);
    expect(cleared.ok, messages(cleared).join()).to.equal(true);
    expect((await project.exportState()).deployment).to.not.have.property("pending_operations");
    lab.note("refreshed twice", lab.calls().sort()); // side by side, in any order
  });

  onEveryEngine("takes no lock away where there is no stack", async ({ engine }) => {
    const failed = await engine().cancel().then(() => undefined, (error: Error) => error.message);
    expect(failed).to.contain("no stack named 'dev' found");
  });

  for (const [writer, reader] of pairs())
    it(`may be carried on by the other engine (${writer} -> ${reader})`, async () => {
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), "carry-"));
      const world = path.join(directory, "world");
      fs.mkdirSync(world);
      const open = (engine: EngineKind, backend: string) =>
        openEngine({
          engine,
          projectDir: THINGS,
          backendDir: path.join(directory, backend),
          passphrase: PASSPHRASE,
          env: { WORLD: world },
          config: { "test:account": { value: "secret account", secret: true } },
          program: () => {
            const a = new Thing("a", { label: "a", color: "red" }, { additionalSecretOutputs: ["token"], protect: false });
            const b = new Thing("b", { label: "b", shape: a.token, nested: { none: null, yes: true } }, { parent: a });
            return Promise.resolve({ token: a.token, b: b.id });
          },
        });
      try {
        const first = open(writer, "shared");
        expect((await first.up()).ok).to.equal(true);
        // In the same directory…
        const second = open(reader, "shared");
        const planned = await second.preview();
        expect(planned.summary, messages(planned).join()).to.deep.equal({ same: 3 });
        expect(planned.outputs).to.deep.equal({ token: "token of a-1", b: "b-1" });
        // … and through export and import.
        const third = open(reader, "other");
        await third.importState(await first.exportState());
        const carriedOn = await third.up();
        expect(carriedOn.summary, messages(carriedOn).join()).to.deep.equal({ same: 3 });
        expect((await third.refresh()).summary).to.deep.equal({ same: 3 });
        const destroyed = await second.destroy();
        expect(names(destroyed)).to.deep.equal(["delete b", "delete a", "delete things-dev"]);
        expect((await first.up()).summary).to.deep.equal({ create: 3 });
      } finally {
        fs.rmSync(directory, { recursive: true, force: true });
      }
    });

  it("runs several embedded engines side by side", async () => {
    const results = await Promise.all(
      ["one", "two", "three"].map(async (stack) => {
        const directory = fs.mkdtempSync(path.join(os.tmpdir(), "side-"));
        const engine = openEngine({
          engine: "embedded",
          projectDir: PROJECT,
          stack,
          backendDir: directory,
          passphrase: PASSPHRASE,
          config: { size: "1", tags: "[]" },
          env: { WORLD: directory },
        });
        const result = await engine.up();
        fs.rmSync(directory, { recursive: true, force: true });
        return result;
      }),
    );
    expect(results.map(({ ok, outputs }) => [ok, outputs.serial])).to.deep.equal([[true, 1], [true, 1], [true, 1]]);
  });

  it("needs the right passphrase, on either engine", async () => {
    for (const kind of enginesPresent()) {
      const backendDir = fs.mkdtempSync(path.join(os.tmpdir(), "pass-"));
      const open = (passphrase: string) =>
        openEngine({ engine: kind, projectDir: THINGS, backendDir, passphrase, env: { WORLD: backendDir }, program: () => Promise.resolve({}) });
      expect((await open("right").up()).ok).to.equal(true);
      const wrong = await open("wrong").up();
      expect(wrong.ok).to.equal(false);
      expect(messages(wrong).join(), kind).to.contain("incorrect passphrase");
      fs.rmSync(backendDir, { recursive: true, force: true });
    }
  });
});

function pairs(): [EngineKind, EngineKind][] {
  return enginesPresent().includes("cli") ? [["embedded", "cli"], ["cli", "embedded"]] : [["embedded", "embedded"]];
}

const labOptions = (lab: Lab): OpenEngineOptions => ({
  engine: lab.kind,
  projectDir: PROJECT,
  backendDir: lab.backendDir,
  passphrase: PASSPHRASE,
  env: { WORLD: lab.world },
});

function start(operation: string, options: OpenEngineOptions): ChildProcess {
  return spawn(process.execPath, ["--require", "tsx/cjs", path.join(__dirname, "run.ts"), operation, JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

