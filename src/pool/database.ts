import path from "node:path";
import { fileURLToPath } from "node:url";
import { PoolError } from "./error.js";

export type Row = Record<string, unknown>;

/** Where statements go: a database, or a transaction in it. Placeholders are $1, $2, …; times come as Date. */
export interface Session {
  query(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Several statements, without values. */
  run(sql: string): Promise<void>;
}

/** Postgres or PGlite: the same SQL on both. Every statement may be repeated when the connection breaks: it must bear that. */
export interface Database extends Session {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  connections: number;
  /** Milliseconds. */
  patience: number;
}

export const DEFAULT_DIRECTORY = path.join(".telephony", "pool");

/** The SQLSTATE of an error, or the code of a failed system call. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Loads the library only for the kind of database that is asked for. */
export async function openDatabase(where: string, options: DatabaseOptions): Promise<Database> {
  if (/^postgres(ql)?:/i.test(where)) return (await import("./postgres.js")).openPostgres(where, options);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(where) && !where.startsWith("file://")) {
    throw new PoolError("invalid-argument", "database: expected a postgres:// URL or a directory"); // never names it: it may hold a password
  }
  return (await import("./embedded.js")).openEmbedded(where.startsWith("file://") ? fileURLToPath(where) : where, options);
}
