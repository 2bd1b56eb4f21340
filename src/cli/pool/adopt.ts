/** Numbers that were bought elsewhere: they come into the pool when the platform says that the account owns them. */
import { isNotFound } from "../../http/index.js";
import { markText } from "../../mark.js";
import { platformNamed, platforms } from "../../platforms/index.js";
import type { NumberRecord } from "../../platforms/platform.js";
import { numberIn } from "../../pool/place.js";
import type { AddNumber, Pool } from "../../pool/types.js";
import { envName, type Settings } from "../../provider/settings.js";
import type { PlatformName } from "../../types.js";
import { Refusal } from "./errors.js";
import { EXIT } from "./exit-codes.js";

export interface Adoption extends Pick<AddNumber, "region" | "areaCode" | "reservedFor"> {
  number: string;
  /** Left out: every platform that there is a key for is asked. */
  platform?: PlatformName;
  /** Asks nobody. */
  unchecked?: boolean;
}

/** The platforms that there is a key for. */
export function reachable(settings: Settings): PlatformName[] {
  return Object.values(platforms)
    .filter((definition) => settings.hasKey(definition))
    .map(({ name }) => name);
}

const title = (platform: PlatformName) => platforms[platform].traits.title;
const keyOf = (platform: PlatformName) => envName(platforms[platform].traits.keySetting);
const either = (words: readonly string[]) => (words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`);

/**
 * What to add, with the platform's own id of the number.
 * @throws Refusal when the account doesn't own the number, can't use it yet, or when a Pulumi program owns it
 */
export async function lookUp(pool: Pool, settings: Settings, wanted: Adoption): Promise<AddNumber> {
  const { platform, unchecked, ...rest } = wanted;
  const number = numberIn(wanted.number);
  if (platform !== undefined && !platformNamed(platform)) throw new Refusal(`there is no platform called "${platform}"; there is ${either(Object.keys(platforms))}`, EXIT.wrong);
  if (unchecked) {
    if (!platform) throw new Refusal("say which platform has the number: nobody is asked for it", EXIT.wrong);
    return { ...rest, number, platform };
  }
  const asked = platform ? [platform] : reachable(settings);
  const missing = platform ? (reachable(settings).includes(platform) ? [] : [platform]) : asked.length ? [] : (Object.keys(platforms) as PlatformName[]);
  if (missing.length > 0) {
    const who = platform ? title(platform) : "any platform";
    throw new Refusal(`there is no key for ${who}, so nobody can say whether ${number} is yours: set ${either(missing.map(keyOf))}, or add it unchecked`, EXIT.wrong);
  }

  const answers = await Promise.allSettled(asked.map((name) => find(settings, name, number)));
  const found = answers.flatMap((answer, i) => (answer.status === "fulfilled" && answer.value ? [{ platform: asked[i]!, record: answer.value }] : []));
  const failed = answers.find((answer) => answer.status === "rejected");
  if (found.length === 0 && failed) throw failed.reason;
  const owner = found[0];
  if (!owner) throw new Refusal(`the account at ${either(asked.map(title))} doesn't own ${number}: buy it there first, or check ${either(asked.map(keyOf))}`);
  if (found.length > 1) throw new Refusal(`${number} is at ${found.map((x) => title(x.platform)).join(" and ")}: say which of them is meant`, EXIT.wrong);
  const { record } = owner;
  if (!record.ready) throw new Refusal(`${number} is not ready at ${title(owner.platform)} yet (it is "${record.status}"): add it when calls reach it`);
  if (record.mark && (await pool.list({ number })).length === 0) {
    throw new Refusal(
      `${number} belongs to a Pulumi resource (mark ${markText(record.mark)}), which may release it while somebody has it: give that resource to NumberPool's numbers, or add it unchecked`,
    );
  }
  return { ...rest, number, platform: owner.platform, platformId: record.platformId };
}

/** A number that was released is none of the account's. */
async function find(settings: Settings, platform: PlatformName, number: string): Promise<NumberRecord | undefined> {
  try {
    const record = await settings.open(platform).numbers.find(number, {});
    return record?.gone ? undefined : record;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
