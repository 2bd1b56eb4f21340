import { Hono } from "hono";
import { z } from "zod";
import type { Account } from "../store";
import { worldNow, type Env, type World } from "../world";
import { findAgent } from "./agents";
import { deploymentView } from "./channel-views";
import { findChannel } from "./channels";
import { findInstruction } from "./instructions";
import { wiil, wiilOptions, type Deployment } from "./state";
import { body, enumKey, invalid, newId, notFound, page, success, WiilError } from "./wire";

const fields = {
  projectId: z.string().min(1),
  deploymentChannelId: z.string().min(1),
  agentConfigurationId: z.string().min(1),
  instructionConfigurationId: z.string().min(1),
  deploymentName: z.string().nullish(),
  isActive: z.boolean().default(false),
  provisioningConfigChainId: z.string().nullish(),
  // Not in the SDK's schema, but the voice guide sends both ([JS examples] PENDING and DIRECT).
  deploymentStatus: z.string().refine((value) => ["PENDING", "ACTIVE", "PAUSED", "ARCHIVED"].includes(enumKey(value)), "must be pending, active, paused or archived").default("pending"),
  provisioningType: z.string().default("direct"),
};
const create = z.object(fields);
const update = z.object({ ...fields, isActive: z.boolean(), deploymentStatus: fields.deploymentStatus.unwrap(), provisioningType: z.string() }).partial().extend({ id: z.string() });

/** `/deployment-configurations` [JS deployment-configs.ts]: one deployment a channel. Channel, agent and instruction must be there; projects are taken as they are named. */
export function deploymentRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  const base = "/deployment-configurations";

  app.post(base, async (c) => {
    const request = await body(c, create);
    const account = c.get("account");
    const channel = findChannel(world, account, request.deploymentChannelId);
    findAgent(world, account, request.agentConfigurationId);
    findInstruction(world, account, request.instructionConfigurationId);
    requireFree(world, channel.id);
    requireChain(request.provisioningType, request.provisioningConfigChainId);
    const at = worldNow(world);
    const deployment: Deployment = {
      ...request, id: newId(), account: account.account, generation: channel.generation, deploymentName: request.deploymentName ?? null,
      provisioningConfigChainId: request.provisioningConfigChainId ?? null, deploymentStatus: request.deploymentStatus.toLowerCase(),
      provisioningType: request.provisioningType.toLowerCase(), createdAt: at, updatedAt: at,
    };
    wiil(world).deployments.push(deployment);
    return success(c, world, deploymentView(world, deployment), 201);
  });
  app.get(`${base}/by-channel/:id`, (c) => {
    const id = c.req.param("id");
    return success(c, world, deploymentView(world, find(world, c.get("account"), (item) => item.deploymentChannelId === id)));
  });
  const lists = { "by-project": "projectId", "by-agent": "agentConfigurationId", "by-instruction": "instructionConfigurationId" } as const;
  for (const [route, field] of Object.entries(lists)) {
    app.get(`${base}/${route}/:id`, (c) => {
      const id = c.req.param("id");
      return page(c, world, deploymentsOf(world, c.get("account")).filter((item) => item[field] === id).map((item) => deploymentView(world, item)));
    });
  }
  app.get(`${base}/:id`, (c) => {
    const id = c.req.param("id");
    return success(c, world, deploymentView(world, find(world, c.get("account"), (item) => item.id === id)));
  });
  app.patch(base, async (c) => {
    const { id, ...changes } = await body(c, update);
    const deployment = find(world, c.get("account"), (item) => item.id === id);
    const channelId = changes.deploymentChannelId;
    if (channelId !== undefined && channelId !== deployment.deploymentChannelId) {
      findChannel(world, c.get("account"), channelId);
      requireFree(world, channelId);
    }
    if (changes.agentConfigurationId !== undefined) findAgent(world, c.get("account"), changes.agentConfigurationId);
    if (changes.instructionConfigurationId !== undefined) findInstruction(world, c.get("account"), changes.instructionConfigurationId);
    if (changes.provisioningType !== undefined) {
      requireChain(changes.provisioningType, changes.provisioningConfigChainId ?? deployment.provisioningConfigChainId);
    }
    if (changes.deploymentStatus) changes.deploymentStatus = changes.deploymentStatus.toLowerCase();
    if (changes.provisioningType) changes.provisioningType = changes.provisioningType.toLowerCase();
    Object.assign(deployment, changes, { updatedAt: worldNow(world) });
    return success(c, world, deploymentView(world, deployment));
  });
  app.delete(`${base}/:id`, (c) => {
    const id = c.req.param("id");
    const deployment = find(world, c.get("account"), (item) => item.id === id);
    // The status is ASSUMED.
    if (deployment.isActive && wiilOptions(world).deleteActiveDeployment === "refuse") {
      throw new WiilError(409, "CONFLICT", "Cannot delete active deployment");
    }
    wiil(world).deployments = wiil(world).deployments.filter((item) => item !== deployment);
    return success(c, world, true);
  });
  return app;
}

/** One channel, one deployment; the text is [JS examples/service-mgt/deployment-configs-guide.md]'s, the status ASSUMED. */
function requireFree(world: World, channelId: string): void {
  if (wiil(world).deployments.some((item) => item.deploymentChannelId === channelId)) {
    throw new WiilError(409, "CONFLICT", "Deployment channel is already associated with another deployment");
  }
}

/** [JS examples/service-mgt/deployment-configs-guide.md] */
function requireChain(provisioningType: string, chainId: string | null | undefined): void {
  if (enumKey(provisioningType) !== "CHAINED" || chainId) return;
  throw invalid("provisioningConfigChainId is required for CHAINED provisioning type", { field: "provisioningConfigChainId" });
}

function deploymentsOf(world: World, account: Account): Deployment[] {
  return wiil(world).deployments.filter((item) => item.account === account.account);
}

function find(world: World, account: Account, wanted: (item: Deployment) => boolean): Deployment {
  const deployment = deploymentsOf(world, account).find(wanted);
  if (!deployment) throw notFound("Deployment configuration");
  return deployment;
}
