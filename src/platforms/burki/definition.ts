import { createRequire } from "node:module";
import type { PlatformDefinition } from "../platform.js";

const load = createRequire(__filename); // what talks to it, and what its assistants are, is loaded for who uses it

/** The most that one search brings, and there are no pages. [OAS SearchPhoneNumbersRequest] */
export const MOST = 50;

export const burki: PlatformDefinition = {
  name: "burki",
  traits: {
    title: "Burki",
    keySetting: "burkiApiKey",
    defaultUrl: "https://api.burki.dev", // [DOCS introduction], [PY]
    numberTypes: ["local", "toll-free", "mobile"],
    carriers: ["telnyx", "twilio"],
    criteria: ["country", "areaCode", "contains", "region", "locality", "type", "capabilities", "limit"], // no postal codes [OAS]
    mostOffered: MOST,
    marksFade: true,
    pricesInSearch: true, // Telnyx only [OAS]
    sellsTwice: true, // at Telnyx it is another order (contracts/burki.md)
    get assistant() {
      return (load("./args.js") as typeof import("./args.js")).burkiAssistant;
    },
    links: ["assistant"],
    callFlows: true,
    flowAssistant: true,
    flowBody: "graph",
    flowExcludesLink: true,
    regions: true,
    options: { burkiPaths: ["current", "2025-08"], burkiOrderWindow: "duration", burkiPollInterval: "duration" },
  },
  open: (settings) => (load("./platform.js") as typeof import("./platform.js")).open(settings),
};
