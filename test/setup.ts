/**
 * Loaded by mocha before any test, and again by each of the processes that run the test files side by side. Programs and
 * providers under test run in processes of their own, which load the package as its users do, from dist/: it must not be older
 * than src/. The first process sees to that before it starts the others.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

const root = path.join(__dirname, "..");

// What the programs under test are written in is checked once, by `npm run check`, and not again at each of their runs.
process.env["PULUMI_NODEJS_TRANSPILE_ONLY"] ??= "true";

/** The time of the last change below a directory, deletions among them. */
function lastChange(directory: string): number {
  const times = readdirSync(directory, { withFileTypes: true }).map((entry) => {
    const file = path.join(directory, entry.name);
    return entry.isDirectory() ? lastChange(file) : statSync(file).mtimeMs;
  });
  return Math.max(statSync(directory).mtimeMs, ...times);
}

const built = path.join(root, "dist", "index.js"); // written anew by every build
const isWorker = process.env["MOCHA_WORKER_ID"] !== undefined;
if (!isWorker && (!existsSync(built) || statSync(built).mtimeMs < lastChange(path.join(root, "src")))) {
  try {
    execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "src"], { cwd: root, encoding: "utf8" });
  } catch (error) {
    // What has a type error is emitted all the same; `npm run check` is where it fails.
    console.error(`building dist/ for the tests:\n${(error as { stdout?: string }).stdout ?? String(error)}`);
  }
}
