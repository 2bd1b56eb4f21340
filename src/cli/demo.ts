/**
 * `telephony demo`: the life of examples/quickstart, from preview to destroy, against the simulated platforms. Each stage says
 * what it shows and is checked against it; what is left at the end is checked as well.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openEngine, type Engine, type EngineKind, type EngineResult } from "../engine/index.js";
import { startSandbox, type Sandbox } from "../sandbox/index.js";
import { charges, count, irregular, ledgerTable, plural, type LedgerEntry, type OwnedNumber } from "./ledger.js";
import { sum } from "../provider/money.js";
import { quickstartDirectory } from "./quickstart.js";
import { createStageView, type StageView } from "./stage-view.js";
import { bold, dim, green, openScreen, red, wrap, type Screen } from "./terminal.js";

export interface DemoOptions {
  engine: "auto" | EngineKind;
  json?: boolean;
}

/** The last line of `telephony demo --json`. */
export interface DemoReport {
  engine: EngineKind;
  /** Purchases in the ledger. */
  bought: number;
  /** Releases in the ledger. */
  released: number;
  /** What the platforms charged in all, in US dollars: a decimal string with two decimals, such as "6.50". */
  charged: string;
  /** Numbers that are still owned at the end. */
  orphans: number;
  /** From the start of the sandbox to the end of the last stage. */
  seconds: number;
}

const PURCHASE_MS = 4_000;
const POLLING = { VAPI_POLL_INTERVAL: "500ms", WIIL_POLL_INTERVAL: "1s", VOIPBIN_POLL_INTERVAL: "500ms", BURKI_POLL_INTERVAL: "500ms" };
const INTERRUPTED = 130;
const NEW_GREETING = "Good morning, this is the shop";
const RENAMED = "Renamed by hand";

/** What the stages share. */
interface Lab {
  sandbox: Sandbox;
  /** The engine, with the greeting that is configured just now. */
  engine(): Engine;
  greet(text: string): void;
  ledger(): Promise<LedgerEntry[]>;
  owned(): Promise<OwnedNumber[]>;
  say(text: string): void;
  /** For the operations under way; absent where they hear of Ctrl-C by themselves. */
  signal?: AbortSignal;
}

interface Stage {
  title: string;
  why: string;
  doing: string;
  planned?: boolean;
  /** Nothing may be bought or released in it. */
  quiet?: boolean;
  run(lab: Lab): Promise<EngineResult>;
  /** What is not as it should be; undefined when all is well. */
  problem(result: EngineResult, lab: Lab): Promise<string | undefined> | string | undefined;
}

/** "update ivr", without the stack itself. */
const changes = ({ steps }: EngineResult) => steps.filter((s) => !s.type.endsWith(":Stack")).map((s) => `${s.op} ${s.name}`);

function expectChanges(result: EngineResult, wanted: string[]): string | undefined {
  const seen = changes(result);
  if (seen.join() === wanted.join()) return undefined;
  return `expected ${wanted.join(", ") || "no change at all"}, saw ${seen.join(", ") || "no change at all"}`;
}

const STAGES: Stage[] = [
  {
    title: "Preview",
    why: "What an up would do, and cost. Nothing is bought.",
    doing: "previewing",
    planned: true,
    quiet: true,
    run: (lab) => lab.engine().preview({ signal: lab.signal }),
    problem: (result) => (changes(result).every((change) => change.startsWith("create ")) && result.steps.length > 0 ? undefined : expectChanges(result, ["create …"])),
  },
  {
    title: "Up",
    why: "Each search is frozen in the state before any money is spent, so a run that dies can be taken up again without a second order. WIIL and Vapi deliver later: they are polled.",
    doing: "running up",
    run: (lab) => lab.engine().up({ signal: lab.signal }),
    async problem(result, lab) {
      const numbers = result.steps.filter((step) => step.op === "create" && step.type.endsWith(":PhoneNumber")).length;
      const bought = count(await lab.ledger(), "purchase");
      return bought === numbers && numbers > 0 ? undefined : `${numbers} PhoneNumber resources were created and ${plural(bought, "number")} bought`;
    },
  },
  {
    title: "A change",
    why: `The greeting becomes "${NEW_GREETING}". The call flow is changed in place; number and binding stay as they are.`,
    doing: "running up",
    quiet: true,
    run(lab) {
      lab.greet(NEW_GREETING);
      return lab.engine().up({ signal: lab.signal });
    },
    problem: (result) => expectChanges(result, ["update ivr"]),
  },
  {
    title: "Drift, and refresh",
    why: "Somebody renames the hotline in the platform's dashboard. A refresh sees it.",
    doing: "refreshing",
    quiet: true,
    async run(lab) {
      await renameByHand(lab);
      return lab.engine().refresh({ signal: lab.signal });
    },
    problem: (result) => expectChanges(result, ["update hotline"]),
  },
  {
    title: "Up puts it back",
    why: "The program says what the number is called. No number is bought for that.",
    doing: "running up",
    quiet: true,
    run: (lab) => lab.engine().up({ signal: lab.signal }),
    async problem(result, lab) {
      const stray = (await lab.owned()).find((number) => number.name.includes(RENAMED));
      return expectChanges(result, ["update hotline"]) ?? (stray && `${stray.number} is still called "${stray.name}"`);
    },
  },
  {
    title: "Up, with nothing to do",
    why: "A second up finds everything as declared: no difference, no call that costs money.",
    doing: "running up",
    quiet: true,
    run: (lab) => lab.engine().up({ signal: lab.signal }),
    problem: (result) => expectChanges(result, []),
  },
];

const DESTROY: Stage = {
  title: "Destroy",
  why: "Everything goes, in the order of its dependencies; each number is given back once.",
  doing: "destroying",
  run: (lab) => lab.engine().destroy(),
  async problem(_result, lab) {
    const left = await lab.owned();
    return left.length === 0 ? undefined : `still owned: ${left.map((number) => `${number.number} (${number.platform})`).join(", ")}`;
  },
};

/** Changes a number past Pulumi, as a person in the dashboard would: through the platform's own API. */
async function renameByHand(lab: Lab): Promise<void> {
  const number = (await lab.owned()).find((item) => item.platform === "voipbin" && item.name.startsWith("Hotline"));
  if (!number) throw new Error("the hotline is not among the numbers that are owned");
  const { VOIPBIN_URL: url, VOIPBIN_ACCESS_KEY: key } = lab.sandbox.env;
  const response = await fetch(`${url}/numbers/${number.id}?accesskey=${key}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: RENAMED }),
  });
  if (!response.ok) throw new Error(`renaming ${number.number} by hand: HTTP ${response.status} ${await response.text()}`);
  lab.say(`PUT /numbers/${number.id} {"name":"${RENAMED}"}`);
}

/** Runs it all. Returns the exit code. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const screen = openScreen();
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-telephony-demo-"));
  const started = performance.now();
  const sandbox = await startSandbox({ purchaseMs: PURCHASE_MS });
  const interrupt = new AbortController();
  let disarm = () => {};
  try {
    const view = createStageView(screen);
    const lab = openLab(options, sandbox, scratch, view, screen, interrupt.signal);
    disarm = onInterrupt(interrupt, scratch, screen);
    screen.print(...introduction(lab.engine(), sandbox));
    const failures = await runStages(lab, view, screen, interrupt.signal);
    const seconds = (performance.now() - started) / 1000;
    const ok = await conclude(lab, failures, seconds, options, screen);
    return interrupt.signal.aborted ? INTERRUPTED : ok ? 0 : 1;
  } finally {
    disarm();
    screen.clearStatus();
    await sandbox.close();
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** The first Ctrl-C lets what is under way come to its end, and destroys; the second one just leaves. */
function onInterrupt(interrupt: AbortController, scratch: string, screen: Screen): () => void {
  const stop = () => {
    if (interrupt.signal.aborted) {
      fs.rmSync(scratch, { recursive: true, force: true });
      process.exit(INTERRUPTED);
    }
    screen.print("", "Interrupted: ending what is under way, then destroying. Once more leaves at once.");
    interrupt.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return () => void process.off("SIGINT", stop).off("SIGTERM", stop);
}

function openLab(options: DemoOptions, sandbox: Sandbox, scratch: string, view: StageView, screen: Screen, interrupt: AbortSignal): Lab {
  const projectDir = quickstartDirectory(scratch);
  const open = (config: Record<string, string>) =>
    openEngine({
      engine: options.engine,
      projectDir,
      stack: "demo", // so that the user's own Pulumi.dev.yaml is left alone
      backendDir: path.join(scratch, "state"),
      passphrase: "demo",
      config,
      // Type checking is the build's business; left out, each run starts a good second sooner.
      env: { ...sandbox.env, ...POLLING, PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
      onEvent: view.onEvent,
    });
  let engine = open({});
  const control = async <T>(route: string) => (await (await fetch(`${sandbox.url}/_sandbox/${route}`)).json()) as T;
  return {
    sandbox,
    engine: () => engine,
    greet: (text) => void (engine = open({ greeting: text })),
    ledger: () => control("ledger"),
    owned: () => control("numbers"),
    say: (text) => screen.print(dim(`  ${text}`)),
    // A terminal sends its Ctrl-C to the CLI as well, which takes a second one for impatience.
    ...(!(engine.kind === "cli" && process.stdin.isTTY) && { signal: interrupt }),
  };
}

const engineName = ({ kind, version }: Engine) => (kind === "cli" ? `the Pulumi CLI ${version}` : "the embedded engine");

function introduction(engine: Engine, sandbox: Sandbox): string[] {
  return [
    bold("pulumi-telephony demo"),
    "",
    ...wrap("Four phone platforms are simulated on this machine. A Pulumi program runs against them as it would against the real ones. No account is needed and nothing costs money."),
    "",
    "  program    examples/quickstart/index.ts",
    `  platforms  Vapi, WIIL, VoIPBIN and Burki, simulated on ${sandbox.url}`,
    `  engine     ${engineName(engine)}${engine.kind === "embedded" ? ` (behaves as Pulumi ${engine.version})` : ""}`,
  ];
}

/** One after the other; after a failure only the last, which cleans up. Returns what went wrong. */
async function runStages(lab: Lab, view: StageView, screen: Screen, interrupt: AbortSignal): Promise<string[]> {
  const failures: string[] = [];
  const total = STAGES.length + 1;
  for (const [i, stage] of [...STAGES, DESTROY].entries()) {
    if (failures.length > 0 && stage !== DESTROY) continue;
    const problem = await runStage(`${i + 1}/${total}`, stage, lab, view, screen);
    if (interrupt.aborted && stage !== DESTROY) failures.push(`${stage.title}: interrupted`);
    else if (problem) {
      failures.push(`${stage.title}: ${problem}`);
      screen.print("", ...wrap(`This stage failed: ${problem}`, "  ").map(red));
    }
  }
  return failures;
}

async function runStage(position: string, stage: Stage, lab: Lab, view: StageView, screen: Screen): Promise<string | undefined> {
  screen.print("", `${dim(position)} ${bold(stage.title)}`, ...wrap(stage.why, "    "), "");
  const before = await lab.ledger();
  const started = performance.now();
  try {
    view.begin(stage.doing);
    const result = await stage.run(lab);
    view.end(result, { planned: stage.planned, seconds: (performance.now() - started) / 1000 });
    const [ledger, owned] = [await lab.ledger(), await lab.owned()];
    screen.print(dim(`  ${plural(owned.length, "number")} owned, ${ledger.length === before.length ? "nothing bought or released, " : ""}charged so far: ${charges(ledger)}`));
    if (!result.ok) return result.diagnostics.find((d) => d.severity === "error")?.message ?? "the engine reports a failure and says no more";
    if (stage.quiet && ledger.length !== before.length) return "it bought or released a number, and should not have";
    return await stage.problem(result, lab);
  } catch (error) {
    screen.clearStatus();
    return error instanceof Error ? error.message : String(error);
  }
}

/** Prints the ledger and the verdict. Returns whether everything went as it should. */
async function conclude(lab: Lab, failures: string[], seconds: number, options: DemoOptions, screen: Screen): Promise<boolean> {
  const [ledger, owned, engine] = [await lab.ledger(), await lab.owned(), lab.engine()];
  const report: DemoReport = {
    engine: engine.kind,
    bought: count(ledger, "purchase"),
    released: count(ledger, "release"),
    charged: sum(ledger.map((entry) => entry.amount)),
    orphans: owned.length,
    seconds: Math.round(seconds * 10) / 10,
  };
  const problems = [...failures, ...irregular(ledger)];
  const ok = problems.length === 0 && owned.length === 0;
  screen.print("", bold("The ledger"), ...wrap("What the platforms themselves have written down:", ""), "");
  if (ledger.length > 0) screen.print(...ledgerTable(ledger).map((line) => `  ${line}`), "");
  const ran = `ran on ${engineName(engine)} in ${report.seconds} s`;
  if (ok) {
    screen.print(...wrap(`${plural(report.bought, "number")} bought once, ${report.released} released, nothing left over; charged ${charges(ledger)}; ${ran}.`).map(green));
  } else {
    if (owned.length > 0) problems.push(`${plural(owned.length, "number")} left over: ${owned.map((number) => number.number).join(", ")}`);
    screen.print(red("The demo did not come through:"), ...problems.flatMap((problem) => wrap(`- ${problem}`, "  ")), "");
    screen.print(...wrap(`${plural(report.bought, "number")} bought, ${report.released} released; charged ${charges(ledger)}; ${ran}.`));
  }
  if (options.json) screen.print(JSON.stringify(report));
  return ok;
}
