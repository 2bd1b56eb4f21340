/** No engine fails, or does nothing, without saying why. */
import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { SupportsFeatureRequest } from "@pulumi/pulumi/proto/resource_pb";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";
import { expect } from "chai";
import { Recorder } from "../../src/engine/recorder.js";
import { enginesPresent } from "../../src/testing.js";
import { inLab, messages, names, tellMissingEngines, Thing, type Lab } from "./lab.js";

const inEmbedded = (run: (lab: Lab) => Promise<void>) => () => inLab("embedded", {}, [], run);

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("a failure of the embedded engine", () => {
  const { bindAsync } = grpc.Server.prototype; // eslint-disable-line @typescript-eslint/unbound-method -- called with its own
  afterEach(() => (grpc.Server.prototype.bindAsync = bindAsync));

  it(
    "is not handed on by gRPC to a later run that happens to get the same port",
    inEmbedded(async ({ up }) => {
      const address = `127.0.0.1:${await freePort()}`;
      grpc.Server.prototype.bindAsync = function (_address, credentials, callback) {
        bindAsync.call(this, address, credentials, callback);
      };
      const failing = await up(() => {
        new Thing("a", { label: "a" });
        new Thing("a", { label: "b" });
      });
      expect(messages(failing).join()).to.contain("Duplicate resource URN");
      for (const pause of [0, 300]) {
        await sleep(pause); // what was given up may still have something to say
        const next = await up(() => ({ serial: new Thing("a", { label: "a" }).serial }));
        expect(next.ok, JSON.stringify(next.diagnostics)).to.equal(true);
      }
    }),
  );

  it(
    "that the program brings about is told, be it of a kind that the SDK takes for the engine's end",
    inEmbedded(async ({ up }) => {
      for (const code of [grpc.status.CANCELLED, grpc.status.UNAVAILABLE]) {
        const failed = await up(() => Promise.reject(Object.assign(new Error("Command failed: make"), { code })));
        expect(failed.ok).to.equal(false);
        expect(messages(failed).join()).to.contain("Command failed: make");
      }
    }),
  );

  it(
    "that is logged without a text is an error all the same",
    inEmbedded(async ({ up }) => {
      const failed = await up(() => void pulumi.log.error(""));
      expect(failed.ok).to.equal(false);
      expect(messages(failed)).to.deep.equal(["an error without a message"]);
    }),
  );

  it("that nobody told of is told of at the end", () => {
    expect(messages(new Recorder().result(false, {}))).to.deep.equal(["the operation failed, and nothing said why"]);
    expect(messages(new Recorder().result(true, {}))).to.deep.equal([]);
  });
});

/** Passes connections on from one port to another, until it is closed with all of them. */
class Relay {
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;

  constructor(to: number) {
    this.#server = net.createServer((socket) => {
      const other = net.connect(to, "127.0.0.1");
      for (const [from, into] of [[socket, other], [other, socket]] as const) {
        this.#sockets.add(from);
        from.on("error", () => into.destroy()).pipe(into);
      }
    });
  }

  listen = (port: number) => new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

describe("a program in this process, on the CLI", () => {
  const { addService } = grpc.Server.prototype; // eslint-disable-line @typescript-eslint/unbound-method -- called with its own
  afterEach(() => (grpc.Server.prototype.addService = addService));

  tellMissingEngines();
  if (!enginesPresent().includes("cli")) return;

  it("is not handed the failed connection of one before it, whose CLI had the same port", async () => {
    const port = await freePort();
    let relay: Relay | undefined;
    // Whichever port the CLI listens on, the program is told this one.
    grpc.Server.prototype.addService = function (service, implementation) {
      const { run } = implementation as { run?: grpc.handleUnaryCall<RunRequest, unknown> };
      const viaRelay: typeof run = (call, callback) => {
        relay = new Relay(Number(call.request.getMonitorAddress().split(":").at(-1)));
        call.request.setMonitorAddress(`127.0.0.1:${port}`);
        void relay.listen(port).then(() => run!.call(implementation, call, callback));
      };
      addService.call(this, service, run ? Object.assign(implementation, { run: viaRelay }) : implementation);
    };

    await inLab("cli", {}, [], async ({ up, state }) => {
      let monitor: ReturnType<typeof getMonitor>;
      const first = await up(() => {
        monitor = getMonitor();
        new Thing("a", { label: "a" });
      });
      expect(names(first)).to.include("create a");
      await relay!.close();
      const late = await new Promise<grpc.ServiceError | null>((resolve) => monitor!.supportsFeature(new SupportsFeatureRequest(), (error) => resolve(error)));
      expect(late).to.have.property("code", grpc.status.UNAVAILABLE);

      const second = await up(() => void new Thing("a", { label: "a" }));
      expect(second.ok, messages(second).join()).to.equal(true);
      expect(names(second)).to.deep.equal([]);
      expect((await state()).deployment.resources?.some(({ urn }) => urn.endsWith("::a"))).to.equal(true);
      await relay!.close();
    });
  });
});
