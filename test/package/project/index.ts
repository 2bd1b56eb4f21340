// The program of the README, as a user writes it in TypeScript.
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const ivr = new telephony.CallFlow("ivr", {
  platform: "voipbin",
  name: "Hotline menu",
  actions: [
    { type: "answer" },
    { type: "talk", option: { text: "Welcome", language: "en-US" } },
    { type: "queue_join", option: { queue_id: "c9a2f0de-5a3a-4b6e-9d38-6f1f0b7a2c11" } },
    { type: "moonwalk", option: { to: "the left" } },
  ],
});
const autoReply = new telephony.CallFlow("auto-reply", { platform: "voipbin", actions: [{ type: "message_send", option: { text: "We're open Mon-Fri 9-5" } }] });

const hotline = new telephony.PhoneNumber("hotline", { platform: "voipbin", search: { country: "US", type: "toll-free" }, name: "Hotline" });
new telephony.CallFlowBinding("hotline-flows", { phoneNumber: hotline, callFlow: ivr.id, messageFlow: autoReply.id });

class Office extends pulumi.ComponentResource {
  readonly number: pulumi.Output<string>;
  constructor(name: string) {
    super("acme:office:Office", name);
    const candidates = new telephony.NumberSearch(`${name}-numbers`, { platform: "voipbin", type: "virtual", limit: 3 }, { parent: this });
    this.number = new telephony.PhoneNumber(`${name}-desk`, { platform: "voipbin", candidates: candidates.numbers }, { parent: this }).number;
    this.registerOutputs({ number: this.number });
  }
}
const lab = new Office("lab");

const support = new telephony.PhoneNumber(
  "support",
  { platform: "wiil", number: "+12125551234", name: "Customer Support Line", carrier: "signalwire", type: "local", maxMonthlyPrice: { amount: "2.00", currency: "USD" } },
  { customTimeouts: { create: "5m" } },
);

export const hotlineNumber = hotline.number;
export const labNumber = lab.number;
export const voiceChannel = support.channels.voice;
export const smsChannel: pulumi.Output<string | undefined> = support.channels.apply((channels) => channels.sms);
export const regions = telephony.getRegions({ platform: "wiil" }).then((all) => all.length);
