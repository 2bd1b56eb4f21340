import type { Platform, PlatformDefinition } from "../platform.js";
import { vapiAssistant } from "./args.js";

function open(): Platform {
  throw new Error("not yet");
}

export const vapi: PlatformDefinition = {
  name: "vapi",
  traits: {
    title: "Vapi",
    keySetting: "vapiApiKey",
    defaultUrl: "https://api.vapi.ai", // [OAS] servers
    numberTypes: ["local", "toll-free"],
    carriers: ["twilio", "telnyx", "vonage", "byo-phone-number"],
    criteria: ["country", "areaCode"],
    allocates: true,
    imports: { twilio: ["sid"], telnyx: ["credentialId"], vonage: ["credentialId"], "byo-phone-number": ["credentialId"] },
    assistant: vapiAssistant,
    links: ["assistant", "squad"],
    callFlows: false,
    regions: false,
    options: ["vapiOrderWindow", "vapiPollInterval"],
  },
  open,
};
