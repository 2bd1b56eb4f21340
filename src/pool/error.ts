import type { PoolErrorCode } from "./types.js";

/** What a pool refuses, or can't do; `code` tells the cases apart. */
export class PoolError extends Error {
  constructor(
    readonly code: PoolErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = "PoolError";
  }
}
