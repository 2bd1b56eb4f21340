/** The embedded engine never fails without saying why. */
import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Recorder } from "../../src/engine/recorder.js";
import { inLab, messages, Thing, type Lab } from "./lab.js";

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
