// The same as an ES module in JavaScript.
import * as telephony from "pulumi-telephony";
import { CallFlow, PhoneNumber } from "pulumi-telephony";

const ivr = new CallFlow("ivr", { platform: "voipbin", name: "Hotline menu", actions: [{ type: "answer" }, { type: "talk", option: { text: "Welcome", language: "en-US" } }] });
const autoReply = new CallFlow("auto-reply", { platform: "voipbin", actions: [{ type: "message_send", option: { text: "We're open Mon-Fri 9-5" } }] });
const hotline = new PhoneNumber("hotline", { platform: "voipbin", search: { country: "US", type: "toll-free" }, name: "Hotline" });
new telephony.CallFlowBinding("hotline-flows", { phoneNumber: hotline, callFlow: ivr.id, messageFlow: autoReply.id });
const lab = new PhoneNumber("lab", { platform: "voipbin", search: { type: "virtual" } });
const support = new PhoneNumber("support", { platform: "wiil", number: "+12125551234", name: "Customer Support Line", carrier: "signalwire", type: "local" },
  { customTimeouts: { create: "5m" } });

export const hotlineNumber = hotline.number;
export const labNumber = lab.number;
export const voiceChannel = support.channels.voice;
export const regions = await telephony.getRegions({ platform: "wiil" }).then((all) => all.length);
