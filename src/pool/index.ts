/**
 * Numbers held ready in Postgres (or the embedded PGlite), from which an application draws at run time.
 *
 * @packageDocumentation
 */
export { PoolError } from "./error.js";
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
