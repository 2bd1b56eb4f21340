import type { PlatformName } from "../types.js";

/** `available` numbers may be drawn once their cooldown is over, `assigned` ones have a holder, `reserved` ones are kept back. */
export type NumberStatus = "available" | "assigned" | "reserved";

/** A number in the pool. Times are UTC, ISO 8601. */
export interface PoolNumber {
  /** The row's UUID. */
  id: string;
  /** E.164. */
  number: string;
  pool: string;
  platform: PlatformName;
  /** The platform's own id of the number. */
  platformId?: string;
  /** The mark of the Pulumi resource that owns the number, for example "k3f9x2a1.1"; absent where it was bought elsewhere. */
  mark?: string;
  status: NumberStatus;
  /** ISO 3166-1 alpha-2. */
  country?: string;
  region?: string;
  areaCode?: string;
  /** Who has it, while it is assigned. */
  holder?: string;
  assignedAt?: string;
  /** What it is kept back for, while it is reserved. */
  reservedFor?: string;
  /** Nobody but the last holder may draw it before; absent once that time is over. */
  cooldownUntil?: string;
  /** Who had it last. */
  lastHolder?: string;
  /** What `assign` linked it to. */
  link?: PoolLink;
  createdAt: string;
}

/** What a number is linked to when it is assigned. Exactly one of assistant, squad, agent and callFlow. */
export interface PoolLink {
  /** Vapi, Burki: the id of an assistant. */
  assistant?: string;
  /** Vapi: the id of a squad. */
  squad?: string;
  /** WIIL: the id of an agent, with `instruction` and `project`. */
  agent?: string;
  instruction?: string;
  project?: string;
  /** WIIL: the channels to deploy on. @default both */
  channels?: ("voice" | "sms")[];
  /** VoIPBIN, Burki: the id of a call flow. */
  callFlow?: string;
  /** VoIPBIN: the id of the flow for messages, beside `callFlow`. */
  messageFlow?: string;
}

/** Where the pool is. */
export interface ConnectOptions {
  /**
   * A Postgres URL (`postgres://…`), or a directory for the embedded PGlite. Secret when it holds a password; no error names it.
   * @default TELEPHONY_POOL_DATABASE, else the directory ".telephony/pool"
   */
  database?: string;
  /** The pool's name. It is made when there is none. */
  pool: string;
  /** Postgres: how many connections at most. @default 10 */
  connections?: number;
  /** How long to wait for a database that is away or busy, for example "30s". @default "30s" */
  patience?: string;
  /** Keys and addresses of the platforms for `link`, such as `{ vapiApiKey: "…" }`; the environment comes first. @default {} */
  settings?: Record<string, string>;
}

/** Settings of a pool, kept in the database: every process that draws from it goes by them. */
export interface PoolSettings {
  /** `low` is told when fewer numbers than this can be drawn; 0 is never. @default 0 */
  lowWater?: number;
  /** How long an unassigned number rests before another holder gets it. @default "24h" */
  cooldown?: string;
  /** Called once each time the pool falls below `lowWater`; null takes it away. Kept in the database as it is. */
  webhook?: WebhookSettings | null;
}

/** Where to tell that the pool is low, and how the call is signed: see {@link verifyWebhook}. */
export interface WebhookSettings {
  url: string;
  /** The key of the HMAC-SHA256 signature. */
  secret: string;
}

/** A number to put into the pool. */
export interface AddNumber {
  /** With its country code, in any spelling; kept as E.164. */
  number: string;
  platform: PlatformName;
  platformId?: string;
  mark?: string;
  /** @default what the numbering plan says */
  country?: string;
  region?: string;
  /** @default what the numbering plan says */
  areaCode?: string;
  /** Adds it as reserved. */
  reservedFor?: string;
}

/** Which number a holder would like. */
export interface AssignOptions {
  /** ISO 3166-1 alpha-2: a number of another country is never given. */
  country?: string;
  /** Preferred, for example "415": a number of the region, or any, is given when there is none. */
  areaCode?: string;
  /** Preferred after the area code, as `add` spelled it. */
  region?: string;
  /** Links the number in the same call; if that fails the number goes back. Only platforms that can link so are drawn from. */
  link?: PoolLink;
  /** Lets `link` replace what the number points at and this pool did not set. @default false */
  takeover?: boolean;
}

export interface ReserveOptions {
  /** Why, for people. @default "" */
  for?: string;
}

export interface ListOptions {
  status?: NumberStatus;
  holder?: string;
  number?: string;
  /** @default all */
  limit?: number;
}

/** How the pool stands. */
export interface PoolStats {
  pool: string;
  total: number;
  /** How many can be drawn now. */
  available: number;
  /** Available, but resting from their last holder. */
  cooling: number;
  assigned: number;
  reserved: number;
  lowWater: number;
  /** Whether fewer than `lowWater` can be drawn. */
  low: boolean;
  /** Since when it has been low; UTC, ISO 8601. */
  lowSince?: string;
  cooldown: string;
  /** The webhook's URL; its secret is never told. */
  webhookUrl?: string;
}

/** What happened to a number, or to the pool (`low`). */
export type PoolEventName = "added" | "changed" | "assigned" | "unassigned" | "reserved" | "unreserved" | "removed" | "low" | "restocked";

export interface PoolEvent {
  /** UTC, ISO 8601. */
  at: string;
  event: PoolEventName;
  number?: string;
  holder?: string;
  /** What a number is reserved for; for `low` how many were left. */
  detail?: string;
}

export interface HistoryOptions {
  number?: string;
  holder?: string;
  /** The latest first. @default 100 */
  limit?: number;
}

/** What the `low` event and the webhook say. */
export interface LowEvent {
  type: "pool.low";
  /** One for each fall: a webhook may come twice after a crash, with the same id. */
  id: string;
  pool: string;
  available: number;
  lowWater: number;
  /** UTC, ISO 8601. */
  at: string;
}

/**
 * Numbers held ready, to be drawn at run time. Any number of processes may use one pool side by side. Every method throws a
 * {@link PoolError} with a `code` for what a caller may want to tell apart.
 */
export interface Pool {
  readonly name: string;
  /**
   * Gives the holder a number, at once. A holder who has one gets the same again.
   * @throws PoolError `empty`: nothing fits; `link-failed`: the platform refused, and the number went back
   */
  assign(holder: string, options?: AssignOptions): Promise<PoolNumber>;
  /**
   * Takes the holder's number back, unlinked if `assign` linked it. It rests for the cooldown, except for the same holder.
   * @returns what was taken back; undefined when the holder has none
   * @throws PoolError `unlink-failed`: the number stays assigned
   */
  unassign(holder: string): Promise<PoolNumber | undefined>;
  /** Keeps a number back: `assign` never gives it. @throws PoolError `unknown-number`, `assigned` */
  reserve(number: string, options?: ReserveOptions): Promise<PoolNumber>;
  /** Makes a reserved number available. @throws PoolError `unknown-number`, `assigned` */
  unreserve(number: string): Promise<PoolNumber>;
  /** Puts a number in; one that is there gets what is given here and keeps its status. @throws PoolError `invalid-number`, `other-pool` */
  add(number: AddNumber): Promise<PoolNumber>;
  /**
   * Takes an available number out of the pool; nothing is released on the platform.
   * @returns undefined when it isn't in the pool
   * @throws PoolError `assigned`, naming the holder, or `reserved`
   */
  remove(number: string): Promise<PoolNumber | undefined>;
  /** By number. */
  list(options?: ListOptions): Promise<PoolNumber[]>;
  stats(): Promise<PoolStats>;
  history(options?: HistoryOptions): Promise<PoolEvent[]>;
  /** How often each thing happened since the pool was made. Reads the whole history. */
  totals(): Promise<Record<PoolEventName, number>>;
  /** Changes the settings that are given, for all processes. */
  configure(settings: PoolSettings): Promise<PoolStats>;
  /** Calls back when a call of this process made the pool fall below its mark: once for each fall, in one process. */
  on(event: "low", listener: (event: LowEvent) => void): this;
  off(event: "low", listener: (event: LowEvent) => void): this;
  /** Ends the connections; waits for a webhook that is under way. */
  close(): Promise<void>;
}

export type PoolErrorCode =
  | "empty"
  | "assigned"
  | "reserved"
  | "unknown-number"
  | "invalid-number"
  | "invalid-argument"
  | "other-pool"
  | "link-failed"
  | "unlink-failed"
  | "unavailable"
  | "migration";
