/**
 * Two platforms in one program: a hotline with a menu, a free number for tests, and an exact number from a carrier.
 *
 * `npm run demo` runs it against the simulated platforms. With real keys it is `npx pulumi up`; then put a number that WIIL
 * offers and the id of your own queue in the place of the examples below.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

// pulumi config set greeting "Good morning"
const greeting = new pulumi.Config().get("greeting") ?? "Welcome to the shop";

// What callers hear, in VoIPBIN's own spelling. A change is made in place: the number stays as it is.
const ivr = new telephony.CallFlow("ivr", {
  platform: "voipbin",
  name: "Hotline menu",
  actions: [
    { type: "answer" },
    { type: "talk", option: { text: greeting, language: "en-US" } },
    { type: "queue_join", option: { queue_id: "c9a2f0de-5a3a-4b6e-9d38-6f1f0b7a2c11" } },
  ],
});

// What those get who write instead.
const autoReply = new telephony.CallFlow("auto-reply", {
  platform: "voipbin",
  name: "SMS auto-reply",
  actions: [{ type: "message_send", option: { text: "We're open Mon-Fri 9-5" } }],
});

// VoIPBIN: a toll-free hotline. The search is made by the resource itself, once, and frozen.
const hotline = new telephony.PhoneNumber("hotline", {
  platform: "voipbin",
  search: { country: "US", type: "toll-free" },
  name: "Hotline",
  maxMonthlyPrice: { amount: "6.00", currency: "USD" }, // looked at before anything is bought
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
