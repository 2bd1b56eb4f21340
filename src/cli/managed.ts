/** What stacks have: so that nothing of it is adopted a second time, or taken for an orphan. */
import type { StackState } from "./stacks.js";

type Kind = "PhoneNumber" | "Assistant" | "CallFlow" | "PhoneNumberLink" | "CallFlowBinding" | "PoolMember";

export interface Managed {
  /**
   * Whether a resource of one of these stacks is, or points, the thing with one of these ids or digits. What a dead run was making, changing
   * or deleting counts too, and so does the same id in another account: better once too often than once too seldom.
   */
  has(kind: Kind, platform: string, ids: (string | undefined)[]): boolean;
}

export function managedBy(stacks: readonly StackState[]): Managed {
  const keys = new Set<string>();
  for (const { type, id, inputs, outputs } of stacks.flatMap(({ resources, pending }) => [...resources, ...pending])) {
    const { platform, platformId, number, phoneNumber } = { ...inputs, ...outputs } as { platform?: string; platformId?: string; number?: string; phoneNumber?: string | { platform?: string; id?: string } };
    const add = (of: string | undefined, known: string | undefined) => of && known && keys.add(`${type} ${of} ${known}`);
    if (typeof phoneNumber === "object") add(phoneNumber.platform, phoneNumber.id);
    else for (const known of [id, platformId, number, phoneNumber]) add(platform, known);
  }
  return { has: (kind, platform, ids) => ids.some((id) => id && keys.has(`${kind} ${platform} ${id}`)) };
}
