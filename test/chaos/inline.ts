/**
 * Runs operations without a process for each of them: the provider is Pulumi's own `cmd/dynamic-provider`, over gRPC as ever, but
 * loaded into this process, anew for every run. Ten times as fast, which makes a matrix of thousands of cases possible where
 * nobody is killed. Embedded engine only.
 */
import childProcess, { type ChildProcess, type SpawnOptions } from "node:child_process";
import { EventEmitter } from "node:events";
import path from "node:path";
import { PassThrough } from "node:stream";
import { Server } from "@grpc/grpc-js";
import { run } from "./runner.js";
import type { Runners } from "./runners.js";

const PROVIDER = `${path.sep}cmd${path.sep}dynamic-provider`;
/** What a provider process loads of the package; `require` gives the resolved place, behind the link in node_modules. */
const ENGINE_SIDE = ["provider", "platforms", "http"].map((folder) => path.join(path.dirname(require.resolve("pulumi-telephony")), folder) + path.sep);

const servers = new Set<Server>();

/** Ends the providers of runs that are over, which would keep this process alive. */
function stopServers(): void {
  for (const server of servers) server.forceShutdown();
  servers.clear();
}

/** A provider that begins with nothing in its memory, as a process does. */
function loadProvider(module: string, engineAddress: string, options: SpawnOptions): ChildProcess {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const child = Object.assign(new EventEmitter(), { stdout, stderr, pid: undefined, exitCode: null, signalCode: null });
  Object.assign(process.env, options.env);
  process.chdir(String(options.cwd));
  process.argv[2] = engineAddress;
  for (const file of Object.keys(require.cache)) if (file.includes(PROVIDER) || ENGINE_SIDE.some((folder) => file.startsWith(folder))) delete require.cache[file];
  const { log } = console;
  console.log = (...words: unknown[]) => {
    // All that it prints is its port.
    console.log = log;
    stdout.write(`${words.join(" ")}\n`);
  };
  console.error = (...words: unknown[]) => void stderr.write(`${words.join(" ")}\n`);
  stopServers();
  const { bindAsync } = Server.prototype; // eslint-disable-line @typescript-eslint/unbound-method -- called with its own this
  Server.prototype.bindAsync = function (this: Server, ...given: Parameters<typeof bindAsync>) {
    servers.add(this);
    bindAsync.apply(this, given);
  };
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded anew each time
  require(module);
  Server.prototype.bindAsync = bindAsync;
  return child as unknown as ChildProcess;
}

/** A provider ends its process once its engine is gone, at any time after that, and not before this is over: here that is nobody's end. */
function surviveProviders(): void {
  const exit = process.exit.bind(process);
  process.exit = ((code) => {
    if (!ENGINE_SIDE.some((folder) => new Error().stack?.includes(folder))) exit(code);
  }) as typeof exit;
}

/** What a provider changes of the process that it believes to be its own; returns what puts it back. */
function remember(): () => void {
  const [cwd, env, argument] = [process.cwd(), { ...process.env }, process.argv[2]];
  return () => {
    process.chdir(cwd);
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    if (argument === undefined) process.argv.splice(2, 1);
    else process.argv[2] = argument;
  };
}

export function inlineRunners(): Runners {
  surviveProviders();
  process.setMaxListeners(0); // each run of a program and of a provider adds its own
  const { spawn } = childProcess;
  const { error } = console;
  const putBack = remember();
  childProcess.spawn = ((command: string, args: string[], options: SpawnOptions) => {
    const at = args.findIndex((arg) => arg.includes(PROVIDER));
    return at < 0 ? spawn(command, args, options) : loadProvider(args[at]!, args[at + 1]!, options);
  }) as typeof spawn;
  return {
    current: () => Promise.resolve({ pid: process.pid, alive: true, run }),
    close: () => {
      stopServers();
      childProcess.spawn = spawn;
      console.error = error;
      putBack();
    },
  };
}
