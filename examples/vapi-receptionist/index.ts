/**
 * A receptionist on Vapi: the assistant, the number that was bought in the dashboard, and the link between them.
 *
 * One program, several stages; each `pulumi config set` is followed by `pulumi up`:
 *
 * 1. Buy a number at https://dashboard.vapi.ai, then `pulumi config set shopNumber +18005551234`. It is adopted and linked.
 * 2. `pulumi config set answeredBy night` puts another assistant in the receptionist's place, with no moment in which nobody answers.
 * 3. `pulumi config set answeredBy nobody` unlinks the number. It is kept, and so it is by `pulumi destroy`.
 *
 * Beside it: `pulumi config set areaCode 415` buys a number, `pulumi config set dashboardNumberId …` links one that stays unmanaged,
 * and `ownNumber`, `twilioSid` and `pulumi config set --secret twilioToken …` bring in one of your own.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const config = new pulumi.Config();
const answeredBy = config.get("answeredBy") ?? "receptionist"; // or "night", "nobody"

const voice = { provider: "11labs", voiceId: "21m00Tcm4TlvDq8ikWAM" }; // Rachel

const receptionist = new telephony.Assistant("receptionist", {
  platform: "vapi",
  name: "Shop Receptionist",
  model: {
    provider: "anthropic",
    model: "claude-3-5-sonnet-20241022",
    messages: [{ role: "system", content: config.get("prompt") ?? "You are a helpful receptionist. Take orders and answer questions." }],
  },
  voice,
  firstMessage: "Thank you for calling the shop. How can I help you?",
});

const night = new telephony.Assistant("night", {
  platform: "vapi",
  name: "Night desk",
  model: {
    provider: "anthropic",
    model: "claude-3-5-sonnet-20241022",
    messages: [{ role: "system", content: "The shop is closed. Take a message, with name and number." }],
  },
  voice,
});

// The number that was bought in the dashboard. Declaring it buys nothing, and nothing gives it back: what people dial stays yours.
const shop = new telephony.PhoneNumber("shop", {
  platform: "vapi",
  number: config.get("shopNumber"),
  adopt: true,
  onDelete: "retain",
  name: "Shop line",
});

const assistant = { receptionist: receptionist.id, night: night.id }[answeredBy];
if (assistant) new telephony.PhoneNumberLink("shop-link", { phoneNumber: shop, assistant });

// A number of the dashboard that is to stay as it is, linked by its id.
const dashboardNumberId = config.get("dashboardNumberId");
if (dashboardNumberId) {
  new telephony.PhoneNumberLink("dashboard-link", { phoneNumber: { platform: "vapi", id: dashboardNumberId }, assistant: receptionist.id });
}

// A number that Vapi picks. It has no digits for the first minutes; the resource is ready when it can be called.
const areaCode = config.get("areaCode");
const branch = areaCode
  ? new telephony.PhoneNumber(
      "branch",
      { platform: "vapi", search: { country: "US", areaCode }, name: "Branch" },
      { customTimeouts: { create: "5m" } },
    )
  : undefined;
if (branch) new telephony.PhoneNumberLink("branch-link", { phoneNumber: branch, assistant: receptionist.id });

// A number that you have at Twilio. Vapi is told of it; it stays at Twilio, whatever happens here.
const ownNumber = config.get("ownNumber");
const own = ownNumber
  ? new telephony.PhoneNumber("own", {
      platform: "vapi",
      number: ownNumber,
      carrier: "twilio",
      carrierAccount: { sid: config.require("twilioSid"), token: config.requireSecret("twilioToken") },
    })
  : undefined;

export const receptionistId = receptionist.id;
export const nightId = night.id;
export const shopNumber = shop.number;
export const shopNumberId = shop.id;
export const branchNumber = branch?.number;
export const ownNumberCarrier = own?.carrier;
