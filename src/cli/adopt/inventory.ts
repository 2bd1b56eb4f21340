/** What an account has, as resources: what the program says, what the state says, and what can't be said at all. */
import type { ImportResource } from "../../engine/index.js";
import { markText } from "../../mark.js";
import { platformNamed } from "../../platforms/index.js";
import { isMasked } from "../../platforms/numbering.js";
import type { AssistantRecord, BoundFlows, Call, FlowRecord, LinkTarget, NumberRecord, Platform, PointerKind, Slots } from "../../platforms/platform.js";
import { declaredActions } from "../../provider/call-flow.js";
import { assistantToImport, flowToImport, type ImportOwner, numberToImport, pointingToImport, problemsOf } from "../../provider/imported.js";
import type { PlatformName } from "../../types.js";
import type { Account } from "../accounts.js";
import type { Managed } from "../managed.js";
import { type namer, slug } from "./names.js";
import { secretPaths } from "./secrets.js";

/** Stands in arguments where the program names another resource: `receptionist.id`, `shop`. */
export class Reference {
  constructor(
    readonly to: Adopted,
    /** "" is the resource itself. */
    readonly property: "" | "id" | "instructionId",
  ) {}
}

export type ResourceType = "Assistant" | "CallFlow" | "PhoneNumber" | "PhoneNumberLink" | "CallFlowBinding";

/** One resource of the program. */
export interface Adopted {
  type: ResourceType;
  platform: PlatformName;
  account: string;
  name: string;
  identifier: string;
  /** As the program writes them, with {@link Reference}s. */
  args: Record<string, unknown>;
  /** What a reader of the program should know. */
  comment?: string;
  /** What goes into the import file; with a number comes its search. */
  imports: ImportResource[];
}

/** Something that the account has, and the program does not. */
export interface LeftOut {
  platform: PlatformName;
  account: string;
  kind: "number" | "assistant" | "call flow" | "link" | "binding";
  /** How a person knows it. */
  what: string;
  id: string;
  reason: string;
}

export interface Inventory {
  adopted: Adopted[];
  leftOut: LeftOut[];
  /** How many were in the given stacks already. */
  managed: number;
}

export interface InventoryOptions {
  account: Account;
  owner: ImportOwner;
  managed: Managed;
  nextName: ReturnType<typeof namer>;
  /** Whether numbers are declared with deletionProtection. */
  protect: boolean;
  progress: (text: string) => void;
  call: Call;
}

/** How many numbers are asked at once for what they point at, where no list tells. */
const AT_ONCE = 8;

export async function takeInventory(options: InventoryOptions): Promise<Inventory> {
  const { account, owner, managed, nextName, progress, call } = options;
  const platform = account.open();
  const definition = platformNamed(account.platform)!;
  const { title } = definition.traits;
  const adopted: Adopted[] = [];
  const leftOut: LeftOut[] = [];
  let managedCount = 0;
  const leave = (kind: LeftOut["kind"], what: string, id: string, reason: string) => void leftOut.push({ platform: account.platform, account: account.name, kind, what, id, reason });

  /** Adds a resource, unless it can't be declared as it is. */
  const add = (kind: LeftOut["kind"], what: string, of: Omit<Adopted, "platform" | "account">): Adopted | undefined => {
    const problems = of.imports.flatMap((resource) => problemsOf(owner, resource));
    if (problems.length > 0) {
      leave(kind, what, of.imports.at(-1)!.id, problems.map(({ property, reason }) => (property ? `${property}: ${reason}` : reason)).join("; "));
      return undefined;
    }
    const resource = { ...of, platform: account.platform, account: account.name };
    adopted.push(resource);
    return resource;
  };

  const anothers = (mark: NumberRecord["mark"]) =>
    mark && `it carries the mark of another Pulumi resource [pulumi ${markText(mark)}]: give its stack with --stack; if that stack is gone, take the mark off at ${title}`;

  // ---- assistants ----
  progress(`reading the assistants of ${title}`);
  const assistants = new Map<string, { resource: Adopted; record: AssistantRecord }>();
  for (const record of sorted((await platform.assistants?.list(call)) ?? [], ({ name, id }) => [name, id])) {
    const { id, name, mark, fields } = record;
    if (id === "") continue; // the half of an interrupted create: nothing that answers
    if (managed.has("Assistant", account.platform, [id])) {
      managedCount++;
      continue;
    }
    const secrets = secretPaths(fields);
    const reason = mark ? anothers(mark) : secrets.length > 0 && holdsSecrets(secrets);
    if (reason) {
      leave("assistant", name, id, reason);
      continue;
    }
    const names = nextName(slug(name) || `assistant-${slug(id)}`);
    const args = { platform: account.platform, ...(name && { name }), ...fields };
    const resource = add("assistant", name, { type: "Assistant", ...names, args, imports: [assistantToImport(owner, names.name, { ...args, name: name || names.name }, record)] });
    if (resource) assistants.set(id, { resource, record });
  }

  // ---- flows ----
  progress(`reading the call flows of ${title}`);
  const flows = new Map<string, Adopted>();
  const flowRecords = sorted((await platform.flows?.list(call)) ?? [], ({ name, id }) => [name, id]);
  for (const record of inOrder(flowRecords)) {
    const { id, name, mark, detail, actions, onComplete, assistant } = record;
    if (managed.has("CallFlow", account.platform, [id])) {
      managedCount++;
      continue;
    }
    const declared = declaredActions(actions);
    const secrets = secretPaths(declared, "actions");
    const reason = mark ? anothers(mark) : secrets.length > 0 && holdsSecrets(secrets);
    if (reason) {
      leave("call flow", name, id, reason);
      continue;
    }
    const names = nextName(slug(name) || `flow-${slug(id)}`);
    const isGraph = definition.traits.flowBody === "graph";
    const inputs = {
      platform: account.platform,
      name: name || names.name,
      ...(detail && { detail }),
      ...(isGraph ? { graph: actions[0] as Record<string, unknown> | undefined } : { actions: declared }),
      ...(onComplete && { onComplete }),
      ...(assistant && { assistant }), // else it could be deleted before the flow that it leads
    };
    const next = onComplete && flows.get(onComplete);
    const lead = assistant && assistants.get(assistant)?.resource;
    const args = { ...inputs, name: name || undefined, ...(next && { onComplete: new Reference(next, "id") }), ...(lead && { assistant: new Reference(lead, "id") }) };
    const resource = add("call flow", name, { type: "CallFlow", ...names, args, imports: [flowToImport(owner, names.name, inputs, record)] });
    if (resource) flows.set(id, resource);
  }

  // ---- numbers ----
  progress(`reading the numbers of ${title}`);
  const numbers: { record: NumberRecord; id: string; resource?: Adopted }[] = [];
  for (const record of sorted(await platform.numbers.list(call), ({ name, number, platformId }) => [name, number, platformId])) {
    const { number, name, platformId, mark } = record;
    const id = number || platformId ? platform.numbers.idOf({ number, platformId }) : "";
    if (managed.has("PhoneNumber", account.platform, [id, platformId, number])) {
      managedCount++;
      numbers.push({ record, id });
      continue;
    }
    const reason = undeclarable(record) ?? anothers(mark);
    if (reason) {
      leave("number", number || name || platformId, id, reason);
      continue;
    }
    const digits = number.replace(/\D/g, "");
    const names = nextName(slug(name) || `number-${digits}`, slug(name) ? `${slug(name)}-${digits.slice(-4)}` : undefined);
    const inputs = { platform: account.platform, number, name: name || names.name, adopt: true, ...(options.protect && { deletionProtection: true }) };
    const imported = definition.traits.imports?.[record.carrier ?? ""] !== undefined;
    const resource = add("number", number, {
      type: "PhoneNumber",
      ...names,
      args: { ...inputs, name: name || undefined },
      ...(imported && { comment: `At ${record.carrier}: only ${title}'s record is managed here. To bring it in anew, add carrier and carrierAccount.` }),
      imports: numberToImport(owner, names.name, platform, inputs, record),
    });
    if (resource) numbers.push({ record, id, resource });
  }

  // ---- what they point at ----
  progress(`reading what the numbers of ${title} point at`);
  const slots = await slotsOf(platform, numbers, call);
  for (const { record, id, resource } of numbers) {
    const found = Object.fromEntries(Object.entries(slots.get(id) ?? {}).filter((entry): entry is [string, string] => Boolean(entry[1])));
    if (Object.keys(found).length === 0) continue;
    const what = record.number;
    const base = resource?.name ?? (slug(record.name) || `number-${what.replace(/\D/g, "")}`);
    const phoneNumber = { platform: account.platform, id };
    const isPointed = (["PhoneNumberLink", "CallFlowBinding"] as const).some((type) => managed.has(type, account.platform, [id, record.platformId, record.number]));
    if (isPointed) {
      managedCount++;
      continue;
    }
    const links = spelled(platform.pointers?.links, found);
    const bindings = links ? undefined : spelled(platform.pointers?.flows, found);
    if (!links && !bindings) {
      leave("link", what, id, `it points at ${Object.values(found).join(" and ")}, which no resource of this package can say`);
      continue;
    }
    const point = (type: "PhoneNumberLink" | "CallFlowBinding", suffix: string, target: LinkTarget & BoundFlows) => {
      const names = nextName(`${base}-${suffix}`);
      const args: Record<string, unknown> = { phoneNumber: resource ? new Reference(resource, "") : phoneNumber, ...referring(target, assistants, flows) };
      const inputs = { phoneNumber, ...target };
      add(type === "PhoneNumberLink" ? "link" : "binding", what, { type, ...names, args, imports: [pointingToImport(owner, type, names.name, inputs, resource?.name)] });
    };
    for (const { slot, args } of links ?? []) point("PhoneNumberLink", slot ? `${slot}-link` : "link", args);
    for (const { args } of bindings ?? []) point("CallFlowBinding", "flows", args);
  }
  return { adopted, leftOut, managed: managedCount };
}

const holdsSecrets = (paths: string[]) =>
  `${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""} look${paths.length === 1 ? "s" : ""} like a secret, which would stand in the program: declare it by hand, with config.requireSecret(…) there`;

/** Why a number can't be declared; undefined when it can. */
function undeclarable({ number, status, ready, pending, gone }: NumberRecord): string | undefined {
  if (gone) return "it is released, or marked for release";
  // One that is "active" without digits comes from a purchase that failed behind the platform's back: nothing will become of it.
  if (pending && !(number === "" && status === "active")) return `its purchase is ${status}: run adopt again when it is done`;
  if (number === "") return "it has no digits: a SIP address, or what is left of a purchase that failed";
  if (isMasked(number)) return "the platform masks its digits";
  if (!ready) return `it is ${status}: run adopt again when it can be called`;
  return undefined;
}

/** By these keys, so that the same account gives the same program. */
function sorted<T>(items: readonly T[], keys: (item: T) => (string | undefined)[]): T[] {
  const compare = (a: string | undefined, b: string | undefined) => ((a ?? "") < (b ?? "") ? -1 : (a ?? "") > (b ?? "") ? 1 : 0);
  return [...items].sort((a, b) => {
    const [x, y] = [keys(a), keys(b)];
    return x.map((key, i) => compare(key, y[i])).find((order) => order !== 0) ?? 0;
  });
}

/** Each flow after the one that it goes on with; one that waits for itself in a circle names the other by its id. */
function inOrder(flows: readonly FlowRecord[]): FlowRecord[] {
  const byId = new Map(flows.map((flow) => [flow.id, flow]));
  const ordered = new Set<FlowRecord>();
  const seen = new Set<FlowRecord>();
  const visit = (flow: FlowRecord) => {
    if (seen.has(flow)) return;
    seen.add(flow);
    const next = flow.onComplete && byId.get(flow.onComplete);
    if (next) visit(next);
    ordered.add(flow);
  };
  flows.forEach(visit);
  return [...ordered];
}

async function slotsOf(platform: Platform, numbers: readonly { record: NumberRecord; id: string }[], call: Call): Promise<Map<string, Slots>> {
  const { pointers } = platform;
  const found = new Map<string, Slots>();
  if (!pointers) return found;
  const unknown = numbers.filter(({ record, id }) => {
    if (record.slots) found.set(id, record.slots);
    return !record.slots;
  });
  if (unknown.length === 0) return found;
  if (pointers.list) {
    const listed = await pointers.list(call);
    for (const { id } of unknown) found.set(id, listed.get(id) ?? {});
    return found;
  }
  for (let i = 0; i < unknown.length; i += AT_ONCE) {
    await Promise.all(unknown.slice(i, i + AT_ONCE).map(async ({ id }) => found.set(id, (await pointers.get(id, call)) ?? {})));
  }
  return found;
}

/** The arguments that give exactly these slots: one resource, or where they differ one a slot. undefined: there are none. */
function spelled<Args extends object>(kind: PointerKind<Args> | undefined, slots: Record<string, string>): { slot?: string; args: Args }[] | undefined {
  if (!kind) return undefined;
  const of = (part: Record<string, string>) => {
    const args = kind.fromSlots(part, {} as Args);
    const given = Object.entries(args).filter(([, value]) => value !== undefined);
    const again = Object.entries(kind.toSlots(args)).filter(([, target]) => target);
    const isSame = again.length === Object.keys(part).length && again.every(([slot, target]) => part[slot] === target);
    return given.length > 0 && isSame ? (Object.fromEntries(given) as Args) : undefined;
  };
  const whole = of(slots);
  if (whole) return [{ args: whole }];
  const parts = Object.entries(slots).map(([slot, target]) => ({ slot, args: of({ [slot]: target }) }));
  return parts.every((part): part is { slot: string; args: Args } => part.args !== undefined) && parts.length > 1 ? parts : undefined;
}

/** The target with references in place of the ids of what is in the program. */
function referring(target: LinkTarget & BoundFlows, assistants: ReadonlyMap<string, { resource: Adopted; record: AssistantRecord }>, flows: ReadonlyMap<string, Adopted>): Record<string, unknown> {
  const args: Record<string, unknown> = { ...target };
  for (const key of ["assistant", "agent"] as const) {
    const found = target[key] === undefined ? undefined : assistants.get(target[key]);
    if (!found) continue;
    args[key] = new Reference(found.resource, "id");
    if (target.instruction && found.record.outputs?.["instructionId"] === target.instruction) args["instruction"] = new Reference(found.resource, "instructionId");
  }
  for (const key of ["callFlow", "messageFlow"] as const) {
    const found = target[key] === undefined ? undefined : flows.get(target[key]);
    if (found) args[key] = new Reference(found, "id");
  }
  return args;
}
