import { expect } from "chai";
import { spawn } from "node:child_process";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { closeServers, httpServer } from "./servers.js";

/** Runs one-call.ts; resolves with its output and how long it lived on after the last line of it. */
function run(url: string, env: Record<string, string>): Promise<{ output: string; errors: string; code: number | null; lingeredMs: number }> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
  const child = spawn(process.execPath, ["--require", "tsx/cjs", join(__dirname, "one-call.ts"), url, "k3y-of-the-account"], { env: { ...clean, ...env } });
  let output = "";
  let errors = "";
  let last = 0;
  child.stdout.on("data", (text: Buffer) => {
    output += text.toString();
    last = Date.now();
  });
  child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ output, errors, code, lingeredMs: Date.now() - last })));
}

describe("http in a process of its own", () => {
  afterEach(closeServers);

  it("lets a script end while connections are kept alive", async () => {
    const server = await httpServer((_, response) => response.writeHead(200, { "keep-alive": "timeout=60" }).end("{}"));
    const { output, code, lingeredMs } = await run(server.url, {});
    expect(output).to.equal("done\n");
    expect(code).to.equal(0);
    expect(lingeredMs).to.be.below(1_500);
  });

  it("prints no warning", async () => {
    const server = await httpServer((_, response) => response.end("{}"));
    expect((await run(server.url, {})).errors).to.equal("");
  });

  describe("behind a proxy", () => {
    let proxy: { url: string; tunnels: string[]; close: () => void };

    beforeEach(async () => {
      const tunnels: string[] = [];
      const sockets: Socket[] = [];
      const server = createServer((_, response) => response.writeHead(500).end());
      server.on("connect", (request: IncomingMessage, client: Socket, head: Buffer) => {
        tunnels.push(request.url ?? "");
        const [host, port] = (request.url ?? "").split(":");
        const upstream = connect(Number(port), host, () => {
          client.write("HTTP/1.1 200 Connection established\r\n\r\n");
          upstream.write(head);
          upstream.pipe(client).pipe(upstream);
        });
        sockets.push(client, upstream);
        for (const socket of [client, upstream]) socket.on("error", () => {});
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      proxy = {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        tunnels,
        close: () => {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      };
    });
    afterEach(() => proxy.close());

    it("honours HTTP_PROXY, for calls of both kinds", async () => {
      const server = await httpServer((_, response) => response.end("{}"));
      const { output, code } = await run(server.url, { HTTP_PROXY: proxy.url });
      expect(output).to.equal("done\n");
      expect(code).to.equal(0);
      expect(server.seen.map(({ method }) => method)).to.deep.equal(["GET", "POST"]);
      expect(proxy.tunnels).to.deep.equal([server.url.slice(7), server.url.slice(7)]);
    });

    it("honours NO_PROXY", async () => {
      const server = await httpServer((_, response) => response.end("{}"));
      expect((await run(server.url, { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" })).output).to.equal("done\n");
      expect(proxy.tunnels).to.be.empty;
    });

    it("tells a proxy that refuses without its password", async () => {
      const server = await httpServer((_, response) => response.end("{}"));
      proxy.close();
      const { output, errors } = await run(server.url, { HTTP_PROXY: proxy.url.replace("//", "//user:pr0xy-passw0rd@") });
      expect(output).to.match(/^network: voipbin: GET \/numbers failed: no connection \(.*ECONNREFUSED/);
      expect(output + errors).not.to.contain("pr0xy-passw0rd").and.not.to.contain("k3y-of-the-account");
    });
  });
});
