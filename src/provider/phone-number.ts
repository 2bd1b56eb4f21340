import { createRequire } from "node:module";
import { importedMark, type MarksKept, markRead, markText, parseMark, sameMark, splitMark, withMark } from "../mark.js";
import { platformNamed } from "../platforms/index.js";
import { isMasked, planOf } from "../platforms/numbering.js";
import type { NumberRecord, Order, Platform } from "../platforms/platform.js";
import type { Candidate, Channels, Money, NumberType, Purchase, SearchCriteria } from "../types.js";
import { type Context, holderOf, messageOf, ownDigest, PartialFailure, type ResourceCore } from "./context.js";
import { noteOwned } from "./costs.js";
import { readNumber } from "./listings.js";
import { formatMoney } from "./money.js";
import { withChanges } from "./plain.js";
import type { Wanted } from "./purchase.js";
import { isAnothers, noteBought, noteMark, unclaim } from "./registry.js";
import { hasUnknown } from "./unknown.js";

const load = createRequire(__filename); // most of it is for declaring and buying, and no refresh needs that
const declaring = () => load("./phone-number-check.js") as typeof import("./phone-number-check.js");
const buying = () => load("./purchase.js") as typeof import("./purchase.js");

export interface PhoneNumberInputs {
  platform: string;
  number?: string;
  search?: SearchCriteria;
  candidates?: (Candidate | string)[];
  name: string;
  carrier?: string;
  type?: NumberType;
  adopt?: boolean;
  takeover?: boolean;
  onDelete?: "release" | "retain";
  deletionProtection?: boolean;
  maxMonthlyPrice?: Money;
  carrierAccount?: Record<string, string>;
  /** What it is going to cost, as `plan` found out: so the program, and who reads the preview, know it before it is bought. */
  monthlyPrice?: Money;
  setupPrice?: Money;
  /** URN of the search that the constructor made for this number. */
  __search?: string;
  /** What that search froze. */
  __offered?: Candidate[];
  /** What the candidates were searched by: when none is left, a new search may be made where that is safe. */
  __criteria?: SearchCriteria;
  /** What the search behind `candidates` looks for: in a preview, all that is known of them. */
  __kind?: Pick<SearchCriteria, "country" | "type">;
}

export interface PhoneNumberOutputs extends Omit<PhoneNumberInputs, "__search" | "__offered" | "__criteria" | "__kind">, MarksKept {
  number: string;
  status: string;
  country?: string;
  capabilities?: string[];
  channels: Partial<Channels>;
  webhooks?: { voice?: string; sms?: string };
  purchaseId?: string;
  purchasedAt?: string;
  purchase?: Purchase;
  platformId?: string;
  /** The first states repeated them, here and in the outputs' `candidates`. */
  __search?: string;
  /** Which of the properties that are input and output at once the program gave; absent when it gave none. */
  __declared?: string[];
  /** The purchase is not finished: the next `up` goes on with it. */
  __pending?: boolean;
  /** When one with a price was created, in milliseconds: the program tells by it what this run has added. */
  __created?: number;
}

/** What a program gives. */
export const ARGS = ["platform", "number", "search", "candidates", "name", "carrier", "type", "adopt", "takeover", "onDelete", "deletionProtection", "maxMonthlyPrice", "carrierAccount"] as const satisfies readonly (keyof PhoneNumberInputs)[];

/** Properties that are an input and an output: what the platform says must not be taken for what the program gave. */
const BOTH: readonly (keyof PhoneNumberInputs)[] = ["number", "type", "carrier", "candidates"];

/**
 * Whether the candidates are what a search was for: then they stand in the search's own state, once for all numbers that choose from
 * them. Others are what the program declares, and policies look at them.
 */
function areOfSearch({ candidates, __kind, __criteria }: Partial<Record<keyof PhoneNumberInputs, unknown>>): boolean {
  const kind = (__kind ?? __criteria) as SearchCriteria | undefined;
  if (kind === undefined) return false;
  if (hasUnknown([candidates, kind])) return true;
  const meets = (c: unknown) => (["country", "type"] as const).every((key) => kind[key] === undefined || (c as Candidate)[key] === kind[key]);
  return Array.isArray(candidates) && candidates.every(meets);
}

const onlyToCreate = (inputs: Partial<Record<keyof PhoneNumberInputs, unknown>>): string[] => ["__search", "__offered", "__criteria", "__kind", ...(areOfSearch(inputs) ? ["candidates"] : [])];

/** The arguments among these properties. */
function argsIn(props: Partial<PhoneNumberInputs>, test: (key: keyof PhoneNumberInputs) => boolean): PhoneNumberInputs {
  const args: Record<string, unknown> = {};
  for (const key of ARGS) if (props[key] !== undefined && test(key)) args[key] = props[key];
  return args as unknown as PhoneNumberInputs;
}

function visible(inputs: PhoneNumberInputs): PhoneNumberInputs {
  const spare = onlyToCreate(inputs);
  return argsIn(inputs, (key) => !spare.includes(key));
}

const identityOf = (inputs: PhoneNumberInputs) => [inputs.platform, inputs.number ?? null];

const candidatesOf = (inputs: PhoneNumberInputs): Candidate[] =>
  (inputs.candidates ?? inputs.__offered ?? []).map((c) => (typeof c === "string" ? { number: c } : c));

/** What no platform repeats in all of its answers: a search has told it, or the state has. */
type Known = Pick<Candidate, "country" | "type" | "capabilities" | "monthlyPrice" | "setupPrice">;

/** What is so of a number: as its platform tells it, else as it was known before, or by its digits. */
function factsOf(order: Order, inputs: Pick<PhoneNumberInputs, "type" | "carrier">, before: Known | undefined, plan: ReturnType<typeof planOf>) {
  const { record } = order;
  return {
    number: (order.number || undefined) as string, // absent until the platform has picked it
    status: record?.status ?? order.status.toLowerCase(),
    country: record?.country ?? plan.country ?? before?.country,
    type: plan.type ?? before?.type ?? inputs.type,
    carrier: record?.carrier ?? inputs.carrier,
    capabilities: record?.capabilities ?? before?.capabilities,
    monthlyPrice: record?.monthlyPrice ?? before?.monthlyPrice,
    setupPrice: before?.setupPrice,
    channels: record?.channels ?? {},
    webhooks: record?.webhooks,
    purchaseId: order.purchaseId ?? record?.purchaseId,
    purchasedAt: order.purchasedAt ?? record?.purchasedAt,
    purchase: order.purchase,
    platformId: record?.platformId,
    __pending: order.state === "pending" || undefined,
  };
}

/** What the state keeps: the inputs, and what is so of the number. */
function outsOf(inputs: PhoneNumberInputs, order: Order, mark: string | undefined, before?: Known, plan = planOf(order.number)): PhoneNumberOutputs {
  const own = visible(inputs);
  const declared = BOTH.filter((k) => own[k] !== undefined);
  return {
    ...own,
    ...factsOf(order, inputs, before, plan),
    name: order.record?.name ?? inputs.name,
    __mark: mark,
    __declared: declared.length > 0 ? declared : undefined,
  };
}

/**
 * What the state holds of a number that is imported as it is (`telephony adopt`). The first change of the resource writes the mark.
 * Until then a refresh takes its absence for no drift.
 */
export const importedNumber = (owner: { organization: string; urn: string }, inputs: PhoneNumberInputs, record: NumberRecord): PhoneNumberOutputs => ({
  ...outsOf(inputs, { ...record, state: "completed", record: { ...record, name: inputs.name } }, importedMark(owner, identityOf(inputs))),
  __unwritten: true,
});

/** What the numbering plan says of a number: the state knows it already, unless it is of other digits by now. */
const planIn = (olds: PhoneNumberOutputs, number: string) => (olds.number === number && olds.type !== undefined ? { country: olds.country, type: olds.type } : planOf(number));

const orderOf = (olds: PhoneNumberOutputs): Order => ({
  number: olds.number,
  purchaseId: olds.purchaseId,
  purchasedAt: olds.purchasedAt,
  purchase: olds.purchase,
  state: "pending",
  status: olds.status,
});

/** The name as declared, if the platform has it as far as it fits beside the mark; else what the platform has. */
function nameOf(record: NumberRecord, declared: string | undefined, platform: Platform): string {
  if (record.name === declared) return declared;
  const limit = platformNamed(platform.name)!.traits.nameLimit;
  const cut = declared !== undefined && splitMark(withMark(declared, record.mark, limit)).text === record.name;
  return cut ? declared : record.name;
}

/** The digits as far as they are known: some answers mask them (+121****1234). */
const digitsOf = (record: NumberRecord, known: string | undefined) => (isMasked(record.number) && known ? known : record.number);

/** The purchase ended without a number. */
const cameToNothing = ({ status }: PhoneNumberOutputs) => status === "failed" || status === "cancelled";

/** Rule 6: gone only if the platform says so of the id, and the number is in no list either. */
async function present(context: Context, platform: Platform, id: string, props: Partial<PhoneNumberOutputs>): Promise<NumberRecord | undefined> {
  const byId = await platform.numbers.get(id, props.platformId, context.call);
  if (byId) return byId.gone ? undefined : byId;
  const number = props.number ?? (id.startsWith("+") ? id : undefined);
  const byNumber = number ? await platform.numbers.find(number, context.call) : undefined;
  // The same digits under another id are another purchase: not the thing that the state speaks of, unless it bears our mark.
  const ours = byNumber && !byNumber.gone && (byNumber.platformId === props.platformId || byNumber.mark?.digest === parseMark(props.__mark)?.digest);
  return ours ? byNumber : undefined;
}

export const phoneNumber: ResourceCore<PhoneNumberInputs, PhoneNumberOutputs> = {
  check: (...given) => declaring().check(...given),
  plan: (...given) => declaring().plan(...given),
  onlyToCreate,

  diff: (context, _id, olds, news) => {
    const mark = parseMark(olds.__mark);
    noteMark(mark);
    noteOwned(context.urn, context.name, olds.monthlyPrice);
    const replaces: string[] = [];
    const isKnown = (value: unknown) => !hasUnknown(value);
    if (isKnown(news.platform) && news.platform !== olds.platform) replaces.push("platform");
    if (news.number !== undefined && isKnown(news.number) && news.number !== olds.number) replaces.push("number");
    if (olds.deletionProtection && replaces.length > 0 && !cameToNothing(olds)) {
      // Said before anything is bought: the old half could never be let go of afterwards, since its protection stands in the state.
      throw new Error(`${olds.number} is not replaced: deletionProtection is on, and ${replaces.join(" and ")} can't be changed in place. Set it to false and run pulumi up, then change ${replaces.join(" and ")}`);
    }
    if (cameToNothing(olds)) replaces.push("status"); // buy anew
    const settings = (["name", "onDelete", "deletionProtection"] as const).some((k) => news[k] !== olds[k]);
    const identity = identityOf(news);
    const markDrifted = isKnown(identity) && mark?.digest !== ownDigest(context, identity);
    return { changes: replaces.length > 0 || settings || markDrifted || olds.__bears !== undefined || olds.__pending === true, replaces };
  },

  create: async (context, inputs) => {
    const platform = context.platform(inputs.platform);
    const wanted: Wanted = {
      platform: inputs.platform,
      name: inputs.name,
      digest: ownDigest(context, identityOf(inputs)),
      exact: inputs.number,
      candidates: inputs.number ? [candidatesOf(inputs).find((c) => c.number === inputs.number) ?? { number: inputs.number }] : candidatesOf(inputs),
      criteria: (inputs.search ?? inputs.__criteria) as Record<string, unknown> | undefined,
      search: inputs.__search,
      carrier: inputs.carrier,
      carrierAccount: inputs.carrierAccount,
      type: inputs.type,
      adopt: inputs.adopt,
      takeover: inputs.takeover,
      maxMonthlyPrice: inputs.maxMonthlyPrice,
    };
    const { order, mark, candidate: bought } = await buying().acquire(context, wanted);
    const idOf = (o: Order) => platform.numbers.idOf({ number: o.number, platformId: o.record?.platformId ?? o.purchaseId });
    const outs = (o: Order): PhoneNumberOutputs => {
      const all = outsOf(inputs, o, markText(mark), bought);
      return { ...all, __created: all.monthlyPrice && Date.now() };
    };

    // From here on it is paid for: whatever fails, id and outputs go into the state.
    let settled: Order;
    try {
      settled = await buying().settle(context, platform, order, context.timeouts.create ?? buying().CREATE_TIMEOUT_MS);
    } catch (error) {
      const last = error instanceof buying().StillPending ? error.order : order;
      if (isHalfMade(last)) throw await undo(context, platform, inputs.platform, last);
      throw new PartialFailure(idOf(last), outs({ ...last, state: "pending" }), messageOf(error));
    }
    if (settled.state !== "completed") {
      unclaim(platform.account, settled.number);
      if (settled.record) await platform.numbers.release(settled.record, context.call);
      throw new Error(buying().failureOf(settled, platformNamed(inputs.platform)!.traits.title));
    }
    if (!sameMark(settled.record!.mark, mark)) {
      try {
        settled = { ...settled, record: await platform.numbers.label(settled.record!, { name: inputs.name, mark }, context.call) };
      } catch (error) {
        throw new PartialFailure(idOf(settled), { ...outs(settled), __mark: undefined }, `${settled.number} was bought, but its name could not be written: ${messageOf(error)}`);
      }
    }
    const price = outs(settled).monthlyPrice;
    if (bought) noteBought(platform.account, idOf(settled), settled.record!);
    if (bought) context.log.info(`bought ${settled.number}${price ? `, ${formatMoney(price)} a month` : ""}`);
    return { id: idOf(settled), outs: outs(settled) };
  },

  read: async (context, id, props) => {
    const platform = context.platform(props.platform!);
    let record: NumberRecord | undefined;
    if (props.__pending && props.purchaseId) {
      const now = await platform.numbers.follow(orderOf(props as PhoneNumberOutputs), context.call);
      if (now.state === "pending") return { id, outs: { ...(props as PhoneNumberOutputs), status: now.status.toLowerCase() } };
      if (now.state !== "completed") return undefined; // it never came into being
      record = now.record;
    } else {
      const withWebhooks = (listed: NumberRecord) => (props.webhooks && !listed.webhooks ? { ...listed, webhooks: props.webhooks } : listed); // no list tells them
      const told = (listed: NumberRecord) => (listed.platformId === props.platformId ? withWebhooks(listed) : undefined);
      record = await readNumber(context, platform, id, told, () => present(context, platform, id, props));
    }
    if (!record) return undefined;
    const declared: readonly string[] = props.__declared ?? [];
    const gave = (key: keyof PhoneNumberInputs) => declared.includes(key) || !BOTH.includes(key);
    const marks = markRead(record.mark, props, () => ownDigest(context, identityOf(argsIn(props, gave))));
    const name = marks.__unwritten && record.name === "" ? props.name! : nameOf(record, props.name, platform);
    const number = digitsOf(record, props.number);
    if (!record.ready && !record.pending) {
      const { title } = platformNamed(props.platform)!.traits;
      context.log.warn(`${number || "the number"} is ${record.status} at ${title}: it may not be reached. It is kept, and goes on as soon as ${title} puts it back`);
    }
    if (marks.__bears) {
      context.log.warn(`${number} carries the mark of another Pulumi resource by now ([pulumi ${marks.__bears}]). This one doesn't release it any more; takeover: true takes it back`);
    }
    const olds = props as PhoneNumberOutputs;
    const order: Order = { ...orderOf(olds), number, state: "completed", record };
    const { type, carrier } = props;
    const now: Partial<PhoneNumberOutputs> = factsOf(order, { type: gave("type") ? type : undefined, carrier: gave("carrier") ? carrier : undefined }, olds, planIn(olds, number));
    // What the state holds beyond that stays: a refresh tells what changed at the platform.
    const outs = withChanges(olds, Object.assign(now, { name, __bears: undefined, __unwritten: undefined }, marks));
    if (outs === olds) return { id, outs };
    const inputs: PhoneNumberInputs = {
      ...argsIn(props, gave),
      name,
      monthlyPrice: record.monthlyPrice ?? props.monthlyPrice,
      setupPrice: props.setupPrice,
      ...(declared.includes("number") && { number }),
      ...(props.__search !== undefined && { __offered: props.candidates as Candidate[] }),
    };
    return { id, outs, inputs };
  },

  update: async (context, id, olds, news) => {
    const platform = context.platform(news.platform);
    const outsFor = (order: Order, mark: string | undefined) => ({ ...outsOf(news, order, mark, olds, planIn(olds, order.number)), __created: olds.__created });
    const digest = ownDigest(context, identityOf(news));
    let order: Order = { ...orderOf(olds), state: "completed" };
    let record: NumberRecord | undefined;
    if (olds.__pending) {
      try {
        order = await buying().settle(context, platform, orderOf(olds), context.timeouts.update ?? context.timeouts.create ?? buying().CREATE_TIMEOUT_MS);
      } catch (error) {
        if (error instanceof buying().StillPending && isHalfMade(error.order)) {
          const undone = await undo(context, platform, news.platform, error.order);
          throw new PartialFailure(id, { ...outsFor(orderOf(olds), olds.__mark), status: "failed" }, undone.message);
        }
        throw new PartialFailure(id, { ...outsFor(orderOf(olds), olds.__mark), __pending: true }, messageOf(error));
      }
      if (order.state !== "completed") {
        if (order.record) await platform.numbers.release(order.record, context.call); // nothing half made is left behind
        const outs = { ...outsFor(order, olds.__mark), status: order.state };
        throw new PartialFailure(id, outs, buying().failureOf(order, platformNamed(news.platform)!.traits.title));
      }
      record = order.record;
    } else {
      record = await present(context, platform, id, olds);
    }
    if (!record) throw new Error(`${olds.number} is not in the account any more. Run pulumi refresh to take it out of the state; the next pulumi up then buys anew`);

    const ours = parseMark(olds.__mark);
    const foreign = record.mark && record.mark.digest !== ours?.digest && record.mark.digest !== digest;
    if (foreign && !news.takeover) {
      throw new Error(`${olds.number} carries the mark of another Pulumi resource by now ([pulumi ${markText(record.mark!)}]). Set takeover: true to take it back, or remove this resource: the number is then left alone`);
    }
    const mark = { digest, generation: Math.max(ours?.generation ?? 1, foreign ? 0 : (record.mark?.generation ?? 0)) };
    record = { ...record, name: nameOf(record, news.name, platform), number: digitsOf(record, olds.number) };
    if (record.name !== news.name || !sameMark(record.mark, mark)) record = await platform.numbers.label(record, { name: news.name, mark }, context.call);
    return outsFor({ ...order, record }, markText(mark));
  },

  delete: async (context, id, props) => {
    // Nothing is there to release; a number with these digits and our mark is the one that was bought in its place.
    if (cameToNothing(props)) return; // what has these digits now is another one's
    const platform = context.platform(props.platform);
    const { number, deletionProtection, onDelete } = props;
    const refusal = new Error(`${number} is not released: deletionProtection is on. Set it to false and run pulumi up, then remove the resource`);
    if (deletionProtection && props.__pending) throw refusal;
    const record = props.__pending ? await buying().finishedOrder(context, platform, orderOf(props)) : await present(context, platform, id, props);
    if (!record) return;
    const ours = parseMark(props.__mark);
    if (isAnothers(record.mark, ours)) {
      context.log.info(`${number} is kept: ${holderOf(record.mark, ours)}`);
      return;
    }
    if (deletionProtection) throw refusal; // only now: the old half of --replace lets go of nothing, and must not stay for ever
    if (onDelete === "retain") {
      await platform.numbers.label(record, { name: nameOf(record, props.name, platform) }, context.call);
      context.log.info(`${number} is kept at ${platformNamed(props.platform)!.traits.title}, as onDelete: "retain" says; it goes on to cost money there`);
      return;
    }
    context.log.status(`releasing ${number}`);
    await platform.numbers.release(record, context.call);
    unclaim(platform.account, number);
  },
};

/** A record that says "active" and has no digits: the platform's purchase failed behind its back. [seed 000], [3P 61449107110] */
const isHalfMade = ({ record }: Order) => record !== undefined && record.number === "" && record.status === "active";

/** Such a record is never left behind. */
async function undo(context: Context, platform: Platform, name: string, order: Order): Promise<Error> {
  await platform.numbers.release(order.record!, context.call);
  return new Error(`${platformNamed(name)!.traits.title} made a record without a number (${order.record!.platformId}). It was released again and nothing is owned; run pulumi up again`);
}
