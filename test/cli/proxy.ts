/** Stands between the command and the sandbox, HTTP as HTTP, and changes what a test wants to see changed. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Answered {
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** @param change gets each answer, and gives what is to be sent in its place */
export async function startProxy(target: string, change: (answer: Answered) => Answered): Promise<{ url: string; paths: string[]; close(): Promise<void> }> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { "x-wiil-api-key": wiil, authorization } = request.headers;
      const path = request.url!;
      paths.push(path);
      const answer = await fetch(target + path, { method: request.method!, headers: { ...(wiil && { "x-wiil-api-key": String(wiil) }), ...(authorization && { authorization }) } });
      const changed = change({ path, headers: { "content-type": answer.headers.get("content-type") ?? "" }, body: await answer.text() });
      response.writeHead(answer.status, changed.headers).end(changed.body);
    })();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
