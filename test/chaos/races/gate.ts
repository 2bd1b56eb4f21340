import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A request on its way to a platform. */
export interface Passing {
  method: string;
  /** With the query. */
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Stands between the provider and the sandbox: a race happens while a request is held here, and not after a time. */
export interface Gate {
  readonly url: string;
  /** Called for every request; the request goes on when it has come to its end. */
  hold: (request: Passing) => Promise<void> | void;
  close(): void;
}

export async function openGate(target: string): Promise<Gate> {
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((incoming, outgoing) => {
    const pass = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const { method = "GET", url: path = "/", headers } = incoming;
      await gate.hold({ method, path, headers, body: body.toString() });
      const onward = http.request(target + path, { method, headers, agent });
      onward.end(body);
      const [answer] = (await once(onward, "response")) as [http.IncomingMessage];
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    };
    pass().catch(() => incoming.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => undefined,
    close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
  return gate;
}
