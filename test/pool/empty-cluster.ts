import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { openDatabase } from "../../dist/pool/database.js";

const modules = path.join(__dirname, "..", "..", "node_modules");
const { version } = JSON.parse(readFileSync(path.join(modules, "@electric-sql", "pglite", "package.json"), "utf8")) as { version: string };
const cache = path.join(modules, ".cache", "telephony-tests"); // npm ci takes it away
const template = path.join(cache, `pglite-${version}`);

/** Makes the cluster beside its place: of two processes that do so at once, one is the first, and the other's goes away. */
async function makeTemplate(): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(path.join(cache, "fresh-"));
  try {
    const database = await openDatabase(fresh, { connections: 1, patience: 20_000 });
    await database.query("SELECT 1");
    await database.close();
    renameSync(fresh, template);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(template)) throw error;
  }
}

/** An empty PGlite in `directory`. Making one takes five seconds of CPU, copying it a third of one: it is made once a checkout. */
export async function copyEmptyCluster(directory: string): Promise<void> {
  if (!existsSync(template)) await makeTemplate();
  cpSync(template, directory, { recursive: true });
}
