import { PlatformError } from "../../http/index.js";
import { markText, parseMark } from "../../mark.js";
import { unlessSeen } from "../decode.js";
import type { AssistantRecord, Assistants, Label } from "../platform.js";
import type { VapiClient } from "./client.js";
import { orUndefined, reworded } from "./errors.js";
import type { Assistant } from "./schema.js";

type Fields = Record<string, unknown>;

/** What the server fills in and no program sets. [OAS Assistant] without [OAS CreateAssistantDTO] */
const SERVER_OWNED = new Set(["id", "orgId", "createdAt", "updatedAt", "isServerUrlSecretSet"]);

/** The mark's key in `metadata`, beside the user's own. */
const MARK = "pulumi";

const without = (fields: Fields, key: string): Fields => Object.fromEntries(Object.entries(fields).filter(([k]) => k !== key));

export function toAssistant({ name, metadata, ...rest }: Assistant): AssistantRecord {
  const own = without(metadata ?? {}, MARK);
  // A field that was set to null is one that isn't set.
  const fields = Object.fromEntries(Object.entries(rest).filter(([key, value]) => !SERVER_OWNED.has(key) && value != null));
  return {
    id: rest.id,
    name: name ?? "",
    mark: parseMark(metadata?.[MARK]),
    fields: Object.keys(own).length > 0 ? { ...fields, metadata: own } : fields,
  };
}

function toBody(label: Label, fields: Fields, metadata: Fields): Fields {
  return { ...fields, name: label.name, metadata: label.mark ? { ...metadata, [MARK]: markText(label.mark) } : metadata };
}

const metadataOf = (fields: Fields) => without((fields["metadata"] as Fields | undefined) ?? {}, MARK);

/** A PATCH puts what it sends in place of what was, metadata as a whole: ASSUMED, the OAS doesn't say that anything is merged. */
export function assistantsOf(client: VapiClient): Assistants {
  return {
    list: async (call) => (await client.assistants(call)).map(toAssistant),
    get: async (id, call) => {
      const found = await client.assistant(id, call).catch(orUndefined);
      return found && toAssistant(found);
    },
    create: async ({ fields, ...label }, call) => toAssistant(await client.createAssistant(toBody(label, fields, metadataOf(fields)), call)),
    update: async ({ id, fields, ...label }, before, call) => {
      const cleared = Object.keys(before).filter((key) => fields[key] === undefined && key !== "metadata" && !SERVER_OWNED.has(key));
      // Metadata that the program never gave belongs to somebody else, and only the mark in it to us.
      const foreign = fields["metadata"] === undefined && before["metadata"] === undefined;
      const metadata = metadataOf(foreign ? toAssistant(await client.assistant(id, call)).fields : fields);
      const nulls = Object.fromEntries(cleared.map((key) => [key, null])); // nullable: ASSUMED
      return toAssistant(await client.updateAssistant(id, { ...nulls, ...toBody(label, fields, metadata) }, call));
    },
    delete: async (id, call) => {
      try {
        await client.deleteAssistant(id, call).catch(unlessSeen(() => client.assistant(id, call).catch(orUndefined)));
      } catch (e) {
        // 409 {error: "assistant_pinned", message: says by what} [OAS AssistantPinnedConflictResponseDTO]
        if (!(e instanceof PlatformError) || e.code !== "assistant_pinned") throw e;
        throw reworded(e, { remedy: `Assistant ${id} is pinned: take it off what Vapi names, then run pulumi up again.` });
      }
    },
  };
}
