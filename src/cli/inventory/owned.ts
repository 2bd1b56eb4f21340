/** Every number of an account, with what it points at and who it belongs to. */
import { type Mark, markText, parseMark } from "../../mark.js";
import { planOf } from "../../platforms/numbering.js";
import type { NumberRecord, Platform, Slots } from "../../platforms/platform.js";
import type { Money, NumberType, PlatformName } from "../../types.js";
import type { Account } from "../accounts.js";
import type { StackState } from "../stacks.js";

/** What a number points at. */
export interface Target {
  /** "assistant", "squad", "agent", "call flow", "message flow", or the platform's own word. */
  kind: string;
  id: string;
  /** Where the platform's lists tell it. */
  name?: string;
  /** WIIL: a deployment that is switched off. */
  inactive?: boolean;
}

/** A line of `telephony numbers --json`. What is absent isn't told. */
export interface OwnedNumber {
  platform: PlatformName;
  account: string;
  /** E.164; "" as long as the platform has given it no digits. */
  number: string;
  /** Under which the program knows it. */
  id: string;
  platformId: string;
  name: string;
  /** The platform's word, in lower case. */
  status: string;
  country?: string;
  type?: NumberType;
  carrier?: string;
  /** What the platform says, else what the stack's state says. */
  monthlyPrice?: Money;
  /** ISO 8601, UTC. */
  purchasedAt?: string;
  /** Absent when it could not be read. */
  linkedTo?: Target[];
  /** Which Pulumi resource's mark is on it: "k3f9x2a1.1". */
  mark?: string;
  /** The resource of the given stacks that has it. */
  owner?: Owner;
  /** The mark is another's than that of the resource: somebody has taken the number over. */
  takenOver?: boolean;
}

export interface Owner {
  /** "shop/dev" */
  stack: string;
  resource: string;
  urn: string;
}

/** A number that a stack's state has. */
interface Declared extends Owner {
  platform: string;
  number: string;
  platformId?: string;
  monthlyPrice?: Money;
  mark?: Mark;
}

export interface Declarations {
  all: Declared[];
  of(record: { platform: PlatformName; number: string; platformId: string }): Declared | undefined;
}

const text = (x: unknown) => (typeof x === "string" && x !== "" ? x : undefined);

/** The numbers that the stacks' states have. */
export function declarationsIn(stacks: readonly StackState[]): Declarations {
  const all = stacks.flatMap(({ project, stack, resources }) =>
    resources.flatMap(({ type, urn, name, outputs }): Declared[] => {
      const [platform, number] = [text(outputs["platform"]), text(outputs["number"])];
      if (type !== "PhoneNumber" || !platform || !number) return [];
      const { platformId, monthlyPrice } = outputs as { platformId?: string; monthlyPrice?: Money };
      const mark = parseMark(outputs["__mark"]);
      return [{ stack: `${project}/${stack}`, resource: name, urn, platform, number, ...(platformId && { platformId }), ...(monthlyPrice && { monthlyPrice }), ...(mark && { mark }) }];
    }),
  );
  // By the platform's own id first: digits that were released may have been bought anew.
  const index = new Map<string, Declared>();
  for (const declared of all) {
    index.set(`${declared.platform} ${declared.number}`, declared);
    if (declared.platformId) index.set(`${declared.platform} ${declared.platformId}`, declared);
  }
  return { all, of: ({ platform, number, platformId }) => index.get(`${platform} ${platformId}`) ?? (number ? index.get(`${platform} ${number}`) : undefined) };
}

/** The slots in words: each target once, whichever slots it is in. */
function targetsOf({ pointers }: Platform, slots: Slots): Target[] {
  const targets = new Map<string, Target>();
  const add = (kind: string, id: string | undefined, inactive = false) => {
    if (id) targets.set(`${kind} ${id}`, { kind, id, ...(inactive && { inactive }) });
  };
  for (const [slot, value] of Object.entries(slots)) {
    if (!value) continue;
    const before = targets.size;
    const { assistant, squad, agent, channels } = pointers?.links?.fromSlots({ [slot]: value }, {}) ?? {};
    add("assistant", assistant);
    add("squad", squad);
    add("agent", agent, channels?.every((channel) => channel.includes("inactive")));
    const { callFlow, messageFlow } = pointers?.flows?.fromSlots({ [slot]: value }, {}) ?? {};
    add("call flow", callFlow);
    add("message flow", messageFlow);
    if (targets.size > before || [assistant, squad, agent, callFlow, messageFlow].some(Boolean)) continue;
    const [, kind = slot, id = value] = /^(\w+):(.+)$/s.exec(value) ?? []; // what no program can declare: a workflow of Vapi
    add(kind, id);
  }
  return [...targets.values()];
}

/** Names of what the numbers point at. A list that can't be read leaves the ids to speak for themselves. */
async function namesFor({ assistants, flows }: Platform, targets: readonly Target[]): Promise<(target: Target) => string | undefined> {
  const isFlow = ({ kind }: Target) => kind.endsWith("flow");
  const names = async (list: (() => Promise<{ id: string; name: string }[]>) | undefined, needed: boolean) => {
    if (!list || !needed) return new Map<string, string>();
    return new Map((await list().catch(() => [])).map(({ id, name }) => [id, name]));
  };
  const [ofAssistants, ofFlows] = await Promise.all([
    names(assistants && (() => assistants.list({})), targets.some(({ kind }) => kind === "assistant" || kind === "agent")),
    names(flows && (() => flows.list({})), targets.some(isFlow)),
  ]);
  return (target) => (isFlow(target) ? ofFlows : ofAssistants).get(target.id) || undefined;
}

/**
 * All numbers of an account. One listing brings most platforms' pointers too; where it doesn't they are read one by one, as many side
 * by side as the HTTP client lets an account have.
 *
 * @param read told how many pointers of how many are read, where they are read one by one
 */
export async function ownedNumbers(platform: Platform, account: Account, declared: Declarations, read: (done: number, of: number) => void): Promise<{ numbers: OwnedNumber[]; unread: number }> {
  const records = (await platform.numbers.list({})).filter(({ gone }) => !gone);
  const silent = records.filter(({ slots }) => platform.pointers && slots === undefined).length;
  let done = 0;
  const slotsOf = async (record: NumberRecord): Promise<Slots | undefined> => {
    if (record.slots || !platform.pointers) return record.slots ?? {};
    const slots = await platform.pointers.get(platform.numbers.idOf(record), {}).catch(() => undefined);
    read(++done, silent);
    return slots;
  };
  const targets = await Promise.all(records.map(async (record) => (await slotsOf(record).then((slots) => slots && targetsOf(platform, slots)))));
  const nameOf = await namesFor(platform, targets.flatMap((list) => list ?? []));

  const numbers = records.map((record, i): OwnedNumber => {
    const { number, platformId, name, status, carrier, purchasedAt, mark } = record;
    const { country: planned, type } = planOf(number);
    const country = record.country ?? planned;
    const owner = declared.of({ platform: platform.name, number, platformId });
    const linkedTo = targets[i]?.map((target) => ({ ...target, ...(nameOf(target) && { name: nameOf(target) }) }));
    return {
      platform: platform.name,
      account: account.name,
      number,
      id: platform.numbers.idOf(record),
      platformId,
      name,
      status,
      country,
      type,
      carrier,
      monthlyPrice: record.monthlyPrice ?? owner?.monthlyPrice,
      purchasedAt,
      linkedTo,
      ...(mark && { mark: markText(mark) }),
      ...(owner && { owner: { stack: owner.stack, resource: owner.resource, urn: owner.urn } }),
      ...(owner?.mark && mark && owner.mark.digest !== mark.digest && { takenOver: true }),
    };
  });
  return { numbers, unread: targets.filter((list) => list === undefined).length };
}
