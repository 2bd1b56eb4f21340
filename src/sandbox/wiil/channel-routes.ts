import { Hono } from "hono";
import { z } from "zod";
import { worldNow, type Env, type World } from "../world";
import { release } from "./configurations";
import { channelView } from "./channel-views";
import { channelsOf, dropChannels, findChannel } from "./channels";
import { wiil, type Channel, type DeploymentType } from "./state";
import { body, enumKey, invalid, newId, notFound, page, success, WiilError } from "./wire";

const deploymentTypes: DeploymentType[] = ["calls", "sms", "web", "mobile-app", "whatsapp", "email"];

const create = z.object({
  deploymentType: z.string(),
  channelIdentifier: z.string().min(1),
  channelName: z.string().optional(),
  recordingEnabled: z.boolean().default(true),
  configuration: z.record(z.string(), z.unknown()),
});
const update = z.object({
  id: z.string(),
  channelIdentifier: z.string().min(1).optional(),
  channelName: z.string().optional(),
  recordingEnabled: z.boolean().optional(),
  configuration: z.record(z.string(), z.unknown()).optional(),
});

export function channelRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  const views = (channels: Channel[]) => channels.map((channel) => channelView(world, channel));

  app.get("/deployment-channels", (c) => page(c, world, views(channelsOf(world, c.get("account")))));
  app.get("/deployment-channels/by-type/:type", (c) => {
    const type = parseType(c.req.param("type"));
    return page(c, world, views(channelsOf(world, c.get("account")).filter((item) => item.deploymentType === type)));
  });
  app.get("/deployment-channels/by-identifier/:identifier", (c) => {
    const identifier = c.req.param("identifier");
    const type = parseType(c.req.query("type") ?? "");
    const channel = channelsOf(world, c.get("account")).find((item) => item.channelIdentifier === identifier && item.deploymentType === type);
    if (!channel) throw notFound("Deployment channel");
    return success(c, world, channelView(world, channel));
  });
  app.get("/deployment-channels/:id", (c) => success(c, world, channelView(world, findChannel(world, c.get("account"), c.req.param("id")))));

  app.post("/deployment-channels", async (c) => {
    const request = await body(c, create);
    const deploymentType = parseType(request.deploymentType);
    // [seed 001], [JS examples]: a purchase makes the CALLS and SMS channels; they can't be created directly.
    if (deploymentType === "calls" || deploymentType === "sms") {
      throw invalid("CALLS and SMS channels are created by a phone number purchase and can't be created directly", { field: "deploymentType" });
    }
    const account = c.get("account");
    if (channelsOf(world, account).some((item) => item.deploymentType === deploymentType && item.channelIdentifier === request.channelIdentifier)) {
      // [JS examples/service-mgt/deployment-channels-guide.md]; its status is ASSUMED.
      throw new WiilError(409, "CONFLICT", "Channel identifier already in use");
    }
    const at = worldNow(world);
    const channel: Channel = {
      ...request, id: newId(), account: account.account, generation: "current", deploymentType, channelName: request.channelName ?? "",
      createdAt: at, updatedAt: at,
    };
    wiil(world).channels.push(channel);
    return success(c, world, channelView(world, channel), 201);
  });
  app.patch("/deployment-channels", async (c) => {
    const { id, ...changes } = await body(c, update);
    const channel = findChannel(world, c.get("account"), id);
    // The binding of a number to its channel is fixed.
    if (isPhone(channel) && (changes.channelIdentifier !== undefined || changes.configuration !== undefined)) {
      throw invalid("channelIdentifier and configuration of a phone channel can't be changed");
    }
    Object.assign(channel, changes, { updatedAt: worldNow(world) });
    return success(c, world, channelView(world, channel));
  });
  app.delete("/deployment-channels/:id", (c) => {
    const channel = findChannel(world, c.get("account"), c.req.param("id"));
    const configuration = wiil(world).configurations.find((item) => item.voiceChannelId === channel.id || item.smsChannelId === channel.id);
    if (configuration && c.req.query("deletePhoneConfig") === "true") {
      release(world, configuration);
    } else if (configuration) {
      if (configuration.voiceChannelId === channel.id) configuration.voiceChannelId = null;
      else configuration.smsChannelId = null;
    }
    dropChannels(world, (item) => item.id === channel.id);
    return success(c, world, true);
  });
  return app;
}

function isPhone(channel: Channel): boolean {
  return channel.deploymentType === "calls" || channel.deploymentType === "sms";
}

function parseType(text: string): DeploymentType {
  const type = deploymentTypes.find((known) => enumKey(known) === enumKey(text));
  if (!type) throw invalid(`type must be one of ${deploymentTypes.join(", ")}`, { field: "type" });
  return type;
}
