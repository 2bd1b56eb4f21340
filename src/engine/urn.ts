/** URNs (`urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`) and provider references (`<urn>::<id>`). */

export const ROOT_STACK_TYPE = "pulumi:pulumi:Stack";

export const nameOf = (urn: string) => urn.split("::").slice(3).join("::");
const qualifiedTypeOf = (urn: string) => urn.split("::")[2] ?? "";
export const typeOf = (urn: string) => qualifiedTypeOf(urn).split("$").pop() ?? "";

/** The root stack is nobody's parent in a URN. */
export function createUrn(stack: string, project: string, parent: string | undefined, type: string, name: string): string {
  const parentType = parent && qualifiedTypeOf(parent) !== ROOT_STACK_TYPE ? `${qualifiedTypeOf(parent)}$` : "";
  return `urn:pulumi:${stack}::${project}::${parentType}${type}::${name}`;
}

export const isProviderType = (type: string) => type.startsWith("pulumi:providers:");
export const isDefaultProvider = (urn: string) =>
  isProviderType(typeOf(urn)) && (nameOf(urn) === "default" || nameOf(urn).startsWith("default_"));

/** The provider's URN and id out of a reference. */
export function parseReference(reference: string): { urn: string; id: string } {
  const at = reference.lastIndexOf("::");
  return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}
