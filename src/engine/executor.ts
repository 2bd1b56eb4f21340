/**
 * Runs steps: a few at a time, with the checkpoint written before and after each, until one fails or the caller calls it
 * off; then what is under way ends and is saved, and nothing new starts. (Go: pkg/resource/deploy/step_executor.go.)
 */
import type { Checkpoint } from "./checkpoint.js";
import type { ResourceState } from "./engine.js";
import { PartialFailure } from "./provider-process.js";
import type { Recorder } from "./recorder.js";
import { ProtectedError, type Step } from "./steps.js";
import { isDefaultProvider } from "./urn.js";
import { isSecret, makeSecret } from "./values.js";

export interface ExecutorOptions {
  dryRun: boolean;
  parallel: number;
  checkpoint: Checkpoint;
  recorder: Recorder;
  /** A refresh reads the rest even if one cannot be read. */
  goOnAfterErrors?: boolean;
}

export class Executor {
  /** Steps that failed. */
  readonly failed: Step[] = [];
  /** What each registered resource became, for RegisterResourceOutputs. */
  readonly registered = new Map<string, Step>();
  /** Nothing new starts any more: after an error, or because the caller asked for it. */
  stopped: "no" | "error" | "caller" = "no";
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly idleListeners: (() => void)[] = [];
  private readonly stopListeners: (() => void)[] = [];

  constructor(private readonly options: ExecutorOptions) {}

  stop(reason: "error" | "caller"): void {
    if (this.stopped !== "no") return;
    this.stopped = reason;
    for (const listener of this.stopListeners.splice(0)) listener();
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** Resolves once nothing new starts any more. */
  whenStopped(): Promise<void> {
    if (this.stopped !== "no") return Promise.resolve();
    return new Promise((resolve) => this.stopListeners.push(resolve));
  }

  /** Resolves once no step is under way. */
  whenIdle(): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  /** Runs steps one after the other; false if it did not get to the end. */
  async chain(steps: Step[]): Promise<boolean> {
    while (this.running >= this.options.parallel && this.stopped === "no")
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.stopped !== "no") return false;
    this.running++;
    try {
      for (const step of steps) {
        if (this.stopped !== "no") return false;
        if (!(await this.run(step))) return false;
      }
      return true;
    } finally {
      this.running--;
      this.waiting.shift()?.();
      if (this.running === 0) for (const listener of this.idleListeners.splice(0)) listener();
    }
  }

  async parallel(steps: Step[]): Promise<void> {
    await Promise.all(steps.map((step) => this.chain([step])));
  }

  private async run(step: Step): Promise<boolean> {
    const { checkpoint, recorder, dryRun } = this.options;
    const report = recorder.start({ op: step.op, urn: step.urn, ...(step.diff && { diff: step.diff }) });
    const subject = step.new ?? step.old;
    const operation = step.pending && subject && !dryRun ? checkpoint.begin(subject, step.pending) : undefined;

    let error: Error | undefined;
    try {
      await step.apply();
    } catch (cause) {
      error = cause instanceof Error ? cause : new Error(String(cause));
    }
    if (step.new && step.op !== "replace") this.markSecretOutputs(step.new);
    if (!error && step.new && step.op !== "replace") this.registered.set(step.urn, step);

    if ("resultOp" in step) report.op = (step as Step & { resultOp(): Step["op"] }).resultOp();
    if (step.diff) report.diff = step.diff;
    if (error) {
      // A failure of something that is not shown is told of the stack as a whole.
      const urn = isDefaultProvider(step.urn) ? "" : step.urn;
      recorder.diagnostic("error", dryRun ? `Preview failed: ${error.message}` : error.message, urn);
    }
    if (operation) checkpoint.end(operation);
    if (!error || error instanceof PartialFailure) step.commit?.(checkpoint);
    if (operation) checkpoint.save();
    else if (step.op === "same") checkpoint.saveLater();
    recorder.end(report, {
      counted: step.counted,
      ...(error && { failed: true }),
      ...(subject?.id && { id: subject.id }),
      ...(step.new?.outputs && { outputs: step.new.outputs }),
    });

    if (!error) {
      step.done?.();
      return true;
    }
    this.failed.push(step);
    // Several protected resources are all told of at once; nothing was done to any of them.
    if (!this.options.goOnAfterErrors && !(error instanceof ProtectedError)) this.stop("error");
    return false;
  }

  /** Outputs that are secret: those that the program named, and those that a secret input went into. */
  private markSecretOutputs(state: ResourceState): void {
    const outputs = state.outputs;
    if (!outputs) return;
    const secret = (key: string) => isSecret(state.inputs?.[key]) || state.additionalSecretOutputs?.includes(key);
    const marks = Object.keys(outputs).filter((key) => !isSecret(outputs[key]) && secret(key));
    if (state.additionalSecretOutputs?.includes("id"))
      this.options.recorder.diagnostic(
        "warning",
        "The 'id' property cannot be made secret. See pulumi/pulumi#2717 for more details.",
        state.urn,
      );
    if (marks.length) state.outputs = { ...outputs, ...Object.fromEntries(marks.map((key) => [key, makeSecret(outputs[key])])) };
  }
}
