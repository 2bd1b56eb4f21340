import { createRequire } from "node:module";
import type { PlatformDefinition } from "../platform.js";

const load = createRequire(__filename); // what talks to it, and what its assistants are, is loaded for who uses it

export const wiil: PlatformDefinition = {
  name: "wiil",
  traits: {
    title: "WIIL",
    keySetting: "wiilApiKey",
    defaultUrl: "https://api.wiil.io/v1", // [JS client/WiilClient.ts]
    numberTypes: ["local", "toll-free", "mobile"],
    carriers: ["signalwire", "twilio", "vonage"],
    get assistant() {
      return (load("./args.js") as typeof import("./args.js")).wiilAssistant;
    },
    links: ["agent"],
    callFlows: false,
    listsPurchases: 1000, // [CORE]: a PhoneConfiguration has its phoneRequestId; pages of 1000 are the largest
    regions: true,
    options: { wiilApi: ["current", "2025-12"], wiilOrderWindow: "duration", wiilPollInterval: "duration" },
  },
  open: (settings) => (load("./platform.js") as typeof import("./platform.js")).open(settings),
};
