#!/usr/bin/env node
/** The command line. What a command needs is loaded when it runs. */
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../duration.js";
import { addAdoptCommand } from "./adopt/options.js";
import type { DemoOptions } from "./demo.js";
import type { RecoverOptions } from "./recover.js";
import { addInventoryCommands } from "./inventory/commands.js";
import { addOrphansCommand } from "./orphans/options.js";
import { addPoolCommands } from "./pool/commands.js";
import type { ReportOptions } from "./report.js";
import type { SandboxCommandOptions } from "./sandbox.js";

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError("A port is a number from 0 to 65535; 0 takes a free one.");
  return value;
}

function milliseconds(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

const { version } = JSON.parse(readFileSync(path.join(__dirname, "..", "..", "package.json"), "utf8")) as { version: string };

const program = new Command("telephony")
  .description("Phone numbers and call flows with Pulumi: what there is and what it costs, pools of numbers held ready, and the platforms, simulated")
  .version(version)
  .showHelpAfterError("(--help tells more)");

program
  .command("sandbox")
  .description("simulate the platforms as one HTTP server, until Ctrl-C")
  .option("--port <port>", "TCP port; 0 takes a free one", port, 4600)
  .option("--data <dir>", "keep accounts, numbers and the ledger in this directory (default: in memory)")
  .option("--purchase-time <duration>", "how long WIIL takes to deliver a number", milliseconds, 8_000)
  .option("--json", "print one line of JSON {url, env, config} and nothing else")
  .action(async (options: SandboxCommandOptions) => {
    const { runSandbox } = await import("./sandbox.js");
    process.exitCode = await runSandbox(options);
  });

program
  .command("demo")
  .description("run examples/quickstart against the simulation: preview, up, change, drift, destroy")
  .addOption(new Option("--engine <engine>", "what runs the program").choices(["auto", "cli", "embedded"]).default("auto"))
  .option("--json", "end with a line of JSON {engine, bought, released, charged, orphans, seconds}")
  .action(async (options: DemoOptions) => {
    const { runDemo } = await import("./demo.js");
    process.exitCode = await runDemo(options);
  });

program
  .command("recover")
  .description("after a run that died: take its lock away, repair the state file, clear what it left pending; then pulumi up --yes goes on")
  .option("--stack <name>", "the stack (default: PULUMI_STACK, else dev)")
  .option("--cwd <dir>", "where the project is (default: here)")
  .option("--force", "no run is under way anywhere: take a lock away whose holder can't be seen from here")
  .addOption(new Option("--engine <engine>", "what clears the pending operations").choices(["auto", "cli", "embedded"]).default("auto"))
  .option("--json", "print one line of JSON {stack, engine, ready, recovered, locks, state, pending, error} and nothing else")
  .addHelpText("after", "\nExit code: 0 ready for pulumi up (also when there was nothing to do), 1 failed,\n2 a run is under way, 3 a run may be under way elsewhere and --force was not given.")
  .action(async (options: RecoverOptions) => {
    const { runRecover } = await import("./recover.js");
    process.exitCode = await runRecover(options);
  });
addAdoptCommand(program);
addOrphansCommand(program);

program
  .command("report <file>")
  .description("what pulumi preview --json printed, as Markdown for a pull request: what changes, and what it costs; - reads standard input")
  .option("--title <text>", "the heading", "Phone numbers")
  .action(async (file: string, options: ReportOptions) => {
    const { runReport } = await import("./report.js");
    process.exitCode = runReport(file, options);
  });

addPoolCommands(program, port);
addInventoryCommands(program);

program.parseAsync().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
