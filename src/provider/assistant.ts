import { z } from "zod";
import { importedMark, type Mark, type MarksKept, markRead, markText, parseMark } from "../mark.js";
import { platformNamed } from "../platforms/index.js";
import type { AssistantRecord, Assistants } from "../platforms/platform.js";
import { type Context, holderOf, ownDigest, type ResourceCore } from "./context.js";
import { digest, inTheShapeOf } from "./drift.js";
import { leased } from "./lease.js";
import { madeAllTheSame } from "./made-late.js";
import { platformFailures } from "./number-search.js";
import { same } from "./plain.js";
import { observe } from "./listings.js";
import { isAnothers, noteMark } from "./registry.js";
import { hasUnknown } from "./unknown.js";
import { failuresOf, othersWith, platformName, text } from "./validate.js";

type Fields = Record<string, unknown>;

/** Platform and name, and whatever else the platform's assistants have. */
export interface AssistantInputs extends Fields {
  platform: string;
  name: string;
}

export interface AssistantOutputs extends AssistantInputs, MarksKept {
  /** Digest of the fields as the server keeps them. */
  __server?: string;
  /** Names of the fields that the program gave: the rest are outputs. */
  __fields?: string[];
  /** It is gone but for a part of it. */
  __rest?: boolean;
}

const schema = z.looseObject({ platform: platformName, name: text("a name") });

function assistantsOf(context: Context, platform: string): Assistants {
  const { assistants } = context.platform(platform);
  if (!assistants) throw new Error(`${platform} has no assistants`);
  return assistants;
}

const isField = (key: string) => key !== "platform" && key !== "name" && !key.startsWith("__");
const fieldsOf = (inputs: Fields): Fields => Object.fromEntries(Object.entries(inputs).filter(([key]) => isField(key)));

const identityOf = (of: Pick<AssistantInputs, "platform">) => [of.platform];

const outsOf = (inputs: AssistantInputs, record: AssistantRecord): AssistantOutputs => ({
  ...fieldsOf(inputs),
  ...record.outputs,
  platform: inputs.platform,
  name: inputs.name,
  __mark: record.mark && markText(record.mark),
  __server: digest(record.fields),
  __fields: Object.keys(fieldsOf(inputs)),
});

/** What the state holds of an assistant that is imported as it is (`telephony adopt`): see `importedNumber`. */
export const importedAssistant = (owner: { organization: string; urn: string }, inputs: AssistantInputs, record: AssistantRecord): AssistantOutputs => ({
  ...outsOf(inputs, record),
  __mark: importedMark(owner, identityOf(inputs)),
  __unwritten: true,
});

/** What is left of an assistant where its deletion was cut off: a part that bears its mark. */
const restOf = (all: readonly AssistantRecord[], ours: Mark | undefined) =>
  all.find((a) => a.id === "" && ours && a.mark?.digest === ours.digest && !isAnothers(a.mark, ours));

/** What was declared, without the outputs. */
const declaredOf = (props: AssistantOutputs): Fields => Object.fromEntries((props.__fields ?? []).map((key) => [key, props[key]]));

export const assistant: ResourceCore<AssistantInputs, AssistantOutputs> = {
  check: (context, _olds, news) => {
    const inputs: Fields = { ...news, name: news["name"] ?? context.name };
    const definition = platformNamed(inputs["platform"]);
    const failures = [...failuresOf(schema, inputs), ...platformFailures(context, { platform: inputs["platform"] })];
    if (definition && !definition.traits.assistant) {
      failures.push({ property: "platform", reason: `${definition.traits.title} has no assistants; ${othersWith((p) => p.traits.assistant !== undefined)}` });
    }
    if (definition?.traits.assistant) failures.push(...failuresOf(definition.traits.assistant, { ...fieldsOf(inputs), name: inputs["name"] }));
    return { inputs, failures };
  },

  diff: (context, _id, olds, news) => {
    noteMark(parseMark(olds.__mark));
    const moved = !hasUnknown(news.platform) && news.platform !== olds.platform;
    const changed = news.name !== olds.name || !same(declaredOf(olds), fieldsOf(news));
    const renamed = !hasUnknown(news.platform) && parseMark(olds.__mark)?.digest !== ownDigest(context, identityOf(news));
    const replaces = [...(moved ? ["platform"] : []), ...(olds.__rest ? ["name"] : [])];
    return { changes: replaces.length > 0 || changed || renamed || olds.__bears !== undefined, replaces };
  },

  create: (context, inputs) => {
    const assistants = assistantsOf(context, inputs.platform);
    const own = ownDigest(context, identityOf(inputs));
    const { account } = context.platform(inputs.platform);
    const list = async () => (await observe(context, account, "assistants", own, () => assistants.list(context.call))).items;
    const mine = (all: readonly AssistantRecord[]) => all.find((a) => a.mark?.digest === own && a.id !== "");
    const finish = (record: AssistantRecord) => ({ id: record.id, outs: outsOf(inputs, record) });
    const takeUp = async (found: AssistantRecord) => {
      const mark = { digest: own, generation: found.mark!.generation + 1 };
      noteMark(mark);
      return finish(await assistants.update({ id: found.id, name: inputs.name, mark, fields: fieldsOf(inputs) }, {}, context.call));
    };

    return leased(context, `${account} ${own}`, async () => {
      const before = mine(await list());
      if (before) return takeUp(before);
      noteMark({ digest: own, generation: 1 });
      try {
        return finish(await assistants.create({ name: inputs.name, mark: { digest: own, generation: 1 }, fields: fieldsOf(inputs) }, context.call));
      } catch (error) {
        return takeUp(await madeAllTheSame(context, error, context.platform(inputs.platform), async () => mine(await assistants.list(context.call))));
      }
    });
  },

  read: async (context, id, props) => {
    const olds = props as AssistantOutputs;
    const assistants = assistantsOf(context, olds.platform);
    const found = await assistants.get(id, context.call);
    if (!found) {
      if (!assistants.deleteRest || !restOf(await assistants.list(context.call), parseMark(olds.__mark))) return undefined;
      context.log.warn(`assistant ${id} is gone, but a part of it is left, as when its deletion was cut off. pulumi up makes it anew, pulumi destroy clears the rest away`);
      return { id, outs: { ...olds, __rest: true } };
    }
    const declared = declaredOf(olds);
    const unchanged = olds.__server === digest(found.fields);
    const fields = unchanged ? declared : Object.fromEntries(Object.keys(declared).map((key) => [key, inTheShapeOf(declared[key], found.fields[key], () => false)]));
    const marks = markRead(found.mark, olds, () => ownDigest(context, identityOf(olds)));
    const inputs: AssistantInputs = { ...fields, platform: olds.platform, name: marks.__unwritten && found.name === "" ? olds.name : found.name };
    return { id, inputs, outs: { ...outsOf(inputs, found), __fields: olds.__fields, ...marks } };
  },

  update: async (context, id, olds, news) => {
    const mark = { digest: ownDigest(context, identityOf(news)), generation: parseMark(olds.__mark)?.generation ?? 1 };
    const wanted = { id, name: news.name, mark, fields: fieldsOf(news) };
    return outsOf(news, await assistantsOf(context, news.platform).update(wanted, declaredOf(olds), context.call));
  },

  delete: async (context, id, props) => {
    const assistants = assistantsOf(context, props.platform);
    const ours = parseMark(props.__mark);
    let found = await assistants.get(id, context.call);
    if (!found) {
      const all = await assistants.list(context.call);
      found = all.find((a) => a.id === id); // gone is gone twice
      const rest = found ? undefined : restOf(all, ours);
      if (rest) await assistants.deleteRest?.(rest, context.call);
    }
    if (!found) return;
    if (isAnothers(found.mark, ours)) {
      context.log.info(`assistant ${id} is kept: ${holderOf(found.mark, ours)}`);
      return;
    }
    await assistants.delete(id, context.call);
  },
};
