/** What went wrong, in plain words and as an exit code. */
import { PlatformError, redact } from "../../http/index.js";
import { registerSecret } from "../../http/redact.js";
import { codeOf } from "../../pool/database.js";
import { PoolError } from "../../pool/error.js";
import type { PoolErrorCode } from "../../pool/types.js";
import { EXIT } from "./exit-codes.js";

/** What these commands refuse by themselves. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly exit: number = EXIT.refused,
  ) {
    super(message);
  }
}

const OF_POOL: Record<PoolErrorCode, number> = {
  empty: EXIT.empty,
  assigned: EXIT.refused,
  reserved: EXIT.refused,
  "unknown-number": EXIT.refused,
  "invalid-number": EXIT.refused,
  "invalid-argument": EXIT.wrong,
  "other-pool": EXIT.refused,
  "link-failed": EXIT.platform,
  "unlink-failed": EXIT.platform,
  unavailable: EXIT.database,
  migration: EXIT.database,
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof Refusal) return error.exit;
  if (error instanceof PoolError) return OF_POOL[error.code];
  if (error instanceof PlatformError) return EXIT.platform;
  return codeOf(error) === undefined ? EXIT.wrong : EXIT.database; // of the database's errors each has one
}

/** Keeps a database's password out of all that {@link explain} says, should a library ever repeat it. */
export function keepSecret(database: string): void {
  if (!URL.canParse(database)) return;
  const { password } = new URL(database);
  if (!password) return;
  registerSecret(database);
  for (const form of new Set([password, decode(password)])) registerSecret(form);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function explain(error: unknown): string {
  const message = error instanceof Error && error.message ? error.message : String(error);
  const bare = error instanceof PoolError || error instanceof PlatformError || error instanceof Refusal || codeOf(error) === undefined;
  return redact(bare ? message : `the pool's database refuses: ${message}`);
}
