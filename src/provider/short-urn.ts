/**
 * URNs as the state keeps them: a dynamic provider is told no URN, so that each resource holds its own, in its inputs and again in its
 * outputs. What is the same in all of them is left out.
 */
const PREFIX = "urn:pulumi:";
const PACKAGE = "pulumi-nodejs:dynamic/telephony:";
const DELIMITER = "::";

/** `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/telephony:PhoneNumber::line` is `dev::shop::PhoneNumber::line`. Anything else stays as it is. */
export const shortUrn = (urn: unknown): unknown => (typeof urn === "string" && urn.startsWith(PREFIX) ? urn.slice(PREFIX.length).replaceAll(PACKAGE, "") : urn);

/** Where a URN's types begin, and where they end: its name follows. There is a URN to each of a run's operations, so that it isn't split. */
function typesIn(urn: string): [begin: number, end: number] {
  const begin = urn.indexOf(DELIMITER, urn.indexOf(DELIMITER) + DELIMITER.length) + DELIMITER.length;
  return [begin, urn.indexOf(DELIMITER, begin)];
}

/** The inverse of {@link shortUrn}. A URN that is whole stays as it is: older states hold such. */
export function wholeUrn(urn: string): string {
  if (urn.startsWith(PREFIX)) return urn;
  const [begin, end] = typesIn(urn);
  const types = urn.slice(begin, end).split("$").map((type) => (type.includes(":") ? type : PACKAGE + type));
  return PREFIX + urn.slice(0, begin) + types.join("$") + urn.slice(end);
}

/** The last part of its type, of a URN short or whole: `PhoneNumber`. */
export function kindOf(urn: string): string {
  const [, end] = typesIn(urn);
  return urn.slice(Math.max(urn.lastIndexOf(":", end - 1), urn.lastIndexOf("$", end - 1)) + 1, end);
}

/** What it is called in the program. */
export const nameOf = (urn: string): string => urn.slice(typesIn(urn)[1] + DELIMITER.length);
