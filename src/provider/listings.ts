/**
 * One listing of an account for many who would each ask for theirs. Nothing is served from before a change that this process has made.
 */
import { EventEmitter, once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { prepare } from "../http/index.js";
import type { Call, NumberRecord, Numbers, Platform } from "../platforms/platform.js";
import { together } from "../together.js";
import type { Context } from "./context.js";
import { isAlone } from "./lease.js";
import { isKnown } from "./registry.js";

// ---- for who is about to make something, and looks first whether it is there ----

/** How long a listing tells who is about to buy what was there when the run began to buy. */
const OBSERVED_MS = 60_000;

const observations = new Map<string, { at: number; items: Promise<readonly unknown[]> }>();

/** What an account has, as far as this resource must know it. */
export interface Observation<T> {
  items: readonly T[];
  /** It may lack what others have made since. */
  old: boolean;
  /** When it was begun, by `Date.now()`. */
  at: number;
}

/**
 * Lists what the account has, for a resource that looks for what bears its mark. While no other process of this machine works for the
 * stack, only an earlier run can have made that, and what it made is in any listing that began since; except where this run has met the
 * resource before.
 */
export async function observe<T>(context: Context, account: string, what: string, digest: string, list: () => Promise<T[]>): Promise<Observation<T>> {
  const question = `${account} ${what}`;
  const shared = isKnown(digest) || !(await isAlone(context, account));
  const at = Date.now();
  if (shared) return { items: await together(question, list), old: false, at };
  const last = observations.get(question) as { at: number; items: Promise<T[]> } | undefined;
  if (last && at - last.at < OBSERVED_MS) return { items: await last.items, old: true, at: last.at };
  const fresh = { at, items: together(question, list) };
  observations.set(question, fresh);
  fresh.items.catch(() => observations.get(question) === fresh && observations.delete(question));
  return { items: await fresh.items, old: false, at };
}

// ---- for a refresh, which reads one thing after the other and many side by side ----

/** So many reads at once are cheaper by a listing. */
const SIDE_BY_SIDE = 3;

/** Pages of a listing for each read: an account may have many more numbers than the stack. */
const PAGES_A_READ = 4;

/** A listing of a refresh serves no longer than this, and not when nobody has asked for a while. */
const SURVEYED_MS = 300_000;
const IDLE_MS = 5_000;

interface Survey {
  underWay: number;
  asked: number;
  lastAsked: number;
  began: number;
  /** How many had asked when the listing was begun. */
  askedThen: number;
  complete: boolean;
  /** Until the reads that have come at the same time as the first one are counted. */
  gathered: Promise<void>;
  listing?: Listing;
}

const surveys = new Map<string, Survey>();

/** A listing that tells of a number as soon as its page has come. */
class Listing {
  readonly #records = new Map<string, NumberRecord>();
  readonly #pages = new EventEmitter().setMaxListeners(0);
  #ended = false;

  /** @param goOn whether to ask for another page after so many */
  constructor(numbers: Numbers, call: Call, goOn: (pages: number) => boolean) {
    let pages = 0;
    const add = (records: readonly NumberRecord[]) => {
      for (const record of records) this.#records.set(numbers.idOf(record), record);
      this.#pages.emit("page");
    };
    const end = () => {
      this.#ended = true;
      this.#pages.emit("page");
    };
    const onPage = (page: readonly NumberRecord[]) => {
      add(page);
      return goOn(++pages);
    };
    numbers.list(call, onPage).then(add).then(end, end); // what can't be listed may yet be read
  }

  get(id: string): NumberRecord | undefined | Promise<NumberRecord | undefined> {
    return this.#records.get(id) ?? (this.#ended ? undefined : once(this.#pages, "page").then(() => this.get(id)));
  }
}

/**
 * Reads something of a number: from a listing of the account, if several numbers are read side by side, else by itself.
 *
 * @param id the number's resource id
 * @param told what a listing tells; undefined when the number must be read by itself all the same
 */
export async function readNumber<T>(
  { call }: Pick<Context, "call">,
  { account, numbers }: Platform,
  id: string,
  told: (record: NumberRecord) => T | undefined,
  read: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const survey = surveyOf(account);
  survey.asked++;
  survey.underWay++;
  try {
    if (!survey.listing) await survey.gathered.then(() => turn()); // those that have come at the same time are counted first
    if (!survey.complete && survey.underWay >= SIDE_BY_SIDE && survey.asked >= 2 * survey.askedThen) {
      survey.askedThen = survey.asked;
      survey.complete = true;
      survey.listing = new Listing(numbers, call, (pages) => (survey.complete = pages < PAGES_A_READ * survey.asked));
    }
    const record = await survey.listing?.get(id);
    return (record && !record.gone ? told(record) : undefined) ?? (await read());
  } finally {
    survey.underWay--;
  }
}

/** The engine asks for one read after the other, within a few milliseconds: what the first call needs anyway is loaded meanwhile. */
async function gather(): Promise<void> {
  await turn();
  prepare();
  await turn();
}

function surveyOf(account: string): Survey {
  const now = Date.now();
  let survey = surveys.get(account);
  if (!survey || now - survey.began > SURVEYED_MS || now - survey.lastAsked > IDLE_MS) {
    survey = { underWay: 0, asked: 0, lastAsked: now, began: now, askedThen: 0, complete: false, gathered: gather() };
    surveys.set(account, survey);
  }
  survey.lastAsked = now;
  return survey;
}

/** To be called when something is made: what a refresh has read is from before. */
export function forgetSurveys(): void {
  surveys.clear();
}

/** To be called when something is changed or deleted. */
export function forgetListings(): void {
  observations.clear();
  forgetSurveys();
}
