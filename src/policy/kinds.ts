import type { ResourceValidationPolicy } from "@pulumi/policy";
import { countryOf, isVirtual, typeOf } from "../platforms/numbering.js";
import type { NumberType } from "../types.js";
import { token } from "./resources.js";

/** What the rules read of a number's, a search's or a pool's declaration. */
interface Declared {
  number?: string;
  country?: string;
  type?: string;
  search?: { country?: string; type?: string };
  candidates?: (string | { number: string; country?: string; type?: string })[];
}

/** Each number that may be bought, and what its search looks for: with what is said of it, or what its digits say. */
function every<T>(type: string, props: Declared, said: (of: { country?: string; type?: string }) => T | undefined, told: (number: string) => T | undefined): (T | undefined)[] {
  if (props.number !== undefined) return [told(props.number) ?? said(props)];
  if (props.candidates !== undefined) return props.candidates.map((c) => (typeof c === "string" ? told(c) : (said(c) ?? told(c.number))));
  // It chooses from a search, which is a declaration of its own.
  if (type === token("PhoneNumber") && props.search === undefined) return [];
  return [said(props.search ?? props)];
}

/** A search too, and so that of a number: a number that chooses from a search has no country before it is searched. */
const isDeclaration = (type: string) => type === token("PhoneNumber") || type === token("NumberSearch");

/** Vapi sells local numbers of the US, and can't be asked for others. */
const VAPI = { country: "US", type: "local" } as const;
const onlyKind = (platform: unknown) => (platform === "vapi" ? VAPI : undefined);

/** The countries that numbers may be from. VoIPBIN's virtual numbers are of none, and pass. */
export function countries(allowed?: readonly string[]): ResourceValidationPolicy {
  return {
    name: "telephony-countries",
    description: "Phone numbers are from allowed countries only.",
    enforcementLevel: "mandatory",
    configSchema: { properties: { countries: { type: "array", items: { type: "string" } } } },
    validateResource: ({ type, props, ...args }, report) => {
      const list = args.getConfig<{ countries?: string[] }>().countries ?? allowed;
      if (!list || !isDeclaration(type)) return;
      const virtual = (props as Declared).search?.type === "virtual" || props["type"] === "virtual" || isVirtual((props as Declared).number ?? "");
      if (virtual) return;
      const found = new Set(every(type, props, (of) => of.country ?? onlyKind(props["platform"])?.country, countryOf));
      for (const country of found) {
        if (country === undefined) report(`says no country; allowed are ${list.join(", ")}. Give search.country`);
        else if (!list.includes(country)) report(`a number from ${country} is not allowed; allowed are ${list.join(", ")}`);
      }
    },
  };
}

/** The types of number that may be bought. */
export function types(allowed?: readonly NumberType[]): ResourceValidationPolicy {
  return {
    name: "telephony-types",
    description: "Phone numbers are of allowed types only.",
    enforcementLevel: "mandatory",
    configSchema: { properties: { types: { type: "array", items: { type: "string", enum: ["local", "toll-free", "mobile", "virtual"] } } } },
    validateResource: ({ type, props, ...args }, report) => {
      const list: readonly string[] | undefined = args.getConfig<{ types?: string[] }>().types ?? allowed;
      if (!list || !isDeclaration(type)) return;
      for (const found of new Set(every<string>(type, props, (of) => of.type ?? onlyKind(props["platform"])?.type, typeOf))) {
        if (found === undefined) report(`says no type; allowed are ${list.join(", ")}. Give search.type`);
        else if (!list.includes(found)) report(`a ${found} number is not allowed; allowed are ${list.join(", ")}`);
      }
    },
  };
}
