/** `telephony orphans`: what there is to type. What the command does is loaded when it runs. */
import { type Command, Option } from "commander";
import type { OrphansOptions } from "./command.js";
import { EXIT_CODES } from "./exit-codes.js";

export function addOrphansCommand(program: Command): void {
  program
    .command("orphans")
    .description("numbers that are owned and charged for, but in no given stack; --release lets them go")
    .option("--stack <names...>", "the stacks that use these accounts: every other stack's numbers look like orphans")
    .option("--all-stacks", "all stacks of the backend, of every project")
    .option("--state <files...>", "files that pulumi stack export wrote, for stacks that are kept elsewhere")
    .option("--account <name=file...>", "one more account: a file of lines such as WIIL_API_KEY=…")
    .addOption(new Option("--platform <names...>", "only these (default: all that there is a key for)").choices(["vapi", "wiil", "voipbin", "burki"]))
    .option("--cwd <dir>", "where the project is (default: here)")
    .option("--release", "release what the given stacks have left over, after asking")
    .option("--include-unknown", "… and numbers with the mark of a resource in none of these stacks")
    .option("--include-unmarked", "… and numbers that nobody's mark is on")
    .option("--yes", "don't ask")
    .option("--json", "print one line of JSON {stacks, orphans, awaited, skipped, failures}")
    .addHelpText("after", EXIT_CODES)
    .action(async (options: OrphansOptions) => {
      const { orphans } = await import("./command.js");
      process.exitCode = await orphans(options);
    });
}
