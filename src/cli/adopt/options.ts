/** `telephony adopt`: what there is to type. What the command does is loaded when it runs. */
import { type Command, Option } from "commander";
import type { AdoptOptions } from "./command.js";

const PLATFORMS = ["vapi", "wiil", "voipbin", "burki"];

export function addAdoptCommand(program: Command): void {
  program
    .command("adopt")
    .description("write a program that declares what an account has, and the file that imports it; nothing is changed at the platform")
    .addOption(new Option("--platform <names...>", "only these (default: all that there is a key for)").choices(PLATFORMS))
    .option("--account <name=file...>", "one more account: a file of lines such as WIIL_API_KEY=…")
    .option("--stack <names...>", "leave out what these stacks have; what the stack itself has is always left out")
    .option("--all-stacks", "… what any stack of the backend has")
    .option("--state <files...>", "… what is in files that pulumi stack export wrote")
    .option("--out <dir>", "where to write; a project is made there if there is none", ".")
    .option("--into <stack>", "the stack that it is imported into (default: PULUMI_STACK, else dev)")
    .option("--no-protection", "declare numbers without deletionProtection")
    .option("--force", "write over files of an earlier run")
    .option("--json", "print one line of JSON {program, importFile, stack, project, accounts, adopted, managed, leftOut, commands, error} and nothing else")
    .addHelpText("after", "\nExit code: 0 written, or there was nothing to write; 1 failed.")
    .action(async (options: AdoptOptions) => {
      const { runAdopt } = await import("./command.js");
      process.exitCode = await runAdopt(options);
    });
}
