import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const greeting = new pulumi.Config().get("greeting") ?? "Welcome to the shop";

// VoIPBIN: a toll-free hotline. The search is made by the resource itself, once, and frozen.
const ivr = new telephony.CallFlow("ivr", {
  platform: "voipbin",
  name: "Hotline menu",
  actions: [
    { type: "answer" },
    { type: "talk", option: { text: greeting, language: "en-US" } },
    { type: "queue_join", option: { queue_id: "c9a2f0de-5a3a-4b6e-9d38-6f1f0b7a2c11" } },
  ],
});

const autoReply = new telephony.CallFlow("auto-reply", {
  platform: "voipbin",
  name: "SMS auto-reply",
  actions: [{ type: "message_send", option: { text: "We're open Mon-Fri 9-5" } }],
});

const hotline = new telephony.PhoneNumber("hotline", {
  platform: "voipbin",
  search: { country: "US", type: "toll-free" },
  name: "Hotline",
  maxMonthlyPrice: { amount: "6.00", currency: "USD" },
});

new telephony.CallFlowBinding("hotline-flows", { phoneNumber: hotline, callFlow: ivr.id, messageFlow: autoReply.id });

// A virtual number costs nothing: for tests, AI callers and WebRTC.
const lab = new telephony.PhoneNumber("lab", { platform: "voipbin", search: { type: "virtual" } });

// WIIL: an exact number, bought asynchronously through a carrier; two channels appear with it.
const support = new telephony.PhoneNumber(
  "support",
  { platform: "wiil", number: "+12125551234", name: "Customer Support Line", carrier: "signalwire", type: "local" },
  { customTimeouts: { create: "5m" } },
);

export const hotlineNumber = hotline.number;
export const labNumber = lab.number;
export const supportNumber = support.number;
export const voiceChannel = support.channels.voice;
