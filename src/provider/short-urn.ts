/**
 * URNs as the state keeps them: a dynamic provider is told no URN, so that each resource holds its own, in its inputs and again in its
 * outputs. What is the same in all of them is left out.
 */
const PREFIX = "urn:pulumi:";
const PACKAGE = "pulumi-nodejs:dynamic/telephony:";

/** `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/telephony:PhoneNumber::line` is `dev::shop::PhoneNumber::line`. Anything else stays as it is. */
export const shortUrn = (urn: unknown): unknown => (typeof urn === "string" && urn.startsWith(PREFIX) ? urn.slice(PREFIX.length).replaceAll(PACKAGE, "") : urn);

/** The inverse. A URN that is whole stays as it is: older states hold such. */
export function wholeUrn(urn: string): string {
  if (urn.startsWith(PREFIX)) return urn;
  const [stack, project, types = "", ...name] = urn.split("::");
  const whole = types.split("$").map((type) => (type.includes(":") ? type : PACKAGE + type)).join("$");
  return PREFIX + [stack, project, whole, ...name].join("::");
}
