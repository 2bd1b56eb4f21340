import { Hono } from "hono";
import { z } from "zod";
import type { Account } from "../store";
import { worldNow, type Env, type World } from "../world";
import { findInstruction } from "./instructions";
import { wiil, wiilOptions, type Agent } from "./state";
import { body, enumKey, enumValue, newId, notFound, page, success, WiilError } from "./wire";

/** An enum value in whichever case; kept in the SDK's. */
function oneOf(values: readonly string[]) {
  return z.string().transform((text, context) => {
    const value = values.find((known) => enumKey(known) === enumKey(text));
    if (value === undefined) context.addIssue(`must be one of ${values.join(", ")}`);
    return value ?? z.NEVER;
  });
}

const functionState = oneOf(["sts", "tts", "stt", "transcribe", "text", "multi_mode"]);
const assistantType = oneOf(["phone", "web", "email", "general"]);
const object = z.record(z.string(), z.unknown());
const transfer = z.object({ transfer_number: z.string(), transfer_type: z.enum(["blind", "warm"]).default("warm"), transfer_conditions: z.array(z.string()) });
const required = {
  modelId: z.string().min(1), name: z.string().min(1).max(30, "name must be at most 30 characters"), instructionConfigurationId: z.string().min(1),
};
const optional = {
  defaultFunctionState: functionState, usesWiilSupportModel: z.boolean(), requiredModelConfig: object.optional(), useCustomModel: z.boolean(),
  textProcessingModelId: z.string().nullish(), assistantType, call_transfer_config: z.array(transfer), metadata: object.optional(),
};
/** AgentConfiguration [CORE agent-config.schema.ts]. Any modelId is taken: the registry isn't part of the sandbox. */
const create = z.object({
  ...required, ...optional, defaultFunctionState: functionState.default("multi_mode"), usesWiilSupportModel: z.boolean().default(true),
  useCustomModel: z.boolean().default(false), assistantType: assistantType.default("general"), call_transfer_config: z.array(transfer).default([]),
});
const update = z.object({ ...required, ...optional }).partial().extend({ id: z.string() });

/** `/agent-configurations` [JS agent-configs.ts]: who answers. */
export function agentRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  const base = "/agent-configurations";
  const view = ({ id, fields, createdAt, updatedAt }: Agent): object => ({
    id, ...fields, defaultFunctionState: enumValue(world, "current", String(fields["defaultFunctionState"])),
    assistantType: enumValue(world, "current", String(fields["assistantType"])), model: null, createdAt, updatedAt,
  });

  app.post(base, async (c) => {
    const fields = await body(c, create);
    findInstruction(world, c.get("account"), fields.instructionConfigurationId);
    const at = worldNow(world);
    const agent: Agent = { id: newId(), account: c.get("account").account, fields, createdAt: at, updatedAt: at };
    wiil(world).agents.push(agent);
    return success(c, world, view(agent), 201);
  });
  app.get(base, (c) => page(c, world, agentsOf(world, c.get("account")).map(view)));
  app.get(`${base}/:id`, (c) => success(c, world, view(findAgent(world, c.get("account"), c.req.param("id")))));
  app.patch(base, async (c) => {
    const { id, ...changes } = await body(c, update);
    const agent = findAgent(world, c.get("account"), id);
    if (changes.instructionConfigurationId !== undefined) findInstruction(world, c.get("account"), changes.instructionConfigurationId);
    agent.fields = { ...agent.fields, ...changes };
    agent.updatedAt = worldNow(world);
    return success(c, world, view(agent));
  });
  app.delete(`${base}/:id`, (c) => {
    const agent = findAgent(world, c.get("account"), c.req.param("id"));
    const state = wiil(world);
    // ASSUMED, after what the guide says of instructions.
    if (wiilOptions(world).deleteInUse === "refuse" && state.deployments.some((item) => item.agentConfigurationId === agent.id)) {
      throw new WiilError(409, "CONFLICT", "Cannot delete agent configuration that is referenced by deployment configurations");
    }
    state.agents = state.agents.filter((item) => item !== agent);
    return success(c, world, true);
  });
  return app;
}

function agentsOf(world: World, account: Account): Agent[] {
  return wiil(world).agents.filter((item) => item.account === account.account);
}

export function findAgent(world: World, account: Account, id: string): Agent {
  const agent = agentsOf(world, account).find((item) => item.id === id);
  if (!agent) throw notFound("Agent configuration");
  return agent;
}
