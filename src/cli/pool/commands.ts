/** `telephony pool …`: what there is to type. What a command does is loaded when it runs. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES } from "./exit-codes.js";

const PLATFORMS = ["vapi", "wiil", "voipbin", "burki"];

function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("A number from 1 is expected.");
  return Number(text);
}

/** The last argument of an action is the command itself, the one before its options. */
type Action = (...args: never[]) => Promise<number>;

export function addPoolCommands(program: Command, port: (text: string) => number): void {
  const pool = program.command("pool").description("numbers held ready: look at them, hand them out, add more, and an admin page").addHelpText("after", EXIT_CODES);

  const command = (usage: string, description: string) =>
    pool
      .command(usage)
      .description(description)
      .option("--database <url>", "Postgres URL, or a directory (default: $TELEPHONY_POOL_DATABASE, else .telephony/pool)")
      .option("--pool <name>", "the pool's name; may be left out where there is but one")
      .option("--json", "print one line of JSON")
      .addHelpText("after", EXIT_CODES);
  const run =
    (name: keyof typeof import("./actions.js")) =>
    async (...args: unknown[]): Promise<void> => {
      const actions = await import("./actions.js");
      process.exitCode = await (actions[name] as Action)(...(args.slice(0, -1) as never[]));
    };

  command("status", "how many numbers there are, and whether the pool is low").option("--check", "exit with 3 when it is low").action(run("status"));

  command("list", "the numbers, with who has them")
    .addOption(new Option("--status <status>", "only these").choices(["available", "assigned", "reserved"]))
    .option("--holder <holder>", "only what this holder has")
    .option("--number <number>", "only this one")
    .option("--limit <count>", "at most so many", count)
    .action(run("list"));

  command("add <numbers...>", "take in numbers that were bought elsewhere; the platform is asked whether they are yours")
    .addOption(new Option("--platform <platform>", "where they are (default: every platform whose key is in the environment is asked)").choices(PLATFORMS))
    .option("--unchecked", "don't ask the platform")
    .option("--reserved-for <why>", "keep them back")
    .option("--region <region>", "where they are from, for assign --region")
    .option("--area-code <code>", "(default: what the numbering plan says)")
    .action(run("add"));

  command("assign <holder>", "give the holder a number; who has one gets the same again")
    .option("--country <code>", "from this country only, for example US")
    .option("--area-code <code>", "from this area if there is one")
    .option("--region <region>", "else from this region if there is one")
    .option("--assistant <id>", "link the number to this assistant (Vapi, Burki)")
    .option("--squad <id>", "… to this squad (Vapi)")
    .option("--call-flow <id>", "… to this call flow (VoIPBIN, Burki)")
    .option("--message-flow <id>", "beside --call-flow, for messages (VoIPBIN)")
    .option("--agent <id>", "… to this agent (WIIL), with --instruction and --project")
    .option("--instruction <id>", "the agent's instruction")
    .option("--project <id>", "the project that deploys it")
    .addOption(new Option("--channels <channels...>", "WIIL: which (default: both)").choices(["voice", "sms"]))
    .option("--takeover", "replace what the number points at and the pool did not set")
    .action(run("assign"));

  command("unassign <holder>", "take the holder's number back, and its link off").action(run("unassign"));
  command("reserve <number>", "keep a number back").option("--for <why>", "what for").action(run("reserve"));
  command("unreserve <number>", "make a reserved number available").action(run("unreserve"));
  command("remove <number>", "take an available number out of the pool; nothing is released on the platform").action(run("remove"));

  command("history", "what happened, the latest first")
    .option("--number <number>", "only to this number")
    .option("--holder <holder>", "only with this holder")
    .option("--limit <count>", "at most so many", count, 100)
    .action(run("history"));

  command("serve", "an admin page, and /metrics for Prometheus, until Ctrl-C")
    .option("--port <port>", "TCP port; 0 takes a free one", port, 4610)
    .option("--host <address>", "where to listen", "127.0.0.1")
    .addHelpText(
      "after",
      `
Environment:
  TELEPHONY_POOL_PASSWORD       the page's password (default: one is made up and
                                printed)
  TELEPHONY_POOL_METRICS_TOKEN  a bearer token that may read /metrics and
                                nothing else; the password may too`,
    )
    .action(async (options: import("./serve.js").ServeOptions) => {
      const { serve } = await import("./serve.js");
      process.exitCode = await serve(options);
    });
}
