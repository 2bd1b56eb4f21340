import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";

export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
  at: number;
  socket: Socket;
}

export interface TestServer {
  url: string;
  seen: Seen[];
}

const open: { server: Server; sockets: Set<Socket> }[] = [];

function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  });
  open.push({ server, sockets });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)));
}

/** A real HTTP server; `answer` gets the request with its body read, and how many came before it. */
export async function httpServer(answer: (request: Seen, response: ServerResponse, before: number) => void): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const at = Date.now();
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers, socket } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString(), at, socket });
      answer(seen[seen.length - 1]!, response, seen.length - 1);
    });
  });
  return { url: await listen(server), seen };
}

/** Answers as told, one after the other, the last for good. */
export function script(...answers: (number | { status?: number; headers?: Record<string, string>; body?: unknown })[]): Promise<TestServer> {
  return httpServer((_, response, before) => {
    const step = answers[Math.min(before, answers.length - 1)]!;
    const { status = 200, headers = {}, body } = typeof step === "number" ? { status: step } : step;
    const text = body === undefined ? (status === 200 ? '{"ok":true}' : "") : typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  });
}

/** A TCP server; `answer` gets each request's bytes as they come, with the number of requests and of connections before it. */
export async function tcpServer(answer: (socket: Socket, before: { requests: number; connections: number }) => void): Promise<{ url: string; requests: () => number; connections: () => number }> {
  let requests = 0;
  let connections = 0;
  const server = createTcpServer((socket) => {
    const number = connections++;
    socket.on("data", (bytes) => {
      if (/^(GET|POST|PUT|PATCH|DELETE) /.test(bytes.toString("latin1"))) answer(socket, { requests: requests++, connections: number });
    });
  });
  return { url: await listen(server), requests: () => requests, connections: () => connections };
}

/** A port that nobody listens on. */
export async function deadUrl(): Promise<string> {
  const server = createTcpServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

export async function closeServers(): Promise<void> {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}
