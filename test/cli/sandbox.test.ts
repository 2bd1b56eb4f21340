import { expect } from "chai";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { killAll, telephony } from "./helpers.js";

describe("telephony sandbox", () => {
  afterEach(killAll);

  const numbersOf = (url: string, key: string) => fetch(`${url}/numbers?accesskey=${key}`);

  it("prints settings that work, for a shell and for a stack, and ends on SIGTERM", async () => {
    const sandbox = telephony(["sandbox", "--port", "0"]);
    const text = await sandbox.printed(/Ctrl-C/);
    const env: Record<string, string> = {};
    for (const [, name, value] of text.matchAll(/^export (\w+)=(\S+)$/gm)) env[name!] = value!;
    expect(Object.keys(env).sort()).to.deep.equal(["BURKI_API_KEY", "BURKI_URL", "VAPI_API_KEY", "VAPI_URL", "VOIPBIN_ACCESS_KEY", "VOIPBIN_URL", "WIIL_API_KEY", "WIIL_URL"]);
    const config = [...text.matchAll(/^pulumi config set (--secret )?(telephony:\w+) (\S+)$/gm)].map(([, secret, key, value]) => ({ key, value, secret: secret !== undefined }));
    expect(config).to.have.deep.members([
      { key: "telephony:vapiUrl", value: env.VAPI_URL, secret: false },
      { key: "telephony:vapiApiKey", value: env.VAPI_API_KEY, secret: true },
      { key: "telephony:burkiUrl", value: env.BURKI_URL, secret: false },
      { key: "telephony:burkiApiKey", value: env.BURKI_API_KEY, secret: true },
      { key: "telephony:wiilUrl", value: env.WIIL_URL, secret: false },
      { key: "telephony:wiilApiKey", value: env.WIIL_API_KEY, secret: true },
      { key: "telephony:voipbinUrl", value: env.VOIPBIN_URL, secret: false },
      { key: "telephony:voipbinAccessKey", value: env.VOIPBIN_ACCESS_KEY, secret: true },
    ]);

    expect((await numbersOf(env.VOIPBIN_URL!, env.VOIPBIN_ACCESS_KEY!)).status).to.equal(200);
    expect((await numbersOf(env.VOIPBIN_URL!, "wrong")).status).to.equal(401);
    const wiil = await fetch(`${env.WIIL_URL}/phone-configurations`, { headers: { "X-WIIL-API-Key": env.WIIL_API_KEY! } });
    expect(wiil.status).to.equal(200);

    // Every control route that it names is there: what is asked for is at worst incomplete, never unknown.
    const base = /below (\S+)$/m.exec(text)![1]!;
    const routes = [...text.matchAll(/^(GET|POST) +(\w+) /gm)];
    expect(routes).to.have.length.greaterThan(5);
    for (const [, method, route] of routes) expect((await fetch(base + route, { method })).status, `${method} ${route}`).to.be.oneOf([200, 400]);

    sandbox.kill("SIGTERM");
    expect(await sandbox.exited).to.equal(0);
  });

  it("prints one line of JSON with --json, and ends on Ctrl-C", async () => {
    const sandbox = telephony(["sandbox", "--port", "0", "--json"]);
    const line = await sandbox.printed(/\n/);
    const { url, env, config } = JSON.parse(line) as { url: string; env: Record<string, string>; config: Record<string, string> };
    expect(env.VOIPBIN_URL).to.equal(`${url}/voipbin/v1.0`).and.to.equal(config["telephony:voipbinUrl"]);
    expect((await numbersOf(env.VOIPBIN_URL!, env.VOIPBIN_ACCESS_KEY!)).status).to.equal(200);
    sandbox.kill("SIGINT");
    expect(await sandbox.exited).to.equal(0);
    expect(sandbox.stdout()).to.equal(line);
    expect(sandbox.stderr()).to.equal("");
  });

  it("says so when the port is in use", async () => {
    const other = net.createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    try {
      const { port } = other.address() as net.AddressInfo;
      const sandbox = telephony(["sandbox", "--port", String(port)]);
      expect(await sandbox.exited).to.equal(1);
      expect(sandbox.stderr()).to.equal(`error: port ${port} is in use. Stop what listens there, or choose another one with --port (0 takes a free one)\n`);
      expect(sandbox.stdout()).to.equal("");
    } finally {
      other.close();
    }
  });

  it("keeps its numbers over a restart with --data", async () => {
    const data = fs.mkdtempSync(path.join(os.tmpdir(), "cli-test-"));
    try {
      const run = async (use: (url: string, env: Record<string, string>) => Promise<void>) => {
        const sandbox = telephony(["sandbox", "--port", "0", "--json", "--data", data]);
        const { url, env } = JSON.parse(await sandbox.printed(/\n/)) as { url: string; env: Record<string, string> };
        await use(url, env);
        sandbox.kill("SIGINT");
        expect(await sandbox.exited).to.equal(0);
      };
      await run(async (_url, env) => {
        const body = JSON.stringify({ number: "+899100200300", type: "virtual", name: "kept" });
        const headers = { "content-type": "application/json" };
        expect((await fetch(`${env.VOIPBIN_URL}/numbers?accesskey=${env.VOIPBIN_ACCESS_KEY}`, { method: "POST", headers, body })).status).to.equal(200);
      });
      await run(async (url) => {
        const numbers = (await (await fetch(`${url}/_sandbox/numbers`)).json()) as { number: string }[];
        expect(numbers.map(({ number }) => number)).to.deep.equal(["+899100200300"]);
      });
    } finally {
      fs.rmSync(data, { recursive: true });
    }
  });

  for (const [args, message] of [
    [["--port", "70000"], /0 to 65535/],
    [["--purchase-time", "soon"], /"soon" is no duration/],
  ] as const) {
    it(`refuses ${args.join(" ")}`, async () => {
      const sandbox = telephony(["sandbox", ...args]);
      expect(await sandbox.exited).to.equal(1);
      expect(sandbox.stderr()).to.match(message);
    });
  }
});
