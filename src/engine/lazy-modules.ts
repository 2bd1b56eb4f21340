/**
 * Loaded first into the processes of Pulumi's SDK: program and dynamic provider. The SDK loads TypeScript and npm's dependency
 * resolver at once, half of the time that such a process takes to start, and needs neither unless a closure is serialised or a
 * program is written in TypeScript. Here they are loaded when they are first used.
 */
import Module from "node:module";

type Load = (this: unknown, request: string, parent: { filename?: string } | undefined, isMain: boolean) => object;

const internals = Module as unknown as { _load: Load; _resolveFilename(request: string, parent: unknown): string };

/** Who asks, and what for. `__esModule` is what the compiler's helpers look at before anything is used. */
const LAZY: { from: RegExp; request: RegExp; esModule: boolean | undefined }[] = [
  { from: /[\\/]@pulumi[\\/]pulumi[\\/]runtime[\\/]closure[\\/]codePaths\.js$/, request: /^@npmcli\/arborist$/, esModule: true },
  { from: /[\\/]@pulumi[\\/]pulumi[\\/]typescript-shim\.js$/, request: /^typescript$|[\\/]typescript\.js$/, esModule: undefined },
];

const load = internals._load;

internals._load = function (request, parent, isMain) {
  const lazy = LAZY.find((module) => module.request.test(request) && module.from.test(parent?.filename ?? ""));
  if (!lazy) return load.call(this, request, parent, isMain);
  internals._resolveFilename(request, parent); // what isn't there is said where it is asked for
  let loaded: object | undefined;
  const real = () => (loaded ??= load.call(this, request, parent, isMain));
  return new Proxy(
    {},
    {
      get: (_, key) => (key === "__esModule" ? lazy.esModule : (Reflect.get(real(), key) as unknown)),
      has: (_, key) => Reflect.has(real(), key),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor: (_, key) => {
        const found = Reflect.getOwnPropertyDescriptor(real(), key);
        return found && { ...found, configurable: true };
      },
    },
  );
};
