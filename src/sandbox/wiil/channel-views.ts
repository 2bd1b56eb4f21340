import { enumValue } from "./wire";
import { wiil, type Channel, type Deployment } from "./state";
import type { World } from "../world";

/** DeploymentChannel [CORE]. */
export function channelView(world: World, channel: Channel): object {
  const { account: _account, generation, deploymentType, ...rest } = channel;
  return { ...rest, deploymentType: enumValue(world, generation, deploymentType) };
}

/** DeploymentConfiguration [CORE]. */
export function deploymentView(world: World, deployment: Deployment): object {
  const { account: _account, generation, deploymentStatus, provisioningType, ...rest } = deployment;
  return {
    ...rest,
    deploymentStatus: enumValue(world, generation, deploymentStatus),
    provisioningType: enumValue(world, generation, provisioningType),
  };
}

/** The channel as a phone configuration carries it: with its deployment, or null [CORE phone-config.schema.ts]. */
export function channelWithDeployment(world: World, id: string | null): object | null {
  const channel = wiil(world).channels.find((item) => item.id === id);
  if (!channel) return null;
  const deployment = wiil(world).deployments.find((item) => item.deploymentChannelId === id);
  return { ...channelView(world, channel), deployment: deployment ? deploymentView(world, deployment) : null };
}
