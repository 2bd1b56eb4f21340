import { isDeepStrictEqual } from "node:util";
import { PlatformError } from "../../http/index.js";
import { splitMark, withMark, type Mark } from "../../mark.js";
import type { AssistantRecord, Assistants, Call } from "../platform.js";
import type { Collection, WiilClient } from "./client.js";
import type { Agent, Deployment, Instruction } from "./schema.js";

/**
 * An assistant of WIIL is two things: an agent configuration, and the instruction configuration that it names
 * [CORE agent-config.schema.ts, instruction-config.schema.ts]. The instruction is made first and carries the mark, in its
 * `instructionName`: the agent's own name is what it says on the phone, and has 30 characters. An instruction that carries a mark
 * and has no agent is what an interrupted create leaves; the next create goes on with it.
 */
type Fields = Record<string, unknown>;

/** What clears a field that is declared no more: its default. [CORE]; lists and objects are ASSUMED to be replaced, not merged. */
const AGENT_DEFAULTS: Fields = {
  defaultFunctionState: "multi_mode",
  usesWiilSupportModel: true,
  requiredModelConfig: {},
  useCustomModel: false,
  textProcessingModelId: null,
  assistantType: "general",
  call_transfer_config: [],
  metadata: {},
};
const INSTRUCTION_DEFAULTS: Fields = {
  requiredSkills: [],
  validationRules: {},
  serviceId: "", // may not be null [CORE]; that no text is no service is ASSUMED
  supportedServices: [],
  tools: [],
  isTemplate: false,
  isPrimary: false,
  metadata: {},
  knowledgeSourceIds: [],
};

const without = (fields: Fields, ...keys: string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));

/** `model` is filled in from WIIL's registry. [CORE CreateAgentConfigurationSchema] */
const agentFields = (agent: Agent) =>
  Object.fromEntries(
    Object.entries(without(agent, "id", "name", "instructionConfigurationId", "model", "createdAt", "updatedAt")).map(([key, value]) =>
      // Enums are answered in the documentation's spelling, too: PHONE is phone. [CORE] vs [DOCS]
      (key === "assistantType" || key === "defaultFunctionState") && typeof value === "string" ? [key, value.toLowerCase()] : [key, value],
    ),
  );
const instructionFields = (instruction: Instruction) => without(instruction, "id", "instructionName", "createdAt", "updatedAt");

const markOf = (instruction: Instruction | undefined) => splitMark(instruction?.instructionName).mark;

/** The fields of records: what WIIL filled in is among them, unlike in those that a program declares. */
const served = new WeakSet<Fields>();

function toRecord(agent: Agent | undefined, instruction: Instruction | undefined): AssistantRecord {
  const { text, mark } = splitMark(instruction?.instructionName);
  const name = agent?.name ?? text;
  const fields: Fields = {
    ...(agent && agentFields(agent)),
    // The instruction is named as the agent is, unless the program says otherwise.
    ...(instruction && { instruction: { ...instructionFields(instruction), ...(text !== name && { instructionName: text }) } }),
  };
  served.add(fields);
  return {
    id: agent?.id ?? "",
    name,
    mark,
    fields,
    ...(instruction && { outputs: { instructionId: instruction.id } }),
  };
}

/** The program's fields as WIIL's two objects. */
function toWire({ name, mark, fields }: { name: string; mark?: Mark; fields: Fields }): { agent: Fields; instruction: Fields } {
  if ("instructionConfigurationId" in fields) {
    throw new Error(
      "WIIL: an assistant makes its own instruction; in place of instructionConfigurationId give " +
        "instruction: { role, introductionMessage, instructions, guardrails }",
    );
  }
  const { instructionName, ...instruction } = (fields["instruction"] ?? {}) as Fields;
  return {
    agent: { ...without(fields, "instruction"), name },
    instruction: { ...instruction, instructionName: withMark(typeof instructionName === "string" ? instructionName : name, mark) },
  };
}

/**
 * What has to be sent to come from `now` to `wanted`.
 * @param before what was declared: what is declared no more gets its default
 * @param extras whether fields that aren't in the contract are cleared, too
 */
function changes(wanted: Fields, now: Fields, before: Fields, defaults: Fields, extras: boolean): Fields {
  const changed = Object.entries(wanted).filter(([key, value]) => value !== undefined && !isDeepStrictEqual(value, now[key]));
  const cleared = Object.keys(before)
    .filter((key) => wanted[key] === undefined && now[key] != null && (key in defaults || extras))
    .map((key): [string, unknown] => [key, defaults[key] ?? null])
    .filter(([key, value]) => !isDeepStrictEqual(value, now[key]));
  return Object.fromEntries([...changed, ...cleared]);
}

const quoted = ({ id, deploymentName, isActive }: Deployment) =>
  (deploymentName ? `"${deploymentName}" (${id})` : id) + (isActive === false ? ", which is inactive" : "");

export function assistantsOf(client: WiilClient): Assistants {
  const { agents, instructions } = client;

  const patch = <T>(of: Collection<T>, now: T & { id: string }, changed: Fields, call: Call) =>
    Object.keys(changed).length === 0 ? Promise.resolve(now) : of.update(now.id, changed, call);

  const list = async (call: Call): Promise<AssistantRecord[]> => {
    const [allAgents, allInstructions] = await Promise.all([agents.list(call), instructions.list(call)]);
    const byId = new Map(allInstructions.map((instruction) => [instruction.id, instruction]));
    const taken = new Set<string>();
    // An instruction may serve several agents [CORE]: the first one is the one that it was made for.
    const joined = [...allAgents]
      .sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0))
      .map((agent) => {
        const instruction = byId.get(agent.instructionConfigurationId ?? "");
        const record = toRecord(agent, instruction);
        if (instruction && taken.has(instruction.id)) return { ...record, mark: undefined };
        if (instruction) taken.add(instruction.id);
        return record;
      });
    const alone = allInstructions.filter((instruction) => !taken.has(instruction.id) && markOf(instruction) !== undefined);
    return [...joined, ...alone.map((instruction) => toRecord(undefined, instruction))];
  };

  const get = async (id: string, call: Call) => {
    const agent = await agents.get(id, call);
    return agent && { agent, instruction: await instructions.get(agent.instructionConfigurationId ?? "", call) };
  };

  /** The instruction that an update writes to; undefined: it needs a new one. */
  const instructionFor = async (agent: Agent, current: Instruction | undefined, mark: Mark | undefined, call: Call) => {
    if (current && (!mark || markOf(current)?.digest === mark.digest)) return current;
    const ours = mark && (await instructions.list(call)).find((i) => markOf(i)?.digest === mark.digest);
    if (ours) return ours; // the agent was pointed elsewhere by hand
    if (!current || markOf(current)) return current; // a mark of another digest: the resource was renamed
    // Taken over without a mark: it is not this assistant's alone if other agents follow it, too.
    const shared = (await agents.list(call)).some((other) => other.id !== agent.id && other.instructionConfigurationId === current.id);
    return shared ? undefined : current;
  };

  const update: Assistants["update"] = async (assistant, before, call) => {
    const now = await get(assistant.id, call);
    if (!now) throw new Error(`WIIL: there is no agent "${assistant.id}" any more. Run pulumi refresh, then pulumi up again.`);
    const { agent } = now;
    const wanted = toWire(assistant);
    // Of what the server has, only what the contract knows is the program's to clear.
    const extras = !served.has(before);
    const beforeInstruction = (before["instruction"] ?? {}) as Fields;
    const current = await instructionFor(agent, now.instruction, assistant.mark, call);
    const instruction = current
      ? await patch(
          instructions,
          current,
          changes(wanted.instruction, current, without(beforeInstruction, "instructionName"), INSTRUCTION_DEFAULTS, extras),
          call,
        )
      : await instructions.create(wanted.instruction, call);
    const agentChanges = changes(
      { ...wanted.agent, instructionConfigurationId: instruction.id },
      { ...agent, ...agentFields(agent) },
      without(before, "instruction", "name"),
      AGENT_DEFAULTS,
      extras,
    );
    return toRecord(await patch(agents, agent, agentChanges, call), instruction);
  };

  const create: Assistants["create"] = async (assistant, call) => {
    const { mark } = assistant;
    const begun = mark && (await list(call)).find((record) => record.mark?.digest === mark.digest);
    if (begun && begun.id !== "") return update({ ...assistant, id: begun.id }, begun.fields, call);
    const wanted = toWire(assistant);
    const left = begun?.outputs && (await instructions.get(begun.outputs["instructionId"]!, call));
    const instruction = left
      ? await patch(instructions, left, changes(wanted.instruction, left, instructionFields(left), INSTRUCTION_DEFAULTS, false), call)
      : await instructions.create(wanted.instruction, call);
    try {
      return toRecord(await agents.create({ ...wanted.agent, instructionConfigurationId: instruction.id }, call), instruction);
    } catch (error) {
      // Refused for certain: nothing is left behind. Else the instruction stays: its mark is what finds the agent.
      if (error instanceof PlatformError && !error.ambiguous) await instructions.delete(instruction.id, call).catch(() => undefined);
      throw error;
    }
  };

  /** Says which deployments keep an agent from being deleted. */
  const inUse = (id: string, deployments: Deployment[], refused?: PlatformError) => {
    const path = `/agent-configurations/${encodeURIComponent(id)}`;
    const many = deployments.length > 1;
    return new PlatformError({
      call: { platform: "wiil", platformName: "WIIL", method: "DELETE", path, repeat: "safe" },
      kind: "conflict",
      what: `it is in use by the deployment${many ? "s" : ""} ${deployments.map(quoted).join("; ")}`,
      status: refused?.status,
      code: refused?.code,
      platformMessage: refused?.platformMessage,
      requestId: refused?.requestId,
      remedy:
        `Delete ${many ? "them" : "it"}, or point ${many ? "them" : "it"} at another agent, where ${many ? "they were" : "it was"} made; ` +
        "a link of this stack that was changed by hand is taken up again by pulumi refresh. Then try again.",
    });
  };

  const remove: Assistants["delete"] = async (id, call) => {
    const [found, deployments, all] = await Promise.all([get(id, call), client.deploymentsOfAgent(id, call), agents.list(call)]);
    if (!found) return;
    // Asked before, for a delete that WIIL lets pass would leave a number that nobody answers, and may take the number with it (client.ts).
    if (deployments.length > 0) throw inUse(id, deployments);
    try {
      if (!(await agents.delete(id, call))) throw new Error(`WIIL did not delete the agent ${id}, and gave no reason`);
    } catch (error) {
      if (error instanceof PlatformError && error.kind === "cancelled") throw error;
      const since = await client.deploymentsOfAgent(id, call).catch(() => []);
      throw since.length > 0 ? inUse(id, since, error instanceof PlatformError ? error : undefined) : error;
    }
    const { instruction } = found;
    if (!instruction) return;
    // An instruction that other agents follow stays: WIIL refuses to delete it [JS examples/service-mgt/instruction-configs-guide.md].
    const shared = all.some((other) => other.id !== id && other.instructionConfigurationId === instruction.id);
    if (!shared && !(await instructions.delete(instruction.id, call))) {
      throw new Error(`WIIL deleted the agent ${id}, but not its instruction ${instruction.id}, and gave no reason`);
    }
  };

  return {
    list,
    get: async (id, call) => {
      const found = await get(id, call);
      return found && toRecord(found.agent, found.instruction);
    },
    create,
    update,
    delete: remove,
    deleteRest: async ({ outputs }, call) => {
      const id = outputs?.["instructionId"];
      if (id && !(await instructions.delete(id, call))) throw new Error(`WIIL did not delete the instruction ${id}, and gave no reason. Delete it in WIIL's dashboard, then run pulumi up again`);
    },
  };
}
