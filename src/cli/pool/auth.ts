/** Who may see the admin page: one password, sessions in memory, and few guesses. */
import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

const HOUR = 3_600_000;
/** A session ends when nothing was asked for so long, */
const IDLE = 2 * HOUR;
/** and at the latest after a working day. */
const LIFETIME = 12 * HOUR;
const MAX_SESSIONS = 200;

export interface Session {
  readonly id: string;
  /** Stands in every form: a page of another site can't know it. */
  readonly csrf: string;
  readonly since: number;
  seen: number;
  /** Told on the next page, once. */
  notice?: Notice;
}

export interface Notice {
  kind: "done" | "failed";
  text: string;
  /** The form that failed, and what was typed. */
  form?: string;
  values?: Record<string, string>;
}

/** Says no more about a secret than whether it was given, also by the time it takes. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** A bucket of tries that fills up again with time. */
class Bucket {
  private at: number;
  private left: number;
  constructor(
    private readonly size: number,
    private readonly refill: number,
    now: number,
  ) {
    [this.at, this.left] = [now, size];
  }

  private fill(now: number): void {
    this.left = Math.min(this.size, this.left + (now - this.at) / this.refill);
    this.at = now;
  }

  /** 0, or how long until there is one. */
  wait(now: number): number {
    this.fill(now);
    return this.left >= 1 ? 0 : (1 - this.left) * this.refill;
  }

  take(): void {
    this.left--;
  }

  full(now: number): boolean {
    this.fill(now);
    return this.left >= this.size;
  }
}

/** Five wrong guesses at once, then two a minute; from everywhere together a hundred at once, then one a second. */
const PER_ADDRESS = [5, 30_000] as const;
const OVERALL = [100, 1_000] as const;

export type Guess = { right: true } | { right: false; waitMs?: number };

export class Gate {
  private readonly sessions = new Map<string, Session>();
  private readonly addresses = new Map<string, Bucket>();
  private readonly overall: Bucket;

  constructor(
    private readonly password: string,
    private readonly metricsToken: string | undefined,
    private readonly now: () => number = Date.now,
  ) {
    this.overall = new Bucket(...OVERALL, now());
  }

  /** Who has used up the guesses is not listened to, not even with the right password. */
  private guess(given: string, address: string, secrets: readonly string[]): Guess {
    const now = this.now();
    const from = networkOf(address);
    const bucket = this.addresses.get(from) ?? new Bucket(...PER_ADDRESS, now);
    const waitMs = Math.max(bucket.wait(now), this.overall.wait(now));
    if (waitMs > 0) return { right: false, waitMs };
    // All are compared: which one it was doesn't show in the time.
    if (secrets.map((secret) => sameSecret(given, secret)).includes(true)) return { right: true };
    bucket.take();
    this.overall.take();
    this.addresses.set(from, bucket);
    if (this.addresses.size > 10_000) for (const [key, old] of this.addresses) if (old.full(now)) this.addresses.delete(key);
    return { right: false };
  }

  login(given: string, address: string): Session | Guess {
    const guess = this.guess(given, address, [this.password]);
    if (!guess.right) return guess;
    const now = this.now();
    const session = { id: randomBytes(32).toString("base64url"), csrf: randomBytes(32).toString("base64url"), since: now, seen: now };
    this.sessions.set(session.id, session);
    if (this.sessions.size > MAX_SESSIONS) this.sessions.delete(this.sessions.keys().next().value!);
    return session;
  }

  /** A bearer token for /metrics: the password, or a token that is good for nothing else. */
  bearer(header: string, address: string): Guess {
    const token = /^Bearer +(\S.*)$/i.exec(header)?.[1]?.trim();
    if (token === undefined) return { right: false };
    return this.guess(token, address, [this.password, ...(this.metricsToken === undefined ? [] : [this.metricsToken])]);
  }

  session(id: string | undefined): Session | undefined {
    const session = id === undefined ? undefined : this.sessions.get(id);
    if (!session) return undefined;
    const now = this.now();
    if (now - session.seen > IDLE || now - session.since > LIFETIME) {
      this.sessions.delete(session.id);
      return undefined;
    }
    session.seen = now;
    return session;
  }

  /** Whether a form of this session was sent. */
  sameToken(session: Session, given: string | undefined): boolean {
    return given !== undefined && sameSecret(given, session.csrf);
  }

  logout(session: Session): void {
    this.sessions.delete(session.id);
  }
}

/** Of an IPv6 address the network: one customer has that many addresses. */
function networkOf(address: string): string {
  return address.includes(":") && !address.includes(".") ? address.split(":").slice(0, 4).join(":") : address;
}

const ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"; // 30, and none that looks like another

/** A password that one can type and nobody guesses: five times five characters, more than 120 bits. */
export function makePassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return Array.from({ length: 5 }, group).join("-");
}

/**
 * Whether a form was sent from a page of this very server. Browsers say so in Sec-Fetch-Site; where one doesn't, its Origin must
 * be the host that it asks. A program that sends neither has no one's cookie to misuse.
 */
export function sameSite(headers: { get(name: string): string | null }): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === headers.get("host");
}
