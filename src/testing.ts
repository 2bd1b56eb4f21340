/**
 * For testing Pulumi programs: an engine that runs them, and the platforms, simulated.
 *
 * @example
 * ```ts
 * import { expect } from "chai";
 * import { openEngine, startSandbox } from "pulumi-telephony/testing";
 * import * as fs from "node:fs";
 * import * as os from "node:os";
 * import * as path from "node:path";
 *
 * describe("the phone line", () => {
 *   it("buys one number, and lets it go again", async () => {
 *     const sandbox = await startSandbox();
 *     const backendDir = fs.mkdtempSync(path.join(os.tmpdir(), "state-"));
 *     // The real Pulumi CLI if there is one, else the embedded engine: the program is the same, and so is the result.
 *     const engine = openEngine({ projectDir: __dirname, backendDir, env: sandbox.env });
 *     try {
 *       const up = await engine.up();
 *       expect(up.ok, JSON.stringify(up.diagnostics)).to.equal(true);
 *       expect(up.outputs.number).to.match(/^\+1/);
 *       expect((await engine.up()).summary).to.not.have.property("create"); // and never a second one
 *       expect((await engine.destroy()).ok).to.equal(true);
 *     } finally {
 *       await sandbox.close();
 *     }
 *   });
 * });
 * ```
 *
 * @packageDocumentation
 */
export {
  CLI_HINT,
  enginesPresent,
  findCli,
  openEngine,
  type Cli,
  type Deployment,
  type Diagnostic,
  type Engine,
  type EngineEvent,
  type EngineKind,
  type EngineOptions,
  type EngineResult,
  type ImportFile,
  type ImportResource,
  type Op,
  type OpenEngineOptions,
  type OperationOptions,
  type RefreshOptions,
  type ResourceState,
  type StackFrame,
} from "./engine/index.js";
export { startSandbox, type Sandbox, type SandboxOptions } from "./sandbox/index.js";
