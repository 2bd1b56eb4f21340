/** What a person does by hand at a platform, through its own HTTP API. */
import type { PlatformName } from "../../src/types.js";
import type { World } from "./world.js";

/** A number as the sandbox shows it to `/_sandbox/numbers`. */
interface Row {
  platform: string;
  account: string;
  number: string;
  id: string;
  name: string;
  detail?: string;
  voiceChannelId?: string | null;
  assistantId?: string | null;
  call_flow_id?: string;
}

const NO_FLOW = "00000000-0000-0000-0000-000000000000";
const MARK = /\s*\[pulumi [^\]]+\]\s*$/;

async function call<T = unknown>(world: World, platform: PlatformName, method: string, path: string, body?: unknown): Promise<T> {
  const { env } = world.sandbox;
  const of = (name: string) => env[`${platform.toUpperCase()}_${name}`]!;
  const url = platform === "voipbin" ? `${of("URL")}${path}?accesskey=${of("ACCESS_KEY")}` : of("URL") + path;
  const key: Record<string, string> = platform === "voipbin" ? {} : platform === "wiil" ? { "x-wiil-api-key": of("API_KEY") } : { authorization: `Bearer ${of("API_KEY")}` };
  const response = await fetch(url, {
    method,
    headers: { ...key, ...(body !== undefined && { "content-type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`by hand: ${method} ${platform} ${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

async function rowOf(world: World, platform: PlatformName, number: string): Promise<Row> {
  const row = (await world.control<Row[]>("numbers")).find((item) => item.platform === platform && item.number === number);
  if (!row) throw new Error(`by hand: nobody owns ${number} at ${platform}`);
  return row;
}

/** Puts the target with this id in the place of what the number points at; undefined: nothing. */
export async function pointByHand(world: World, platform: PlatformName, number: string, target: { id: string; instruction?: string } | undefined): Promise<void> {
  const row = await rowOf(world, platform, number);
  switch (platform) {
    case "vapi":
      return void (await call(world, platform, "PATCH", `/phone-number/${row.id}`, { assistantId: target?.id ?? null }));
    case "voipbin":
      return void (await call(world, platform, "PUT", `/numbers/${row.id}/flow_ids`, { call_flow_id: target?.id ?? NO_FLOW }));
    case "burki":
      return void (await call(world, platform, "PATCH", `/api/v1/assistants/organization/phone-numbers/${row.id}`, { assistant_id: Number(target?.id ?? 0) }));
    case "wiil": {
      const { data } = await call<{ data: { id: string } }>(world, platform, "GET", `/deployment-configurations/by-channel/${row.voiceChannelId}`);
      const change = target ? { agentConfigurationId: target.id, instructionConfigurationId: target.instruction } : { isActive: false };
      await call(world, platform, "PATCH", "/deployment-configurations", { id: data.id, ...change });
      if (!target) await call(world, platform, "DELETE", `/deployment-configurations/${data.id}`);
    }
  }
}

/** Gives the number another name, and takes the mark off it if told so. */
export async function renameByHand(world: World, platform: PlatformName, number: string, keepMark: boolean): Promise<void> {
  const row = await rowOf(world, platform, number);
  const name = `by hand${keepMark ? (MARK.exec(row.name)?.[0] ?? "") : ""}`;
  switch (platform) {
    case "vapi":
      return void (await call(world, platform, "PATCH", `/phone-number/${row.id}`, { name }));
    case "voipbin":
      return void (await call(world, platform, "PUT", `/numbers/${row.id}`, keepMark ? { name } : { name, detail: "" }));
    case "burki":
      return void (await call(world, platform, "PATCH", `/api/v1/assistants/organization/phone-numbers/${row.id}`, { friendly_name: name }));
    case "wiil":
      return void (await call(world, platform, "PATCH", "/phone-configurations", { id: row.id, friendlyName: name }));
  }
}

export async function releaseByHand(world: World, platform: PlatformName, number: string): Promise<void> {
  const row = await rowOf(world, platform, number);
  switch (platform) {
    case "vapi":
      return void (await call(world, platform, "DELETE", `/phone-number/${row.id}`));
    case "voipbin":
      return void (await call(world, platform, "DELETE", `/numbers/${row.id}`));
    case "burki":
      return void (await call(world, platform, "POST", "/api/v1/phone-numbers/release", { phone_number: number }));
    case "wiil":
      return void (await call(world, platform, "DELETE", `/phone-configurations/${row.id}`));
  }
}

/** Buys a number in the dashboard; on Vapi, which picks it, any. */
export async function buyByHand(world: World, platform: PlatformName, number: string): Promise<string> {
  const owned = async () => (await world.control<Row[]>("numbers")).filter((row) => row.platform === platform).map((row) => row.number);
  switch (platform) {
    case "vapi":
      return (await world.control<{ number: string }>("vapi/dashboard-numbers", { areaCode: "512" })).number;
    case "voipbin":
      await call(world, platform, "POST", "/numbers", { number, name: "by hand", detail: "" });
      break;
    case "burki":
      await call(world, platform, "POST", "/api/v1/phone-numbers/purchase", { phone_number: number, provider: "telnyx", friendly_name: "by hand" });
      break;
    case "wiil":
      await call(world, platform, "POST", "/phone-configurations/telephony-provider/purchase", { phoneNumber: number, friendlyName: "by hand" });
      break;
  }
  while (!(await owned()).includes(number)) await new Promise((resolve) => setTimeout(resolve, 20));
  return number;
}

/** What each number of a platform points at now, by number; absent: nothing. */
export async function pointersNow(world: World): Promise<Map<string, string>> {
  type Item = Record<string, string | number | null | undefined>;
  const { platforms } = await world.control<{ platforms: Record<PlatformName, Record<string, Item[]>> }>("state");
  const found = new Map<string, string>();
  const note = (platform: PlatformName, number: unknown, target: string | number | null | undefined) => {
    if (target !== undefined && target !== null && target !== NO_FLOW) found.set(`${platform} ${String(number)}`, String(target));
  };
  for (const item of platforms.vapi["numbers"]!) note("vapi", item["number"], (item["fields"] as unknown as Item)["assistantId"]);
  for (const item of platforms.voipbin["numbers"]!) if (item["tm_delete"] === null) note("voipbin", item["number"], item["call_flow_id"]);
  for (const item of platforms.burki["rows"]!) note("burki", item["phone_number"], item["assistant_id"]);
  for (const item of platforms.wiil["configurations"]!) {
    const deployment = platforms.wiil["deployments"]!.find((one) => one["deploymentChannelId"] === item["voiceChannelId"]);
    note("wiil", item["phoneNumber"], deployment?.["isActive"] ? deployment["agentConfigurationId"] : undefined);
  }
  return found;
}
