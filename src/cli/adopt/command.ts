/** `telephony adopt`: reads what accounts have, and writes the program that declares it and the file that brings it into a stack. */
import * as fs from "node:fs";
import * as path from "node:path";
import { findProject } from "../../engine/backend-url.js";
import { findCli, type ImportFile } from "../../engine/index.js";
import { loadProject } from "../../engine/project.js";
import { createUrn } from "../../engine/urn.js";
import { platformNamed } from "../../platforms/index.js";
import { envName } from "../../provider/settings.js";
import type { ImportOwner } from "../../provider/imported.js";
import { typeToken } from "../../resources/resource.js";
import type { PlatformName } from "../../types.js";
import type { Account } from "../accounts.js";
import { chosenAccounts, messageOf } from "../inventory/ask.js";
import { plural } from "../ledger.js";
import { managedBy } from "../managed.js";
import { openProgress } from "../progress.js";
import { pulumi } from "../pulumi.js";
import { readStacks, type StackState } from "../stacks.js";
import { table } from "../table.js";
import { type Adopted, type Inventory, type LeftOut, type ResourceType, takeInventory } from "./inventory.js";
import { namer, slug } from "./names.js";
import { keyConfigOf, programText, type ProviderDeclaration } from "./program.js";

export interface AdoptOptions {
  platform?: PlatformName[];
  account?: string[];
  out: string;
  into?: string;
  stack?: string[];
  allStacks?: boolean;
  state?: string[];
  /** False by --no-protection. */
  protection: boolean;
  force?: boolean;
  json?: boolean;
}

/** What `--json` prints, on one line. */
export interface AdoptReport {
  program?: string;
  importFile?: string;
  stack: string;
  project: string;
  accounts: { name: string; platform: PlatformName; from: string }[];
  adopted: Partial<Record<ResourceType, number>>;
  /** How many were in the given stacks already. */
  managed: number;
  leftOut: LeftOut[];
  /** What to run next, in this order. */
  commands: string[];
  error?: string;
}

const IMPORT_FILE = "adopted.import.json";
const NOUNS: Record<ResourceType, string> = { PhoneNumber: "number", Assistant: "assistant", CallFlow: "call flow", PhoneNumberLink: "link", CallFlowBinding: "binding" };

/** Returns the exit code: 0 when the files are written, or there was nothing to write; 1 else. */
export async function runAdopt(options: AdoptOptions): Promise<number> {
  const progress = openProgress();
  const report: AdoptReport = { stack: "", project: "", accounts: [], adopted: {}, managed: 0, leftOut: [], commands: [] };
  let code = 0;
  try {
    await adopt(options, report, (text) => progress.say(text));
  } catch (error) {
    report.error = messageOf(error);
    code = 1;
  }
  progress.clear();
  if (options.json) console.log(JSON.stringify(report));
  else tell(report);
  return code;
}

async function adopt(options: AdoptOptions, report: AdoptReport, progress: (text: string) => void): Promise<void> {
  const out = path.resolve(options.out);
  const target = await targetOf(out, options.into);
  Object.assign(report, { stack: target.stack, project: target.project });
  const files = { program: path.join(out, target.isNew ? "index.ts" : "adopted.ts"), importFile: path.join(out, IMPORT_FILE) };
  const existing = Object.values(files).filter((file) => fs.existsSync(file));
  if (existing.length > 0 && !options.force) throw new Error(`${existing.join(" and ")} ${existing.length === 1 ? "is" : "are"} there already: move ${existing.length === 1 ? "it" : "them"} away, or write over with --force`);

  progress("reading the stacks");
  const own = await ownStack(out, target, options);
  const others = await readStacks({ cwd: target.isNew ? "." : out, stacks: options.stack ?? [], all: options.allStacks ?? false, stateFiles: options.state ?? [] });
  const stacks = [...(own ? [own] : []), ...others];

  // Those of the environment, of the stack itself and of files; stacks that are only to be spared bring none.
  const accounts = chosenAccounts(options, own ? [own] : []);
  report.accounts = accounts.map(({ name, platform, from }) => ({ name, platform, from }));
  const nextName = namer((own?.resources ?? []).map(({ name }) => name));
  const providers = providersOf(accounts, own, nextName);
  const managed = managedBy(stacks);
  const inventories: Inventory[] = [];
  for (const account of accounts) {
    const provider = providers.find(({ name }) => name === account.name);
    const owner: ImportOwner = { organization: target.organization, settings: account.settings, urnOf: target.urnOf, ...(provider && { provider: provider.name }) };
    inventories.push(await takeInventory({ account, owner, managed, nextName, protect: options.protection, progress, call: {} }));
  }
  const adopted = inventories.flatMap((inventory) => inventory.adopted);
  report.leftOut = inventories.flatMap(({ leftOut }) => leftOut);
  report.managed = inventories.reduce((sum, { managed: count }) => sum + count, 0);
  for (const { type } of adopted) report.adopted[type] = (report.adopted[type] ?? 0) + 1;
  if (adopted.length === 0) return;

  const used = providers.filter(({ name }) => adopted.some(({ account }) => account === name));
  fs.mkdirSync(out, { recursive: true });
  fs.writeFileSync(files.program, programText(adopted, used));
  fs.writeFileSync(files.importFile, `${JSON.stringify(importFileOf(adopted, used, target), null, 2)}\n`);
  if (target.isNew) writeProject(out, target.project);
  Object.assign(report, files);
  report.commands = commandsFor(options, target, used, files.importFile, own !== undefined);
}

interface Target {
  organization: string;
  project: string;
  stack: string;
  /** There is no Pulumi.yaml yet. */
  isNew: boolean;
  urnOf: (type: string, name: string) => string;
}

/** The stack that the import goes into: its name, project and organisation are part of every URN and mark. */
async function targetOf(out: string, into = process.env.PULUMI_STACK || "dev"): Promise<Target> {
  const parts = into.split("/");
  const stack = parts.at(-1)!;
  const around = projectIn(out);
  const project = parts.at(-2) ?? around ?? (slug(path.basename(out)) || "telephony");
  if (around !== undefined && around !== project) throw new Error(`--into ${into}: the project in ${out} is ${around}, not ${project}`);
  const organization = parts.length === 3 ? parts[0]! : await defaultOrganization(out);
  return { organization, project, stack, isNew: around === undefined, urnOf: (type, name) => createUrn(stack, project, undefined, typeToken(type), name) };
}

function projectIn(directory: string): string | undefined {
  try {
    return loadProject(findProject(directory)).name;
  } catch (error) {
    if (/no Pulumi.yaml/.test(messageOf(error))) return undefined;
    throw error;
  }
}

/** As the program will be told by `pulumi.getOrganization()`: a backend that is no Pulumi Cloud has one word for it. */
async function defaultOrganization(cwd: string): Promise<string> {
  const cli = findCli();
  if (!cli) return "organization";
  const at = fs.existsSync(cwd) ? cwd : ".";
  const { url } = JSON.parse(await pulumi(cli.command, at, ["whoami", "--json", "--non-interactive"]).catch(() => "{}")) as { url?: string };
  if (!url?.startsWith("https://")) return "organization";
  const name = (await pulumi(cli.command, at, ["org", "get-default", "--non-interactive"])).trim();
  if (!/^[\w.-]+$/.test(name)) throw new Error("the organisation that the stack belongs to can't be told: name the stack in full, --into ORGANISATION/PROJECT/STACK");
  return name;
}

/** The stack itself, if it is there: what is in it already is left out, whether it is given or not. */
async function ownStack(out: string, { stack, project, isNew }: Target, { into }: AdoptOptions): Promise<StackState | undefined> {
  if (isNew) return undefined;
  return readStacks({ cwd: out, stacks: [into ?? stack] }).then(
    (states) => states.find((state) => state.stack === stack && (state.project === project || state.project === "")),
    (error: unknown) => {
      if (/no stack named|logged in to no backend/.test(messageOf(error))) return undefined;
      throw error;
    },
  );
}

/** A provider for each account but the default one. */
function providersOf(accounts: readonly Account[], own: StackState | undefined, nextName: ReturnType<typeof namer>): ProviderDeclaration[] {
  const names = [...new Set(accounts.map(({ name }) => name))].filter((name) => name !== "default");
  return names.map((name) => {
    const of = accounts.filter((account) => account.name === name);
    const exists = own?.providers.some((provider) => provider.name === name) ?? false;
    const { identifier } = nextName(name);
    const urls = of.flatMap(({ platform, settings }) => {
      const url = settings.get(`${platform}Url`);
      const { defaultUrl } = platformNamed(platform)!.traits;
      return url === undefined || url === defaultUrl || url === process.env[envName(`${platform}Url`)] ? [] : [[`${platform}Url`, url]];
    });
    return { name, identifier, accounts: of, urls: Object.fromEntries(urls) as Record<string, string>, exists };
  });
}

const providerUrn = ({ stack, project }: Target, name: string) => createUrn(stack, project, undefined, "pulumi:providers:pulumi-nodejs", name);

function importFileOf(adopted: readonly Adopted[], providers: readonly ProviderDeclaration[], target: Target): ImportFile {
  const nameTable = Object.fromEntries(providers.map(({ name }) => [name, providerUrn(target, name)]));
  return { ...(providers.length > 0 && { nameTable }), resources: adopted.flatMap(({ imports }) => imports) };
}

function writeProject(out: string, project: string): void {
  const write = (name: string, text: string) => {
    const file = path.join(out, name);
    if (!fs.existsSync(file)) fs.writeFileSync(file, text);
  };
  const { version } = JSON.parse(fs.readFileSync(path.join(__dirname, "..", "..", "..", "package.json"), "utf8")) as { version: string };
  write("Pulumi.yaml", `name: ${project}\nruntime: nodejs\ndescription: Phone numbers and what answers them\n`);
  const dependencies = { "@pulumi/pulumi": "^3.0.0", "pulumi-telephony": `^${version}` };
  write("package.json", `${JSON.stringify({ name: project, private: true, main: "index.ts", dependencies, devDependencies: { typescript: "^5.0.0" } }, null, 2)}\n`);
}

function commandsFor({ out, into }: AdoptOptions, target: Target, providers: readonly ProviderDeclaration[], importFile: string, exists: boolean): string[] {
  const stack = `--stack ${into ?? target.stack}`;
  const missing = providers.filter((provider) => !provider.exists);
  return [
    ...(path.resolve(out) === process.cwd() ? [] : [`cd ${shellWord(out)}`]),
    ...(target.isNew ? ["npm install"] : []),
    ...(exists ? [] : [`pulumi stack init ${into ?? target.stack}`]),
    ...missing.flatMap(({ identifier, accounts }) => accounts.map(({ platform }) => `pulumi config set --secret ${keyConfigOf(identifier, platformNamed(platform)!.traits.keySetting)} ${stack}`)),
    // Only the providers: without them in the stack the import would make them with no key.
    ...(missing.length > 0 ? [`pulumi up ${missing.map(({ name }) => `--target '${providerUrn(target, name)}'`).join(" ")} ${stack}`] : []),
    `pulumi import -f ${path.basename(importFile)} --generate-code=false --protect=false ${stack}`,
    `pulumi preview --expect-no-changes ${stack}`,
  ];
}

const shellWord = (text: string) => (/^[\w./~-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`);

function tell({ program, importFile, stack, adopted, managed, leftOut, commands, error }: AdoptReport): void {
  if (error !== undefined) return console.error(`error: ${error}`);
  if (program === undefined) console.log(`nothing to adopt${managed > 0 ? `: ${plural(managed, "resource")} in the stacks already` : ""}`);
  else {
    const counts = (Object.keys(NOUNS) as ResourceType[]).flatMap((type) => (adopted[type] ? [plural(adopted[type], NOUNS[type])] : []));
    console.log(`${counts.join(", ")} for the stack ${stack}${managed > 0 ? `; ${managed} in the stacks already, and left out` : ""}`);
    console.log(`  ${program}\n  ${importFile}`);
  }
  if (leftOut.length > 0) {
    console.log(`\n${leftOut.length} can't be declared as ${leftOut.length === 1 ? "it is" : "they are"}:`);
    const columns = [{ title: "platform" }, { title: "account", expendable: 1 }, { title: "what" }, { title: "", atLeast: 12 }];
    console.log(table(columns, leftOut.map(({ platform, account, kind, what }) => [platform, account === "default" ? "" : account, kind, what])).slice(1).map((line, i) => `  ${line}\n    ${leftOut[i]!.reason}`).join("\n"));
  }
  if (commands.length === 0) return;
  if (path.basename(program ?? "") === "adopted.ts") console.log('\nAdd this line to your program:\n\n  import "./adopted";');
  console.log(`\nNothing was changed at the platforms. Run next:\n\n${commands.map((command) => `  ${command}`).join("\n")}`);
  console.log("\nDon't run pulumi up before the import: it would make the assistants and call flows a second time.");
}
