/**
 * The real Pulumi CLI behind the same interface, driven through the Automation API.
 *
 * The project's own `Pulumi.<stack>.yaml` is read and never written: each operation gets a configuration file of its own
 * in a temporary directory, made of that file and of the options' configuration, and the stack is made from there too
 * (`pulumi stack init` would write the salt of its secrets into the project).
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { ChannelOptions } from "@grpc/grpc-js";
import type { EngineEvent as AutomationEvent, LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import * as yaml from "js-yaml";
import { readDeployment, stackExists, type StackFiles } from "./backend.js";
import { saltOf } from "./checkpoint.js";
import { stackOutputs } from "./embedded.js";
import type { Diagnostic, Engine, EngineOptions, EngineResult, ImportFile, Op, RefreshOptions } from "./engine.js";
import { enter, environment } from "./environment.js";
import type { Cli } from "./find-cli.js";
import { configKey, loadFromSdk, loadProject, loadStackFile, type Project } from "./project.js";
import { Recorder, type StepReport } from "./recorder.js";
import { openCrypter } from "./secrets.js";
import { visibleChanges, type Props } from "./values.js";

/** Each one costs a start of the CLI, to ask its version. */
const commands = new Map<string, PulumiCommand>();

type Kind = "preview" | "up" | "refresh" | "destroy";

export function openCli(options: EngineOptions, cli: Cli): Engine {
  const project = loadProject(options.projectDir);
  const stackName = options.stack ?? "dev";
  const files: StackFiles = { backendDir: path.resolve(options.backendDir), project: project.name, stack: stackName };
  const env = environment(options.env);
  const passphrase = options.passphrase ?? env.PULUMI_CONFIG_PASSPHRASE ?? "";
  const envVars: Record<string, string> = {
    ...(options.env as Record<string, string>), // `undefined` in it takes the variable away, here too
    PATH: [path.dirname(cli.command), env.PATH ?? ""].join(path.delimiter),
    PULUMI_BACKEND_URL: pathToFileURL(files.backendDir).href,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // What the CLI remembers (current stacks, credentials) is not the user's business here.
    PULUMI_HOME: env.PULUMI_HOME ?? path.join(os.tmpdir(), `pulumi-telephony-home-${os.userInfo().uid}`),
  };
  const automation = loadFromSdk(project, "automation") as typeof import("@pulumi/pulumi/automation");
  keepConnectionsApart(project);
  let opened: Promise<Stack> | undefined;

  /** Opens the stack, and makes it if need be. */
  function open(): Promise<Stack> {
    return (opened ??= (async () => {
      fs.mkdirSync(files.backendDir, { recursive: true });
      const pulumiCommand = await command();
      if (!stackExists(files))
        await inTemporaryDirectory(async (workDir) => {
          fs.writeFileSync(path.join(workDir, "Pulumi.yaml"), yaml.dump({ name: project.name, runtime: "nodejs" }));
          const workspace = await automation.LocalWorkspace.create({ workDir, pulumiCommand, envVars });
          await automation.Stack.create(stackName, workspace);
        });
      const workspace: LocalWorkspace = await automation.LocalWorkspace.create({
        workDir: project.directory,
        pulumiCommand,
        envVars,
      });
      // Selecting writes down which stack is the current one; every command here names its own.
      workspace.selectStack = () => Promise.resolve();
      const stack = await automation.Stack.select(stackName, workspace);
      // After each `up` the Automation API asks the CLI for outputs and history, a second in all. The outputs are in
      // the state, which is at hand; the history is of no interest.
      return Object.assign(stack, { outputs: () => Promise.resolve({}), info: () => Promise.resolve(undefined) });
    })().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  }

  async function command(): Promise<PulumiCommand> {
    const known = commands.get(cli.command);
    if (known) return known;
    const root = path.dirname(path.dirname(cli.command));
    if (path.basename(path.dirname(cli.command)) === "bin")
      return remember(await automation.PulumiCommand.get({ root }));
    // Not in a directory called `bin`: the Automation API then looks on PATH.
    const leave = enter({ ...process.env, PATH: envVars.PATH });
    try {
      return remember(await automation.PulumiCommand.get());
    } finally {
      leave();
    }
  }

  function remember(found: PulumiCommand): PulumiCommand {
    commands.set(cli.command, found);
    return found;
  }

  async function configFile(directory: string): Promise<string> {
    const stackFile = loadStackFile(project.directory, stackName);
    const salt = stackFile.encryptionSalt ?? saltOf(readDeployment(files));
    const crypter = await openCrypter(passphrase, salt);
    const config: Props = { ...stackFile.config };
    for (const [key, entry] of Object.entries(options.config ?? {}))
      config[configKey(project.name, key)] = typeof entry === "string" ? entry : { secure: crypter.encrypt(entry.value) };
    const file = path.join(directory, `Pulumi.${stackName}.yaml`);
    fs.writeFileSync(file, yaml.dump({ encryptionsalt: crypter.salt, config }));
    return file;
  }

  async function run(kind: Kind, operation: RefreshOptions): Promise<EngineResult> {
    const recorder = new Recorder(options.onEvent);
    const events = eventReader(recorder);
    let ok = false;
    try {
      const stack = await open();
      await inTemporaryDirectory(async (directory) => {
        const common = {
          configFile: await configFile(directory),
          color: "never" as const,
          suppressProgress: true,
          onEvent: events.read,
          onOutput: (text: string) => recorder.stdout(text),
          ...(operation.target?.length && { target: operation.target }),
          ...(operation.parallel && { parallel: operation.parallel }),
          ...(operation.signal && { signal: operation.signal }),
        };
        const program = options.program && { program: options.program };
        const replace = operation.replace?.length ? { replace: operation.replace } : {};
        const leave = program ? enter(env) : () => undefined;
        try {
          if (kind === "preview") await stack.preview({ ...common, ...replace, ...program });
          else if (kind === "up") await stack.up({ ...common, ...replace, ...program });
          else if (kind === "refresh") await stack.refresh({ ...common, ...(operation.clearPendingCreates && { clearPendingCreates: true }) });
          else await stack.destroy(common);
        } finally {
          leave();
        }
      });
      ok = true;
    } catch (error) {
      // What went wrong in the operation came as events. What kept it from starting, such as a lock, is on stderr only.
      if (!recorder.sawError) recorder.diagnostic("error", messageOf(error));
    }
    events.end();
    return recorder.result(ok, await stackOutputs(files, passphrase).catch(() => ({})));
  }

  /** The Automation API tells no events of an import: what came is in the state. */
  async function importFile({ nameTable, resources }: ImportFile): Promise<EngineResult> {
    const recorder = new Recorder(options.onEvent);
    let ok = false;
    try {
      const stack = await open();
      const before = new Set((readDeployment(files)?.resources ?? []).map(({ urn }) => urn));
      await inTemporaryDirectory(async (directory) => {
        const common = { color: "never" as const, suppressProgress: true, generateCode: false, protect: false };
        await stack.import({ ...common, ...(nameTable && { nameTable }), resources, configFile: await configFile(directory), onOutput: (text) => recorder.stdout(text) });
      });
      for (const { urn, id, type, outputs } of readDeployment(files)?.resources ?? []) {
        if (before.has(urn) || !resources.some((resource) => resource.type === type && urn.endsWith(`::${resource.name}`))) continue;
        recorder.end(recorder.start({ op: "import", urn }), { counted: true, ...(id && { id }), ...(outputs && { outputs }) });
      }
      ok = true;
    } catch (error) {
      recorder.diagnostic("error", messageOf(error));
    }
    return recorder.result(ok, await stackOutputs(files, passphrase).catch(() => ({})));
  }

  return {
    kind: "cli",
    version: cli.version,
    preview: (operation = {}) => run("preview", operation),
    up: (operation = {}) => run("up", operation),
    refresh: (operation = {}) => run("refresh", operation),
    destroy: (operation = {}) => run("destroy", operation),
    import: importFile,
    async exportState() {
      if (!readDeployment(files)) await open();
      const deployment = readDeployment(files); // what `pulumi stack export` prints
      if (!deployment) throw new Error(`no stack named '${stackName}' found`);
      return { version: 3, deployment };
    },
    async importState(deployment) {
      const stack = await open();
      await stack.importStack(deployment);
    },
    async cancel() {
      if (!stackExists(files)) throw new Error(`no stack named '${stackName}' found`); // opening would make it
      await (await open()).cancel();
    },
  };
}

/**
 * After a program in this process the SDK leaves its clients open, and where one was still called when the CLI had ended, gRPC keeps
 * the failed connection under its address. A later CLI that gets the same port would be handed it: the SDK takes that for an engine that
 * is shutting down, registers nothing, and the run ends well, with a program that declares nothing. So each client has its own connections.
 */
function keepConnectionsApart(project: Project): void {
  const { grpcClientOptions } = loadFromSdk(project, "runtime/settings") as { grpcClientOptions?: ChannelOptions };
  if (grpcClientOptions) grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
}

async function inTemporaryDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-telephony-"));
  try {
    return await use(directory);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** The CLI's `error: …` out of a failed command. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const stderr = /\n? ?stderr: ([\s\S]*?)(?:\n err\?: |$)/.exec(text)?.[1] ?? text;
  const said = /(?:^|\n)error: ([\s\S]*)/.exec(stderr)?.[1] ?? stderr;
  return said.trim();
}

const SEVERITIES: Record<string, Diagnostic["severity"]> = {
  debug: "debug",
  info: "info",
  "info#err": "info",
  warning: "warning",
  error: "error",
};

/** The CLI's messages carry colour tags (`<{%reset%}>`) whatever the colour is set to. */
const withoutTags = (text: string) => text.replace(/<\{%[^%]*%\}>/g, "");

interface StepState {
  inputs?: Props;
  outputs?: Props;
  id?: string;
}

/** Feeds a recorder from the engine events of the Automation API. */
function eventReader(recorder: Recorder): { read: (event: AutomationEvent) => void; end: () => void } {
  const started = new Map<string, StepReport & { custom: boolean }>();
  const key = (op: string, urn: string) => `${op} ${urn}`;
  const read = (event: AutomationEvent) => {
    if (event.diagnosticEvent) {
      const { message, severity, urn, ephemeral } = event.diagnosticEvent;
      recorder.diagnostic(SEVERITIES[severity] ?? "info", withoutTags(message), urn ?? "", ephemeral ?? false);
    } else if (event.resourcePreEvent) {
      const { op, urn, old, new: next } = event.resourcePreEvent.metadata;
      const changing = op === "update" || op === "replace" || op === "create-replacement";
      const diff = changing ? visibleChanges((old as StepState | null)?.inputs, (next as StepState | null)?.inputs) : undefined;
      const custom = (next ?? old)?.custom ?? false;
      const report = { op: op as Op, urn, custom, ...(diff && { diff }) };
      recorder.start(report);
      started.set(key(op, urn), report);
    } else if (event.resOutputsEvent) {
      const { op, urn, old, new: next } = event.resOutputsEvent.metadata;
      const report = started.get(key(op, urn)) ?? started.get(key("refresh", urn));
      if (!report) return;
      const state = next as StepState | null;
      if (report.op === "refresh") {
        report.op = op as Op;
        if (op === "update") report.diff = visibleChanges((old as StepState | null)?.outputs, state?.outputs);
      }
      const id = state?.id ?? (old as StepState | null)?.id;
      recorder.end(report, { counted: false, ...(id && { id }), ...(state?.outputs && { outputs: state.outputs }) });
      // A component ends twice in a preview: when it is registered, and when its outputs are.
      started.delete(key(op, urn));
      started.delete(key("refresh", urn));
    } else if (event.resOpFailedEvent) {
      const { op, urn } = event.resOpFailedEvent.metadata;
      const report = started.get(key(op, urn));
      if (report) recorder.end(report, { counted: false, failed: true });
      started.delete(key(op, urn));
    } else if (event.summaryEvent) {
      recorder.setSummary(event.summaryEvent.resourceChanges);
    } else if (event.stdoutEvent) {
      recorder.stdout(withoutTags(event.stdoutEvent.message));
    }
  };
  return {
    read,
    end() {
      // A step that fails in a preview has no end. Nor has a component without outputs of its own, but that one is done.
      for (const report of started.values()) if (report.custom) recorder.end(report, { counted: false, failed: true });
    },
  };
}
