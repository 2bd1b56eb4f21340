import type { Account } from "../store";
import { worldNow, type World } from "../world";
import { wiil, type Channel, type Order } from "./state";
import { newId, notFound } from "./wire";

/** Channels of numbers that can't be read yet don't show either. */
export function channelsOf(world: World, account: Account): Channel[] {
  const at = worldNow(world);
  const hidden = new Set(wiil(world).configurations.filter((item) => item.visibleAt > at).flatMap((item) => [item.voiceChannelId, item.smsChannelId]));
  return wiil(world).channels.filter((item) => item.account === account.account && !hidden.has(item.id));
}

export function findChannel(world: World, account: Account, id: string): Channel {
  const channel = channelsOf(world, account).find((item) => item.id === id);
  if (!channel) throw notFound("Deployment channel");
  return channel;
}

export function openChannel(world: World, order: Order, phoneConfigurationId: string, deploymentType: "calls" | "sms", at: number): string {
  const id = newId();
  wiil(world).channels.push({
    id, account: order.account, generation: order.generation, deploymentType, channelIdentifier: order.phoneNumber,
    channelName: order.friendlyName, recordingEnabled: true, configuration: { phoneConfigurationId }, createdAt: at, updatedAt: at,
  });
  return id;
}

export function closeChannels(world: World, phoneConfigurationId: string): void {
  dropChannels(world, (item) => item.configuration["phoneConfigurationId"] === phoneConfigurationId);
}

/** A channel takes its deployment with it: neither is without the other. */
export function dropChannels(world: World, gone: (channel: Channel) => boolean): void {
  const state = wiil(world);
  const ids = new Set(state.channels.filter(gone).map((channel) => channel.id));
  state.channels = state.channels.filter((channel) => !ids.has(channel.id));
  state.deployments = state.deployments.filter((deployment) => !ids.has(deployment.deploymentChannelId));
}
