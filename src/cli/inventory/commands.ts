/** `telephony search`, `prices`, `regions`, `numbers` and `doctor`: what there is to type. What a command does is loaded when it runs. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { DOCTOR_EXIT_CODES, EXIT_CODES } from "./exit-codes.js";

const PLATFORMS = ["vapi", "wiil", "voipbin", "burki"];
const TYPES = ["local", "toll-free", "mobile", "virtual"];

function country(text: string): string {
  if (!/^[a-z]{2}$/i.test(text)) throw new InvalidArgumentError("A country is two letters (ISO 3166-1), for example US.");
  return text.toUpperCase();
}

function limit(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1000) throw new InvalidArgumentError("A whole number from 1 to 1000 is expected.");
  return value;
}

/** The options that say whose keys are used. */
function withAccounts(command: Command): Command {
  return command
    .option("--account <name=file...>", "one more account: a file of lines such as WIIL_API_KEY=…")
    .option("--stack <names...>", "take in these stacks: their keys, those of their providers, and the numbers that they have")
    .option("--all-stacks", "… all stacks of the backend")
    .option("--state <files...>", "… what pulumi stack export wrote")
    .option("--cwd <dir>", "where the project is (default: here)")
    .option("--json", "print one line of JSON");
}

const onPlatforms = (command: Command) => command.addOption(new Option("--platform <names...>", "only these (default: all that there is a key for)").choices(PLATFORMS));
const ofType = (command: Command) => command.option("--country <code>", "ISO 3166-1, for example US", country).addOption(new Option("--type <type>", "kind of number").choices(TYPES));

export function addInventoryCommands(program: Command): void {
  const command = (name: string, description: string) => program.command(name).description(description);
  const finish = <T>(made: Command, load: () => Promise<(options: T) => Promise<number>>, exitCodes = EXIT_CODES) =>
    withAccounts(made)
      .addHelpText("after", exitCodes)
      .action(async (options: T) => {
        process.exitCode = await (await load())(options);
      });

  const search = ofType(onPlatforms(command("search", "what numbers the platforms offer; nothing is bought")))
    .option("--area-code <digits>", "after the country code, for example 212")
    .option("--contains <digits>", "anywhere after the country code; * is any one digit")
    .option("--region <region>", "state or province, as the platform writes it")
    .option("--locality <city>", "city, as the platform writes it")
    .option("--postal-code <code>", "postal code")
    .option("--capabilities <words...>", "what it must be able to do: voice, sms, mms")
    .option("--limit <count>", "at most so many a platform (default: 10)", limit)
    .option("--carrier <name>", "the carrier, where the platform lets one choose");
  finish(search, async () => (await import("./search.js")).search);

  const prices = ofType(onPlatforms(command("prices", "what numbers cost a month and once, as far as the platforms tell"))).option("--carrier <name>", "the carrier, where the platform lets one choose");
  finish(prices, async () => (await import("./prices.js")).prices);

  const regions = onPlatforms(command("regions", "where the platforms sell numbers, in their own words")).option("--carrier <name>", "the carrier, where the platform lets one choose");
  finish(regions, async () => (await import("./regions.js")).regions);

  const numbers = ofType(onPlatforms(command("numbers", "all numbers of all accounts: price, what they are linked to, and who owns them")))
    .option("--contains <digits>", "only numbers with these digits in a row")
    .option("--unowned", "only those without a mark, and in none of the given stacks")
    .option("--unlinked", "only those that point at nothing");
  finish(numbers, async () => (await import("./numbers.js")).numbers);

  const doctor = onPlatforms(command("doctor", "whether keys, rights, balances, clock, versions and the project are as they should be; changes nothing"));
  finish(doctor, async () => (await import("../doctor/doctor.js")).runDoctor, DOCTOR_EXIT_CODES);
}
