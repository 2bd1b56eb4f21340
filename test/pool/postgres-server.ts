/** A Postgres server of one's own, thrown away at the end: the distribution's, on a Unix socket, with nothing on the network. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";

export const POSTGRES_HINT = "there is no Postgres here; apt-get install postgresql, or put initdb and postgres on the PATH";

/** The directory of its programs; undefined when it isn't installed. */
function programs(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const directories = [...(process.env["PATH"] ?? "").split(path.delimiter), ...versions.map((v) => path.join(debian, v, "bin"))];
  return directories.find((d) => existsSync(path.join(d, "initdb")) && existsSync(path.join(d, "postgres")));
}

export const hasPostgres = () => programs() !== undefined;

/** Postgres refuses to run as root: there it gets the user that its package made, else nobody. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] })));
      return { uid, gid };
    } catch {
      // no such user
    }
  }
  return {};
}

export interface PostgresServer {
  /** A new, empty database; its URL. */
  createDatabase(): Promise<string>;
  /** kill -9, and nothing is said to anybody. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * undefined where Postgres isn't installed.
 * @param durable waits for the disk, as a real server does: for measuring. What the tests kill is the server, and never the machine.
 */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer | undefined> {
  const bin = programs();
  if (!bin) return undefined;
  const as = user();
  const directory = mkdtempSync(path.join(tmpdir(), "telephony-pg-"));
  if (as.uid !== undefined) chownSync(directory, as.uid, as.gid!);
  const data = path.join(directory, "data");
  execFileSync(path.join(bin, "initdb"), ["-D", data, "-U", "pool", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], { ...as, cwd: directory, stdio: "ignore" });
  const url = (database: string) => `postgres://pool@localhost/${database}?host=${encodeURIComponent(directory)}`;

  let server: ChildProcess | undefined;
  /** Whether it came up; it doesn't while a killed one's last children are still there. */
  const attempt = async (): Promise<boolean> => {
    const child = spawn(path.join(bin, "postgres"), ["-D", data, "-k", directory, "-c", "listen_addresses=", "-c", "max_connections=150", "-c", `fsync=${durable ? "on" : "off"}`], { ...as, cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
    server = child;
    for await (const line of createInterface(child.stderr)) {
      if (line.includes("database system is ready to accept connections")) {
        child.stderr.resume();
        return true;
      }
    }
    return false;
  };
  const end = async (signal: NodeJS.Signals) => {
    const child = server;
    server = undefined;
    if (!child || child.exitCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  };

  let databases = 0;
  const self: PostgresServer = {
    createDatabase: async () => {
      const name = `test${++databases}`;
      const client = new pg.Client(url("postgres"));
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return url(name);
    },
    kill: () => end("SIGKILL"),
    start: async () => {
      for (let i = 0; i < 20; i++) if (await attempt()) return;
      throw new Error("Postgres doesn't start");
    },
    close: async () => {
      await end("SIGINT"); // a fast shutdown
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await self.start();
  return self;
}
