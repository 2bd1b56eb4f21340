/**
 * A pool of numbers for an app that shops install: `pulumi up` buys them ahead, app.ts gives one to each shop at once.
 *
 *   pulumi config set size 25                       how many to hold; a smaller one lets go of free numbers only
 *   pulumi config set --secret database postgres://…   left out: a directory beside this program, for trying out
 *   pulumi config set --secret webhookSecret …      with webhookUrl: told when fewer than five are left
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const config = new pulumi.Config();
const size = config.getNumber("size") ?? 10;
const webhookUrl = config.get("webhookUrl");

const receptionist = new telephony.Assistant("receptionist", {
  platform: "vapi",
  name: "Shop receptionist",
  model: {
    provider: "anthropic",
    model: "claude-3-5-sonnet-20241022",
    messages: [{ role: "system", content: "You answer the phone of a shop. Take orders and answer questions." }],
  },
  voice: { provider: "11labs", voiceId: "21m00Tcm4TlvDq8ikWAM" },
});

const pool = new telephony.NumberPool("shops", {
  platform: "vapi",
  search: { country: "US", areaCode: config.get("areaCode") ?? "415" },
  size,
  lowWater: Math.min(5, size),
  cooldown: "24h",
  database: config.getSecret("database"),
  ...(webhookUrl && { webhook: { url: webhookUrl, secret: config.requireSecret("webhookSecret") } }),
});

export const assistantId = receptionist.id;
export const numbers = pool.numbers;
export const stats = pool.stats;
