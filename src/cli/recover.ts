/** `telephony recover`: brings a stack whose last run died to where `pulumi up --yes` goes on by itself, without a question. */
import * as path from "node:path";
import { backendDirectory, backendUrl, findProject } from "../engine/backend-url.js";
import { lock as takeLock, type StackFiles } from "../engine/backend.js";
import { CLI_HINT, findCli, openEngine, type Deployment } from "../engine/index.js";
import { loadProject } from "../engine/project.js";
import { findLocks, findStack, readCheckpoint, removeLock, repairCheckpoint, type Lock, type Repair, type StackPlace } from "../engine/repair.js";
import { plural } from "./ledger.js";
import { passphrase, pulumi, withoutPassword } from "./pulumi.js";

export interface RecoverOptions {
  stack?: string;
  cwd?: string;
  force?: boolean;
  engine: "auto" | "cli" | "embedded";
  json?: boolean;
}

/** What `--json` prints, on one line. */
export interface RecoverReport {
  stack: string;
  engine: "cli" | "embedded";
  /** `pulumi up --yes` goes on from here. */
  ready: boolean;
  /** Something was put right; false on a healthy stack. */
  recovered: boolean;
  locks: { pid?: number; hostname?: string; state: Lock["state"]; removed: boolean }[];
  state: "whole" | Repair["kind"];
  /** The interrupted operations that were found; none is left when `ready`. */
  pending: { type: string; urn: string }[];
  error?: string;
}

/** What the command ends with. */
export const EXIT = {
  /** The stack is ready for `pulumi up`. */
  ready: 0,
  /** It could not be brought there. */
  failed: 1,
  /** A run is under way, and nothing was touched. */
  running: 2,
  /** A run may be under way where it can't be seen from here: `--force` says that there is none. */
  unknown: 3,
} as const;

class Refusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Returns the exit code. */
export async function runRecover(options: RecoverOptions): Promise<number> {
  const say = (text: string) => (options.json ? undefined : console.log(text));
  const report: RecoverReport = {
    stack: options.stack ?? (process.env.PULUMI_STACK || "dev"),
    engine: "embedded",
    ready: false,
    recovered: false,
    locks: [],
    state: "whole",
    pending: [],
  };
  let code: number = EXIT.ready;
  try {
    await recover(options, report, say);
    report.ready = true;
    say(report.recovered ? `${report.stack} is ready: run pulumi up --yes` : `${report.stack} is healthy: nothing to do`);
  } catch (error) {
    report.error = error instanceof Error ? error.message : String(error);
    code = error instanceof Refusal ? error.code : EXIT.failed;
    if (!options.json) console.error(`error: ${report.error}`);
  }
  if (options.json) console.log(JSON.stringify(report));
  return code;
}

type Say = (text: string) => void;

async function recover(options: RecoverOptions, report: RecoverReport, say: Say): Promise<void> {
  const cwd = path.resolve(options.cwd ?? ".");
  const projectDir = findProject(cwd);
  const { name: project } = loadProject(projectDir);
  const cli = options.engine === "embedded" ? undefined : findCli();
  if (options.engine === "cli" && !cli) throw new Error(CLI_HINT);
  report.engine = cli ? "cli" : "embedded";

  const url = backendUrl(projectDir, process.env);
  if (!url) throw new Error("this user is logged in to no backend: run pulumi login, or set PULUMI_BACKEND_URL");
  const backendDir = backendDirectory(url, cwd);
  if (!backendDir && !cli) throw new Error(`the backend ${withoutPassword(url)} needs the Pulumi CLI. ${CLI_HINT}`);

  if (backendDir) {
    const stack = report.stack.split("/").pop()!;
    const place = findStack(backendDir, project, stack);
    if (!place) throw new Error(`no stack named '${report.stack}' of project ${project} in ${backendDir}`);
    await releaseLocks(place, options.force === true, report, say);
    const files = { backendDir, project, stack };
    const unlock = lockOrRefuse(files);
    try {
      mend(place, report, say);
    } finally {
      unlock();
    }
    const left = () => readCheckpoint(place.checkpoint);
    if (cli) return clear({ left: () => Promise.resolve(left()), refresh: (targets) => pulumi(cli.command, cwd, refreshArguments(report.stack, targets)) }, report, say);
    const engine = openEngine({ engine: "embedded", projectDir, backendDir, stack, passphrase: passphrase() });
    const refresh = async (target: string[]) => {
      const result = await engine.refresh({ clearPendingCreates: true, target });
      const errors = result.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
      if (!result.ok) throw new Error(`the refresh failed: ${errors.join("; ")}`);
    };
    return clear({ left: () => Promise.resolve(left()), refresh }, report, say);
  }

  const command = cli!.command;
  if (options.force) {
    // Where nothing is under way some backends refuse: whether the lock is in the way shows in the next command.
    await pulumi(command, cwd, ["cancel", "--yes", "--non-interactive", "--stack", report.stack]).catch((error: Error) => say(error.message));
    report.locks.push({ state: "elsewhere", removed: true });
  } else {
    say(`${withoutPassword(url)} doesn't show from here who holds the lock. If pulumi up says that the stack is locked, and no run is under way, use --force`);
  }
  const left = async () => {
    const text = await pulumi(command, cwd, ["stack", "export", "--non-interactive", "--stack", report.stack]);
    return (JSON.parse(text) as Deployment).deployment;
  };
  const refresh = (targets: string[]) =>
    pulumi(command, cwd, refreshArguments(report.stack, targets)).catch((error: Error) => {
      if (/currently locked|\b409\b/i.test(error.message)) throw new Refusal(EXIT.unknown, `${error.message}\nIf no run is under way, use --force`);
      throw error;
    });
  return clear({ left, refresh }, report, say);
}

/** Keeps everybody out while the state file is repaired. */
function lockOrRefuse(files: StackFiles): () => void {
  try {
    return takeLock(files);
  } catch (error) {
    throw new Refusal(EXIT.running, (error as Error).message); // a run that has begun in this very moment
  }
}

/** Takes the locks of dead runs away; refuses when one may be alive. Nothing is touched before all of them are judged. */
async function releaseLocks(place: StackPlace, force: boolean, report: RecoverReport, say: Say): Promise<void> {
  const locks = await findLocks(place);
  const who = ({ holder }: Lock) => (holder ? `process ${holder.pid} of ${holder.username}@${holder.hostname}, since ${holder.timestamp}` : "nobody: it was not written to its end");
  report.locks = locks.map(({ holder, state }) => ({ ...(holder && { pid: holder.pid, hostname: holder.hostname }), state, removed: false }));
  const alive = locks.find(({ state }) => state === "alive");
  if (alive) throw new Refusal(EXIT.running, `a run of ${report.stack} is under way: ${who(alive)} holds the lock. Wait for it, or end it first`);
  const elsewhere = locks.find(({ state }) => state === "elsewhere");
  if (elsewhere && !force) {
    throw new Refusal(EXIT.unknown, `${who(elsewhere)} holds the lock of ${report.stack}. Whether it runs can't be seen from here. If no run is under way, as in a pipeline that has one at a time, use --force`);
  }
  locks.forEach((lock, i) => {
    removeLock(lock);
    report.locks[i]!.removed = true;
    report.recovered = true;
    say(`lock of a dead run taken away: held by ${who(lock)}`);
  });
}

function mend(place: StackPlace, report: RecoverReport, say: Say): void {
  for (const repair of repairCheckpoint(place, report.recovered)) {
    report.recovered = true;
    report.state = repair.kind;
    if (repair.kind === "attrs") say(`torn by the kill and removed, nothing is lost: ${repair.file}`);
    else if (repair.kind === "finished") say(`state saved whole but not put in place by the dead run: put in place from ${repair.file}`);
    else say(`state broken: restored from its copy, ${repair.from}; the broken one is kept as ${repair.brokenKept}`);
  }
}

interface Pending {
  left: () => Promise<Deployment["deployment"] | undefined>;
  refresh: (targets: string[]) => Promise<unknown>;
}

/**
 * Clears the interrupted operations. An interrupted create is dropped without a call to its platform: the next `up` declares it
 * again and adopts, by its mark, what the dead run has bought. What was being updated or deleted is read again: an `up` would
 * take a number for owned that the dead run has released. Nothing else is read: what no run had in hand is not to be drawn
 * into this, whatever state its platform is in.
 */
async function clear({ left, refresh }: Pending, report: RecoverReport, say: Say): Promise<void> {
  const before = await left();
  const operations = before?.pending_operations ?? [];
  report.pending = operations.map(({ type, resource }) => ({ type, urn: resource.urn }));
  if (operations.length === 0) return;
  say(`${plural(operations.length, "operation")} interrupted:`);
  for (const { type, urn } of report.pending) say(`  ${type} ${urn}`);
  const resources = before?.resources ?? [];
  const interrupted = new Set(operations.filter(({ type }) => type !== "creating").map(({ resource }) => resource.urn));
  // A target is needed, or all would be read; the stack itself is no resource of any platform.
  await refresh([...new Set(resources.filter(({ urn, type }) => interrupted.has(urn) || type === "pulumi:pulumi:Stack").map(({ urn }) => urn))]);
  const rest = (await left())?.pending_operations ?? [];
  if (rest.length > 0) throw new Error(`${plural(rest.length, "operation")} still pending: ${rest.map(({ resource }) => resource.urn).join(", ")}`);
  report.recovered = true;
  say("cleared: the next pulumi up looks for what they have made, and adopts it");
}

const refreshArguments = (stack: string, targets: string[]) => [
  ...["refresh", "--clear-pending-creates", "--yes", "--skip-preview", "--non-interactive", "--stack", stack],
  ...targets.flatMap((urn) => ["--target", urn]),
];
