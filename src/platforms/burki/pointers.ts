import type { Call, Pointers, Slots } from "../platform.js";
import type { BurkiClient, NumberBody } from "./client.js";
import type { BurkiNumbers } from "./numbers.js";
import { targetOf } from "./targets.js";

const idIn = (kind: "assistant" | "flow", target: string | undefined) => (target?.startsWith(`${kind}:`) ? target.slice(kind.length + 1) : undefined);

/** Burki's own way to say "no flow". [OAS UpdatePhoneNumberRequest] */
const NONE = "0";

/** Burki's ids are numbers on the wire. */
export function wireId(kind: "assistant" | "flow", id: string): number {
  if (!/^[1-9]\d*$/.test(id)) throw new Error(`"${id}" is no ${kind} of Burki: their ids are whole numbers`);
  return Number(id);
}

function intIn(kind: "assistant" | "flow", target: string): number | undefined {
  const id = idIn(kind, target);
  return id === undefined ? undefined : wireId(kind, id);
}

/** The one call that points a number anew: what was there before gives way to it. [OAS], [DOCS flows/overview] */
function change(target: string | undefined, now: string | undefined): NumberBody {
  if (target !== undefined) return { assistant_id: intIn("assistant", target), flow_id: intIn("flow", target) };
  return idIn("flow", now) === undefined ? { assistant_id: 0 } : { flow_id: 0 };
}

export function pointersOf(client: BurkiClient, numbers: BurkiNumbers): Pointers {
  const rowOf = async (numberId: string, call: Call) => {
    const row = await numbers.row(numberId, call);
    if (!row) throw new Error(`there is no number ${numberId} at Burki any more. Run pulumi refresh to see what has become of it, then pulumi up again`);
    return row;
  };

  return {
    links: {
      toSlots: ({ assistant }) => ({ target: assistant && `assistant:${assistant}` }),
      fromSlots: ({ target }) => ({ assistant: idIn("assistant", target) }),
    },
    flows: {
      toSlots: ({ callFlow }) => ({ target: callFlow === NONE ? "" : callFlow && `flow:${callFlow}` }),
      fromSlots: ({ target }, like) => ({ callFlow: idIn("flow", target) ?? (like.callFlow === NONE && !target ? NONE : undefined) }),
    },

    get: async (numberId, call): Promise<Slots | undefined> => {
      const row = await numbers.row(numberId, call);
      return row && { target: targetOf(row) };
    },

    set: async (numberId, { target }, now, call, record) => {
      const wanted = target || undefined;
      const id = record?.platformId ?? (await rowOf(numberId, call)).id;
      await client.updateNumber(id, change(wanted, now["target"]), call);
      if (record && wanted) return; // nothing had to give way to it
      let row = await rowOf(numberId, call);
      if (wanted && row.assistant && row.flow) {
        // A server that lets both stand: the old one goes after the new one has come.
        await client.updateNumber(id, wanted.startsWith("flow:") ? { assistant_id: 0 } : { flow_id: 0 }, call);
        row = await rowOf(numberId, call);
      }
      const found = targetOf(row);
      if (found === wanted) return;
      const but = `and lists it with ${found ?? "nothing"}`;
      throw new Error(`Burki said that it points ${row.phone_number} at ${wanted ?? "nothing"}, ${but}; run pulumi up again`);
    },
  };
}
