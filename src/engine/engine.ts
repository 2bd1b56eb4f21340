/**
 * One interface over two engines: the real Pulumi CLI (through the Automation API) and the embedded engine, which serves
 * the program and the dynamic provider the same gRPC services in this process.
 */

/** Which engine runs: the real `pulumi` CLI, or the embedded one. */
export type EngineKind = "cli" | "embedded";

/** What is run, and where its state is kept. */
export interface EngineOptions {
  /** The directory that holds `Pulumi.yaml`. Its `main` is honoured. */
  projectDir: string;
  /** Stack name. @default "dev" */
  stack?: string;
  /** Directory of the file backend (`file://`); the state is `<backendDir>/.pulumi/stacks/<project>/<stack>.json`. */
  backendDir: string;
  /** Passphrase of the stack's secrets. @default PULUMI_CONFIG_PASSPHRASE, else "" */
  passphrase?: string;
  /** Stack configuration, as `pulumi config set` would write it, added to what `Pulumi.<stack>.yaml` says. */
  config?: Record<string, string | { value: string; secret: true }>;
  /** Environment of program and provider, added to this process's own. `undefined` removes a variable. */
  env?: Record<string, string | undefined>;
  /** A program to run in this process instead of the project's `main`: a second a run, for unit tests. */
  program?: () => Promise<Record<string, unknown> | void>;
  /** Called for each thing that happens, in order. */
  onEvent?: (event: EngineEvent) => void;
}

/** Options of one operation. */
export interface OperationOptions {
  /** URNs to replace although nothing changed (`pulumi up --replace URN`). */
  replace?: string[];
  /** URNs to restrict the operation to (`--target URN`). */
  target?: string[];
  /** Resources worked on at once. @default Pulumi's own: 4 a core */
  parallel?: number;
  /** Stop as one Ctrl-C does: what is under way ends and is saved, nothing new starts. */
  signal?: AbortSignal;
}

/** Options of a refresh. */
export interface RefreshOptions extends OperationOptions {
  /** Drop the creates that a dead run left pending (`--clear-pending-creates`); without it they stay, for a person to look at. */
  clearPendingCreates?: boolean;
}

/** What was done, or would be, to a resource; Pulumi's own words. */
export type Op =
  | "same" | "create" | "update" | "delete" | "replace" | "create-replacement" | "delete-replaced" | "read" | "refresh" | "import"
  | "read-replacement" | "discard" | "discard-replaced";

/** In the outputs of a step, secrets read `[secret]`. */
export type EngineEvent =
  | { kind: "step-start"; op: Op; urn: string; type: string; name: string }
  | { kind: "step"; op: Op; urn: string; type: string; name: string; id?: string; diff?: string[]; outputs?: Record<string, unknown>; failed?: boolean }
  | { kind: "diagnostic"; severity: "debug" | "info" | "warning" | "error"; urn?: string; message: string; ephemeral: boolean }
  | { kind: "stdout"; text: string };

/** A message of the run. Ephemeral ones (the live row's status) are only events. */
export interface Diagnostic {
  severity: "debug" | "info" | "warning" | "error";
  /** Empty when it is about the stack as a whole. */
  urn: string;
  message: string;
}

/** What an operation came to. A failed operation is a result with `ok: false`, not an exception. */
export interface EngineResult {
  ok: boolean;
  /**
   * Steps other than `same` that succeeded, in the order in which they were started; a refresh's are what it found.
   * `diff` names the inputs that changed (in a refresh, the outputs), as far as they are no secrets.
   */
  steps: { op: Op; urn: string; type: string; name: string; diff?: string[] }[];
  /** How many resources saw each op, `same` included. */
  summary: Partial<Record<Op, number>>;
  diagnostics: Diagnostic[];
  /** Stack outputs as they are in the state now; secret ones in plain text, as `pulumi stack output --show-secrets` gives them. */
  outputs: Record<string, unknown>;
}

/** Pulumi's deployment format, as `pulumi stack export` prints it. */
export interface Deployment {
  version: 3;
  deployment: {
    manifest: { time: string; magic: string; version: string };
    secrets_providers?: { type: string; state?: unknown };
    resources?: ResourceState[];
    pending_operations?: { resource: ResourceState; type: string }[];
    metadata?: Record<string, unknown>;
  };
}

/** One call on the way to where a resource was declared. */
export interface StackFrame {
  sourcePosition?: string;
}

/** One resource in a deployment. Secrets are encrypted (`ciphertext`). */
export interface ResourceState {
  urn: string;
  custom: boolean;
  type: string;
  id?: string;
  delete?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  provider?: string;
  protect?: boolean;
  external?: boolean;
  retainOnDelete?: boolean;
  deletedWith?: string;
  replaceWith?: string[];
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  importID?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
  additionalSecretOutputs?: string[];
  aliases?: string[];
  customTimeouts?: { create?: number; update?: number; delete?: number };
  initErrors?: string[];
  pendingReplacement?: boolean;
  created?: string;
  modified?: string;
  /** Where the program declares it: `project:///index.ts#8,18`. */
  sourcePosition?: string;
  stackTrace?: StackFrame[];
  [key: string]: unknown;
}

/** One resource of an import file. */
export interface ImportResource {
  /** The type token. */
  type: string;
  name: string;
  id: string;
  /** A name of the name table. @default the package's default provider */
  provider?: string;
  inputs: Record<string, unknown>;
  /** All of them, hidden ones too: what the file brings isn't read, which dynamic providers could not do (pulumi/pulumi#3550). */
  outputs: Record<string, unknown>;
}

/** What `pulumi import -f` takes, as far as dynamic resources go. */
export interface ImportFile {
  /** URNs of explicit providers, by the names that the resources use for them. */
  nameTable?: Record<string, string>;
  resources: ImportResource[];
}

/** Runs one stack of one project. */
export interface Engine {
  readonly kind: EngineKind;
  /** The CLI's version, or the Pulumi version whose behaviour the embedded engine follows. */
  readonly version: string;
  preview(options?: OperationOptions): Promise<EngineResult>;
  up(options?: OperationOptions): Promise<EngineResult>;
  refresh(options?: RefreshOptions): Promise<EngineResult>;
  destroy(options?: OperationOptions): Promise<EngineResult>;
  /**
   * Brings resources into the state as `pulumi import -f FILE --generate-code=false --protect=false --yes` does: `check` is run, and
   * nothing is read. Its providers must be in the state.
   */
  import(file: ImportFile): Promise<EngineResult>;
  exportState(): Promise<Deployment>;
  importState(deployment: Deployment): Promise<void>;
  /**
   * Takes the stack's lock away, as `pulumi cancel --yes` does: after a run that died. A run that is alive is not stopped by it.
   *
   * @throws when there is no such stack
   */
  cancel(): Promise<void>;
}
