/** `npm run chaos`: everything that can die or go wrong, and what is left then. */
import { setTimeout as delay } from "node:timers/promises";
import { Command, Option } from "commander";
import { type EngineKind, enginesPresent } from "pulumi-telephony/testing";
import { KNOWN_LIMITS } from "./faults.js";
import { NO_PROCESSES, canFindProcesses } from "./processes.js";
import { PARTS, type PartOptions } from "./parts.js";
import { sum, table, type Row } from "./report.js";

interface Options {
  quick?: boolean;
  json?: boolean;
  engine?: EngineKind;
  only?: string[];
  sample?: string;
  lanes: string;
  seed?: string;
  path?: string;
}

const program = new Command("chaos")
  .description("Kills, faults, races and nonsense against the simulated platforms; one table of what came of it")
  .option("--quick", "a sample of all of it that ends within 50 seconds")
  .option("--json", "one line {engine, tried, doublePurchases, orphans, lost, foreign, leaks} at the end of each engine's run")
  .addOption(new Option("--engine <name>", "run on this engine only; without it on every one that is here, with --quick on the CLI if it is here").choices(["embedded", "cli"]))
  .addOption(new Option("--only <part...>", "only these parts").choices(PARTS.map(({ name }) => name)))
  .option("--sample <n>", "every nth case of the kill and fault matrices")
  .option("--lanes <n>", "how many cases at once", "2")
  .option("--seed <n>", "seed of the generated parts, printed where one fails")
  .option("--path <path>", "fast-check's path to one failing case, printed where one fails")
  .action(run);

/** No case is begun after the first, and none is waited for after the second; npm and node take their second as well. */
const QUICK_SECONDS = { begin: 38, end: 45 };

async function run(options: Options): Promise<void> {
  const say = (text: string) => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  if (!canFindProcesses) return say(`skipped: ${NO_PROCESSES}`);
  const present = enginesPresent();
  const engines = options.engine ? [options.engine] : options.quick ? present.slice(-1) : present;
  let failed = false;
  for (const engine of engines) {
    const started = Date.now();
    const deadline = options.quick ? started + QUICK_SECONDS.begin * 1_000 : Infinity;
    const parts = PARTS.filter(({ name, quick }) => options.only?.includes(name) ?? (!options.quick || quick));
    const rows: Row[] = [];
    for (const part of parts) {
      const given: PartOptions = {
        engine,
        quick: options.quick ?? false,
        lanes: Number(options.lanes),
        sample: Number(options.sample ?? 1),
        timeIsUp: () => Date.now() > deadline,
        ...(options.quick && { stop: delay(started + QUICK_SECONDS.end * 1_000 - Date.now()) }),
        onCase: (title, bad) => say(`${bad ? "BAD " : "ok  "} ${title}`),
        ...(options.seed === undefined ? {} : { seed: Number(options.seed) }),
        ...(options.path === undefined ? {} : { path: options.path }),
      };
      rows.push(...(await part.run(given)));
    }
    const ours = rows.filter((row) => !row.name.startsWith("naive"));
    const total = sum(ours, "all");
    say(`\n${engine} engine, ${new Date().toISOString().slice(0, 10)}, ${Math.round((Date.now() - started) / 1000)} s\n\n${table([...rows, total])}\n`);
    for (const failure of total.failures) say(`- ${failure}`);
    if (rows.some(({ name }) => name.startsWith("faults"))) {
      say("What can't be survived, because the platform gives no way to:");
      for (const { platform, method, path, fault, why } of KNOWN_LIMITS) say(`- ${platform} ${method} ${path}: ${fault}. ${why}.`);
    }
    const { tried, doublePurchases, orphans, lost, foreign, leaks } = total;
    if (options.json) process.stdout.write(`${JSON.stringify({ engine, tried, doublePurchases, orphans, lost, foreign, leaks })}\n`);
    failed ||= total.failures.length > 0 || total.tried === 0;
  }
  process.exit(failed ? 1 : 0); // whatever was left under way
}

program.parseAsync().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
