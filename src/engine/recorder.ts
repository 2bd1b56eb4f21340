/** Collects what an operation did and says, passes it on as events, and makes the result out of it. */
import type { Diagnostic, EngineEvent, EngineResult, Op } from "./engine.js";
import { isDefaultProvider, nameOf, typeOf } from "./urn.js";
import { masked, type Props } from "./values.js";

export interface StepReport {
  op: Op;
  urn: string;
  /** Changed properties. */
  diff?: string[];
}

export class Recorder {
  private readonly steps: StepReport[] = [];
  private readonly summary: Partial<Record<Op, number>> = {};
  private readonly diagnostics: Diagnostic[] = [];
  /** Whether an error was told: the engine never ends well after one. */
  sawError = false;

  constructor(private readonly onEvent: (event: EngineEvent) => void = () => undefined) {}

  /** Returns what `end` wants, so that a refresh may become the update or delete that it found. */
  start(report: StepReport): StepReport {
    // Default providers come and go with the resources that need them; the CLI neither shows nor counts them.
    if (isDefaultProvider(report.urn)) return report;
    this.steps.push(report);
    this.onEvent({ kind: "step-start", op: report.op, ...names(report.urn) });
    return report;
  }

  end(report: StepReport, outcome: { failed?: boolean; counted: boolean; id?: string; outputs?: Props }): void {
    if (isDefaultProvider(report.urn)) return;
    const { op, urn, diff } = report;
    if (outcome.failed || op === "same") this.steps.splice(this.steps.indexOf(report), 1);
    if (outcome.counted && !outcome.failed) this.summary[op] = (this.summary[op] ?? 0) + 1;
    this.onEvent({
      kind: "step",
      op,
      ...names(urn),
      ...(outcome.id && { id: outcome.id }),
      ...(diff && { diff }),
      ...(outcome.outputs && { outputs: masked(outcome.outputs) }),
      ...(outcome.failed && { failed: true }),
    });
  }

  diagnostic(severity: Diagnostic["severity"], message: string, urn = "", ephemeral = false): void {
    if (severity === "debug") return; // as the CLI without --debug: the SDK logs every RPC, secret inputs in plain text
    const text = message.trimEnd() || (severity === "error" ? "an error without a message" : "");
    if (!text) return;
    if (severity === "error") this.sawError = true;
    if (!ephemeral) this.diagnostics.push({ severity, urn, message: text });
    this.onEvent({ kind: "diagnostic", severity, message: text, ephemeral, ...(urn && { urn }) });
  }

  stdout(text: string): void {
    this.onEvent({ kind: "stdout", text });
  }

  /** The CLI's own summary, where there is one, instead of what was counted here. */
  setSummary(summary: Partial<Record<Op, number>>): void {
    for (const op of Object.keys(this.summary) as Op[]) delete this.summary[op];
    Object.assign(this.summary, summary);
  }

  result(ok: boolean, outputs: Record<string, unknown>): EngineResult {
    // Never expected: whatever fails has said why. If it hasn't, that is to be seen too.
    if (!ok && !this.diagnostics.some(({ severity }) => severity === "error"))
      this.diagnostic("error", "the operation failed, and nothing said why");
    return {
      ok,
      steps: this.steps
        .filter(({ op }) => op !== "same")
        .map(({ op, urn, diff }) => ({ op, ...names(urn), ...(diff?.length && { diff }) })),
      summary: this.summary,
      diagnostics: this.diagnostics,
      outputs,
    };
  }
}

const names = (urn: string) => ({ urn, type: typeOf(urn), name: nameOf(urn) });
