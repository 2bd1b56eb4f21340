/** Runs the program: the project's own in a process of `cmd/run`, or a function in this process. */
import type * as grpc from "@grpc/grpc-js";
import { exitOf, killGroup, readLines, spawnGroup } from "./child.js";
import { enter } from "./environment.js";
import { loadFromSdk, resolveSdk, type Project } from "./project.js";
import type { Recorder } from "./recorder.js";
import { isSecret, plain, type Props } from "./values.js";

export interface ProgramOptions {
  project: Project;
  stack: string;
  config: Props;
  /** Address of the monitor and engine services. */
  address: string;
  dryRun: boolean;
  parallel: number;
  env: NodeJS.ProcessEnv;
  recorder: Recorder;
}

export interface Program {
  /** Resolves to what went wrong: undefined if nothing did, an empty text if the program told it already. */
  run(): Promise<string | undefined>;
  kill(): void;
}

const ORGANIZATION = "organization"; // what the file backend calls it
/** `cmd/run` ends with this code once it has logged the error itself. */
const LOGGED_ALREADY = 32;

/** Where the SDK looks for configuration: `ns:config:key` and the list of secret keys. */
function configTexts(config: Props): { all: Record<string, string>; secretKeys: string[] } {
  const entries = Object.entries(config);
  return {
    all: Object.fromEntries(entries.map(([key, value]) => [key.replace(":", ":config:"), String(plain(value))])),
    secretKeys: entries.filter(([, value]) => isSecret(value)).map(([key]) => key),
  };
}

/** The project's program, unmodified, as the language host starts it. */
export function projectProgram(options: ProgramOptions): Program {
  const { project, stack, address, recorder } = options;
  let kill = () => undefined as void;
  return {
    async run() {
      const { all, secretKeys } = configTexts(options.config);
      const args = [
        ...project.nodeArgs,
        resolveSdk(project, "cmd/run"),
        ...["--monitor", address, "--engine", address],
        ...["--organization", ORGANIZATION, "--project", project.name, "--stack", stack],
        ...["--root-directory", project.directory, "--pwd", project.programDirectory],
        ...(options.dryRun ? ["--dry-run"] : []),
        ...["--parallel", String(options.parallel)],
        project.entryPoint,
      ];
      const child = spawnGroup(args, {
        cwd: project.programDirectory,
        env: {
          ...options.env,
          PULUMI_CONFIG: JSON.stringify(all),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
          PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
        },
      });
      kill = () => killGroup(child);
      readLines(child.stdout, (line) => recorder.diagnostic("info", line));
      readLines(child.stderr, (line) => recorder.diagnostic("info", line));
      const code = await exitOf(child);
      if (code === 0) return undefined;
      return code === LOGGED_ALREADY ? "" : `Program exited with non-zero exit code: ${code}`;
    },
    kill: () => kill(),
  };
}

// What `@pulumi/pulumi/automation/server.js` uses to run a function as a program; it has no public name.
interface SdkInternals {
  state: { withLocalStorage<T>(run: () => Promise<T>): Promise<T> };
  settings: {
    resetOptions(project: string, stack: string, parallel: number, engine: string, monitor: string, preview: boolean, organization: string): void;
    disconnect(signalShutdown?: boolean): Promise<void>;
    getMonitor(): grpc.Client;
    getEngine(): grpc.Client;
  };
  config: { setAllConfig(config: Record<string, string>, secretKeys?: string[]): void };
  stack: { runInPulumiStack(program: () => Promise<unknown>): Promise<unknown> };
  log: { error(message: string): Promise<void>; hasErrors(): boolean };
  errors: { isGrpcError(error: unknown): boolean };
}

function loadSdk(project: Project): SdkInternals {
  const load = (file: string): unknown => loadFromSdk(project, file);
  return {
    state: load("runtime/state"),
    settings: load("runtime/settings"),
    config: load("runtime/config"),
    stack: load("runtime/stack"),
    log: load("log"),
    errors: load("errors"),
  } as SdkInternals;
}

/**
 * Closes a client that the SDK leaves open. A program that was given up may go on calling it: left open, it would try to
 * reconnect for ever, and its failed connection, which gRPC shares by address, would be handed to whichever run gets the
 * same port next. A call of a closed one throws, though, and might be taken for a failure of the next run; so calls go
 * nowhere from here on, which is what the SDK expects once the monitor is shut down. Only its log has to go on, for one
 * message waits for the one before it, whichever run that was of.
 */
function retire(client: grpc.Client): void {
  const methods = client as unknown as Record<string, (request: unknown, callback: () => void) => void>;
  const service = Object.getPrototypeOf(client) as object;
  for (const name of Object.keys(service)) methods[name] = name === "log" ? (_request, callback) => callback() : () => undefined;
  client.close();
}

/**
 * A function in this process, as the Automation API runs it: a store of its own for the SDK's settings, so that several
 * may follow one another. The environment is the process's, with `env` on top while it runs.
 */
export function inlineProgram(program: () => Promise<unknown>, options: ProgramOptions): Program {
  const { project, stack, address } = options;
  let abandon = () => undefined as void;
  let clients: grpc.Client[] = [];

  async function run(sdk: SdkInternals, uncaught: Set<unknown>): Promise<string | undefined> {
    const { all, secretKeys } = configTexts(options.config);
    sdk.settings.resetOptions(project.name, stack, options.parallel, address, address, options.dryRun, ORGANIZATION);
    sdk.config.setAllConfig(all, secretKeys);
    clients = [sdk.settings.getMonitor(), sdk.settings.getEngine()];
    try {
      await sdk.stack.runInPulumiStack(program);
      await sdk.settings.disconnect(true);
    } catch (error) {
      await sdk.settings.disconnect(false);
      // Even what looks as if the engine had gone: if it has, nobody asks any more what went wrong.
      uncaught.add(error);
    }
    if (uncaught.size) return [...uncaught].map(describe).join("\n");
    return sdk.log.hasErrors() ? "" : undefined;
  }

  return {
    async run() {
      const sdk = loadSdk(project);
      const uncaught = new Set<unknown>();
      const onUncaught = (error: unknown) => {
        if (!sdk.errors.isGrpcError(error)) uncaught.add(error);
      };
      process.on("uncaughtException", onUncaught);
      process.on("unhandledRejection", onUncaught);
      const leave = enter(options.env);
      // Once the monitor is shut down the SDK waits for ever, counting on somebody to end the process.
      const abandoned = new Promise<string>((resolve) => (abandon = () => resolve("")));
      try {
        return await Promise.race([sdk.state.withLocalStorage(() => run(sdk, uncaught)), abandoned]);
      } finally {
        process.off("uncaughtException", onUncaught);
        process.off("unhandledRejection", onUncaught);
        clients.forEach(retire);
        leave();
      }
    },
    kill: () => abandon(),
  };
}

const describe = (error: unknown) =>
  `Unhandled exception: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
