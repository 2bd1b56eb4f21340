import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { z } from "zod";
import { iso, now } from "./clock";
import { stockOf, type StockNumber } from "./inventory";
import { formatAmount } from "./money";
import type { Account, LedgerEntry, State } from "./store";

/** What every handler works on. */
export interface World {
  state: State;
  platforms: readonly Platform[];
}

export type Env = { Bindings: HttpBindings; Variables: { account: Account } };

/** A number that somebody holds now. */
export interface OwnedNumber {
  platform: string;
  account: string;
  number: string;
  id: string;
  name: string;
  status: string;
  purchasedAt: string;
  [detail: string]: unknown;
}

/** Something that is going to happen by itself: an order that completes, a month that ends. */
export interface DueEvent {
  at: number;
  run(): void;
}

/** One simulated platform. */
export interface Platform {
  readonly name: string;
  /** Where clients point their base URL, below the server's root. */
  readonly basePath: string;
  /** Options of `POST /_sandbox/settings`, each with its default. */
  readonly settings: z.ZodObject;
  /** What `POST /_sandbox/accounts` takes for this platform beside platform, key, account and balance; each with its default. */
  readonly accountFields: z.ZodObject;
  readonly accounts: readonly { account: string; key: string }[];
  /** The environment variables and Pulumi config keys that a program reads. */
  readonly variables: { url: [env: string, config: string]; key: [env: string, config: string] };
  empty(): unknown;
  /** Called for each account that appears or changes. */
  accountChanged?(world: World, account: Account): void;
  /** Its routes, from the server's root. */
  routes(world: World): Hono<Env>;
  /** The answer of a fault of kind "status": the platform's own error envelope, without any handler. */
  errorResponse(world: World, c: Context<Env>, status: number): Response;
  /** `POST /_sandbox/outcomes`: the ends, other than the good one, that the next order of a number can come to. */
  readonly outcomes?: { statuses: readonly string[]; set(world: World, number: string, status: string, details: string | null): void };
  /** What happens at this platform beside its API, under `/_sandbox/<name>`. */
  controls?(world: World): Hono<Env>;
  nextEvent(world: World): DueEvent | undefined;
  owned(world: World): OwnedNumber[];
  /** Numbers that aren't on offer: owned, or ordered. */
  taken(world: World): Set<string>;
}

export function worldNow(world: World): number {
  return now(world.state.clock);
}

/** Lets everything happen that is due by now, in order of time; says whether anything did. */
export function settle(world: World): boolean {
  const until = worldNow(world);
  for (let happened = false; ; happened = true) {
    const events = world.platforms.map((platform) => platform.nextEvent(world)).filter((event) => event !== undefined);
    const first = events.sort((a, b) => a.at - b.at)[0];
    if (!first || first.at > until) return happened;
    first.run();
  }
}

export interface SandboxSettings extends Record<string, unknown> {
  releaseCooldownMs: number;
}

export function settingsOf<T>(world: World, platform: string): T {
  return world.state.settings[platform] as T;
}

/** What a platform has on offer now: one of each block, again and again, so that what nobody buys never fills the first page alone. */
export function onOffer(world: World, platform: Platform, wanted: (item: StockNumber) => boolean): StockNumber[] {
  const taken = unavailable(world, platform);
  const rounds = new Map<string, number>();
  const offered: StockNumber[][] = [];
  for (const item of stockOf(platform.name).values()) {
    if (!wanted(item) || taken.has(item.number)) continue;
    const round = rounds.get(item.block) ?? 0;
    rounds.set(item.block, round + 1);
    (offered[round] ??= []).push(item);
  }
  return offered.flat();
}

export function isOnOffer(world: World, platform: Platform, number: string): boolean {
  return stockOf(platform.name).has(number) && !unavailable(world, platform).has(number);
}

function unavailable(world: World, platform: Platform): Set<string> {
  const taken = platform.taken(world);
  const at = worldNow(world);
  for (const { platform: name, number, until } of world.state.cooling) if (name === platform.name && until > at) taken.add(number);
  return taken;
}

/** Takes money from an account and writes it down. */
export function charge(world: World, account: Account, kind: LedgerEntry["kind"], number: string, cents: number, at: number): void {
  account.balance -= cents;
  world.state.ledger.push({
    at: iso(at), platform: account.platform, account: account.account, kind, number, amount: formatAmount(cents), currency: "USD",
  });
}

/** Writes a release down and starts the number's cool-down. */
export function recordRelease(world: World, account: Account, number: string, at: number): void {
  charge(world, account, "release", number, 0, at);
  const { releaseCooldownMs } = settingsOf<SandboxSettings>(world, "sandbox");
  world.state.cooling = world.state.cooling.filter((item) => item.until > at && item.number !== number);
  if (releaseCooldownMs > 0) world.state.cooling.push({ platform: account.platform, number, until: at + releaseCooldownMs });
}

export function accountNamed(world: World, platform: string, name: string): Account {
  const account = world.state.accounts.find((item) => item.platform === platform && item.account === name);
  if (!account) throw new Error(`no ${platform} account "${name}"`);
  return account;
}
