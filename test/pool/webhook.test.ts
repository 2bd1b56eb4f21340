import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { type LowEvent, SIGNATURE_HEADER, verifyWebhook } from "pulumi-telephony/pool";
import { fill, onEveryDatabase } from "./databases.js";

const SECRET = "whsec_1";

interface Received {
  signature: string | undefined;
  body: string;
}

onEveryDatabase("the low-water webhook", (bench) => {
  let server: Server;
  let received: Received[];
  let answers: number[];
  let url: string;
  beforeEach(async () => {
    [received, answers] = [[], []];
    server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        received.push({ signature: request.headers[SIGNATURE_HEADER] as string | undefined, body });
        response.writeHead(answers.shift() ?? 204).end();
        server.emit("received");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/low`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("is called once for each fall, signed", async () => {
    const pools = [await bench.connect(), await bench.connect(), await bench.connect()];
    const [pool] = pools as [(typeof pools)[0]];
    await fill(pool, 12);
    await pool.configure({ lowWater: 6, webhook: { url, secret: SECRET } });
    expect(await pool.stats()).to.include({ webhookUrl: url }).and.not.have.property("webhookSecret");
    const told = once(server, "received");
    await Promise.all(Array.from({ length: 12 }, (_, i) => pools[i % 3]!.assign(`shop-${i}`)));
    await told;
    for (const each of pools) await each.stats(); // they look too whether there is something to tell
    for (const each of pools) await each.close();
    expect(received).to.have.length(1);
    const { signature, body } = received[0]!;
    expect(JSON.parse(body)).to.deep.include({ type: "pool.low", pool: "shops", lowWater: 6 });
    expect(verifyWebhook(SECRET, signature, body)).to.equal(true);
    expect(verifyWebhook("another", signature, body)).to.equal(false);
    expect(verifyWebhook(SECRET, signature, `${body} `)).to.equal(false);
    expect(verifyWebhook(SECRET, undefined, body)).to.equal(false);
    const old = Math.floor(Date.now() / 1_000) - 400;
    expect(verifyWebhook(SECRET, `t=${old},v1=${createHmac("sha256", SECRET).update(`${old}.${body}`).digest("hex")}`, body)).to.equal(false);
  });

  it("is tried again, and taken over by another process when its caller ends", async () => {
    const pool = await bench.connect();
    await fill(pool, 2);
    answers = [500, 500];
    await pool.configure({ lowWater: 2, webhook: { url, secret: SECRET } });
    const first = once(server, "received");
    await pool.assign("a");
    await first;
    await once(server, "received"); // the same process, two seconds later
    await pool.close();
    const third = once(server, "received");
    const other = await bench.connect();
    await third;
    await other.close();
    const ids = received.map(({ body }) => (JSON.parse(body) as LowEvent).id);
    expect(ids).to.have.length(3);
    expect(new Set(ids)).to.have.property("size", 1);
    await bench.connect();
    expect(received).to.have.length(3);
  });
});
