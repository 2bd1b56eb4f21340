// What the pack in examples/policy-pack refuses, and beside it what it lets pass.
const telephony = require("pulumi-telephony");

const flow = new telephony.CallFlow("ivr", { platform: "voipbin", actions: [{ type: "answer" }] });
const good = new telephony.PhoneNumber("good", { platform: "voipbin", search: { country: "US", type: "local" }, deletionProtection: true });
new telephony.CallFlowBinding("good-flow", { phoneNumber: good, callFlow: flow.id });

new telephony.PhoneNumber("french", { platform: "voipbin", search: { country: "FR", type: "local" } });
const taken = new telephony.PhoneNumber("taken", { platform: "voipbin", search: { country: "US", type: "toll-free" }, takeover: true });
new telephony.CallFlowBinding("taken-flow", { phoneNumber: taken, callFlow: flow.id, takeover: true });
new telephony.PhoneNumber("vapi", { platform: "vapi", search: { areaCode: "415" } });
