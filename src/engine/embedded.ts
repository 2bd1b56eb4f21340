/**
 * The embedded engine: Pulumi's own gRPC services, in this process, for programs whose resources are dynamic ones.
 *
 * It runs the unmodified program with the unmodified dynamic provider of `@pulumi/pulumi`, keeps its state in the format
 * and in the place of the CLI's file backend, and is meant for tests, demos and air-gapped trials. It is not a
 * replacement for the Pulumi CLI where money is at stake and the CLI can be had: hooks, transforms, StackReference,
 * policies, plans, history and every provider plugin are missing, and say so when they are asked for.
 */
import * as os from "node:os";
import * as path from "node:path";
import { cancel, clearPendingCreates, lock, readDeployment, stackExists, writeDeployment, type StackFiles } from "./backend.js";
import { Checkpoint, PULUMI_VERSION, saltOf } from "./checkpoint.js";
import type { Engine, EngineOptions, EngineResult, ImportFile, RefreshOptions } from "./engine.js";
import { environment } from "./environment.js";
import { importResources } from "./import.js";
import { serveMonitor } from "./monitor.js";
import { Operation } from "./operation.js";
import { inlineProgram, projectProgram } from "./program.js";
import { loadProject, loadStackFile, resolveConfig } from "./project.js";
import { Providers } from "./providers.js";
import { Recorder } from "./recorder.js";
import { decryptProps, openCrypter } from "./secrets.js";
import { ROOT_STACK_TYPE } from "./urn.js";
import { isObject, plain, SECRET, SIGNATURE, type Props } from "./values.js";

type Kind = "preview" | "up" | "refresh" | "destroy" | "import";

/** Pulumi's own: four a core (pulumi-facts §7). */
const DEFAULT_PARALLEL = 4 * os.availableParallelism();

export function openEmbedded(options: EngineOptions): Engine {
  const project = loadProject(options.projectDir);
  const stack = options.stack ?? "dev";
  const files: StackFiles = { backendDir: path.resolve(options.backendDir), project: project.name, stack };
  const env = environment(options.env);
  const passphrase = options.passphrase ?? env.PULUMI_CONFIG_PASSPHRASE ?? "";

  async function run(kind: Kind, operationOptions: RefreshOptions & { file?: ImportFile }): Promise<EngineResult> {
    const recorder = new Recorder(options.onEvent);
    const dryRun = kind === "preview";
    let unlock = () => undefined as void;
    try {
      if (!dryRun) unlock = lock(files);
      const ok = await operate(kind, operationOptions, recorder);
      return recorder.result(ok, await stackOutputs(files, passphrase));
    } catch (error) {
      // A lock that is held, a wrong passphrase, a project that cannot be read: results too.
      recorder.diagnostic("error", error instanceof Error ? error.message : String(error));
      return recorder.result(false, {});
    } finally {
      unlock();
    }
  }

  async function operate(kind: Kind, operationOptions: RefreshOptions & { file?: ImportFile }, recorder: Recorder): Promise<boolean> {
    const dryRun = kind === "preview";
    const stackFile = loadStackFile(project.directory, stack);
    const open = () =>
      Checkpoint.open(files, {
        writable: !dryRun,
        crypter: (salt) => openCrypter(passphrase, salt ?? stackFile.encryptionSalt),
      });
    let checkpoint = await open();
    // An edit of the state by itself, as there: whatever becomes of the refresh, they are gone.
    if (operationOptions.clearPendingCreates && clearPendingCreates(files)) checkpoint = await open();
    const { encryptionSalt } = stackFile;
    const configCrypter = encryptionSalt === undefined ? undefined : await openCrypter(passphrase, encryptionSalt);
    const config = resolveConfig(project, stackFile, options.config ?? {}, (text) => {
      if (!configCrypter) throw new Error(`Pulumi.${stack}.yaml has secure values but no encryptionsalt`);
      return configCrypter.decrypt(text);
    });

    const parallel = operationOptions.parallel ?? DEFAULT_PARALLEL;
    const providerOptions = {
      project,
      engineAddress: "",
      env: { ...env, PULUMI_NODEJS_PROJECT: project.name, PULUMI_PROJECT: project.name },
      onOutput: (line: string) => recorder.diagnostic("info", line),
      dryRun,
    };
    const providers = new Providers(providerOptions);
    const operation = new Operation(
      {
        project: project.name,
        stack,
        dryRun,
        config,
        checkpoint,
        recorder,
        providers,
        parallel,
        replace: new Set(operationOptions.replace),
        ...(operationOptions.target?.length && { target: new Set(operationOptions.target) }),
      },
      kind === "refresh" || kind === "destroy" ? kind : "update",
    );
    const monitor = await serveMonitor(operation, recorder, project.directory);
    providerOptions.engineAddress = monitor.address;
    const cancel = () => operation.cancel();
    operationOptions.signal?.addEventListener("abort", cancel, { once: true });
    if (operationOptions.signal?.aborted) cancel();
    try {
      if (kind === "refresh") return await operation.refresh();
      if (kind === "destroy") return await operation.destroy();
      if (kind === "import") {
        await importResources({ project: project.name, stack, config, checkpoint, providers, recorder }, operationOptions.file!);
        checkpoint.flush();
        return true;
      }
      const programOptions = { project, stack, config, address: monitor.address, dryRun, parallel, env, recorder };
      const { program } = options;
      return await operation.update(program ? inlineProgram(program, programOptions) : projectProgram(programOptions));
    } finally {
      operationOptions.signal?.removeEventListener("abort", cancel);
      providers.stop();
      monitor.stop();
    }
  }

  return {
    kind: "embedded",
    version: PULUMI_VERSION.slice(1),
    preview: (operationOptions = {}) => run("preview", operationOptions),
    up: (operationOptions = {}) => run("up", operationOptions),
    refresh: (operationOptions = {}) => run("refresh", operationOptions),
    destroy: (operationOptions = {}) => run("destroy", operationOptions),
    import: (file) => run("import", { file }),

    exportState() {
      const empty = { manifest: { time: "0001-01-01T00:00:00Z", magic: "", version: "" } };
      return Promise.resolve({ version: 3, deployment: readDeployment(files) ?? empty });
    },

    // eslint-disable-next-line @typescript-eslint/require-await -- what fails here rejects
    async importState({ version, deployment }) {
      if ((version as number) !== 3) throw new Error(`deployment version ${String(version)} is not supported`);
      const prefix = `urn:pulumi:${stack}::${project.name}::`;
      const foreign = deployment.resources?.find(({ urn }) => !urn.startsWith(prefix));
      if (foreign) throw new Error(`resource '${foreign.urn}' is from a different stack or project than ${prefix}`);
      if (contains(deployment, SIGNATURE)) saltOf(deployment);
      const unlock = lock(files);
      try {
        writeDeployment(files, deployment);
      } finally {
        unlock();
      }
    },

    // eslint-disable-next-line @typescript-eslint/require-await -- what fails here rejects
    async cancel() {
      if (!stackExists(files)) throw new Error(`no stack named '${stack}' found`);
      cancel(files);
    },
  };
}

/** What the stack's outputs are in the state, in plain text. */
export async function stackOutputs(files: StackFiles, passphrase: string): Promise<Props> {
  const deployment = readDeployment(files);
  const outputs = deployment?.resources?.find(({ type }) => type === ROOT_STACK_TYPE)?.outputs;
  if (!outputs) return {};
  return plain(decryptProps(await openCrypter(passphrase, saltOf(deployment)), outputs));
}

/** Whether secrets are anywhere in it, in which case they have to be of a kind that can be read here. */
function contains(value: unknown, signature: string): boolean {
  if (Array.isArray(value)) return value.some((item) => contains(item, signature));
  if (!isObject(value)) return false;
  return value[signature] === SECRET || Object.values(value).some((item) => contains(item, signature));
}
