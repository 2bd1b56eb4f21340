import { createRequire } from "node:module";
import type { PlatformDefinition } from "../platform.js";
import { actionTypes } from "./actions.js";

const load = createRequire(__filename); // what talks to it is loaded for who uses it

/** The most that one search brings, and there are no pages. [OAS paths/available_numbers] */
export const MOST = 100;

/** An unset flow. [RST common_overview] */
export const ZERO_UUID = "00000000-0000-0000-0000-000000000000";

export const voipbin: PlatformDefinition = {
  name: "voipbin",
  traits: {
    title: "VoIPBIN",
    keySetting: "voipbinAccessKey",
    defaultUrl: "https://api.voipbin.net/v1.0", // [OAS openapi.yaml]
    numberTypes: ["local", "toll-free", "mobile", "virtual"],
    carriers: [],
    mostOffered: MOST,
    countryRequiredExcept: ["virtual"],
    links: [],
    callFlows: true,
    actionTypes,
    regions: false,
    options: { voipbinOrderWindow: "duration", voipbinPollInterval: "duration" },
  },
  open: (settings) => (load("./platform.js") as typeof import("./platform.js")).open(settings),
};
