import type { Failure } from "./context.js";
import { hasUnknown } from "./unknown.js";
import { text } from "./validate.js";

/** The arguments that say where a pool is, and how they are checked. */
export const place = { pool: text("the name of a pool"), database: text("a database").optional() };

/** What is wrong with a database is never said at its property: Pulumi would print the value, which may hold a password. */
export function databaseFailures({ database }: Record<string, unknown>): Failure[] {
  const accepted = "expected a postgres:// URL or a directory";
  if (database === undefined || hasUnknown(database)) return [];
  if (typeof database !== "string" || database === "") return [{ property: "", reason: `database: ${accepted}` }];
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(database)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === "file") return [];
  if (scheme !== "postgres" && scheme !== "postgresql") return [{ property: "", reason: `database: ${accepted}` }];
  return URL.canParse(database) ? [] : [{ property: "", reason: "database: this is no postgres:// URL; encode special characters of the password, for example # as %23" }];
}
