/**
 * Loaded first into the processes of Pulumi's SDK: program and dynamic provider. The SDK loads TypeScript and npm's dependency
 * resolver at once, half of the time that such a process takes to start, and needs neither unless a closure is serialised or a
 * program is written in TypeScript. Here they are loaded when they are first used.
 */
import Module from "node:module";
import { loadedWhenUsed } from "../when-used.js";

/** Node.js asks for the file of what is required, and looks whether it has loaded that file: only there one can step in and leave no call in a stack trace. */
const internals = Module as unknown as {
  _resolveFilename: (this: unknown, request: string, parent: { filename?: string } | undefined, ...rest: unknown[]) => string;
  _load(request: string): object;
  _cache: Record<string, NodeModule>;
};

/** Who asks, and what for. `__esModule` is what the compiler's helpers look at before anything is used. */
const LAZY: { from: RegExp; request: RegExp; esModule: boolean | undefined }[] = [
  { from: /[\\/]@pulumi[\\/]pulumi[\\/]runtime[\\/]closure[\\/]codePaths\.js$/, request: /^@npmcli\/arborist$/, esModule: true },
  { from: /[\\/]@pulumi[\\/]pulumi[\\/]typescript-shim\.js$/, request: /^typescript$|[\\/]typescript\.js$/, esModule: undefined },
];

const resolveFilename = internals._resolveFilename;

internals._resolveFilename = function (request, parent, ...rest) {
  const file = resolveFilename.call(this, request, parent, ...rest); // what isn't there is said where it is asked for
  const lazy = LAZY.find((module) => module.request.test(request) && module.from.test(parent?.filename ?? ""));
  if (!lazy) return file;
  const standIn = `${file}?lazy`;
  internals._cache[standIn] ??= Object.assign(new Module(standIn), { loaded: true, exports: loadedWhenUsed(() => internals._load(file), lazy.esModule) });
  return standIn;
};
