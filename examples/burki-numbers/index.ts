/**
 * Burki: one number at Twilio, one at Telnyx, one in Berlin, and what answers them.
 *
 * Burki buys at your own carrier accounts, so they pay for it: preview first. One program, several stages:
 *
 * 1. `pulumi up` buys the numbers; the desk answers the one in Berlin.
 * 2. `pulumi config set berlin flow` has a call flow answer it instead, `pulumi config set berlin nobody` leaves it alone.
 * 3. `pulumi destroy` releases all of them at their carriers.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const config = new pulumi.Config();
const answeredBy = config.get("berlin") ?? "desk"; // or "flow", "nobody"

const desk = new telephony.Assistant("desk", {
  platform: "burki",
  name: "Front desk",
  llm: { model: "gpt-4o-mini", system_prompt: config.get("prompt") ?? "You are the front desk. Be brief.", welcome_message: "Hello!" },
  tts: { provider: "elevenlabs", voice_id: "rachel" },
  stt: { provider: "deepgram", model: "nova-2", language: "en-US" },
});

// A flow, in Burki's own spelling: the nodes of a conversation, and where it begins.
const menu = new telephony.CallFlow("menu", {
  platform: "burki",
  name: "Menu",
  graph: { begin_node: "start", nodes: { start: { type: "conversation", prompt: "Ask whether it is about sales or support." } } },
});

// Twilio: active at once, its webhooks set. Nobody answers it yet.
const sales = new telephony.PhoneNumber("sales", {
  platform: "burki",
  carrier: "twilio",
  search: { country: "US", areaCode: "415" },
  name: "Sales",
});

// Telnyx: an order, which is mostly through at once; it tells the price, so it can be kept in check.
const support = new telephony.PhoneNumber("support", {
  platform: "burki",
  carrier: "telnyx",
  search: { country: "US", areaCode: "212" },
  name: "Support",
  maxMonthlyPrice: { amount: "1.50", currency: "USD" },
});
new telephony.PhoneNumberLink("support-desk", { phoneNumber: support, assistant: desk.id });

// A number in Berlin: area code 030, written as it is dialled from abroad.
const berlin = new telephony.PhoneNumber("berlin", {
  platform: "burki",
  carrier: "telnyx",
  search: { country: "DE", areaCode: "30" },
  name: "Berlin",
});
// A number has an assistant or a flow, never both. Going from one to the other, the new one comes before the old one goes: takeover
// lets it take the place of what is there, and the old one's delete then leaves it alone.
if (answeredBy === "desk") new telephony.PhoneNumberLink("berlin-desk", { phoneNumber: berlin, assistant: desk.id, takeover: true });
if (answeredBy === "flow") new telephony.CallFlowBinding("berlin-menu", { phoneNumber: berlin, callFlow: menu.id, takeover: true });

export const deskId = desk.id;
export const menuId = menu.id;
export const salesNumber = sales.number;
export const salesWebhooks = sales.webhooks;
export const supportNumber = support.number;
export const supportPrice = support.monthlyPrice;
export const supportWebhooks = support.webhooks;
export const berlinNumber = berlin.number;
export const berlinPrice = berlin.monthlyPrice;
