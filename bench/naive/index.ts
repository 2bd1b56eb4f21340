/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- whatever the platform answers, as one writes it */
/**
 * A dynamic provider for phone numbers as one writes it in an afternoon, after each platform's guide: search, buy the first, wait
 * until it is there; release. It is here to be measured against (`npm run chaos -- --only naive`). Don't use it: it buys twice.
 */
import * as pulumi from "@pulumi/pulumi";

export interface NaiveNumberArgs {
  platform: pulumi.Input<"vapi" | "wiil" | "voipbin" | "burki">;
  name: pulumi.Input<string>;
}

type Env = Record<string, string | undefined>;

export async function call(env: Env, platform: string, method: string, path: string, body?: unknown): Promise<any> {
  const url = env[`${platform.toUpperCase()}_URL`] + path;
  const { WIIL_API_KEY, VAPI_API_KEY, BURKI_API_KEY, VOIPBIN_ACCESS_KEY } = env;
  const key = platform === "voipbin" ? `${path.includes("?") ? "&" : "?"}accesskey=${VOIPBIN_ACCESS_KEY}` : "";
  const headers = {
    "content-type": "application/json",
    ...(platform === "wiil" ? { "x-wiil-api-key": WIIL_API_KEY! } : {}),
    ...(platform === "vapi" ? { authorization: `Bearer ${VAPI_API_KEY}` } : {}),
    ...(platform === "burki" ? { authorization: `Bearer ${BURKI_API_KEY}` } : {}),
  };
  const response = await fetch(url + key, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Buys the first number that is offered. */
export async function buy(env: Env, platform: string, name: string): Promise<{ id: string; number: string }> {
  switch (platform) {
    case "vapi": {
      let made = await call(env, platform, "POST", "/phone-number", { provider: "vapi", name });
      while (made.status !== "active") made = await call(env, platform, "GET", `/phone-number/${made.id}`);
      return made;
    }
    case "wiil": {
      const offered = await call(env, platform, "GET", "/phone-configurations/telephony-provider/numbers?areaCode=212");
      const { phoneNumber } = offered.data.data[0];
      const bought = await call(env, platform, "POST", "/phone-configurations/telephony-provider/purchase", { phoneNumber, friendlyName: name });
      let status = bought.data.status;
      while (status !== "completed") {
        status = (await call(env, platform, "GET", `/phone-configurations/telephony-provider/purchase-request/${bought.data.id}`)).data.status;
      }
      const made = await call(env, platform, "GET", `/phone-configurations/by-phone-number/${encodeURIComponent(phoneNumber)}`);
      return { id: made.data.id, number: phoneNumber };
    }
    case "voipbin": {
      const offered = await call(env, platform, "GET", "/available_numbers?country_code=US&page_size=10");
      return call(env, platform, "POST", "/numbers", { number: offered.result[0].number, name });
    }
    default: {
      const offered = await call(env, platform, "POST", "/api/v1/phone-numbers/search", { provider: "twilio", country_code: "US", limit: 10 });
      const { phone_number: number } = offered.numbers[0];
      await call(env, platform, "POST", "/api/v1/phone-numbers/purchase", { provider: "twilio", phone_number: number, friendly_name: name });
      return { id: number, number };
    }
  }
}

const provider: pulumi.dynamic.ResourceProvider = {
  async create({ platform, name }) {
    const { id, number } = await buy(process.env, platform, name);
    return { id, outs: { platform, name, number } };
  },
  async delete(id, { platform }) {
    if (platform === "vapi") await call(process.env, platform, "DELETE", `/phone-number/${id}`);
    else if (platform === "wiil") await call(process.env, platform, "DELETE", `/phone-configurations/${id}`);
    else if (platform === "voipbin") await call(process.env, platform, "DELETE", `/numbers/${id}`);
    else await call(process.env, platform, "POST", "/api/v1/phone-numbers/release", { phone_number: id, provider: "twilio" });
  },
};

export class NaiveNumber extends pulumi.dynamic.Resource {
  declare readonly number: pulumi.Output<string>;

  constructor(name: string, args: NaiveNumberArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args, number: undefined }, opts, "naive", "PhoneNumber");
  }
}

export interface NaiveLinkArgs {
  platform: pulumi.Input<"vapi">;
  number: pulumi.Input<string>;
  assistant: pulumi.Input<string>;
}

const linkProvider: pulumi.dynamic.ResourceProvider = {
  async create({ platform, number, assistant }) {
    await call(process.env, platform, "PATCH", `/phone-number/${number}`, { provider: "vapi", assistantId: assistant });
    return { id: number, outs: { platform, number, assistant } };
  },
  async delete(_id, { platform, number }) {
    await call(process.env, platform, "PATCH", `/phone-number/${number}`, { provider: "vapi", assistantId: null });
  },
};

/** Points a number at an assistant, whatever it pointed at before. */
export class NaiveLink extends pulumi.dynamic.Resource {
  constructor(name: string, args: NaiveLinkArgs, opts?: pulumi.CustomResourceOptions) {
    super(linkProvider, name, args, opts, "naive", "PhoneNumberLink");
  }
}
