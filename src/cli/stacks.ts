/**
 * What Pulumi knows: the resources of stacks, and the settings that reach their accounts. Read through the Pulumi CLI if there is
 * one, else out of a `file://` backend, else out of files that `pulumi stack export` wrote. Nothing is written, and nothing printed.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { backendDirectory, backendUrl, findProject } from "../engine/backend-url.js";
import { CLI_HINT, findCli, type Deployment, type ResourceState } from "../engine/index.js";
import { saltOf } from "../engine/checkpoint.js";
import { loadProject, loadStackFile, resolveConfig, stackFilePath, type Project } from "../engine/project.js";
import { findStack, readCheckpoint } from "../engine/repair.js";
import { openCrypter } from "../engine/secrets.js";
import { isDefaultProvider, isProviderType, nameOf, parseReference, ROOT_STACK_TYPE } from "../engine/urn.js";
import { containsSecret, isObject, mapSecrets, plain, type Props } from "../engine/values.js";
import { typeToken } from "../resources/resource.js";
import { passphrase, pulumi, withoutPassword } from "./pulumi.js";

export interface StackResource {
  urn: string;
  /** "PhoneNumber", …: a type of this package; for any other the whole token. */
  type: string;
  name: string;
  id?: string;
  /** Secrets in plain text, or absent where they can't be decrypted. */
  inputs: Record<string, unknown>;
  /** The same. */
  outputs: Record<string, unknown>;
  /** URN of the provider resource that it lives in. */
  provider?: string;
  protect?: boolean;
}

export interface StackState {
  /** "organization" where the backend knows none. */
  organization: string;
  project: string;
  stack: string;
  resources: StackResource[];
  /** What a run that died was about to make, change or delete. A resource that was being made has no id. */
  pending: StackResource[];
  /** The settings of the stack without their `telephony:`, secrets decrypted: `{ wiilApiKey: "…" }`. */
  config: Record<string, string>;
  /** Its explicit providers, one an account, with settings in the same spelling. */
  providers: { urn: string; name: string; config: Record<string, string> }[];
}

/** Which stacks are read. */
export interface StacksQuery {
  /** Where the project is. @default here */
  cwd?: string;
  /** As the Pulumi CLI names them: "dev", "shop/dev", "acme/shop/dev". */
  stacks: string[];
  /** All stacks of the backend, of every project. */
  all?: boolean;
  /** Files that `pulumi stack export` wrote, with or without --show-secrets. */
  stateFiles?: string[];
}

/** How many commands of the CLI run side by side: each takes about a second, and a core while it starts. */
const AT_ONCE = 4;

/**
 * Reads stacks, in the order in which they are asked for. A stack that is named twice is read once.
 *
 * @throws when a stack does not exist, a file is no export, or secrets can't be decrypted because the passphrase is wrong
 */
export async function readStacks({ cwd = ".", stacks, all = false, stateFiles = [] }: StacksQuery): Promise<StackState[]> {
  const directory = path.resolve(cwd);
  const fromFiles = await Promise.all(stateFiles.map((file) => readExport(file)));
  const fromBackend = stacks.length > 0 || all ? await readBackend(directory, stacks, all) : [];
  const seen = new Set<string>();
  return [...fromBackend, ...fromFiles].filter(({ organization, project, stack }) => {
    const key = `${organization}/${project}/${stack}`;
    return !seen.has(key) && seen.add(key);
  });
}

async function readBackend(cwd: string, stacks: string[], all: boolean): Promise<StackState[]> {
  const project = projectAround(cwd);
  const cli = findCli();
  if (!cli) return readDirectory(cwd, project, stacks, all);
  const listed = all ? (JSON.parse(await pulumi(cli.command, cwd, ["stack", "ls", "--all", "--json"])) as { name: string }[]).map(({ name }) => name) : [];
  const names = [...new Set([...stacks, ...listed])];
  const read: StackState[] = [];
  for (let i = 0; i < names.length; i += AT_ONCE) read.push(...(await Promise.all(names.slice(i, i + AT_ONCE).map((name) => readByCli(cli.command, cwd, project, name)))));
  return read;
}

async function readByCli(command: string, cwd: string, project: Project | undefined, name: string): Promise<StackState> {
  const exported = await pulumi(command, cwd, ["stack", "export", "--show-secrets", "--non-interactive", "--stack", name]);
  const state = await stateOf(deploymentIn(exported, `the export of ${name}`), name, project?.name);
  // Only a stack of the project around has its configuration here; of others the state tells what the last run had.
  if (!project || project.name !== state.project || !fs.existsSync(stackFilePath(project.directory, state.stack))) return state;
  const config = JSON.parse(await pulumi(command, cwd, ["config", "--json", "--show-secrets", "--non-interactive", "--stack", name])) as Record<string, { value?: string }>;
  return { ...state, config: { ...state.config, ...settingsIn(Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value]))) } };
}

/** Without the CLI: the state files of a `file://` backend. */
async function readDirectory(cwd: string, around: Project | undefined, stacks: string[], all: boolean): Promise<StackState[]> {
  const url = backendUrl(around?.directory ?? cwd, process.env);
  if (!url) throw new Error("this user is logged in to no backend: run pulumi login, set PULUMI_BACKEND_URL, or give files of pulumi stack export with --state");
  const directory = backendDirectory(url, cwd);
  if (!directory) throw new Error(`the backend ${withoutPassword(url)} needs the Pulumi CLI. ${CLI_HINT} Or give files of pulumi stack export with --state`);
  const names = [...new Set([...stacks.map((name) => qualified(name, around)), ...(all ? stacksIn(directory) : [])])];
  return Promise.all(
    names.map(async (name) => {
      const [project = "", stack = ""] = name.split("/");
      const place = findStack(directory, project, stack);
      if (!place) throw new Error(`no stack named '${stack}' of project ${project} in ${directory}${hintOf(stacksIn(directory))}`);
      const deployment = readCheckpoint(place.checkpoint);
      if (!deployment) throw new Error(`the state in ${place.checkpoint} is broken: telephony recover --stack ${stack} repairs it`);
      const state = await stateOf(deployment, name, project);
      if (around?.name !== project) return state;
      return { ...state, config: { ...state.config, ...settingsIn(await configOf(around, stack)) } };
    }),
  );
}

const hintOf = (names: string[]) => (names.length > 0 ? `. There are ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}` : "");

/** "organization/shop/dev", "shop/dev" and "dev" in shop's directory are one. */
function qualified(name: string, around: Project | undefined): string {
  const parts = name.split("/");
  if (parts.length > 1) return parts.slice(-2).join("/");
  if (!around) throw new Error(`which project the stack ${name} belongs to can't be told here: there is no Pulumi.yaml. Name it PROJECT/${name}, or use --cwd`);
  return `${around.name}/${name}`;
}

function stacksIn(backendDir: string): string[] {
  const root = path.join(backendDir, ".pulumi", "stacks");
  const names = fs.existsSync(root) ? fs.readdirSync(root, { recursive: true, encoding: "utf8" }) : [];
  const found = names.map((name) => /^([^/\\]+)[/\\]([^/\\]+)\.json(?:\.gz|\.zst)?$/.exec(name)).filter((match) => match !== null);
  return [...new Set(found.map(([, project, stack]) => `${project}/${stack}`))].sort();
}

async function configOf(project: Project, stack: string): Promise<Props> {
  const stackFile = loadStackFile(project.directory, stack);
  const { encryptionSalt } = stackFile;
  const crypter = encryptionSalt === undefined ? undefined : await withHint(stack, openCrypter(passphrase(), encryptionSalt));
  return plain(resolveConfig(project, stackFile, {}, (text) => crypter?.decrypt(text) ?? ""));
}

async function readExport(file: string): Promise<StackState> {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${file} can't be read: ${(error as Error).message}`);
  }
  const deployment = deploymentIn(text, file);
  const name = path.basename(file).replace(/\.json$/, "");
  return stateOf(deployment, name, undefined, true);
}

/** `pulumi stack export` writes a deployment; the file of a backend has it one level deeper. */
function deploymentIn(text: string, what: string): Deployment["deployment"] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Said below. The parser's own words may quote what stands there.
  }
  const { version, deployment, checkpoint } = (isObject(content) ? content : {}) as { version?: number; deployment?: Props; checkpoint?: { latest?: Props | null } };
  const found = deployment ?? (checkpoint ? (checkpoint.latest ?? {}) : undefined);
  if (!isObject(found)) throw new Error(`${what} is no state of a stack: expected what "pulumi stack export --file FILE" writes`);
  if (version !== undefined && version !== 3) throw new Error(`${what} has deployment version ${version}; only 3 is known`);
  return found as Deployment["deployment"];
}

/** @param lenient secrets that can't be decrypted are left out, and are no error */
async function stateOf(deployment: Deployment["deployment"], name: string, project: string | undefined, lenient = false): Promise<StackState> {
  const { resources = [], pending_operations: pending = [] } = deployment;
  const decrypt = await decrypter(deployment, name, lenient);
  const open = (props: Props = {}) => mapSecrets(props, decrypt) as Props;
  const resourceOf = (state: ResourceState): StackResource => ({
    urn: state.urn,
    type: state.type.startsWith(typeToken("")) ? state.type.slice(typeToken("").length) : state.type,
    name: nameOf(state.urn),
    ...(state.id && { id: state.id }),
    inputs: open(state.inputs),
    outputs: open(state.outputs),
    ...(state.provider && { provider: parseReference(state.provider).urn }),
    ...(state.protect && { protect: true }),
  });
  const parts = name.split("/");
  const [stackInUrn = parts.at(-1)!, projectInUrn = project ?? parts.at(-2) ?? ""] = (resources[0] ?? pending[0]?.resource)?.urn.slice("urn:pulumi:".length).split("::") ?? [];
  const own = resources.filter(({ type }) => !isProviderType(type) && type !== ROOT_STACK_TYPE).map(resourceOf);
  const providers = resources.filter(({ type }) => type === "pulumi:providers:pulumi-nodejs").map(resourceOf);
  const byDefault = providers.find(({ urn }) => isDefaultProvider(urn));
  const told = own.map(({ inputs }) => inputs.__org).find((org): org is string => typeof org === "string");
  return {
    organization: parts.length === 3 ? parts[0]! : (told ?? "organization"),
    project: projectInUrn,
    stack: stackInUrn,
    resources: own,
    pending: pending.map(({ resource }) => resourceOf(resource)),
    config: settingsIn(byDefault?.inputs ?? {}),
    providers: providers.filter((provider) => provider !== byDefault).map(({ urn, name, inputs }) => ({ urn, name, config: settingsIn(inputs) })),
  };
}

/** Opens a secret of the state; undefined, where it stays closed. */
async function decrypter(deployment: Deployment["deployment"], name: string, lenient: boolean): Promise<(secret: Props) => unknown> {
  const isClosed = (part: unknown) => containsSecret(part) && JSON.stringify(part).includes('"ciphertext"');
  const closed = [...(deployment.resources ?? []), ...(deployment.pending_operations ?? []).map(({ resource }) => resource)].some(isClosed);
  const crypter = closed
    ? await (async () => withHint(name, openCrypter(passphrase(), saltOf(deployment))))().catch((error: unknown) => {
        if (lenient) return undefined;
        throw error;
      })
    : undefined;
  return ({ ciphertext, plaintext }) => {
    const text = typeof ciphertext === "string" ? crypter?.decrypt(ciphertext) : plaintext;
    return typeof text === "string" ? plain(JSON.parse(text) as unknown) : undefined;
  };
}

const withHint = <T>(stack: string, work: Promise<T>): Promise<T> =>
  work.catch((error: Error) => {
    throw new Error(`the secrets of the stack ${stack} can't be read: ${error.message}. Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE`);
  });

/** The settings of this package among configuration of any kind. */
function settingsIn(config: Props): Record<string, string> {
  const prefix = "telephony:";
  const entries = Object.entries(config).filter((entry): entry is [string, string] => entry[0].startsWith(prefix) && typeof entry[1] === "string");
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length), value]));
}

function projectAround(cwd: string): Project | undefined {
  try {
    return loadProject(findProject(cwd));
  } catch {
    return undefined; // stacks of other projects can be named in full, and files need none
  }
}
