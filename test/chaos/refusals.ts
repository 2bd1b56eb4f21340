/** Bad arguments go through the provider's `check`; each must be refused in words, and nothing may be asked of a platform. */
import fc from "fast-check";
import { news, type Provider, type Rig, startRig } from "../provider/rig.js";
import { type BadArgs, badArgs, type BadSettings, badSettings, SECRETS } from "./bad-args.js";
import type { Part, Sampling } from "./corpus.js";
import { shown, unfit, within } from "./words.js";

type Failure = { property: string; reason: string };

const isAt = (failure: Failure, places: string[]) =>
  places.some((place) => {
    const { property, reason } = failure;
    return property === place || property.startsWith(`${place}.`) || property.startsWith(`${place}[`) || (property !== "" && place.startsWith(`${property}.`)) || reason.includes(place) || (place.length > 60 && property.startsWith(place.slice(0, 40)));
  });

/** A key of odd characters is told in a form that can be printed. */
const printable = (place: string) => place.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/g, "").slice(0, 40);

async function refused(provider: Provider, { type, args, hidden, at }: BadArgs): Promise<string | undefined> {
  let failures: Failure[];
  try {
    ({ failures } = await within(10_000, "check", provider.check(news(type, "corpus", args, hidden))));
  } catch (error) {
    return `check raised an error: ${shown((error as Error).message)}`;
  }
  return judged(failures, at, SECRETS);
}

function judged(failures: Failure[], at: string[], secrets: readonly string[]): string | undefined {
  if (failures.length === 0) return "was accepted";
  for (const { property, reason } of failures) {
    const problem = unfit(reason, secrets) ?? (property.trim() === "" ? undefined : unfit(property, secrets));
    if (problem) return `${shown(property)}: ${problem}: ${shown(reason)}`;
  }
  const odd = at.some((place) => printable(place) !== place);
  return odd || failures.some((f) => isAt(f, at)) ? undefined : `nothing is said at ${at.join(" or ")}: ${shown(failures)}`;
}

/** The provider as the package exports it: the one door through which settings come without a process for each case. */
async function settingsRefused({ platform, config, setting, secret }: BadSettings): Promise<string | undefined> {
  const provider = (await import("pulumi-telephony/provider")) as unknown as {
    configure(request: { config: { get(key: string): string | undefined } }): Promise<void>;
    check(olds: object, inputs: object): Promise<{ failures: Failure[] }>;
    create(inputs: object): Promise<unknown>;
  };
  const way = platform === "vapi" ? { search: { areaCode: "415" } } : { number: "+12125551234" };
  const inputs = news("PhoneNumber", "corpus", { platform, name: "corpus", ...way });
  await provider.configure({ config: { get: (key) => (Object.hasOwn(config, key) ? config[key] : undefined) } });
  let failures: Failure[];
  try {
    ({ failures } = await within(10_000, "check", provider.check({}, inputs)));
  } catch (error) {
    return `check raised an error: ${shown((error as Error).message)}`;
  }
  const problem = judged(failures, [setting], secret ? [secret] : []);
  if (problem) return problem;
  const error: unknown = await within(10_000, "create", provider.create(inputs)).then(() => new Error("create succeeded"), (e: unknown) => e);
  if (!(error instanceof Error)) return `create threw what is no Error: ${shown(error)}`;
  const unclear = unfit(error.message, secret ? [secret] : []);
  return unclear ? `create: ${unclear}: ${shown(error.message)}` : error.message.includes(setting) ? undefined : `create doesn't name ${setting}: ${shown(error.message)}`;
}

/** One in ten is of the settings, the rest of arguments. */
const anyBad = fc.oneof(
  { weight: 9, arbitrary: badArgs.map((args) => ({ args, settings: undefined })) },
  { weight: 1, arbitrary: badSettings.map((settings) => ({ args: undefined, settings })) },
);

export async function refusals(sampling: Sampling): Promise<Part> {
  const rig: Rig = await startRig();
  const part: Part = { tried: 0, failures: [], doublePurchases: 0, orphans: 0, lost: 0, foreign: 0, leaks: 0 };
  try {
    const provider = await rig.start();
    for (const [path, bad] of sampling.of("args", anyBad)) {
      const { title } = bad.args ?? bad.settings;
      const problem = bad.args ? await refused(provider, bad.args) : await settingsRefused(bad.settings);
      part.tried++;
      if (problem?.includes("says a secret")) part.leaks++;
      if (problem) part.failures.push(`${path} ${title}: ${problem} (given: ${shown(bad.args?.args ?? bad.settings?.config, 160)})`);
      sampling.done(title, problem);
    }
    const asked = await rig.control<unknown[]>("requests");
    if (asked.length > 0) part.failures.push(`check asked a platform something: ${shown(asked)}`);
  } finally {
    await rig.close();
  }
  return part;
}
