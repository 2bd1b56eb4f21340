import { createRequire } from "node:module";
import type { PlatformDefinition } from "../platform.js";

const load = createRequire(__filename); // what talks to it, and what its assistants are, is loaded for who uses it

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
    nameLimit: 40, // [OAS]
    imports: { twilio: ["sid"], telnyx: ["credentialId"], vonage: ["credentialId"], "byo-phone-number": ["credentialId"] },
    get assistant() {
      return (load("./args.js") as typeof import("./args.js")).vapiAssistant;
    },
    links: ["assistant", "squad"],
    callFlows: false,
    regions: false,
    options: { vapiOrderWindow: "duration", vapiPollInterval: "duration" },
  },
  open: (settings) => (load("./platform.js") as typeof import("./platform.js")).open(settings),
};
