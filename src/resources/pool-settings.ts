import type * as pulumi from "@pulumi/pulumi";
import { TelephonyResource } from "./resource.js";

export interface PoolSettingsArgs {
  pool: string;
  database?: pulumi.Input<string>;
  lowWater?: pulumi.Input<number>;
  cooldown?: pulumi.Input<string>;
  webhook?: pulumi.Input<{ url: pulumi.Input<string>; secret: pulumi.Input<string> }>;
}

/** A pool's settings, in its database; part of `NumberPool`. */
export class PoolSettings extends TelephonyResource {
  constructor(name: string, args: PoolSettingsArgs, opts: pulumi.CustomResourceOptions) {
    super("PoolSettings", name, args, [], opts);
  }
}
