/**
 * The state files of Pulumi's own file backend (`file://`): the same places, the same format and the same locks, so that
 * the CLI and the embedded engine may take turns on one directory and keep each other out while they run.
 *
 * What the CLI writes beside them and nothing here reads (history, the `.attrs` files) is left to the CLI.
 */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { Deployment } from "./engine.js";

/** Where one stack lives in a backend directory. */
export interface StackFiles {
  backendDir: string;
  project: string;
  stack: string;
}

const stateFile = ({ backendDir, project, stack }: StackFiles) =>
  path.join(backendDir, ".pulumi", "stacks", project, `${stack}.json`);
export const lockDir = ({ project, stack }: StackFiles) => path.posix.join(".pulumi/locks/organization", project, stack);

interface Checkpoint {
  version: 3;
  checkpoint: { stack: string; latest?: Deployment["deployment"] | null };
}

/** Reads the deployment of a stack; `undefined` if the stack does not exist. */
export function readDeployment(files: StackFiles): Deployment["deployment"] | undefined {
  let text: string;
  try {
    text = fs.readFileSync(stateFile(files), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const compressed = [".gz", ".zst"].find((extension) => fs.existsSync(stateFile(files) + extension));
    if (compressed)
      throw new Error(`the state of ${files.project}/${files.stack} is compressed, which the embedded engine does not read`);
    return undefined;
  }
  const { version, checkpoint } = JSON.parse(text) as Checkpoint;
  if (version !== 3) throw new Error(`checkpoint version ${String(version)} is not supported by the embedded engine`);
  return checkpoint.latest ?? { manifest: { time: "0001-01-01T00:00:00Z", magic: "", version: "" } };
}

/** Whether the stack exists, whatever its state is like. */
export const stackExists = (files: StackFiles) => ["", ".gz", ".zst"].some((extension) => fs.existsSync(stateFile(files) + extension));

/** Replaces the state in one step: whoever reads it sees the old one or the new one, whatever dies when. */
export function writeDeployment(files: StackFiles, deployment: Deployment["deployment"]): void {
  const file = stateFile(files);
  const content: Checkpoint = {
    version: 3,
    checkpoint: { stack: `organization/${files.project}/${files.stack}`, latest: deployment },
  };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const meta = path.join(files.backendDir, ".pulumi", "meta.yaml");
  if (!fs.existsSync(meta)) fs.writeFileSync(meta, "version: 1\n");
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, JSON.stringify(content));
  fs.renameSync(temporary, file);
}

/** Keeps a copy of the state as it was before an operation, where the CLI keeps it; it is always whole. */
export function backUpDeployment(files: StackFiles): void {
  const file = stateFile(files);
  if (!fs.existsSync(file)) return;
  const temporary = `${file}.bak.${process.pid}.tmp`;
  fs.copyFileSync(file, temporary);
  fs.renameSync(temporary, `${file}.bak`);
}

/** Drops the interrupted creates, and says whether there were any. (Go: filterMapPendingCreates in operations/refresh.go.) */
export function clearPendingCreates(files: StackFiles): boolean {
  const deployment = readDeployment(files);
  const { pending_operations: pending = [], ...rest } = deployment ?? { manifest: { time: "", magic: "", version: "" } };
  const kept = pending.filter(({ type }) => type !== "creating");
  if (kept.length === pending.length) return false;
  backUpDeployment(files);
  writeDeployment(files, { ...rest, ...(kept.length && { pending_operations: kept }) });
  return true;
}

// ---- the lock (Go: pkg/backend/diy/lock.go) ----

interface LockContent {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

function username(): string {
  try {
    return os.userInfo().username;
  } catch {
    return "unknown"; // a uid without a name, as in many containers
  }
}

function checkForLock(files: StackFiles, own: string): void {
  const directory = path.join(files.backendDir, lockDir(files));
  const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  const locks = names.filter((name) => name.endsWith(".json") && name !== own);
  if (locks.length === 0) return;
  const lines = locks.map((name) => {
    const lock = JSON.parse(fs.readFileSync(path.join(directory, name), "utf8")) as LockContent;
    const url = `${pathToFileURL(files.backendDir).href}/${lockDir(files)}/${name}?no_tmp_dir=true`; // as there
    const time = lock.timestamp.replace(/\.\d+/, "");
    return `\n  ${url}: created by ${lock.username}@${lock.hostname} (pid ${lock.pid}) at ${time}`;
  });
  throw new Error(
    `the stack is currently locked by ${locks.length} lock(s). Either wait for the other process(es) to end or ` +
      `delete the lock file with \`pulumi cancel\`.${lines.join("")}`,
  );
}

/** Locks the stack against every other engine, or fails in the CLI's words. Returns what unlocks it. */
export function lock(files: StackFiles): () => void {
  const name = `${crypto.randomUUID()}.json`;
  const file = path.join(files.backendDir, lockDir(files), name);
  checkForLock(files, name);
  const content: LockContent = {
    pid: process.pid,
    username: username(),
    hostname: os.hostname(),
    timestamp: new Date().toISOString(),
  };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(content));
  try {
    // Two that look at the same time both see nothing; each then sees the other's file, and both step back.
    checkForLock(files, name);
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw error;
  }
  return () => fs.rmSync(file, { force: true });
}

/** Takes every lock of the stack away, whoever holds it: `pulumi cancel` on this backend. (Go: CancelCurrentUpdate.) */
export function cancel(files: StackFiles): void {
  const directory = path.join(files.backendDir, lockDir(files));
  for (const name of fs.existsSync(directory) ? fs.readdirSync(directory) : []) fs.rmSync(path.join(directory, name), { force: true });
}
