import * as telephony from "pulumi-telephony";
import { lines, menus } from "./lines";

const platform = "voipbin";

const flows = new Map(
  Object.entries(menus).map(([menu, text]) => [
    menu,
    new telephony.CallFlow(menu, { platform, actions: [{ type: "answer" }, { type: "talk", option: { text, language: "en-US" } }] }),
  ]),
);

export const numbers = Object.fromEntries(
  Object.entries(lines).map(([key, { name, search, menu, leaving }]) => {
    const phoneNumber = new telephony.PhoneNumber(key, { platform, name, search, deletionProtection: !leaving });
    new telephony.CallFlowBinding(key, { phoneNumber, callFlow: flows.get(menu)!.id });
    return [key, phoneNumber.number];
  }),
);
