/** What `telephony doctor` finds out about this machine and the project in this folder. */
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { backendDirectory, backendUrl, findProject } from "../../engine/backend-url.js";
import { findCli } from "../../engine/index.js";
import { loadProject, loadStackFile, type Project } from "../../engine/project.js";
import { openCrypter } from "../../engine/secrets.js";
import { passphrase, withoutPassword } from "../pulumi.js";
import { type Check, failure, isAtLeast, ok, type Section, warning } from "./check.js";

interface PackageFile {
  version: string;
  engines: { node: string };
  peerDependencies: { "@pulumi/pulumi": string };
}

const PACKAGE = path.join(__dirname, "..", "..", "..", "package.json");
const own = JSON.parse(fs.readFileSync(PACKAGE, "utf8")) as PackageFile;
/** ">=20.19", "^3.248.0": the least that will do. */
const bare = (range: string) => range.replace(/^\D+/, "");
const PULUMI = bare(own.peerDependencies["@pulumi/pulumi"]);
const sameMajor = (version: string) => version.split(".")[0] === PULUMI.split(".")[0];

function nodeCheck(): Check {
  const needed = bare(own.engines.node);
  const version = process.version.slice(1);
  return isAtLeast(version, needed) ? ok("Node.js", version) : failure("Node.js", `${version} is too old`, `Install ${needed} or newer`);
}

function cliCheck(): Check {
  const cli = findCli();
  if (!cli) return warning("Pulumi CLI", "none is here: only the embedded engine can run programs, for tests and the demo", "Install it from https://www.pulumi.com/docs/install/, or run npx pulumi version once");
  if (!sameMajor(cli.version) || !isAtLeast(cli.version, PULUMI)) return warning("Pulumi CLI", `${cli.version} (${cli.command}) is not what this package is tested with`, `Install ${PULUMI} or newer, of version ${PULUMI.split(".")[0]}`);
  return ok("Pulumi CLI", `${cli.version} (${cli.command})`);
}

export const examineMachine = (): Section => ({ title: "This machine", checks: [ok("pulumi-telephony", own.version), nodeCheck(), cliCheck()] });

/** The package that code in a folder gets by this name. */
function packageFrom(directory: string, name: string): { file: string; version: string } | undefined {
  try {
    const file = fs.realpathSync(createRequire(path.join(directory, "index.js")).resolve(`${name}/package.json`));
    return { file, version: (JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version };
  } catch {
    return undefined;
  }
}

function packageChecks(directory: string): Check[] {
  const telephony = packageFrom(directory, "pulumi-telephony");
  const sdk = packageFrom(directory, "@pulumi/pulumi");
  const checks: Check[] = [];

  // Pulumi's state holds require("pulumi-telephony/provider"), which is resolved from here.
  if (!telephony) checks.push(failure("package", `pulumi-telephony can't be loaded from ${directory}: neither up nor destroy would work`, "Make it a dependency of the project, and run npm install there"));
  else if (telephony.version !== own.version) checks.push(warning("package", `the project has pulumi-telephony ${telephony.version}, this command is of ${own.version}`, "Run the project's own: npx telephony doctor"));
  else checks.push(ok("package", `pulumi-telephony ${telephony.version}`));

  if (!sdk) checks.push(failure("SDK", `@pulumi/pulumi can't be loaded from ${directory}`, "Run npm install @pulumi/pulumi there"));
  else if (!sameMajor(sdk.version) || !isAtLeast(sdk.version, PULUMI)) checks.push(failure("SDK", `@pulumi/pulumi ${sdk.version} does not fit`, `Install ${own.peerDependencies["@pulumi/pulumi"]}`));
  else {
    const other = telephony && packageFrom(path.dirname(telephony.file), "@pulumi/pulumi");
    checks.push(
      other && other.file !== sdk.file
        ? warning("SDK", `there are two copies of @pulumi/pulumi: ${sdk.version} in ${path.dirname(sdk.file)}, and ${other.version} in ${path.dirname(other.file)} for this package`, "Keep one: npm dedupe, or in a workspace one version for all. A test with mocks reaches only one of them")
        : ok("SDK", `@pulumi/pulumi ${sdk.version}, one copy`),
    );
  }
  return checks;
}

function backendCheck(directory: string, cwd: string): Check {
  const url = backendUrl(directory, process.env);
  if (!url) return warning("backend", "this user is logged in to none", "Run pulumi login, or set PULUMI_BACKEND_URL");
  const shown = withoutPassword(url);
  const place = backendDirectory(url, cwd);
  if (place === undefined) return ok("backend", shown);
  try {
    fs.accessSync(place, fs.constants.R_OK | fs.constants.W_OK);
    return ok("backend", shown);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return failure("backend", `${place} ${missing ? "does not exist" : "can't be written"}`, missing ? "Make the folder, or run pulumi login with another one" : "Give this user the right to write there");
  }
}

/** Whether the passphrase at hand opens the secrets of a stack. */
async function secretsCheck(project: Project, stack: string): Promise<Check | undefined> {
  let salt: string | undefined;
  try {
    salt = loadStackFile(project.directory, stack).encryptionSalt;
  } catch {
    return undefined; // another secrets provider: only the CLI can ask it
  }
  if (salt === undefined) return undefined;
  const { PULUMI_CONFIG_PASSPHRASE: direct, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (direct === undefined && !file) return warning("secrets", `of stack ${stack} need a passphrase, and none is set`, "Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE; on a terminal the CLI asks");
  try {
    await openCrypter(passphrase(), salt);
    return ok("secrets", `of stack ${stack}: the passphrase is right`);
  } catch (error) {
    return failure("secrets", `of stack ${stack} can't be opened: ${(error as Error).message}`, "Correct PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE");
  }
}

const stacksIn = (directory: string) =>
  fs
    .readdirSync(directory)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort();

/** A passphrase costs a third of a second to try. */
const MOST_STACKS = 5;

/** @param stacks those that were asked for; none: those that the project has a file of */
export async function examineProject(cwd: string, stacks: readonly string[]): Promise<Section> {
  let project: Project;
  try {
    project = loadProject(findProject(cwd));
  } catch (error) {
    const title = "Project";
    const message = (error as Error).message;
    if (/no Pulumi\.yaml/.test(message)) return { title, checks: [warning("project", message, "Run this in the project's folder, or with --cwd")] };
    return { title, checks: [failure("project", message)] };
  }
  const names = (stacks.length > 0 ? stacks.map((name) => name.split("/").pop()!) : stacksIn(project.directory)).slice(0, MOST_STACKS);
  const secrets = await Promise.all(names.map((name) => secretsCheck(project, name)));
  return {
    title: `Project ${project.name} in ${project.directory}`,
    checks: [...packageChecks(project.programDirectory), backendCheck(project.directory, cwd), ...secrets.filter((check) => check !== undefined)],
  };
}
