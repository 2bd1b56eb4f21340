import type { ZodType } from "zod";
import type { Candidate, Channels, Money, NumberType, PlatformName, Price, Purchase, Region, SearchCriteria } from "../types.js";
import type { Mark } from "../mark.js";

/** What every call to a platform carries. */
export interface Call {
  signal?: AbortSignal;
}

/** What a person meets in the platform's dashboard: the user's name and the mark of the resource that owns the thing. */
export interface Label {
  name: string;
  mark?: Mark;
}

/** A number that the account owns, in the project's own words. */
export interface NumberRecord extends Label {
  platformId: string;
  /** E.164; "" as long as the platform has given it no digits. */
  number: string;
  /** Lower case. */
  status: string;
  /** Usable: calls reach it. */
  ready: boolean;
  /** The purchase is not finished: the platform is still at it. */
  pending?: boolean;
  /** Released, or marked for release: nothing to hold on to. */
  gone: boolean;
  /** ISO code, where the platform tells it. What else is known of where a number belongs, its digits say: `planOf`. */
  country?: string;
  carrier?: string;
  capabilities?: string[];
  monthlyPrice?: Money;
  channels?: Partial<Channels>;
  /** What it points at, where the answer that it was read from tells; where it is absent, {@link Pointers.get} has to be asked. */
  slots?: Slots;
  /** Where the carrier sends calls and messages (Burki); not in lists. */
  webhooks?: { voice?: string; sms?: string };
  purchaseId?: string;
  purchasedAt?: string;
}

/** A purchase under way, or done. */
export interface Order {
  /** E.164; "" as long as the platform has given it no digits. */
  number: string;
  purchaseId?: string;
  state: "pending" | "completed" | "failed" | "cancelled";
  /** The platform's own word for its state. */
  status: string;
  /** With "failed": the platform knows nothing of it. That may be a copy that has not caught up, as long as the order is young. */
  missing?: boolean;
  /** Why it failed, in the platform's words. */
  details?: string;
  purchasedAt?: string;
  /** The platform's record of it. */
  purchase?: Purchase;
  /** There as soon as the number itself can be seen. */
  record?: NumberRecord;
}

/** What is ordered. */
export interface OrderRequest {
  /** E.164; "" where the platform picks the number. */
  number: string;
  label: Label;
  country?: string;
  type?: NumberType;
  carrier?: string;
  /** Where the platform picks the number: what it is to be like. */
  criteria?: SearchCriteria;
  /** Where an own carrier number is brought in: the carrier's account. Secret. */
  carrierAccount?: Record<string, string>;
}

/** Hears of each page of a listing. @returns whether to go on to the next one */
export type OnPage<T> = (page: readonly T[]) => boolean;

/** The numbers of one account. Every method throws a PlatformError when the platform refuses. */
export interface Numbers {
  /** All numbers that the account owns. `onPage` is shown each page as it comes, and may end the listing there by `false`. */
  list(call: Call, onPage?: OnPage<NumberRecord>): Promise<NumberRecord[]>;
  /**
   * The owned number with these digits (E.164), its mark looked for wherever the platform may keep it. With `offered` it was on
   * offer a moment ago, so that nobody can own it beyond what the platform lists: a search that changes things is spared.
   */
  find(number: string, call: Call, offered?: boolean): Promise<NumberRecord | undefined>;
  /** The number with this resource id; undefined only on the platform's definite not-found. */
  get(id: string, platformId: string | undefined, call: Call): Promise<NumberRecord | undefined>;
  /** Spends money: sent once, never repeated. A number that somebody else has is a PlatformError of kind "taken". */
  buy(order: OrderRequest, call: Call): Promise<Order>;
  /** Where a purchase stands now. What is known of the number by a `record` of this moment needs no look. */
  follow(order: Order, call: Call, record?: NumberRecord): Promise<Order>;
  /** Writes name and mark. */
  label(record: NumberRecord, label: Label, call: Call): Promise<NumberRecord>;
  /** Gives the number back for good; no error when it is gone already. */
  release(record: NumberRecord, call: Call): Promise<void>;
  /** The resource id: known as soon as the order is accepted, and for ever the same. */
  idOf(of: { number: string; platformId?: string }): string;
}

/** What a search brought, and what each local filter left of it, so that an empty result can say which criteria to loosen. */
export interface SearchResult {
  candidates: Candidate[];
  /** How many numbers the platform offered before the criteria it can't search by were applied. */
  offered: number;
  /** How many were left after each criterion, in order. */
  left: { criterion: string; count: number; hint?: string }[];
}

/** A call flow. */
export interface FlowRecord extends Label {
  id: string;
  /** The user's own detail text, without the mark. */
  detail: string;
  actions: unknown[];
  /** The flow that runs after this one. */
  onComplete?: string;
  /** The assistant that leads it (Burki). */
  assistant?: string;
}

export interface Flows {
  list(call: Call): Promise<FlowRecord[]>;
  get(id: string, call: Call): Promise<FlowRecord | undefined>;
  create(flow: Omit<FlowRecord, "id">, call: Call): Promise<FlowRecord>;
  update(flow: FlowRecord, call: Call): Promise<FlowRecord>;
  delete(id: string, call: Call): Promise<void>;
}

/** An assistant: what answers a number. */
export interface AssistantRecord extends Label {
  id: string;
  /** The platform's own fields, under the names that a program uses for them; without name and mark. */
  fields: Record<string, unknown>;
  /** Further ids that came with it, for example WIIL's `instructionId`. */
  outputs?: Record<string, string>;
}

/** Assistants: plain CRUD. An update gets what was declared before, to clear what is declared no more. */
export interface Assistants {
  list(call: Call): Promise<AssistantRecord[]>;
  get(id: string, call: Call): Promise<AssistantRecord | undefined>;
  create(assistant: Omit<AssistantRecord, "id" | "outputs">, call: Call): Promise<AssistantRecord>;
  update(assistant: Omit<AssistantRecord, "outputs">, before: Record<string, unknown>, call: Call): Promise<AssistantRecord>;
  delete(id: string, call: Call): Promise<void>;
  /** Deletes a record without an id: what is left where a create or a delete ended half-way. Absent where there is no such thing. */
  deleteRest?(record: AssistantRecord, call: Call): Promise<void>;
}

/** What a program links a number to. Exactly one of assistant, squad and agent. */
export interface LinkTarget {
  assistant?: string;
  squad?: string;
  agent?: string;
  /** WIIL: the instruction that goes with the agent. */
  instruction?: string;
  /** WIIL: the project that the deployment belongs to. */
  project?: string;
  /** WIIL: the channels to deploy on. */
  channels?: string[];
}

/** Which flows a number runs; undefined is none. */
export interface BoundFlows {
  callFlow?: string;
  messageFlow?: string;
}

/**
 * What a number points at: a slot for each thing that can point, and in it the target in a spelling of the platform's own, for
 * example `{ target: "assistant:7" }`. A slot that points nowhere is absent. Links and bindings share slots where the platform
 * lets a number have only one of the two.
 */
export type Slots = Readonly<Record<string, string | undefined>>;

/** One kind of thing that points: how its arguments are written in slots, and read from them. */
export interface PointerKind<Args> {
  /** Only the slots that these arguments fill. */
  toSlots(args: Args): Slots;
  /** The arguments that would give these slots; `like` says which of them were declared. */
  fromSlots(slots: Slots, like: Args): Args;
}

export interface Pointers {
  /** undefined when there is no such number. */
  get(numberId: string, call: Call): Promise<Slots | undefined>;
  /** The same of all numbers that the account owns, by their resource ids; absent where {@link NumberRecord.slots} of a listing tells it. */
  list?(call: Call): Promise<ReadonlyMap<string, Slots>>;
  /**
   * Points all slots as in `next`, without a moment in which a slot points nowhere. Callers hold the number's lock. What is known of
   * the number by a `record` of this moment needs no look.
   */
  set(numberId: string, next: Slots, now: Slots, call: Call, record?: NumberRecord): Promise<void>;
  /** How {@link LinkTarget}s are written; absent where numbers aren't linked to assistants. */
  readonly links?: PointerKind<LinkTarget>;
  /** How {@link BoundFlows} are written; absent where numbers run no flows. */
  readonly flows?: PointerKind<BoundFlows>;
}

/** What a platform can do, as far as `check` must know it before any call is made. */
export interface Traits {
  /** As people write it: "WIIL". */
  title: string;
  /** The setting that holds its key: "wiilApiKey". */
  keySetting: string;
  defaultUrl: string;
  numberTypes: readonly NumberType[];
  /** The carriers that a purchase may choose; empty where the platform chooses. */
  carriers: readonly string[];
  /** A search can't be made without a country, unless it is for one of these types. */
  countryRequiredExcept?: readonly NumberType[];
  /** Which criteria a search understands; all of them when absent. */
  criteria?: readonly (keyof SearchCriteria)[];
  /** The most numbers that one search brings, where that is little; there is no second page then. */
  mostOffered?: number;
  /** The platform picks the number itself, at the purchase: there are no candidates, and no exact number can be bought. */
  allocates?: boolean;
  /** Carriers whose own numbers can be brought in with `carrierAccount`, and what the account needs: `{ twilio: ["sid", "token"] }`. */
  imports?: Readonly<Record<string, readonly string[]>>;
  /** How long a name may be, mark included, in characters. */
  nameLimit?: number;
  /** Marks don't last: the platform overwrites the field that holds them. */
  marksFade?: boolean;
  /** There is no price list: a search tells what each number costs, as far as its carrier does. */
  pricesInSearch?: boolean;
  /**
   * A number is in {@link Numbers.list}, with its `purchaseId`, as soon as its purchase has ended well: so many of them in one call. One
   * listing then tells of all purchases that are under way. Absent where the list says nothing of them.
   */
  listsPurchases?: number;
  /** An order for a number that the account has already is no refusal, but may be charged once more. */
  sellsTwice?: boolean;
  /** What a program gives for an assistant; absent where there are none. */
  assistant?: ZodType;
  /** What a link may name; empty where numbers aren't linked. */
  links: readonly ("assistant" | "squad" | "agent")[];
  callFlows: boolean;
  /** A call flow and a link exclude each other on one number. */
  flowExcludesLink?: boolean;
  /** A flow is led by an assistant. */
  flowAssistant?: boolean;
  /** What a flow is made of. @default "actions" */
  flowBody?: "actions" | "graph";
  /** The types of action that its documents know; others pass with a warning. */
  actionTypes?: ReadonlySet<string>;
  regions: boolean;
  /** Settings for what the contract leaves open, and what each may be; {@link OpenSettings.option} reads them. */
  options: Readonly<Record<string, "duration" | readonly string[]>>;
}

/** What the smallest look at an account brings. */
export interface Probe {
  /** When the platform answered, by its own clock: the `Date` of the answer, as it came. */
  date?: string;
}

/** One account on one platform. */
export interface Platform {
  readonly name: PlatformName;
  /** Digest of address and key: the same for the same account. */
  readonly account: string;
  /** How long an order whose answer was lost, or whose maker died, may stay invisible to {@link Numbers.find}. */
  readonly orderWindowMs: number;
  /** Whether a purchase that was answered shows its mark at once. Where it doesn't, a spent search is never renewed by itself. */
  readonly showsAtOnce: boolean;
  /** How long to wait between two looks at an order, in milliseconds: less at first, and more when it takes long. */
  readonly pollIntervalMs: number;
  /**
   * One call, as small as it can be, that shows whether the key is good for numbers.
   * @throws PlatformError when it isn't, or when the platform can't be reached
   */
  probe(call: Call): Promise<Probe>;
  /** What is left on the account; absent where the platform has no call for it. */
  balance?(call: Call): Promise<Money | undefined>;
  search(criteria: SearchCriteria & { number?: string; carrier?: string }, call: Call): Promise<SearchResult>;
  prices(query: { country?: string; type?: NumberType; carrier?: string }, call: Call): Promise<Price[]>;
  regions(query: { carrier?: string }, call: Call): Promise<Region[]>;
  readonly numbers: Numbers;
  readonly flows?: Flows;
  readonly pointers?: Pointers;
  readonly assistants?: Assistants;
}

/** What a platform is opened with. */
export interface OpenSettings {
  url: string;
  key: string;
  /** A further setting, for example `option("wiilApi")`. */
  option(name: string): string | undefined;
}

/** One line in the table of platforms. */
export interface PlatformDefinition {
  readonly name: PlatformName;
  readonly traits: Traits;
  open(settings: OpenSettings): Platform;
}
