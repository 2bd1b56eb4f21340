/** Opening an engine: the real CLI where there is one, the embedded engine everywhere. */
import { openCli } from "./cli.js";
import { openEmbedded } from "./embedded.js";
import type { Engine, EngineKind, EngineOptions } from "./engine.js";
import { environment } from "./environment.js";
import { findCli } from "./find-cli.js";

export type * from "./engine.js";
export { findCli, type Cli } from "./find-cli.js";

export interface OpenEngineOptions extends EngineOptions {
  /**
   * Which engine: the real CLI, the embedded one, or the CLI if it is found and else the embedded one.
   * @default "auto"
   */
  engine?: "auto" | EngineKind;
}

/** What to install so that programs run on the real CLI too. */
export const CLI_HINT =
  "No Pulumi CLI found: install it from https://www.pulumi.com/docs/install/ (or run `npx pulumi version` once) to run on it too.";

/** Opens an engine on one stack of one project. Nothing runs, and nothing is written, before the first operation. */
export function openEngine(options: OpenEngineOptions): Engine {
  const { engine = "auto", ...rest } = options;
  const cli = engine === "embedded" ? undefined : findCli(environment(options.env));
  if (engine === "cli" && !cli) throw new Error(CLI_HINT);
  return cli ? openCli(rest, cli) : openEmbedded(rest);
}

/** The engines that are here: tests run each program on every one, and say which. */
export function enginesPresent(): EngineKind[] {
  return findCli() ? ["embedded", "cli"] : ["embedded"];
}
