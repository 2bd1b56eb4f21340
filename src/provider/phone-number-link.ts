import { z } from "zod";
import { platformNamed } from "../platforms/index.js";
import type { LinkTarget } from "../platforms/platform.js";
import type { Failure } from "./context.js";
import { pointing, type PointingInputs } from "./pointing.js";
import { text } from "./validate.js";

export type PhoneNumberLinkInputs = LinkTarget & PointingInputs;

const TARGETS = ["assistant", "squad", "agent"] as const;
const WITH_AGENT = ["instruction", "project"] as const;

export const phoneNumberLink = pointing<LinkTarget>({
  word: "link",
  argKeys: ["assistant", "squad", "agent", "instruction", "project", "channels"],
  schema: {
    assistant: text("the id of an assistant").optional(),
    squad: text("the id of a squad").optional(),
    agent: text("the id of an agent").optional(),
    instruction: text("the id of an instruction").optional(),
    project: text("the id of a project").optional(),
    channels: z.array(z.enum(["voice", "sms"], { error: 'expected "voice" or "sms"' }), { error: 'expected a list, for example ["voice", "sms"]' }).min(1, 'expected "voice", "sms" or both').optional(),
  },
  kindOf: (pointers) => pointers.links,
  check: (_context, news, platform) => {
    const traits = platformNamed(platform)?.traits;
    if (traits && traits.links.length === 0) {
      const instead = traits.callFlows ? "; bind a flow with CallFlowBinding" : "";
      return [{ property: "phoneNumber.platform", reason: `${traits.title} doesn't link numbers to assistants${instead}` }];
    }
    const accepted = traits?.links ?? TARGETS;
    const given = TARGETS.filter((key) => news[key] !== undefined);
    if (given.length !== 1) {
      return [{ property: given[0] ?? accepted[0]!, reason: `give exactly one of ${accepted.join(", ")}` }];
    }
    const failures: Failure[] = [];
    if (!accepted.includes(given[0]!)) {
      failures.push({ property: given[0]!, reason: `${traits!.title} links a number to ${accepted.join(" or ")}` });
    }
    for (const key of WITH_AGENT) {
      if (given[0] === "agent" && news[key] === undefined) failures.push({ property: key, reason: `a link to an agent needs the id of its ${key}` });
    }
    for (const key of [...WITH_AGENT, "channels"] as const) {
      if (given[0] !== "agent" && news[key] !== undefined) failures.push({ property: key, reason: `${key} goes with an agent only` });
    }
    return failures;
  },
});
