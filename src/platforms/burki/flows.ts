import { orUndefined, unlessSeen } from "../decode.js";
import { splitMark, withMark } from "../../mark.js";
import type { FlowRecord, Flows } from "../platform.js";
import type { BurkiClient, FlowBody } from "./client.js";
import { wireId } from "./pointers.js";
import type { Flow } from "./schema.js";

/** Length of a flow's name, which holds the mark too: a flow has no text besides. [OAS FlowCreateRequest] */
const LONGEST_NAME = 255;

/** A flow of Burki is a graph, not a list: the graph is the one element of `actions`. No element: the server's own starter graph. [OAS] */
function toFlow(f: Flow): FlowRecord {
  const { text, mark } = splitMark(f.name);
  return { id: f.id, name: text, mark, detail: "", actions: f.graph ? [f.graph] : [], ...(f.base_assistant_id != null && { assistant: f.base_assistant_id }) };
}

function toBody({ name, mark, actions, assistant }: Omit<FlowRecord, "id">): FlowBody {
  if (actions.length > 1) throw new Error("a call flow of Burki is one graph, not a list of actions");
  return { name: withMark(name, mark, LONGEST_NAME), ...(actions.length === 1 && { graph: actions[0] }), ...(assistant !== undefined && { base_assistant_id: wireId("assistant", assistant) }) };
}

export function flowsOf(client: BurkiClient): Flows {
  return {
    list: async (call) => (await client.flows(call)).map(toFlow),
    get: async (id, call) => {
      const found = await client.flow(id, call).catch(orUndefined);
      return found && toFlow(found);
    },
    create: async (flow, call) => toFlow(await client.createFlow(toBody(flow), call)),
    update: async (flow, call) => toFlow(await client.updateFlow(flow.id, toBody(flow), call)),
    delete: async (id, call) => void (await client.deleteFlow(id, call).catch(unlessSeen(() => client.flow(id, call).catch(orUndefined)))),
  };
}
