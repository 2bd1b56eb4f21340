/**
 * Loaded before zod: it loads its messages in some sixty languages with itself, four tenths of its time. Here they are loaded when one asks for
 * them, which nobody does. Where a later zod keeps them elsewhere, it loads them as it likes.
 */
import Module, { createRequire } from "node:module";
import { loadedWhenUsed } from "../when-used.js";

const load = createRequire(__filename);

function locate(): string | undefined {
  try {
    return load.resolve("zod/v4/locales");
  } catch {
    return undefined;
  }
}

const file = locate();
if (file && !load.cache[file]) {
  const standIn = new Module(file);
  const locales = () => {
    if (load.cache[file] === standIn) delete load.cache[file];
    return load(file) as object;
  };
  load.cache[file] = Object.assign(standIn, { filename: file, loaded: true, exports: loadedWhenUsed(locales, true) });
}
