import { createHmac, timingSafeEqual } from "node:crypto";
import { request } from "undici";
import type { LowEvent, WebhookSettings } from "./types.js";

/** The header that carries time and signature: `t=1760000000,v1=<hex>`. */
export const SIGNATURE_HEADER = "telephony-signature";

const TIMEOUT = 10_000;

const sign = (secret: string, at: string, body: string) => createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");

/**
 * Whether a webhook call comes from the pool: its signature is the HMAC-SHA256, in hex, of `<t>.<body>` under the secret, and `t`,
 * in seconds since 1970, is close to now.
 * @param body as it came, not parsed and printed again
 * @param tolerance in seconds. @default 300
 * @example
 * app.post("/pool-low", express.text({ type: "*\/*" }), (req, res) => {
 *   if (!verifyWebhook(secret, req.get("telephony-signature"), req.body)) return res.sendStatus(401);
 *   const { pool, available } = JSON.parse(req.body);
 *   …
 * });
 */
export function verifyWebhook(secret: string, signature: string | undefined, body: string, tolerance = 300): boolean {
  const match = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature ?? "");
  if (!match || Math.abs(Date.now() / 1_000 - Number(match[1])) > tolerance) return false;
  return timingSafeEqual(Buffer.from(match[2]!, "hex"), Buffer.from(sign(secret, match[1]!, body), "hex"));
}

/** Tells the event. @throws unless the answer is 2xx, within 10 s */
export async function callWebhook({ url, secret }: WebhookSettings, event: LowEvent): Promise<void> {
  const body = JSON.stringify(event);
  const at = String(Math.floor(Date.now() / 1_000));
  const answer = await request(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", "user-agent": "pulumi-telephony", [SIGNATURE_HEADER]: `t=${at},v1=${sign(secret, at, body)}` },
    signal: AbortSignal.timeout(TIMEOUT),
  });
  await answer.body.dump();
  if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`the webhook answered ${answer.statusCode}`);
}
