/** A git repository with the program of examples/gitops, and a machine that runs its pipeline. */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EngineKind, Sandbox } from "pulumi-telephony/testing";
import { findCli } from "../../src/engine/find-cli.js";
import type { JobResult, Trigger } from "./run-workflow.mjs";

export const root = path.join(__dirname, "..", "..");

/** What was posted on GitHub, in order. */
export interface Post {
  command: string;
  args: string[];
  body: string;
}

export interface Repository {
  readonly directory: string;
  /** Changes a file and commits; returns the commit. */
  commit(message: string, changes: Record<string, (text: string) => string>): string;
  /** The commits of a branch become main's. */
  merge(commit: string): void;
  readonly posts: () => Post[];
  /** Runs the workflow; `started` gets the runner's process. */
  run(trigger: Partial<Trigger> & Pick<Trigger, "event">, started?: (pid: number) => void): Promise<JobResult[]>;
  /** Runs the jobs that GitLab would run for this pipeline source; ends with the exit code, what was said, and the comment it would post. */
  gitlab(source: "push" | "merge_request_event" | "schedule"): Promise<{ code: number | null; output: string; comment: string }>;
  /** The environment of its pipelines, `npm`, `gh` and, without a CLI, `pulumi` among it. */
  readonly env: Record<string, string>;
  remove(): void;
}

const script = (file: string, text: string) => writeFileSync(file, text, { mode: 0o755 });

/** Runs a workflow in a process of its own; `started` gets its id. */
export function runWorkflow(trigger: Trigger, env: NodeJS.ProcessEnv = process.env, started?: (pid: number) => void): Promise<JobResult[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", path.join(__dirname, "run-workflow.mts"), JSON.stringify(trigger)], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    started?.(child.pid!);
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.once("error", reject);
    child.once("close", (code, killed) => {
      if (code === 0) return resolve(JSON.parse(out.trim().split("\n").pop()!) as JobResult[]);
      reject(new Error(killed ? `killed by ${killed}` : `the runner ended with ${code}: ${err || out}`));
    });
  });
}

/** `engine: "embedded"` gives the pipeline a `pulumi` that runs the embedded engine. */
export function openRepository(engine: EngineKind, sandbox: Sandbox, settings: Record<string, string>): Repository {
  const home = mkdtempSync(path.join(tmpdir(), "telephony-gitops-"));
  const [directory, bin, state, postsFile] = ["repository", "bin", "state", "posts.jsonl"].map((name) => path.join(home, name)) as [string, string, string, string];
  for (const made of [directory, bin, state]) mkdirSync(made);
  cpSync(path.join(root, "examples", "gitops"), directory, { recursive: true, filter: (file) => !file.includes("node_modules") });

  // The registry doesn't have this version: what `npm ci` would install is here already.
  script(path.join(bin, "npm"), `#!/bin/sh\n[ "$1" = ci ] || exit 64\nln -s "${path.join(root, "node_modules")}" node_modules\n`);
  script(path.join(bin, "npx"), `#!/bin/sh\n[ "$1" = telephony ] || exit 64\nshift\nexec "${process.execPath}" "${path.join(root, "dist", "cli", "main.js")}" "$@"\n`);
  script(path.join(bin, "gh"), `#!/bin/sh\nexec "${process.execPath}" "${path.join(__dirname, "gh.cjs")}" "$@"\n`);
  const cli = engine === "cli" ? findCli() : undefined;
  if (!cli) script(path.join(bin, "pulumi"), `#!/bin/sh\nexec "${process.execPath}" --require "${require.resolve("tsx/cjs")}" "${path.join(__dirname, "pulumi.ts")}" "$@"\n`);
  const pathWithout = (process.env["PATH"] ?? "").split(path.delimiter).filter((directory_) => cli !== undefined || !existsSync(path.join(directory_, "pulumi")));
  const env: Record<string, string> = {
    ...(process.env as Record<string, string>),
    ...settings,
    ...{ PATH: [bin, ...(cli ? [path.dirname(cli.command)] : []), ...pathWithout].join(path.delimiter) },
    ...{ PULUMI_HOME: path.join(home, "pulumi"), PULUMI_SKIP_UPDATE_CHECK: "true", GITHUB_POSTS: postsFile },
  };
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false", ...args], { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Declare the hotline");

  return {
    directory,
    env,
    commit: (message, changes) => {
      git("checkout", "--quiet", "--detach", "main");
      for (const [name, change] of Object.entries(changes)) {
        const file = path.join(directory, name);
        const before = readFileSync(file, "utf8");
        const after = change(before);
        if (after === before) throw new Error(`"${message}" changes nothing in ${name}`);
        writeFileSync(file, after);
      }
      git("commit", "--quiet", "--all", "--message", message);
      return git("rev-parse", "HEAD");
    },
    merge: (commit) => {
      git("checkout", "--quiet", "main");
      git("merge", "--quiet", "--ff-only", commit);
    },
    posts: () => (existsSync(postsFile) ? readFileSync(postsFile, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Post) : []),
    run: (trigger, started) => {
      const whole: Trigger = {
        ...{ repository: directory, workflow: ".github/workflows/numbers.yml", ref: "main" },
        vars: { PULUMI_BACKEND_URL: `file://${state}` },
        secrets: { PULUMI_CONFIG_PASSPHRASE: "test", VOIPBIN_ACCESS_KEY: sandbox.env["VOIPBIN_ACCESS_KEY"]! },
        ...trigger,
      };
      return runWorkflow(whole, env, started);
    },
    gitlab: (source) =>
      new Promise((resolve, reject) => {
        const variables = { CI_PIPELINE_SOURCE: source, PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "test" };
        const args = ["--force-shell-executor", ...Object.entries(variables).flatMap(([key, value]) => ["--variable", `${key}=${value}`])];
        const clone = path.join(home, "gitlab");
        const comment = path.join(clone, "comment.md");
        rmSync(clone, { recursive: true, force: true });
        git("clone", "--quiet", directory, clone);
        const child = spawn(process.execPath, [require.resolve("gitlab-ci-local"), ...args], { cwd: clone, env, stdio: ["ignore", "pipe", "pipe"] });
        let output = "";
        for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
        child.once("error", reject);
        child.once("close", (code) => resolve({ code, output, comment: existsSync(comment) ? readFileSync(comment, "utf8") : "" }));
      }),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
