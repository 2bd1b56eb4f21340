import type { Passing } from "./gate.js";

/** The route of a request, ids and digits left out: "wiil POST /phone-configurations/telephony-provider/purchase". */
export function routeOf({ platform, method, path }: { platform: string; method: string; path: string }): string {
  const [where = ""] = path.split("?");
  const parts = where.split("/").map((part) => (/^(%2B|\+)?\d+$|^[0-9a-f]{8,}(-|$)|^[0-9a-z]{20,}$/i.test(part) ? ":id" : part));
  return `${platform} ${method} ${parts.join("/")}`;
}

/** The number that a request is to buy ("" where the platform picks); undefined when it buys nothing. */
export function purchaseOf({ method, path, body }: Passing): { platform: string; number: string } | undefined {
  const route = /^\/(wiil|voipbin|vapi|burki)\/(.*\/)?(purchase|numbers|phone-number)(\?|$)/.exec(path);
  if (method !== "POST" || !route) return undefined;
  const { phoneNumber, phone_number, number } = JSON.parse(body) as Record<string, string | undefined>;
  return { platform: route[1]!, number: phoneNumber ?? phone_number ?? number ?? "" };
}
