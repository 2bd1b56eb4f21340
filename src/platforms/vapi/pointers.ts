import type { Call, LinkTarget, Numbers, PointerKind, Pointers } from "../platform.js";
import type { UpdateBody, VapiClient } from "./client.js";
import { orUndefined } from "./errors.js";
import { write } from "./numbers.js";
import { FIELDS, type Kind, KINDS, targetOf } from "./targets.js";

/** The inverse: the id for each kind. */
function idsOf(target: string | undefined): Partial<Record<Kind, string>> {
  const parts = (target ?? "").split(/\+(?=assistant:|squad:|workflow:)/).map((part) => /^(\w+):(.+)$/s.exec(part));
  return Object.fromEntries(parts.flatMap((match) => (match ? [[match[1]!, match[2]!]] : [])));
}

const links: PointerKind<LinkTarget> = {
  toSlots: ({ assistant, squad }) => ({ target: assistant ? `assistant:${assistant}` : squad ? `squad:${squad}` : undefined }),
  fromSlots: ({ target }) => {
    const { assistant, squad } = idsOf(target);
    return { assistant, squad };
  },
};

/** One PATCH: the new target in, the old one out; there is no moment between. What isn't set is not cleared either. */
function patchOf(next: string | undefined, now: string | undefined): UpdateBody {
  const [to, from] = [idsOf(next), idsOf(now)];
  const changed = KINDS.filter((kind) => to[kind] !== undefined || from[kind] !== undefined);
  return Object.fromEntries(changed.map((kind) => [FIELDS[kind], to[kind] ?? null]));
}

export function pointersOf(client: VapiClient, numbers: Numbers): Pointers {
  const idOf = async (id: string, call: Call) => (id.startsWith("+") ? (await numbers.find(id, call))?.platformId : id);
  return {
    links,
    get: async (numberId, call) => {
      const id = await idOf(numberId, call);
      const found = id && (await client.phoneNumber(id, call).catch(orUndefined));
      return found ? { target: targetOf(found) } : undefined;
    },
    set: async (numberId, { target }, now, call, record) => {
      const id = record?.platformId ?? (await idOf(numberId, call)) ?? numberId;
      const body = patchOf(target, now["target"]);
      if (Object.keys(body).length === 0) return;
      const answer = await write(client, id, body, call);
      if (targetOf(answer) === target) return;
      // That null detaches is in no schema, so a 200 says little: the number itself is asked. ASSUMED
      const is = targetOf(await client.phoneNumber(id, call));
      if (is === target) return;
      throw new Error(
        `Vapi accepted the change, but number ${numberId} still points at ${is ?? "nothing"} and not at ${target ?? "nothing"}. ` +
          "Set it in Vapi's dashboard, then run pulumi refresh and pulumi up",
      );
    },
  };
}
