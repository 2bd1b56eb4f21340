/**
 * A lease between the provider processes of one user on one machine: one of them at a time looks for a thing and makes it. When a run
 * is killed its provider lives on for a moment, and a purchase that is under way comes to its end; the next run's provider, which may
 * be there at once, waits for that, looks, and adopts.
 *
 * To hold a lease is to listen on a local socket. The system ends that with the process, whatever kills it, and so ends the
 * connection of everybody who waits.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import type { Context } from "./context.js";

/** The longest deadline of a call that buys, and a little: an orphaned provider has no other call to make after it. */
const LONGEST_MS = 100_000;

/** The shortest limit of all systems (macOS), its closing NUL aside. */
const LONGEST_ADDRESS = 103;

/** Runs the work while no other process does the same. Where there can be no lease it runs without: nothing fails for want of one. */
export async function leased<T>(context: Pick<Context, "call" | "log">, thing: string, work: () => Promise<T>): Promise<T> {
  const release = await take(addressOf(thing), {
    waitMs: LONGEST_MS,
    signal: context.call.signal,
    onWait: () => context.log.info("the provider of an earlier run is still at work on this: waiting for it to end"),
  });
  try {
    return await work();
  } finally {
    release();
  }
}

const held = new Set<string>();

/**
 * Whether no other process of this machine works for the stack at this account; no other will say so until this one has ended. The
 * processes of several providers of one stack keep each other from it, as far as they share an account.
 */
export async function isAlone(context: Pick<Context, "urn" | "organization">, account: string): Promise<boolean> {
  const [stack, project] = context.urn.slice("urn:pulumi:".length).split("::");
  const address = addressOf(`alone ${account} ${context.organization} ${project} ${stack}`);
  if (address === undefined) return false;
  if (held.has(address)) return true;
  const seen = identity(address);
  let own = await listen(address);
  if (own === "taken" && (await isStale(address))) {
    removeStale(address, seen);
    own = await listen(address);
  }
  if (typeof own !== "string") held.add(address);
  return held.has(address); // of two that ask at once in this process the second finds it taken
}

export interface TakeOptions {
  waitMs: number;
  signal?: AbortSignal | undefined;
  onWait?: () => void;
}

const WITHOUT = () => {};

/**
 * Takes a lease, after whoever holds it; without it once the wait is over or where no socket can be made.
 *
 * @returns what releases it
 * @throws the signal's reason
 */
export async function take(address: string | undefined, { waitMs, signal, onWait }: TakeOptions): Promise<() => void> {
  if (address === undefined) return WITHOUT;
  const end = Date.now() + waitMs;
  for (let told = false; Date.now() < end; ) {
    signal?.throwIfAborted();
    const own = await listen(address);
    if (own === "impossible") return WITHOUT;
    if (own !== "taken") return own;
    const seen = identity(address);
    const found = await untilReleased(address, end - Date.now(), signal, () => {
      if (!told) onWait?.();
      told = true;
    });
    if (found === "impossible") return WITHOUT;
    if (found === "stale") removeStale(address, seen);
  }
  return WITHOUT;
}

function listen(address: string): Promise<"taken" | "impossible" | (() => void)> {
  return new Promise((resolve) => {
    const waiting = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      waiting.add(socket);
      socket.on("error", () => {}).on("close", () => waiting.delete(socket));
      socket.unref();
    });
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE" ? "taken" : "impossible"));
    server.listen(address, () => {
      server.unref();
      resolve(() => {
        server.close(); // first: who is woken finds the address free
        for (const socket of waiting) socket.destroy();
      });
    });
  });
}

/** "stale": nobody listens, though there is a socket. */
function untilReleased(address: string, waitMs: number, signal: AbortSignal | undefined, onWait: () => void): Promise<"released" | "stale" | "impossible"> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(address);
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      finish();
      socket.destroy();
    };
    const aborted = () => settle(() => reject(signal!.reason as Error));
    const timer = setTimeout(() => settle(() => resolve("released")), waitMs); // the caller sees that the time is over
    signal?.addEventListener("abort", aborted, { once: true });
    let failure: string | undefined;
    socket.once("connect", onWait);
    socket.once("error", (error: NodeJS.ErrnoException) => (failure = error.code));
    socket.once("close", () => {
      if (failure === "ECONNREFUSED") settle(() => resolve("stale"));
      else if (failure === undefined || failure === "ENOENT" || failure === "ECONNRESET" || failure === "EPIPE") settle(() => resolve("released"));
      else settle(() => resolve("impossible"));
    });
    socket.resume();
  });
}

/** Whether a process that was killed has left its socket behind. */
function isStale(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(address);
    const settle = (stale: boolean) => {
      resolve(stale);
      socket.destroy();
    };
    socket.once("connect", () => settle(false));
    socket.once("error", (error: NodeJS.ErrnoException) => settle(error.code === "ECONNREFUSED"));
  });
}

const isFile = (address: string) => !address.startsWith("\0") && process.platform !== "win32";

function identity(address: string): string | undefined {
  const stat = isFile(address) ? fs.lstatSync(address, { bigint: true, throwIfNoEntry: false }) : undefined;
  return stat && `${stat.ino} ${stat.mtimeNs}`;
}

/** A process that was killed leaves its socket's file behind. Another one may be about to remove it too, and to listen there itself. */
function removeStale(address: string, seen: string | undefined): void {
  if (seen === undefined) return;
  const aside = `${address}.${process.pid}`;
  try {
    fs.renameSync(address, aside);
    if (identity(aside) !== seen) fs.linkSync(aside, address); // a new one: put back
    fs.rmSync(aside);
  } catch {
    // The other one was faster.
  }
}

/**
 * Where the lease of a thing is. On Linux a name in the kernel's own space, which leaves nothing behind and needs no directory; on
 * Windows a pipe; elsewhere a file in a directory that only this user can write to. undefined where there is no such place.
 */
export function addressOf(thing: string): string | undefined {
  const uid = process.getuid?.();
  const hash = createHash("sha256").update(`${uid ?? os.userInfo().username} ${thing}`).digest("hex").slice(0, 24); // a uid may have no name
  if (process.platform === "linux") return `\0pulumi-telephony-${hash}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\pulumi-telephony-${hash}`;
  return fileAddress(hash, uid!);
}

/** A socket's file. Its path may not be long, which that of a temporary directory can be. */
export function fileAddress(hash: string, uid: number, roots: readonly string[] = [os.tmpdir(), "/tmp"]): string | undefined {
  for (const root of roots) {
    const directory = path.join(root, `pulumi-telephony-${uid}`);
    const address = path.join(directory, hash);
    if (Buffer.byteLength(address) + `.${process.pid}`.length > LONGEST_ADDRESS) continue;
    try {
      fs.mkdirSync(directory, { mode: 0o700 });
    } catch {
      // It is there, or can't be made.
    }
    const stat = fs.lstatSync(directory, { throwIfNoEntry: false });
    if (stat?.isDirectory() && stat.uid === uid && (stat.mode & 0o022) === 0) return address;
  }
  return undefined;
}
