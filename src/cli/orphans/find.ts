/** Numbers that an account owns and is charged for, and that no given stack has. */
import { digestOf, markText } from "../../mark.js";
import type { NumberRecord, Platform } from "../../platforms/platform.js";
import { typeToken } from "../../resources/resource.js";
import type { Money, PlatformName } from "../../types.js";
import type { Account } from "../accounts.js";
import { managedBy } from "../managed.js";
import type { StackState } from "../stacks.js";

/**
 * Whose an orphan is, as far as the given stacks tell:
 * - `left-over`: its mark is that of a resource which has another number by now
 * - `unknown-owner`: its mark is that of a resource in none of these stacks. It may be in one that was not given
 * - `unmarked`: nobody's mark is on it. It was bought by hand, or by something else
 */
export type Kind = "left-over" | "unknown-owner" | "unmarked";

export interface Orphan {
  platform: PlatformName;
  account: string;
  /** E.164. */
  number: string;
  id: string;
  platformId: string;
  name: string;
  status: string;
  kind: Kind;
  /** "k3f9x2a1.1" */
  mark?: string;
  /** The resource whose mark it is, if it is in the given stacks: "shop/dev hotline". */
  owner?: string;
  monthlyPrice?: Money;
  /** ISO 8601, UTC. */
  purchasedAt?: string;
  /** What it points at, in the platform's words, where its listing tells. */
  pointsAt?: string[];
  /** Said of one that is not to be released whatever is asked for. */
  kept?: string;
  released?: true;
}

/** A number that a dead run has bought: the next `pulumi up` of its stack adopts it. */
export interface Awaited {
  platform: PlatformName;
  account: string;
  number: string;
  mark: string;
  owner: string;
}

interface Owner {
  name: string;
  /** It has a number in the state, and no run is about to make it one: another number with its mark is left over. */
  settled: boolean;
  isProtected: boolean;
}

/**
 * The digests of the marks that these stacks' numbers bear, whether they are in the state or not: one that a dead run was making has at
 * least its search there, which is written down before anything is bought.
 */
export function ownersIn(stacks: readonly StackState[]): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const { project, stack, resources, pending } of stacks) {
    const add = (digest: string | undefined, owner: Owner) => {
      const before = digest === undefined ? undefined : owners.get(digest);
      if (digest !== undefined) owners.set(digest, { ...owner, settled: owner.settled && (before?.settled ?? true), isProtected: owner.isProtected || (before?.isProtected ?? false) });
    };
    // A search alone says less than the number's own entry.
    const numbers = new Set(resources.filter(({ type }) => type === "PhoneNumber").map(({ urn }) => urn));
    for (const { type, urn, name, id, inputs, outputs } of [...resources, ...pending]) {
      const all = { ...outputs, ...inputs };
      const organization = typeof all["__org"] === "string" ? all["__org"] : "organization";
      const digest = (of: string) => digestOf({ organization, urn: of }, [inputs["platform"] ?? outputs["platform"], inputs["number"] ?? null]);
      if (type === "PhoneNumber") {
        const owner = { name: `${project}/${stack} ${name}`, settled: id !== undefined, isProtected: all["deletionProtection"] === true };
        add(digest(urn), owner);
        if (typeof outputs["__mark"] === "string") add(outputs["__mark"].split(".")[0], owner);
      }
      if (type === "NumberSearch" && inputs["__derived"] === true) {
        const number = urn.replace(typeToken("NumberSearch"), typeToken("PhoneNumber")).replace(/-search$/, "");
        if (!numbers.has(number)) add(digest(number), { name: `${project}/${stack} ${name.replace(/-search$/, "")}`, settled: false, isProtected: false });
      }
    }
  }
  return owners;
}

export interface Found {
  orphans: Orphan[];
  awaited: Awaited[];
}

/** Looks through one account. Numbers that are released, or whose purchase is under way, are nobody's orphans. */
export async function findOrphans(platform: Platform, account: Account, stacks: readonly StackState[]): Promise<Found> {
  const managed = managedBy(stacks);
  const owners = ownersIn(stacks);
  const found: Found = { orphans: [], awaited: [] };
  for (const listed of await platform.numbers.list({})) {
    if (listed.gone || listed.pending || listed.number === "") continue;
    if (isManaged(managed, platform, listed)) continue;
    // A list may lack the mark (WIIL keeps it with the purchase when the number's own name is empty).
    const record = listed.mark || listed.name ? listed : ((await platform.numbers.find(listed.number, {})) ?? listed);
    const { number, platformId, name, status, mark, monthlyPrice, purchasedAt, slots } = record;
    const owner = mark && owners.get(mark.digest);
    const who = { platform: platform.name, account: account.name };
    if (mark && owner && !owner.settled) {
      found.awaited.push({ ...who, number, mark: markText(mark), owner: owner.name });
      continue;
    }
    const pointsAt = slots && Object.values(slots).filter((target): target is string => Boolean(target));
    found.orphans.push({
      ...who,
      ...{ number, id: platform.numbers.idOf(record), platformId, name, status },
      kind: !mark ? "unmarked" : owner ? "left-over" : "unknown-owner",
      ...(mark && { mark: markText(mark) }),
      ...(owner && { owner: owner.name }),
      ...(monthlyPrice && { monthlyPrice }),
      ...(purchasedAt && { purchasedAt }),
      ...(pointsAt?.length && { pointsAt }),
      ...(owner?.isProtected && { kept: `deletionProtection is on at ${owner.name}` }),
    });
  }
  return found;
}

/** A number that a stack links, binds or keeps in a pool is in use there, whoever owns it. */
export const isManaged = (managed: ReturnType<typeof managedBy>, platform: Platform, record: NumberRecord): boolean =>
  (["PhoneNumber", "PoolMember", "PhoneNumberLink", "CallFlowBinding"] as const).some((kind) => managed.has(kind, platform.name, [platform.numbers.idOf(record), record.platformId, record.number]));
