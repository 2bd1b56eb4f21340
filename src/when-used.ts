/**
 * Stands in for what a module exports, and loads it when something of it is used.
 *
 * @param esModule what its `__esModule` is: the compiler's helpers look at that before anything is used
 */
export function loadedWhenUsed(load: () => object, esModule: boolean | undefined): object {
  let loaded: object | undefined;
  const real = () => (loaded ??= load());
  return new Proxy(
    {},
    {
      get: (_, key) => (key === "__esModule" ? esModule : (Reflect.get(real(), key) as unknown)),
      has: (_, key) => Reflect.has(real(), key),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor: (_, key) => {
        const found = Reflect.getOwnPropertyDescriptor(real(), key);
        return found && { ...found, configurable: true };
      },
    },
  );
}
