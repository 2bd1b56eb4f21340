/** Finds the real Pulumi CLI, without ever downloading it. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

export interface Cli {
  /** Absolute path of the `pulumi` executable. */
  command: string;
  /** Without the leading "v". */
  version: string;
}

const suffix = process.platform === "win32" ? ".exe" : "";
const found = new Map<string, Cli | undefined>();

/**
 * The CLI on PATH, else where `get.pulumi.com` installs it, else where the `pulumi` npm launcher keeps what it downloaded
 * (`<PULUMI_HOME>/versions/<version>/bin`, newest first). The launcher itself does not count: starting it may download.
 * The CLI needs its Node.js language host beside it, or on PATH.
 */
export function findCli(env: NodeJS.ProcessEnv = process.env): Cli | undefined {
  const key = `${env.PATH}\0${env.PULUMI_HOME}\0${env.PULUMI_VERSION}`;
  if (!found.has(key)) found.set(key, search(env));
  return found.get(key);
}

function search(env: NodeJS.ProcessEnv): Cli | undefined {
  const pathDirectories = (env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const home = env.PULUMI_HOME || path.join(os.homedir(), ".pulumi");
  const versions = path.join(home, "versions");
  const downloaded = fs.existsSync(versions) ? fs.readdirSync(versions).sort(newestFirst) : [];
  if (env.PULUMI_VERSION) downloaded.unshift(env.PULUMI_VERSION); // the launcher's own override
  const directories = [
    ...pathDirectories,
    path.join(home, "bin"),
    ...downloaded.map((version) => path.join(versions, version, "bin")),
  ];
  for (const directory of directories) {
    const command = path.resolve(directory, `pulumi${suffix}`);
    if (!isBinary(command)) continue;
    if (![directory, ...pathDirectories].some((d) => isBinary(path.join(d, `pulumi-language-nodejs${suffix}`)))) continue;
    try {
      const version = execFileSync(command, ["version"], {
        encoding: "utf8",
        env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
        stdio: ["ignore", "pipe", "ignore"],
      });
      return { command, version: version.trim().replace(/^v/, "") };
    } catch {
      // Another platform's binary, or half a download: look further.
    }
  }
  return undefined;
}

/** An executable that is not a script: the launcher is one. */
function isBinary(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    const real = fs.realpathSync(file);
    if (!fs.statSync(real).isFile()) return false;
    const head = Buffer.alloc(2);
    const descriptor = fs.openSync(real, "r");
    try {
      return fs.readSync(descriptor, head) === 2 && head.toString() !== "#!";
    } finally {
      fs.closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

const newestFirst = (a: string, b: string) => b.localeCompare(a, undefined, { numeric: true });
