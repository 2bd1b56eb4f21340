/** Where the demo's program is, and how it is run when the package is installed. */
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

const packageRoot = path.join(__dirname, "..", "..");

/**
 * The directory to run. In a clone that is examples/quickstart itself. In an installed package it is a copy of it: TypeScript
 * below node_modules is not compiled. The copy finds the very packages that this command runs with.
 *
 * @param scratch a directory that is removed after the run
 */
export function quickstartDirectory(scratch: string): string {
  const original = path.join(packageRoot, "examples", "quickstart");
  if (!original.split(path.sep).includes("node_modules")) return original;
  const copy = path.join(scratch, "quickstart");
  fs.cpSync(original, copy, { recursive: true });
  const modules = path.join(copy, "node_modules");
  const link = (name: string, target: string) => {
    fs.mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    fs.symlinkSync(target, path.join(modules, name), "junction"); // on Windows the only kind that needs no privilege
  };
  link("pulumi-telephony", packageRoot);
  link("@pulumi/pulumi", directoryOf("@pulumi/pulumi", packageRoot) ?? path.join(packageRoot, "..", "@pulumi", "pulumi"));
  // Pulumi brings an old compiler for those who have none.
  const typescript = directoryOf("typescript", process.cwd()) ?? directoryOf("typescript", packageRoot);
  if (typescript) link("typescript", typescript);
  return copy;
}

/** Where a package is, as seen from a directory. */
function directoryOf(name: string, from: string): string | undefined {
  try {
    return path.dirname(createRequire(path.join(from, "noop.js")).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
