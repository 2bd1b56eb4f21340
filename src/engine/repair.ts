/**
 * What a run that died leaves behind in a file backend, and how to put it right. Nothing here calls a platform or an engine.
 *
 * The CLI writes every file of the backend in three steps (Go: gocloud.dev/blob/fileblob, writerWithSidecar): all of it into
 * `<file>.<time>.tmp`, then `<file>.attrs` in place, then a rename over `<file>`. So the file itself is always whole, and so is
 * `<file>.bak`, the copy that is made of it before each write. What a SIGKILL tears is the `.attrs`: it is left empty, and from then
 * on every command fails with "failed to load checkpoint: EOF". The state that was being written is whole in the `.tmp`.
 * A checkpoint that is itself broken comes from a full disk, a power cut or another tool; then the `.bak` is what there is.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as zlib from "node:zlib";
import type { Deployment } from "./engine.js";
import { runsStill } from "./process-table.js";

/** One stack's files, wherever this backend keeps them. */
export interface StackPlace {
  backendDir: string;
  /** The checkpoint: of several compressions the one that was written last, as the CLI chooses. */
  checkpoint: string;
  lockDir: string;
}

const VARIANTS = ["", ".gz", ".zst"];

/** Finds the stack, in the layout by project or in the older one without; undefined when it does not exist. */
export function findStack(backendDir: string, project: string, stack: string): StackPlace | undefined {
  const root = path.join(backendDir, ".pulumi");
  const layouts = [
    { base: path.join(root, "stacks", project, `${stack}.json`), lockDir: path.join(root, "locks", "organization", project, stack) },
    { base: path.join(root, "stacks", `${stack}.json`), lockDir: path.join(root, "locks", stack) },
  ];
  for (const { base, lockDir } of layouts) {
    const [checkpoint] = VARIANTS.map((extension) => base + extension)
      .filter((file) => fs.existsSync(file))
      .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
    if (checkpoint) return { backendDir, checkpoint, lockDir };
  }
  return undefined;
}

/** The deployment in a checkpoint file; undefined when the file is broken. */
export function readCheckpoint(file: string): Deployment["deployment"] | undefined {
  try {
    const { checkpoint } = JSON.parse(unpacked(fs.readFileSync(file)).toString("utf8")) as { checkpoint?: { latest?: Deployment["deployment"] | null } };
    return checkpoint ? (checkpoint.latest ?? { manifest: { time: "", magic: "", version: "" } }) : undefined;
  } catch (error) {
    if (error instanceof CannotJudge) throw error;
    return undefined;
  }
}

class CannotJudge extends Error {}

function unpacked(bytes: Buffer): Buffer {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return zlib.gunzipSync(bytes);
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== 0xfd2fb528) return bytes;
  const unzstd = (zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer }).zstdDecompressSync;
  if (!unzstd) throw new CannotJudge("the state is compressed with zstd, which this Node.js can't read; Node.js 22.15 can");
  return unzstd(bytes);
}

// ---- locks ----

export interface Lock {
  file: string;
  /** Absent where the lock itself is torn: then its writer died while it wrote. */
  holder?: { pid: number; username: string; hostname: string; timestamp: string };
  /** "alive" and "dead" are known of this machine only. */
  state: "dead" | "alive" | "elsewhere";
}

/** The locks of a stack, and what has become of their holders. A lock that is torn is looked at twice: it may just be written. */
export async function findLocks({ lockDir }: StackPlace): Promise<Lock[]> {
  const read = (): Lock[] =>
    (fs.existsSync(lockDir) ? fs.readdirSync(lockDir) : [])
      .filter((name) => /\.json(\.\w+\.tmp)?$/.test(name)) // an unfinished one keeps the CLI out too
      .map((name) => judged(path.join(lockDir, name)));
  const locks = read();
  if (locks.every(({ holder }) => holder)) return locks;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return read();
}

function judged(file: string): Lock {
  let holder: Lock["holder"];
  try {
    holder = JSON.parse(fs.readFileSync(file, "utf8")) as Lock["holder"];
  } catch {
    // Torn, or gone by now.
  }
  if (typeof holder?.pid !== "number") return { file, state: "dead" };
  if (holder.hostname !== os.hostname()) return { file, holder, state: "elsewhere" };
  return { file, holder, state: runsStill(holder.pid, new Date(holder.timestamp)) ? "alive" : "dead" };
}

export function removeLock({ file }: Lock): void {
  fs.rmSync(file, { force: true });
  fs.rmSync(`${file}.attrs`, { force: true });
}

// ---- the checkpoint ----

/** What was wrong with the checkpoint, and what was done about it. */
export type Repair =
  | { kind: "finished"; file: string }
  | { kind: "attrs"; file: string }
  | { kind: "restored"; from: string; brokenKept: string };

/**
 * Makes the checkpoint readable again. The caller has made sure that nobody writes it.
 *
 * @param died whether there are other signs of a run that died: a write that was complete but for the rename is then finished
 * @throws when neither the checkpoint nor its copy is whole
 */
export function repairCheckpoint(place: StackPlace, died: boolean): Repair[] {
  const repairs: Repair[] = [];
  const { checkpoint } = place;
  for (const file of tornAttributes(place)) {
    fs.rmSync(file);
    repairs.push({ kind: "attrs", file });
  }
  const whole = readCheckpoint(checkpoint) !== undefined;
  const finished = died || repairs.length > 0 || !whole ? finishWrite(checkpoint, whole) : undefined;
  if (finished) return [...repairs, { kind: "finished", file: finished }];
  if (whole) return repairs;

  const copy = `${checkpoint}.bak`;
  if (!fs.existsSync(copy) || !readCheckpoint(copy)) {
    const backups = path.join(place.backendDir, ".pulumi", "backups");
    throw new Error(`the state in ${checkpoint} is broken, and so is the copy beside it. Look for an older one below ${backups}, and bring it in with: pulumi stack import`);
  }
  const brokenKept = `${checkpoint}.broken-${new Date().toISOString().replace(/[:.]/g, "-")}`;
  fs.copyFileSync(checkpoint, brokenKept);
  replaceFile(checkpoint, fs.readFileSync(copy));
  return [...repairs, { kind: "restored", from: copy, brokenKept }];
}

/** Sidecars that hold no JSON: of the stack's own files, and of the backend's version. */
function tornAttributes({ backendDir, checkpoint }: StackPlace): string[] {
  const directory = path.dirname(checkpoint);
  const stack = path.basename(checkpoint).replace(/json(\.gz|\.zst)?$/, "");
  const files = fs.readdirSync(directory).filter((name) => name.startsWith(stack) && name.endsWith(".attrs")).map((name) => path.join(directory, name));
  files.push(path.join(backendDir, ".pulumi", "meta.yaml.attrs"));
  return files.filter((file) => {
    try {
      JSON.parse(fs.readFileSync(file, "utf8"));
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== "ENOENT";
    }
  });
}

/** Puts the newest complete write in place that a kill kept from it. */
function finishWrite(checkpoint: string, whole: boolean): string | undefined {
  const directory = path.dirname(checkpoint);
  const written = fs.statSync(checkpoint).mtimeMs;
  const pattern = new RegExp(`^${path.basename(checkpoint).replace(/[.+]/g, "\\$&")}\\.\\w+\\.tmp$`);
  const [newest] = fs.readdirSync(directory)
    .filter((name) => pattern.test(name))
    .map((name) => path.join(directory, name))
    .filter((file) => fs.statSync(file).mtimeMs >= written && readCheckpoint(file))
    .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
  if (!newest) return undefined;
  if (whole) replaceFile(`${checkpoint}.bak`, fs.readFileSync(checkpoint));
  fs.renameSync(newest, checkpoint);
  return newest;
}

function replaceFile(file: string, content: Buffer): void {
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, content);
  fs.renameSync(temporary, file);
}
