import { Hono } from "hono";
import { z } from "zod";
import type { Account } from "../store";
import { worldNow, type Env, type World } from "../world";
import { wiil, wiilOptions, type Instruction } from "./state";
import { body, newId, notFound, page, success, WiilError } from "./wire";

const services = [
  "appointment_management", "menu_order_management", "product_order_management", "reservation_management", "property_management", "none",
] as const;
const object = z.record(z.string(), z.unknown());
/** InstructionConfiguration [CORE instruction-config.schema.ts]. */
const required = {
  instructionName: z.string().min(1), role: z.string().min(1), introductionMessage: z.string().min(1), instructions: z.string().min(1), guardrails: z.string().min(1),
};
const optional = {
  requiredSkills: z.array(z.string()).optional(), validationRules: object.optional(), serviceId: z.string().optional(),
  supportedServices: z.array(z.enum(services)), tools: z.array(z.string()).optional(), isTemplate: z.boolean(), isPrimary: z.boolean(),
  metadata: object.optional(), knowledgeSourceIds: z.array(z.string()),
};
const create = z.object({
  ...required, ...optional, supportedServices: optional.supportedServices.default([]), isTemplate: z.boolean().default(false),
  isPrimary: z.boolean().default(false), knowledgeSourceIds: optional.knowledgeSourceIds.default([]),
});
const update = z.object({ ...required, ...optional }).partial().extend({ id: z.string() });

/** `/instruction-configurations` [JS instruction-configs.ts]: what an agent is told. */
export function instructionRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  const base = "/instruction-configurations";

  app.post(base, async (c) => {
    const fields = await body(c, create);
    const at = worldNow(world);
    const instruction: Instruction = { id: newId(), account: c.get("account").account, fields, createdAt: at, updatedAt: at };
    wiil(world).instructions.push(instruction);
    return success(c, world, view(instruction), 201);
  });
  app.get(base, (c) => page(c, world, instructionsOf(world, c.get("account")).map(view)));
  // A bare array [JS]; of the account's own templates, for the sandbox has none to offer.
  app.get(`${base}/supported-templates`, (c) =>
    success(c, world, instructionsOf(world, c.get("account")).filter((item) => item.fields["isTemplate"] === true).map(view)));
  app.get(`${base}/:id`, (c) => success(c, world, view(findInstruction(world, c.get("account"), c.req.param("id")))));
  app.patch(base, async (c) => {
    const { id, ...changes } = await body(c, update);
    const instruction = findInstruction(world, c.get("account"), id);
    instruction.fields = { ...instruction.fields, ...changes };
    instruction.updatedAt = worldNow(world);
    return success(c, world, view(instruction));
  });
  app.delete(`${base}/:id`, (c) => {
    const instruction = findInstruction(world, c.get("account"), c.req.param("id"));
    const state = wiil(world);
    // [JS examples/service-mgt/instruction-configs-guide.md]; the status is ASSUMED.
    if (wiilOptions(world).deleteInUse === "refuse" && state.agents.some((agent) => agent.fields["instructionConfigurationId"] === instruction.id)) {
      throw new WiilError(409, "CONFLICT", "Cannot delete instruction configuration that is referenced by agent configurations");
    }
    state.instructions = state.instructions.filter((item) => item !== instruction);
    return success(c, world, true);
  });
  return app;
}

function instructionsOf(world: World, account: Account): Instruction[] {
  return wiil(world).instructions.filter((item) => item.account === account.account);
}

export function findInstruction(world: World, account: Account, id: string): Instruction {
  const instruction = instructionsOf(world, account).find((item) => item.id === id);
  if (!instruction) throw notFound("Instruction configuration");
  return instruction;
}

function view({ id, fields, createdAt, updatedAt }: Instruction): object {
  return { id, ...fields, createdAt, updatedAt };
}
