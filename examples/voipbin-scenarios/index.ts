/**
 * The four common scenarios of VoIPBIN's number overview, each beside its number: a customer service hotline, an SMS auto-responder,
 * a virtual number for tests, and one number for both calls and messages.
 *
 * `pulumi config set scenarios hotline,lab` declares some of them only; `pulumi config set greeting "Good morning"` changes what
 * callers hear, in place; `hotlineNumber`, `responderNumber`, `labNumber` and `bothNumber` ask for exact numbers.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const config = new pulumi.Config();
const scenarios = (config.get("scenarios") ?? "hotline,responder,lab,both").split(",");
const greeting = config.get("greeting") ?? "Welcome to Company X. Press 1 for sales, 2 for support, 3 for billing.";

// Put the ids of your own queues here.
const queues = {
  sales: "0d5a3f1e-6f0c-4d52-9f10-7a4f6f1c8a01",
  support: "0d5a3f1e-6f0c-4d52-9f10-7a4f6f1c8a02",
  billing: "0d5a3f1e-6f0c-4d52-9f10-7a4f6f1c8a03",
};

// A branch goes to actions by their ids, so these are given here; all others get theirs from the server.
const at = {
  menu: "7b1c9e2a-11d4-4b8e-8a55-2f6e1d9c0000",
  sales: "7b1c9e2a-11d4-4b8e-8a55-2f6e1d9c0001",
  support: "7b1c9e2a-11d4-4b8e-8a55-2f6e1d9c0002",
  billing: "7b1c9e2a-11d4-4b8e-8a55-2f6e1d9c0003",
  hours: "7b1c9e2a-11d4-4b8e-8a55-2f6e1d9c0011",
  help: "7b1c9e2a-11d4-4b8e-8a55-2f6e1d9c0012",
  stop: "7b1c9e2a-11d4-4b8e-8a55-2f6e1d9c0013",
  agent: "7b1c9e2a-11d4-4b8e-8a55-2f6e1d9c0014",
};

// Greeting, menu, and the queue that the caller chose.
const ivr = new telephony.CallFlow("ivr", {
  platform: "voipbin",
  name: "IVR with queue routing",
  actions: [
    { type: "answer" },
    { id: at.menu, type: "talk", option: { text: greeting, language: "en-US", digits_handle: "next" } },
    { type: "digits_receive", option: { duration: 5000, length: 1 } },
    {
      type: "branch",
      option: {
        variable: "voipbin.call.digits",
        target_ids: { "1": at.sales, "2": at.support, "3": at.billing },
        default_target_id: at.menu,
      },
    },
    { id: at.sales, type: "queue_join", option: { queue_id: queues.sales } },
    { id: at.support, type: "queue_join", option: { queue_id: queues.support } },
    { id: at.billing, type: "queue_join", option: { queue_id: queues.billing } },
  ],
});

// An answer to each keyword; what is none of them goes to a person.
const keywords = new telephony.CallFlow("keywords", {
  platform: "voipbin",
  name: "SMS keyword handler",
  actions: [
    {
      type: "branch",
      option: {
        variable: "voipbin.message.text",
        target_ids: { HOURS: at.hours, HELP: at.help, STOP: at.stop },
        default_target_id: at.agent,
      },
    },
    { id: at.hours, type: "message_send", option: { text: "We're open Mon-Fri 9-5" } },
    { type: "stop" },
    { id: at.help, type: "message_send", option: { text: "Write HOURS for our hours, STOP to hear no more of us" } },
    { type: "stop" },
    { id: at.stop, type: "message_send", option: { text: "You will get no more messages" } },
    { type: "stop" },
    { id: at.agent, type: "webhook_send", option: { uri: "https://example.com/agent-inbox", method: "POST" } },
  ],
});

/** The exact number that the configuration names, or whatever the search finds first. */
const which = (key: string, search: telephony.SearchArgs) => {
  const number = config.get(key);
  return number === undefined ? { search } : { number };
};

// Scenario 1: a customer service hotline on a toll-free number.
const hotline = scenarios.includes("hotline")
  ? new telephony.PhoneNumber("hotline", {
      platform: "voipbin",
      name: "Customer service",
      ...which("hotlineNumber", { country: "US", type: "toll-free" }),
    })
  : undefined;
if (hotline) new telephony.CallFlowBinding("hotline-flows", { phoneNumber: hotline, callFlow: ivr.id });

// Scenario 2: a local number that answers messages.
const responder = scenarios.includes("responder")
  ? new telephony.PhoneNumber("responder", {
      platform: "voipbin",
      name: "SMS auto-responder",
      ...which("responderNumber", { country: "US", type: "local", capabilities: ["sms"] }),
    })
  : undefined;
if (responder) new telephony.CallFlowBinding("responder-flows", { phoneNumber: responder, messageFlow: keywords.id });

// Scenario 3: a virtual number for tests. No carrier, and nothing to pay.
const lab = scenarios.includes("lab")
  ? new telephony.PhoneNumber("lab", { platform: "voipbin", name: "Lab", ...which("labNumber", { type: "virtual", limit: 5 }) })
  : undefined;
if (lab) new telephony.CallFlowBinding("lab-flows", { phoneNumber: lab, callFlow: ivr.id });

// Scenario 4: one number for calls and messages.
const both = scenarios.includes("both")
  ? new telephony.PhoneNumber("both", {
      platform: "voipbin",
      name: "Main number",
      ...which("bothNumber", { country: "US", type: "local", capabilities: ["voice", "sms"] }),
    })
  : undefined;
if (both) new telephony.CallFlowBinding("both-flows", { phoneNumber: both, callFlow: ivr.id, messageFlow: keywords.id });

export const ivrId = ivr.id;
export const keywordsId = keywords.id;
export const hotlineNumber = hotline?.number;
export const hotlineStatus = hotline?.status;
export const responderNumber = responder?.number;
export const labNumber = lab?.number;
export const labPrice = lab?.monthlyPrice.apply((price) => price?.amount);
export const bothNumber = both?.number;
