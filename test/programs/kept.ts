import * as telephony from "pulumi-telephony";

/** One of everything that a state may hold, on every platform and bought in every way. */
export const everything = () => {
  const { PhoneNumber, PhoneNumberLink, CallFlowBinding } = telephony;
  const shared = new telephony.NumberSearch("shared", { platform: "voipbin", country: "US", limit: 4 });
  const first = new PhoneNumber("first", { platform: "voipbin", candidates: shared.numbers });
  const second = new PhoneNumber("second", { platform: "voipbin", candidates: shared.numbers, maxMonthlyPrice: { amount: "9.00", currency: "USD" } });
  const searched = new PhoneNumber("searched", { platform: "burki", search: { country: "US", limit: 3 }, onDelete: "release" });
  const exact = new PhoneNumber("exact", { platform: "wiil", number: "+12125551234", name: "Support", carrier: "signalwire", type: "local" }, { customTimeouts: { create: "5m" } });
  const allocated = new PhoneNumber("allocated", { platform: "vapi", search: { country: "US" } });
  const virtual = new PhoneNumber("virtual", { platform: "voipbin", search: { type: "virtual" } });
  const desk = new telephony.Assistant("desk", { platform: "vapi", firstMessage: "Hello" });
  const clerk = new telephony.Assistant("clerk", { platform: "burki", llm: { system_prompt: "Be polite" } });
  const menu = new telephony.CallFlow("menu", { platform: "voipbin", actions: [{ type: "answer" }, { type: "talk", option: { text: "Welcome", language: "en-US" } }] });
  new PhoneNumberLink("allocated-desk", { phoneNumber: allocated, assistant: desk.id });
  new PhoneNumberLink("searched-clerk", { phoneNumber: searched, assistant: clerk.id });
  new CallFlowBinding("first-menu", { phoneNumber: first, callFlow: menu.id });
  return Promise.resolve({ first: first.number, second: second.candidates, searched: searched.number, exact: exact.monthlyPrice, virtual: virtual.type });
};
