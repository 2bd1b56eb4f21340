import type { Deployment } from "pulumi-telephony/testing";

/** The same properties as one of our resources has in the state, without what we add to them. */
export interface Twin {
  name: string;
  type: string;
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** What the user gave and what the platform told: not the stub, nor what the library keeps for itself. */
const own = (properties: Record<string, unknown> = {}) => Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith("__")));

export function twinsOf({ deployment }: Deployment): Twin[] {
  return (deployment.resources ?? [])
    .filter((resource) => resource.type.startsWith("pulumi-nodejs:dynamic/telephony:"))
    .map(({ urn, type, id, inputs, outputs }) => ({ name: urn.split("::").pop()!, type, id: id!, inputs: own(inputs), outputs: own(outputs) }));
}
