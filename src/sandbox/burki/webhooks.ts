import { Hono } from "hono";
import { z } from "zod";
import { type Env, type World } from "../world";
import { atCarrier, webhookUrls } from "./carriers";
import { rowOfNumber } from "./rows";
import { burki, type NumberRow } from "./state";
import { body, BurkiError, parseProvider } from "./wire";

const update = z.object({
  phone_number: z.string(), voice_webhook_url: z.string().nullish(), disable_sms: z.boolean().nullish(), enable_sms: z.boolean().nullish(),
  provider: z.string().nullish(),
});

/** `PUT /webhooks` and `GET /{e164}/webhooks` [SRC app/api/phone_numbers.py]. */
export function webhookRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();

  app.put("/webhooks", async (c) => {
    const request = await body(c, update);
    const row = rowOfNumber(world, c.get("account"), request.phone_number);
    const { voice_webhook_url: voice, disable_sms: disable, enable_sms: enable } = request;
    if (!voice && !disable && !enable) {
      throw new BurkiError(400, "At least one action required: voice_webhook_url, disable_sms=true, or enable_sms=true");
    }
    if (disable && enable) throw new BurkiError(400, "Cannot set both disable_sms and enable_sms to true");
    const provider = parseProvider(request.provider || row.provider);
    const sms = enable ? smsUrl(world, row, provider) : null;
    const number = atCarrier(world, row.account, row.phone_number, provider);
    if (!number) throw new BurkiError(500, `Failed to update webhooks for ${row.phone_number} via ${provider}`);

    const updated: Record<string, string> = {};
    if (voice) {
      // On Twilio whatever has "twiml" in it is replaced by the server's own URL.
      number.voiceUrl = provider === "twilio" && voice.includes("twiml") ? webhookUrls.twilio.voice : voice;
      updated["voice"] = number.voiceUrl;
    }
    if (disable) {
      number.smsUrl = provider === "twilio" ? "https://demo.twilio.com/welcome/sms/reply" : "";
      updated["sms"] = provider === "twilio" ? "disabled (demo URL)" : "disabled (empty URL)";
    }
    if (sms !== null) {
      number.smsUrl = sms;
      updated["sms"] = `enabled (${sms})`;
    }
    return c.json({
      success: true, phone_number: row.phone_number, provider, updated_webhooks: updated,
      message: `Successfully updated ${Object.keys(updated).length} webhook(s) for ${row.phone_number} via ${provider}`,
    });
  });

  app.get("/:number/webhooks", (c) => {
    const wanted = c.req.param("number");
    if (!wanted.startsWith("+")) throw new BurkiError(400, "Phone number must be in E.164 format (e.g., +1234567890)");
    const row = rowOfNumber(world, c.get("account"), wanted);
    const provider = parseProvider(c.req.query("provider") || row.provider);
    const number = atCarrier(world, row.account, row.phone_number, provider);
    // ASSUMED, after the source's other carrier failures.
    if (!number) throw new BurkiError(500, `Failed to get webhooks for ${row.phone_number} from ${provider}`);
    return c.json({
      success: true, phone_number: row.phone_number, provider, voice_webhook_url: number.voiceUrl, sms_webhook_url: number.smsUrl,
      configuration: provider === "telnyx" ? { id: number.id, connection_id: number.connectionId } : { sid: number.id },
    });
  });
  return app;
}

/** SMS is switched on for the assistant that has the number, if it wants any. */
function smsUrl(world: World, row: NumberRow, provider: "twilio" | "telnyx"): string {
  const assistant = burki(world).assistants.find((item) => item.id === row.assistant_id);
  if (!assistant) {
    throw new BurkiError(400, `Phone number ${row.phone_number} is not assigned to any assistant. Assign it to an assistant with sms_webhook_url configured first.`);
  }
  if (!assistant.fields["sms_webhook_url"]) {
    throw new BurkiError(400, `Assistant '${String(assistant.fields["name"])}' does not have sms_webhook_url configured. Configure it first.`);
  }
  return webhookUrls[provider].sms;
}
