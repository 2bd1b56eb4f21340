/**
 * Numbers held ready in Postgres (or the embedded PGlite), from which an application draws at run time.
 *
 * @packageDocumentation
 */
import { connect } from "./pool.js";
import type { Pool as PoolInterface } from "./types.js";

/** Numbers held ready, to be drawn at run time; `Pool.connect(…)` gives one. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface, and no alias, has its members in the API reference
export interface Pool extends PoolInterface {}
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
