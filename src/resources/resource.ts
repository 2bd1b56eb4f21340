import * as pulumi from "../sdk.js";
import { onlyProgramFrames } from "./program-frames.js";

/**
 * What stands in the state in place of the provider's code. It never changes: no diff when the library is upgraded, no secret
 * captured, and what runs is always the installed version (pulumi-facts.md §2).
 */
export const PROVIDER_STUB = 'exports.handler=()=>require("pulumi-telephony/provider");';

type Props = Record<string, unknown>;

/** The type token of a resource. Fixed from the first day: another token would be another resource. */
export const typeToken = (type: string) => `pulumi-nodejs:dynamic/telephony:${type}`;

/**
 * A resource whose life is run by `pulumi-telephony/provider`, on the wire exactly what `pulumi.dynamic.Resource` registers. The
 * hidden properties tell the provider what Pulumi's dynamic provider protocol leaves out: URN, organisation and time-outs.
 */
export abstract class TelephonyResource extends pulumi.CustomResource {
  /**
   * @param args what the user gave
   * @param outputs the names of the outputs that are no arguments
   * @param after what must have happened before it is registered
   */
  constructor(type: string, name: string, args: object, outputs: readonly string[], opts: pulumi.CustomResourceOptions = {}, after?: Promise<unknown>) {
    if (opts.import !== undefined) {
      throw new Error(
        `${type} "${name}": Pulumi can't import a resource of a dynamic provider (pulumi/pulumi#3550). ` +
          `To manage a number that the account already owns, declare it with adopt: true`,
      );
    }
    const { create, update, delete: remove } = opts.customTimeouts ?? {};
    const organization = pulumi.getOrganization();
    const props: Props = {
      ...Object.fromEntries(outputs.map((key) => [key, undefined])),
      ...args,
      __provider: PROVIDER_STUB,
      __urn: after ? after.then(() => urnWithin(name, typeToken(type), opts.parent)) : urnWithin(name, typeToken(type), opts.parent),
      ...(organization !== "organization" && { __org: organization }),
      ...((create ?? update ?? remove) !== undefined && { __timeouts: { create, update, delete: remove } }),
    };
    const allFrames = onlyProgramFrames();
    try {
      super(typeToken(type), name, props, opts);
    } catch (error) {
      allFrames();
      if (error instanceof Error) Error.captureStackTrace(error, new.target); // so that it says where in the program
      throw error;
    } finally {
      allFrames();
    }
  }
}

/**
 * The URN, with no dependency in it. `createUrn` depends on the parent, and to Pulumi a component stands for all of its children:
 * two of them would wait for each other for ever. That the parent comes first, Pulumi knows anyway.
 */
const urnWithin = (name: string, type: string, parent: pulumi.Resource | undefined) =>
  parent ? withoutDependency(pulumi.createUrn(name, type, parent)) : `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`;

/** What an output comes to, for a property beside another that has the dependency already: each is written into the state, with the URN. */
export function withoutDependency<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => void output.apply(resolve));
}
