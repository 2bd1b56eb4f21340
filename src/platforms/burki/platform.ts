import type { Platform, PlatformDefinition } from "../platform.js";
import { burkiAssistant } from "./args.js";

function open(): Platform {
  throw new Error("not yet");
}

export const burki: PlatformDefinition = {
  name: "burki",
  traits: {
    title: "Burki",
    keySetting: "burkiApiKey",
    defaultUrl: "https://api.burki.dev", // [DOCS introduction], [PY]
    numberTypes: ["local", "toll-free", "mobile"],
    carriers: ["telnyx", "twilio"],
    marksFade: true,
    assistant: burkiAssistant,
    links: ["assistant"],
    callFlows: true,
    flowExcludesLink: true,
    regions: false,
    options: ["burkiPaths", "burkiOrderWindow", "burkiPollInterval"],
  },
  open,
};
