import { createHash } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { closeSync, constants, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "./database.js";
import { PoolError } from "./error.js";

/** A directory that this process alone may use. Emits "wanted" when another process begins to wait for it. */
export interface Lock extends EventEmitter<{ wanted: [] }> {
  /** Whether somebody waits. */
  readonly wanted: boolean;
  release(): Promise<void>;
}

/** BSD's open(2) flag for flock; macOS has it, Linux has not. */
const O_EXLOCK = 0x20;

/**
 * The lock is a listening socket. The system lets one process have its name, and takes it away when that process ends, however it
 * ends: no lock is ever left behind, and none is taken from a process that is merely slow. Who waits connects, which tells the
 * holder, and is told of the end by the end of the connection.
 *
 * Linux and Windows have names that live no longer than the socket. Elsewhere it is a file, and flock decides who may replace it.
 */
function addressOf(directory: string): { name: string; gate?: string } {
  const { dev, ino } = statSync(directory, { bigint: true });
  const name = `telephony-pool-${createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 24)}`;
  if (process.platform === "linux") return { name: `\0${name}` };
  if (process.platform === "win32") return { name: `\\\\.\\pipe\\${name}` };
  return { name: path.join(tmpdir(), `${name}.sock`), gate: path.join(directory, "lock") };
}

function listen(name: string): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().unref();
    server.once("error", reject).listen(name, () => resolve(server.off("error", reject)));
  });
}

/** undefined when another process has it. */
async function tryLock(directory: string): Promise<Lock | undefined> {
  const { name, gate } = addressOf(directory);
  let handle: number | undefined;
  let server: net.Server;
  try {
    if (gate) {
      handle = openSync(gate, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK, 0o600);
      rmSync(name, { force: true });
    }
    server = await listen(name);
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    if (codeOf(error) === "EADDRINUSE" || codeOf(error) === "EAGAIN") return undefined;
    throw error;
  }

  const waiting = new Set<net.Socket>();
  const lock = Object.assign(new EventEmitter<{ wanted: [] }>(), {
    wanted: false,
    release: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of waiting) socket.destroy();
      await closed;
      if (handle !== undefined) closeSync(handle);
    },
  });
  server.on("connection", (socket) => {
    waiting.add(socket.unref());
    socket.on("error", () => {}).on("close", () => {
      waiting.delete(socket);
      lock.wanted = waiting.size > 0;
    });
    lock.wanted = true;
    lock.emit("wanted");
  });
  writeFileSync(path.join(directory, "holder"), `${process.pid}\n`); // for people, and for the error below
  return lock;
}

/** Resolves when the holder lets go, ends, or the time is over. */
async function untilReleased(name: string, ms: number): Promise<void> {
  const socket = net.connect(name);
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve)); // also when there is nobody to connect to, or it is killed
  const over = new AbortController();
  await Promise.race([closed, sleep(ms, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
  socket.destroy();
}

/**
 * @param patience milliseconds
 * @throws PoolError `unavailable`, naming the process that has the directory
 */
export async function lockDirectory(directory: string, patience: number): Promise<Lock> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const deadline = Date.now() + patience;
  for (;;) {
    const lock = await tryLock(directory);
    if (lock) return lock;
    const left = deadline - Date.now();
    if (left <= 0) break;
    await untilReleased(addressOf(directory).name, left);
    await sleep(Math.random() * 20); // those who waited together don't all try at once
  }
  let holder = "another process";
  try {
    holder = `process ${readFileSync(path.join(directory, "holder"), "utf8").trim()}`;
  } catch {
    // it has only just begun
  }
  throw new PoolError("unavailable", `${holder} has the pool in ${directory} and doesn't let go; end it, or give the pool a Postgres database, which many processes can use at once`);
}
