/**
 * Numbers held ready in Postgres (or the embedded PGlite), from which an application draws at run time.
 *
 * @packageDocumentation
 */
import { connect } from "./pool.js";
import type { Pool as PoolInterface } from "./types.js";

/** Numbers held ready, to be drawn at run time: see {@link connect}. */
export type Pool = PoolInterface;
export const Pool = { connect };

export { PoolError } from "./error.js";
export { SIGNATURE_HEADER, verifyWebhook } from "./webhook.js";
export type {
  AddNumber,
  AssignOptions,
  ConnectOptions,
  HistoryOptions,
  ListOptions,
  LowEvent,
  NumberStatus,
  PoolErrorCode,
  PoolEvent,
  PoolEventName,
  PoolLink,
  PoolNumber,
  PoolSettings,
  PoolStats,
  ReserveOptions,
  WebhookSettings,
} from "./types.js";
