import { z } from "zod";
import { importedMark, type MarksKept, markRead, markText, parseMark } from "../mark.js";
import { platformNamed } from "../platforms/index.js";
import type { FlowRecord, Flows } from "../platforms/platform.js";
import { type Context, holderOf, ownDigest, type ResourceCore } from "./context.js";
import { leased } from "./lease.js";
import { madeAllTheSame } from "./made-late.js";
import { platformFailures } from "./number-search.js";
import { digest, inTheShapeOf } from "./drift.js";
import { same } from "./plain.js";
import { observe } from "./listings.js";
import { isAnothers, noteMark } from "./registry.js";
import { hasUnknown } from "./unknown.js";
import { failuresOf, othersWith, platformName, text } from "./validate.js";

type Action = Record<string, unknown>;

export interface CallFlowInputs {
  platform: string;
  name: string;
  detail?: string;
  /** VoIPBIN. */
  actions?: Action[];
  /** Burki. */
  graph?: Action;
  onComplete?: string;
  /** Burki. */
  assistant?: string;
}

export interface CallFlowOutputs extends CallFlowInputs, MarksKept {
  /** Digest of the actions as the server keeps them: what it filled in at the last write is not drift. */
  __server?: string;
}

const action = z.looseObject(
  { type: text('an action type, for example "answer" or "talk"'), option: z.record(z.string(), z.unknown(), { error: "expected an object" }).optional() },
  { error: (issue) => (issue.code === "invalid_type" ? 'expected an action, for example { type: "answer" }' : undefined) },
);

const schema = z.strictObject({
  platform: platformName,
  name: text("a name"),
  detail: z.string({ error: "expected text" }).optional(),
  actions: z.array(action, { error: 'expected a list of actions, for example [{ type: "answer" }]' }).optional(),
  graph: z.looseObject({}, { error: () => "expected the flow's graph, an object" }).optional(),
  onComplete: text("the id of a call flow").optional(),
  assistant: text("the id of an assistant").optional(),
});

function flowsOf(context: Context, platform: string): Flows {
  const { flows } = context.platform(platform);
  if (!flows) throw new Error(`${platform} has no call flows`);
  return flows;
}

/** What the flow does, as the platform interface has it: VoIPBIN's actions, or Burki's graph as the only one. */
const bodyOf = ({ actions, graph }: CallFlowInputs): Action[] => (graph ? [graph] : (actions ?? []));

/** What the server adds to every action, and which says nothing of the flow. */
const OWN = ["id", "next_id", "tm_execute"];

/** Server-given ids change whenever actions are written anew, and say nothing of the flow. */
const withoutIds = (actions: unknown[]) => actions.map((a) => ({ ...(a as Action), id: undefined, next_id: undefined, tm_execute: undefined }));

const identityOf = (of: Pick<CallFlowInputs, "platform">) => [of.platform];

const outsOf = (inputs: CallFlowInputs, flow: FlowRecord): CallFlowOutputs => ({
  platform: inputs.platform,
  name: inputs.name,
  detail: inputs.detail,
  actions: inputs.actions,
  graph: inputs.graph,
  onComplete: inputs.onComplete,
  assistant: inputs.assistant,
  __mark: flow.mark && markText(flow.mark),
  __server: digest(withoutIds(flow.actions)),
});

/** What the state holds of a flow that is imported as it is (`telephony adopt`): see `importedNumber`. */
export const importedFlow = (owner: { organization: string; urn: string }, inputs: CallFlowInputs, flow: FlowRecord): CallFlowOutputs => ({
  ...outsOf(inputs, flow),
  __mark: importedMark(owner, identityOf(inputs)),
  __unwritten: true,
});

/** The actions as a program would write them: without what the server adds to each. */
export const declaredActions = (actions: unknown[]): Action[] => actions.map((a) => Object.fromEntries(Object.entries(a as Action).filter(([key]) => !OWN.includes(key))));

export const callFlow: ResourceCore<CallFlowInputs, CallFlowOutputs> = {
  check: (context, olds, news) => {
    const inputs: Record<string, unknown> = { ...news, name: news["name"] ?? context.name };
    const failures = [...failuresOf(schema, inputs), ...platformFailures(context, inputs)];
    const definition = platformNamed(inputs["platform"]);
    if (definition && !definition.traits.callFlows) {
      failures.push({ property: "platform", reason: `${definition.traits.title} has no call flows; ${othersWith((p) => p.traits.callFlows)}` });
    }
    const body = definition?.traits.flowBody ?? "actions";
    const other = body === "actions" ? "graph" : "actions";
    if (definition?.traits.callFlows && inputs[body] === undefined) failures.push({ property: body, reason: `a flow of ${definition.traits.title} needs ${body}` });
    if (definition?.traits.callFlows && inputs[other] !== undefined) failures.push({ property: other, reason: `a flow of ${definition.traits.title} has ${body}, not ${other}` });
    if (definition?.traits.callFlows && inputs["assistant"] !== undefined && !definition.traits.flowAssistant) {
      failures.push({ property: "assistant", reason: `a flow of ${definition.traits.title} is led by no assistant; ${othersWith((p) => p.traits.flowAssistant === true)}` });
    }
    const knownTypes = definition?.traits.actionTypes;
    if (knownTypes && failures.length === 0 && !hasUnknown(inputs["actions"]) && !same(olds.actions, inputs["actions"])) {
      const others = new Set((inputs["actions"] as Action[]).map((a) => String(a["type"])).filter((t) => !knownTypes.has(t)));
      for (const type of others) context.log.warn(`action type "${type}" is not in ${definition.traits.title}'s documents; it is passed on as it is`);
    }
    return { inputs, failures };
  },

  diff: (context, _id, olds, news) => {
    noteMark(parseMark(olds.__mark));
    const moved = !hasUnknown(news.platform) && news.platform !== olds.platform;
    const changed = (["name", "actions", "graph", "onComplete", "assistant"] as const).some((k) => !same(olds[k], news[k])) || (olds.detail ?? "") !== (news.detail ?? "");
    const renamed = !hasUnknown(news.platform) && parseMark(olds.__mark)?.digest !== ownDigest(context, identityOf(news));
    return { changes: moved || changed || renamed || olds.__bears !== undefined, replaces: moved ? ["platform"] : [] };
  },

  create: (context, inputs) => {
    const flows = flowsOf(context, inputs.platform);
    const own = ownDigest(context, identityOf(inputs));
    const { account } = context.platform(inputs.platform);
    const find = async () => (await observe(context, account, "flows", own, () => flows.list(context.call))).items.filter((f) => f.mark?.digest === own);
    const wanted = { name: inputs.name, detail: inputs.detail ?? "", actions: bodyOf(inputs), onComplete: inputs.onComplete, assistant: inputs.assistant };
    const takeUp = async (existing: FlowRecord) => {
      const mark = { digest: own, generation: existing.mark!.generation + 1 };
      noteMark(mark);
      const flow = await flows.update({ ...wanted, id: existing.id, mark }, context.call);
      return { id: flow.id, outs: outsOf(inputs, flow) };
    };

    return leased(context, `${account} ${own}`, async () => {
      const before = await find();
      if (before[0]) return takeUp(before[0]);
      noteMark({ digest: own, generation: 1 });
      try {
        const flow = await flows.create({ ...wanted, mark: { digest: own, generation: 1 } }, context.call);
        return { id: flow.id, outs: outsOf(inputs, flow) };
      } catch (error) {
        return takeUp(await madeAllTheSame(context, error, context.platform(inputs.platform), async () => (await flows.list(context.call)).find((f) => f.mark?.digest === own)));
      }
    });
  },

  read: async (context, id, props) => {
    const flow = await flowsOf(context, props.platform!).get(id, context.call);
    if (!flow) return undefined;
    const unchanged = props.__server === digest(withoutIds(flow.actions));
    const declared = bodyOf(props as CallFlowInputs);
    const body = unchanged ? declared : (inTheShapeOf(declared, flow.actions, (key) => !OWN.includes(key)) as Action[]);
    const marks = markRead(flow.mark, props, () => ownDigest(context, identityOf({ platform: props.platform! })));
    const inputs: CallFlowInputs = {
      platform: props.platform!,
      name: marks.__unwritten && flow.name === "" ? props.name! : flow.name,
      detail: flow.detail || props.detail === "" ? flow.detail : undefined,
      ...(props.graph ? { graph: body[0] } : { actions: body }),
      onComplete: flow.onComplete,
      assistant: props.assistant && flow.assistant, // the one that Burki made for the flow is nobody's wish
    };
    return { id, inputs, outs: { ...outsOf(inputs, flow), ...marks } };
  },

  update: async (context, id, olds, news) => {
    const flows = flowsOf(context, news.platform);
    const generation = parseMark(olds.__mark)?.generation ?? 1;
    const mark = { digest: ownDigest(context, identityOf(news)), generation };
    const flow = await flows.update({ id, name: news.name, detail: news.detail ?? "", actions: bodyOf(news), onComplete: news.onComplete, assistant: news.assistant, mark }, context.call);
    return outsOf(news, flow);
  },

  delete: async (context, id, props) => {
    const flows = flowsOf(context, props.platform);
    const flow = (await flows.get(id, context.call)) ?? (await flows.list(context.call)).find((f) => f.id === id); // gone is gone twice
    if (!flow) return;
    const ours = parseMark(props.__mark);
    if (isAnothers(flow.mark, ours)) {
      context.log.info(`call flow ${id} is kept: ${holderOf(flow.mark, ours)}`);
      return;
    }
    await flows.delete(id, context.call);
  },
};
