/** What the project's files say: `Pulumi.yaml` and `Pulumi.<stack>.yaml`. */
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import * as yaml from "js-yaml";
import { isObject, makeSecret, type Props } from "./values.js";

export interface Project {
  name: string;
  /** Where Pulumi.yaml is. */
  directory: string;
  /** Where the program runs, and the provider with it: the directory that `main` names. */
  programDirectory: string;
  /** What is run there: "." or a file. */
  entryPoint: string;
  typescript: boolean;
  nodeArgs: string[];
  /** Configuration that Pulumi.yaml gives to every stack. */
  config: Props;
}

function readYaml(file: string): Props | undefined {
  if (!fs.existsSync(file)) return undefined;
  const content = yaml.load(fs.readFileSync(file, "utf8"));
  return isObject(content) ? content : {};
}

export function loadProject(projectDir: string): Project {
  const directory = path.resolve(projectDir);
  const content =
    readYaml(path.join(directory, "Pulumi.yaml")) ?? readYaml(path.join(directory, "Pulumi.yml"));
  if (!content) throw new Error(`no Pulumi.yaml project file found in ${directory}`);
  if (typeof content.name !== "string") throw new Error(`${directory}/Pulumi.yaml: project is missing a 'name' attribute`);

  const runtime = isObject(content.runtime) ? content.runtime : { name: content.runtime };
  if (runtime.name !== "nodejs")
    throw new Error(`the embedded engine runs programs of runtime nodejs, not ${JSON.stringify(runtime.name)}`);
  const options = isObject(runtime.options) ? runtime.options : {};

  const main = path.resolve(directory, typeof content.main === "string" ? content.main : ".");
  const isDirectory = fs.existsSync(main) && fs.statSync(main).isDirectory();
  return {
    name: content.name,
    directory,
    programDirectory: isDirectory ? main : path.dirname(main),
    entryPoint: isDirectory ? "." : path.basename(main),
    typescript: options.typescript !== false,
    nodeArgs: typeof options.nodeargs === "string" ? options.nodeargs.split(/\s+/).filter(Boolean) : [],
    config: isObject(content.config) ? content.config : {},
  };
}

/** What `Pulumi.<stack>.yaml` says. */
export interface StackFile {
  encryptionSalt?: string;
  config: Props;
}

export const stackFilePath = (directory: string, stack: string) => path.join(directory, `Pulumi.${stack}.yaml`);

export function loadStackFile(directory: string, stack: string): StackFile {
  const content = readYaml(stackFilePath(directory, stack)) ?? {};
  const { encryptionsalt, secretsprovider, config } = content;
  if (typeof secretsprovider === "string" && secretsprovider !== "passphrase")
    throw new Error(`secrets provider ${secretsprovider} is not supported by the embedded engine, only passphrase`);
  return {
    ...(typeof encryptionsalt === "string" && { encryptionSalt: encryptionsalt }),
    config: isObject(config) ? config : {},
  };
}

export const configKey = (project: string, key: string) => (key.includes(":") ? key : `${project}:${key}`);

/** Configuration as program and provider get it: texts, secret ones wrapped. */
export function resolveConfig(
  project: Project,
  stackFile: StackFile,
  options: Record<string, string | { value: string; secret: true }>,
  decrypt: (ciphertext: string) => string,
): Props {
  const config: Props = {};
  const isSecure = (value: unknown): value is { secure: string } => isObject(value) && typeof value.secure === "string";
  const open = (value: unknown): unknown => {
    if (isSecure(value)) return decrypt(value.secure);
    if (Array.isArray(value)) return value.map(open);
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, open(item)]));
    return value;
  };
  const hasSecure = (value: unknown): boolean =>
    isSecure(value) || (typeof value === "object" && value !== null && Object.values(value).some(hasSecure));
  const set = (key: string, value: unknown) => {
    const opened = open(value);
    const text = typeof opened === "object" && opened !== null ? JSON.stringify(opened) : String(opened);
    config[configKey(project.name, key)] = hasSecure(value) ? makeSecret(text) : text;
  };

  // Pulumi.yaml: `key: value`, `key: {value: …}`, or a declaration with a default.
  for (const [key, entry] of Object.entries(project.config)) {
    const value = isObject(entry) ? (entry.value ?? entry.default) : entry;
    if (value !== undefined && value !== null) set(key, value);
  }
  for (const [key, value] of Object.entries(stackFile.config)) set(key, value);
  for (const [key, entry] of Object.entries(options))
    config[configKey(project.name, key)] = typeof entry === "string" ? entry : makeSecret(entry.value);
  return config;
}

/**
 * Resolves a file of `@pulumi/pulumi` as the program does: the SDK that runs has to be the one that the program loads.
 * Where the program's directory has none, the one beside this package serves.
 */
export function resolveSdk(project: Project, file: string): string {
  const request = `@pulumi/pulumi/${file}`;
  try {
    return createRequire(path.join(project.programDirectory, "index.js")).resolve(request);
  } catch {
    return require.resolve(request);
  }
}

/** Loads a file of the program's own `@pulumi/pulumi`. */
export const loadFromSdk = (project: Project, file: string): unknown =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- which copy it is, is known at run time only
  require(resolveSdk(project, file));
