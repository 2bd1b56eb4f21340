import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { codeOf, type Session } from "./database.js";

/** Whether there may be pools: a server is there to be asked, a directory must have been made before. Makes nothing. */
export function mayHoldPools(where: string): boolean {
  if (/^[a-z][a-z0-9+.-]+:/i.test(where) && !where.startsWith("file://")) return true;
  return existsSync(path.join(where.startsWith("file://") ? fileURLToPath(where) : where, "postgres"));
}

/** The names of the pools in a database; none where nobody has made one yet. */
export async function poolNames(session: Session): Promise<string[]> {
  try {
    return (await session.query("SELECT pool FROM phone_number_pools ORDER BY pool")).map((row) => row["pool"] as string);
  } catch (error) {
    if (codeOf(error) === "42P01") return []; // undefined_table
    throw error;
  }
}
