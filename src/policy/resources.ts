/** The type token of a resource, as the policy engine tells it. */
export const token = (type: string) => `pulumi-nodejs:dynamic/telephony:${type}`;

/** The stack of a URN: `urn:pulumi:STACK::PROJECT::TYPE::NAME`. */
export const stackOf = (urn: string) => urn.split("::")[0]!.split(":")[2]!;
