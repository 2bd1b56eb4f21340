import { platformNamed } from "../platforms/index.js";
import type { BoundFlows } from "../platforms/platform.js";
import { pointing, type PointingInputs } from "./pointing.js";
import { othersWith, text } from "./validate.js";

export type CallFlowBindingInputs = BoundFlows & PointingInputs;

export const callFlowBinding = pointing<BoundFlows>({
  word: "binding",
  argKeys: ["callFlow", "messageFlow"],
  schema: { callFlow: text("the id of a call flow").optional(), messageFlow: text("the id of a call flow").optional() },
  kindOf: (pointers) => pointers.flows,
  check: (_context, { callFlow, messageFlow }, platform) => {
    if (callFlow === undefined && messageFlow === undefined) {
      return [{ property: "callFlow", reason: "give callFlow, messageFlow or both: a binding without either binds nothing" }];
    }
    const traits = platformNamed(platform)?.traits;
    if (traits && !traits.callFlows) {
      return [{ property: "phoneNumber.platform", reason: `${traits.title} has no call flows; ${othersWith((p) => p.traits.callFlows)}` }];
    }
    if (traits?.flowExcludesLink && messageFlow !== undefined) {
      return [{ property: "messageFlow", reason: `a number of ${traits.title} runs one flow; leave messageFlow out` }];
    }
    return [];
  },
});
