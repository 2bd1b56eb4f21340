import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newClock, type ClockState } from "./clock";

/** A customer of one platform. */
export interface Account {
  platform: string;
  /** The name under which the ledger knows it; the key itself is shown nowhere. */
  account: string;
  key: string;
  /** Cents. */
  balance: number;
  /** What only this platform's accounts have. */
  extra: Record<string, unknown>;
}

export interface LedgerEntry {
  at: string;
  platform: string;
  account: string;
  kind: "purchase" | "release" | "renewal";
  number: string;
  /** Decimal string; what the account was charged. */
  amount: string;
  currency: "USD";
}

/** Everything the sandbox remembers; plain JSON. */
export interface State {
  clock: ClockState;
  accounts: Account[];
  ledger: LedgerEntry[];
  /** Released numbers that aren't back on offer yet. */
  cooling: { platform: string; number: string; until: number }[];
  /** Per platform, and "sandbox" for what holds for all. */
  settings: Record<string, Record<string, unknown>>;
  /** What each platform keeps for itself. */
  platforms: Record<string, unknown>;
}

export function emptyState(): State {
  return { clock: newClock(), accounts: [], ledger: [], cooling: [], settings: {}, platforms: {} };
}

const fileName = "sandbox.json";

/** The state of an earlier run, if `dataDir` holds one. */
export function loadState(dataDir: string): State | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, fileName), "utf8")) as State;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`The sandbox can't read ${join(dataDir, fileName)}: ${(error as Error).message}`);
  }
}

/** Written aside and renamed, before the answer leaves: a sandbox that is killed has either the state before a request or after it. */
export function saveState(dataDir: string, state: State): void {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, fileName);
  writeFileSync(`${file}.tmp`, JSON.stringify(state));
  renameSync(`${file}.tmp`, file);
}
