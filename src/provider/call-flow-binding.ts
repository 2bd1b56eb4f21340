import { z } from "zod";
import { platformNamed } from "../platforms/index.js";
import type { Bindings, BoundFlows } from "../platforms/platform.js";
import { type Context, type ResourceCore } from "./context.js";
import { platformFailures } from "./number-search.js";
import { exclusively } from "./registry.js";
import { hasUnknown, UNKNOWN } from "./unknown.js";
import { failuresOf, flag, othersWith, platformName, text } from "./validate.js";

export interface CallFlowBindingInputs extends BoundFlows {
  phoneNumber: { platform: string; id: string };
  takeover?: boolean;
}

export type CallFlowBindingOutputs = CallFlowBindingInputs;

const schema = z.strictObject({
  phoneNumber: z.strictObject({ platform: platformName, id: text("the number's id, or the number in E.164") }, { error: (issue) => (issue.code === "invalid_type" ? "expected a PhoneNumber, or { platform, id }" : undefined) }),
  callFlow: text("the id of a call flow").optional(),
  messageFlow: text("the id of a call flow").optional(),
  takeover: flag.optional(),
});

/** "No flow" in the platform's own spelling [RST common_overview]: a slot that is to be empty. */
const NONE = "00000000-0000-0000-0000-000000000000";

const SLOTS = ["callFlow", "messageFlow"] as const;
const WORDS = { callFlow: "call flow", messageFlow: "message flow" } as const;

function bindingsOf(context: Context, platform: string): Bindings {
  const { bindings } = context.platform(platform);
  if (!bindings) throw new Error(`${platform} has no call flows to bind`);
  return bindings;
}

/**
 * Points each slot at what is wanted, one number at a time, and leaves alone what this resource doesn't hold. `held` is what it
 * held so far: a slot with anything else in it was set by somebody else.
 */
async function point(context: Context, inputs: CallFlowBindingInputs, held: BoundFlows): Promise<void> {
  const { platform, id } = inputs.phoneNumber;
  const bindings = bindingsOf(context, platform);
  await exclusively(`${context.platform(platform).account} ${id}`, async () => {
    const now = await bindings.get(id, context.call);
    if (!now) throw new Error(`there is no number ${id} at ${platformNamed(platform)!.traits.title}; give a PhoneNumber, or the id of a number that the account owns`);
    const next = { ...now };
    for (const slot of SLOTS) {
      const given = inputs[slot];
      const wanted = given === NONE ? undefined : given;
      if (given === undefined && held[slot] === undefined) continue; // never ours
      const foreign = now[slot] !== undefined && now[slot] !== held[slot] && now[slot] !== wanted;
      if (foreign && given !== undefined && !inputs.takeover) {
        throw new Error(
          `the number ${id} runs ${WORDS[slot]} ${now[slot]}, which this binding did not set. ` +
            `Run pulumi refresh to see what it is, or set takeover: true to ${wanted ? `put ${wanted} in its place` : "clear it"}`,
        );
      }
      if (given !== undefined || !foreign) next[slot] = wanted;
    }
    if (SLOTS.some((slot) => next[slot] !== now[slot])) await bindings.set(id, next, context.call);
  });
}

const outsOf = ({ phoneNumber, callFlow, messageFlow, takeover }: CallFlowBindingInputs): CallFlowBindingOutputs => ({ phoneNumber, callFlow, messageFlow, takeover });

export const callFlowBinding: ResourceCore<CallFlowBindingInputs, CallFlowBindingOutputs> = {
  check: (context, _olds, news) => {
    const failures = failuresOf(schema, news);
    const { phoneNumber, callFlow, messageFlow } = news;
    if (callFlow === undefined && messageFlow === undefined) {
      failures.push({ property: "callFlow", reason: "give callFlow, messageFlow or both: a binding without either binds nothing" });
    }
    if (typeof phoneNumber === "object" && phoneNumber !== null) {
      const { platform } = phoneNumber as Record<string, unknown>;
      const definition = platformNamed(platform);
      failures.push(...platformFailures(context, { platform }).map((f) => ({ ...f, property: `phoneNumber.${f.property}` })));
      if (definition && !definition.traits.callFlows) {
        failures.push({ property: "phoneNumber.platform", reason: `${definition.traits.title} has no call flows; ${othersWith((p) => p.traits.callFlows)}` });
      }
    }
    return { inputs: news, failures };
  },

  diff: (_context, _id, olds, news) => {
    // A number whose id is not known yet is a new one, or one that is being replaced.
    const other = news.phoneNumber as unknown === UNKNOWN || news.phoneNumber.id !== olds.phoneNumber.id || (!hasUnknown(news.phoneNumber) && news.phoneNumber.platform !== olds.phoneNumber.platform);
    const changes = other || SLOTS.some((slot) => news[slot] !== olds[slot]) || news.takeover !== olds.takeover;
    return { changes, replaces: other ? ["phoneNumber"] : [] }; // the constructor asks for the old half to go first
  },

  create: async (context, inputs) => {
    await point(context, inputs, {});
    return { id: `${inputs.phoneNumber.platform}/${inputs.phoneNumber.id}`, outs: outsOf(inputs) };
  },

  read: async (context, id, props) => {
    const { platform, id: numberId } = props.phoneNumber!;
    const now = await bindingsOf(context, platform).get(numberId, context.call);
    if (!now) return undefined;
    const inputs = outsOf({ ...(props as CallFlowBindingInputs) });
    for (const slot of SLOTS) if (props[slot] !== undefined) inputs[slot] = now[slot] ?? (props[slot] === NONE ? NONE : undefined);
    // Nothing is left of it: both pointers were cleared by hand.
    if (SLOTS.every((slot) => inputs[slot] === undefined)) return undefined;
    return { id, outs: inputs, inputs };
  },

  update: async (context, _id, olds, news) => {
    await point(context, news, olds);
    return outsOf(news);
  },

  delete: async (context, _id, props) => {
    const { platform, id } = props.phoneNumber;
    const bindings = bindingsOf(context, platform);
    await exclusively(`${context.platform(platform).account} ${id}`, async () => {
      const now = await bindings.get(id, context.call);
      if (!now) return;
      const next = { ...now };
      for (const slot of SLOTS) if (props[slot] !== undefined && now[slot] === props[slot]) next[slot] = undefined;
      if (SLOTS.some((slot) => next[slot] !== now[slot])) await bindings.set(id, next, context.call);
    });
  },
};
