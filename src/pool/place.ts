import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { countryOf, toE164 } from "../platforms/numbering.js";
import { PoolError } from "./error.js";

/** As people say it: without the 0 that stands before it inside the country. */
export function bareAreaCode(areaCode: string): string {
  return areaCode.replace(/^0/, "");
}

/**
 * Where the numbering plan puts a number. The area code is the first group of the national spelling: (415) 236-1204, 030 23127204.
 */
export function placeOf(number: string): { country?: string; areaCode?: string } {
  const first = /\d+/.exec(parsePhoneNumberFromString(number)?.formatNational() ?? "")?.[0];
  const areaCode = first && bareAreaCode(first);
  const country = countryOf(number);
  return { ...(country && { country }), ...(areaCode && { areaCode }) };
}

/** @throws PoolError `invalid-number` */
export function numberIn(text: string): string {
  const number = toE164(text);
  if (!number) throw new PoolError("invalid-number", `"${text}" is no phone number; write it with its country code, for example +14152361204`);
  return number;
}
