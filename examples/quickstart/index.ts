/**
 * Four platforms in one program: a hotline with a menu, a free number for tests, an exact number from a carrier, and two numbers that
 * assistants answer.
 *
 * `npm run demo` runs it against the simulated platforms. With real keys it is `npx pulumi up`; then put a number that WIIL
 * offers, and the ids of your own queue, model and project, in the place of the examples below.
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

// Vapi: a number of an area code, which Vapi picks, and the assistant that answers it.
const receptionist = new telephony.Assistant("receptionist", {
  platform: "vapi",
  name: "Shop Receptionist",
  model: {
    provider: "anthropic",
    model: "claude-3-5-sonnet-20241022",
    messages: [{ role: "system", content: "You are a helpful receptionist." }],
  },
  voice: { provider: "11labs", voiceId: "21m00Tcm4TlvDq8ikWAM" },
});
const shop = new telephony.PhoneNumber("shop", { platform: "vapi", search: { country: "US", areaCode: "415" }, name: "Shop line" });
new telephony.PhoneNumberLink("shop-link", { phoneNumber: shop, assistant: receptionist.id });

// Burki: a Berlin number from Telnyx, and the assistant behind it.
const desk = new telephony.Assistant("desk", {
  platform: "burki",
  name: "Front desk",
  llm: { system_prompt: "You are the front desk in Berlin. Be brief.", welcome_message: "Guten Tag!" },
});
const berlin = new telephony.PhoneNumber("berlin", {
  platform: "burki",
  carrier: "telnyx",
  search: { country: "DE", areaCode: "30" },
  name: "Berlin",
});
new telephony.PhoneNumberLink("berlin-link", { phoneNumber: berlin, assistant: desk.id });

export const hotlineNumber = hotline.number;
export const labNumber = lab.number;
export const supportNumber = support.number;
export const shopNumber = shop.number;
export const berlinNumber = berlin.number;
export const voiceChannel = support.channels.voice;
