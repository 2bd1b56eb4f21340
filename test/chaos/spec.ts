/**
 * Programs as data, so that the same one can be handed to a process that is going to be killed, changed by a generator, and
 * printed where it failed.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";
import { NaiveNumber } from "../../bench/naive/index.js";

/** What the stack's secrets are encrypted with. */
export const PASSPHRASE = "chaos";

/** A value of a resource that is declared earlier: `{ $ref: "desk", output: "id" }`; without `output` the resource itself. */
export interface Ref {
  $ref: string;
  output?: string;
}

/** A secret value: `{ $secret: "tok_…" }`. */
export interface Secret {
  $secret: string;
}

export interface ResourceSpec {
  type: keyof typeof TYPES;
  name: string;
  args: Record<string, unknown>;
  /** Names that it had before. */
  aliases?: string[];
  deleteBeforeReplace?: boolean;
}

export type ProgramSpec = ResourceSpec[];

const TYPES = {
  Assistant: telephony.Assistant,
  CallFlow: telephony.CallFlow,
  CallFlowBinding: telephony.CallFlowBinding,
  NaiveNumber,
  NumberSearch: telephony.NumberSearch,
  PhoneNumber: telephony.PhoneNumber,
  PhoneNumberLink: telephony.PhoneNumberLink,
};

type AnyResource = new (name: string, args: object, opts?: pulumi.CustomResourceOptions) => pulumi.CustomResource;

export const ref = ($ref: string, output?: string): Ref => ({ $ref, ...(output === undefined ? {} : { output }) });

/** Declares what the spec says. */
export function declare(spec: ProgramSpec): void {
  const made = new Map<string, pulumi.CustomResource>();
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    if ("$secret" in value) return pulumi.secret((value as Secret).$secret);
    if (!("$ref" in value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
    const { $ref, output } = value as Ref;
    const resource = made.get($ref);
    if (!resource) throw new Error(`the spec refers to "${$ref}" before it is declared`);
    return output === undefined ? resource : (resource as unknown as Record<string, unknown>)[output];
  };
  for (const { type, name, args, aliases, deleteBeforeReplace } of spec) {
    const opts = { aliases: aliases?.map((alias) => ({ name: alias })), deleteBeforeReplace, customTimeouts: { create: "1m" } };
    made.set(name, new (TYPES[type] as unknown as AnyResource)(name, resolve(args) as object, opts));
  }
}
