/**
 * Runs a GitHub Actions workflow on this machine, as far as its steps are shell: a process of its own, since GitHub's parser and its
 * evaluator of expressions are ES modules. `uses:` steps are known by name: a checkout is a clone, what sets up tools is done already.
 *
 *     node --import tsx test/gitops/run-workflow.mts '{"repository":"…","workflow":".github/workflows/numbers.yml","event":"push",…}'
 *
 * The last line of its output is JSON: what each job and step came to.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { ExpressionData } from "@actions/expressions/data/index";
import type { ScalarToken } from "@actions/workflow-parser/templates/tokens/scalar-token";
import { convertWorkflowTemplate, isMapping, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";

/** What triggers the run. */
export interface Trigger {
  /** Git directory that is checked out. */
  repository: string;
  /** Path below it. */
  workflow: string;
  event: "push" | "pull_request" | "schedule" | "workflow_dispatch";
  /** Branch or commit. */
  ref: string;
  /** The event's payload, as `github.event`. */
  payload?: Record<string, unknown>;
  /** What somebody chose who started it by hand. */
  inputs?: Record<string, unknown>;
  secrets?: Record<string, string>;
  vars?: Record<string, string>;
}

export interface StepResult {
  step: string;
  outcome: "success" | "failure" | "skipped";
  output: string;
}

export interface JobResult {
  job: string;
  result: "success" | "failure";
  steps: StepResult[];
}

/** What a step with `uses:` does, by the action's name. */
const actions: Record<string, (workspace: string, trigger: Trigger) => void> = {
  "actions/checkout": (workspace, { repository, ref }) => {
    for (const args of [["clone", "--quiet", repository, "."], ["checkout", "--quiet", ref]]) {
      const { status, stderr } = spawnSync("git", args, { cwd: workspace, encoding: "utf8" });
      if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
    }
  },
  "actions/setup-node": () => undefined,
  "pulumi/actions": () => undefined,
};

function asData(value: unknown): ExpressionData {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "string") return new data.StringData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(asData));
  return new data.Dictionary(...Object.entries(value).map(([key, item]) => ({ key, value: asData(item) })));
}

/** `${{ … }}` and what is around it, as GitHub would put it. */
function evaluate(text: string, contexts: Record<string, unknown>, failed: boolean): ExpressionData {
  const status = (name: string, value: boolean) => ({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) });
  const functions = [status("success", !failed), status("failure", failed), status("always", true), status("cancelled", false)];
  const one = (expression: string) => {
    const { tokens } = new Lexer(expression).lex();
    const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
    return new Evaluator(tree, asData(contexts) as data.Dictionary, new Map(functions.map((f) => [f.name, f]))).evaluate();
  };
  const whole = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(text);
  if (whole) return one(whole[1]!);
  return new data.StringData(text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => one(expression).coerceString()));
}

type Env = Record<string, string>;

/** The shell that GitHub uses where a step names none. Ends with its exit code and what it said. */
function bash(script: string, cwd: string, env: Env): Promise<{ code: number | null; output: string }> {
  const file = path.join(env["RUNNER_TEMP"]!, "step.sh");
  writeFileSync(file, script);
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-e", file], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

async function run(trigger: Trigger): Promise<JobResult[]> {
  const content = spawnSync("git", ["show", `${trigger.ref}:${trigger.workflow}`], { cwd: trigger.repository, encoding: "utf8" }).stdout;
  const parsed = parseWorkflow({ name: trigger.workflow, content }, new NoOperationTraceWriter());
  const errors = parsed.context.errors.getErrors();
  if (errors.length > 0 || !parsed.value) throw new Error(errors.map(({ message }) => message).join("\n"));
  const template = await convertWorkflowTemplate(parsed.context, parsed.value);
  const invalid = parsed.context.errors.getErrors();
  if (invalid.length > 0) throw new Error(invalid.map(({ message }) => message).join("\n"));
  if (!(trigger.event in template.events)) return [];

  const github = { event_name: trigger.event, event: trigger.payload ?? {}, repository: "acme/numbers", ref: trigger.ref, token: "token-of-this-run" };
  const contexts = { github, inputs: trigger.inputs ?? {}, secrets: trigger.secrets ?? {}, vars: trigger.vars ?? {} };
  const envOf = (token: Parameters<typeof isMapping>[0] | undefined, failed = false): Env =>
    token && isMapping(token) ? Object.fromEntries([...token].map(({ key, value }) => [key.toString(), evaluate((value as ScalarToken).toString(), contexts, failed).coerceString()])) : {};

  const results: JobResult[] = [];
  for (const job of template.jobs) {
    if (job.type !== "job" || !truthy(evaluate(job.if.toString(), contexts, false))) continue;
    const temp = mkdtempSync(path.join(tmpdir(), "telephony-runner-"));
    const workspace = path.join(temp, "work");
    mkdirSync(workspace);
    const summary = path.join(temp, "summary.md");
    writeFileSync(summary, "");
    const base: Env = { ...(process.env as Env), CI: "true", GITHUB_ACTIONS: "true", RUNNER_TEMP: temp, GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: workspace };
    const result: JobResult = { job: job.id.toString(), result: "success", steps: [] };
    for (const step of job.steps) {
      const label = "run" in step ? (step.name?.toString() ?? step.run.toString().split("\n")[0]!) : "uses" in step ? step.uses.toString() : step.id;
      const failed = result.result === "failure";
      if (step.if && !truthy(evaluate(step.if.toString(), contexts, failed))) {
        result.steps.push({ step: label, outcome: "skipped", output: "" });
        continue;
      }
      let outcome: StepResult;
      if ("uses" in step) {
        const action = actions[step.uses.toString().split("@")[0]!];
        if (!action) throw new Error(`this runner doesn't know the action ${step.uses.toString()}`);
        action(workspace, trigger);
        outcome = { step: label, outcome: "success", output: "" };
      } else if ("run" in step) {
        const env = { ...base, ...envOf(template.env), ...envOf(job.env), ...envOf(step.env, failed) };
        const { code, output } = await bash(evaluate(step.run.toString(), contexts, failed).coerceString(), workspace, env);
        outcome = { step: label, outcome: code === 0 ? "success" : "failure", output };
      } else throw new Error(`this runner doesn't know steps such as ${label}`);
      if (outcome.outcome === "failure") result.result = "failure";
      result.steps.push(outcome);
    }
    results.push(result);
    rmSync(temp, { recursive: true, force: true });
  }
  return results;
}

const truthy = (value: ExpressionData) => value.coerceString() !== "" && value.coerceString() !== "false" && value.coerceString() !== "0";

const trigger = JSON.parse(process.argv[2] === "-" ? readFileSync(0, "utf8") : process.argv[2]!) as Trigger;
console.log(JSON.stringify(await run(trigger)));
