import type * as pulumi from "@pulumi/pulumi";
import type { PlatformName } from "../types.js";
import { TelephonyResource } from "./resource.js";

export interface PoolMemberArgs {
  pool: string;
  database?: pulumi.Input<string>;
  platform: pulumi.Input<PlatformName>;
  phoneNumber: pulumi.Input<string>;
  number: pulumi.Input<string>;
  slot?: number;
  reserved?: pulumi.Input<boolean | undefined>;
  deletionProtection?: pulumi.Input<boolean>;
  present?: pulumi.Input<boolean | undefined>;
}

/** A number's row in a pool; part of `NumberPool`. Deleted before the number may be, and refuses as long as somebody has it. */
export class PoolMember extends TelephonyResource {
  declare readonly number: pulumi.Output<string>;

  constructor(name: string, args: PoolMemberArgs, opts: pulumi.CustomResourceOptions) {
    super("PoolMember", name, args, [], { ...opts, deleteBeforeReplace: true });
  }
}
