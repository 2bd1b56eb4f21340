import type { dynamic } from "@pulumi/pulumi";
import { parseDuration } from "../duration.js";
import { redact } from "../http/index.js";
import { printable } from "../shown.js";
import { type Context, type Failure, messageOf, PartialFailure, type ResourceCore } from "./context.js";
import { forgetListings, forgetSurveys } from "./listings.js";
import { connectEngine, type EngineLink } from "./log.js";
import { defined, plain, same } from "./plain.js";
import { settingsFrom, type Settings } from "./settings.js";
import { shortUrn, wholeUrn } from "./short-urn.js";
import { UNKNOWN } from "./unknown.js";

/** What the constructor of a resource passes on beside its arguments; Pulumi hides such keys in its display. */
export interface Hidden {
  __provider: string;
  __urn: string;
  __org?: string;
  __derived?: true;
  __timeouts?: { create?: string; update?: string; delete?: string };
}

/** Version of the shape of what is kept in the state; a later library reads older ones. A state that says none is of version 1. */
export const STATE_VERSION: number = 1;

/** Longer than any call's deadline. */
const LAST_MS = 120_000;

type Props = Record<string, unknown>;
type AnyCore = ResourceCore<Props, Props>;

const isHidden = (key: string) => key.startsWith("__");

/** What `read` and `delete` need of what the constructors pass on: they are told the outputs and nothing else. */
const REPEATED = ["__provider", "__urn", "__org", "__timeouts"];
/** What the first states repeated as well. A refresh leaves it there: it is no drift. */
const ONCE_REPEATED = ["__search", "__derived", "__number"];
const isRepeated = (key: string) => REPEATED.includes(key) || ONCE_REPEATED.includes(key);

const pick = (props: Props, test: (key: string) => boolean): Props => Object.fromEntries(Object.entries(props).filter(([k]) => test(k)));

/** What is kept in the state: the outputs, the hidden inputs that are needed, and all of it plain. Each byte is written again with every step. */
export const stateOf = (inputs: Props, outs: object): Props =>
  plain({ ...pick(inputs, (key) => REPEATED.includes(key)), ...defined(outs), ...("__urn" in inputs && { __urn: shortUrn(inputs["__urn"]) }), ...(STATE_VERSION > 1 && { __v: STATE_VERSION }) });

/** The inputs that the state keeps, and those that only a creation needs. */
export function splitInputs(core: Pick<AnyCore, "onlyToCreate">, inputs: Props): { kept: Props; spare: Props } {
  const spare = core.onlyToCreate?.(inputs) ?? [];
  return { kept: pick(inputs, (key) => !spare.includes(key)), spare: pick(inputs, (key) => spare.includes(key)) };
}

/** A URN that is known, from the first of these that has one: in a preview that deletes first it can be unknown. */
const urnOf = (...props: (Props | undefined)[]) => {
  const found = props.map((p) => p?.["__urn"]).find((u): u is string => typeof u === "string" && u !== UNKNOWN);
  return found && wholeUrn(found);
};

const typeOfUrn = (urn: string) => urn.split("::")[2]!.split("$").pop()!.split(":").pop()!;

/** A timer can't be set further ahead: it would go off at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The time-outs of the program, and what is wrong with them. What is no duration counts as not given: by then it may have been paid for. */
function timeoutsOf(given: Hidden["__timeouts"]): { timeouts: Context["timeouts"]; failures: Failure[] } {
  const failures: Failure[] = [];
  const of = (operation: "create" | "update" | "delete") => {
    const duration: unknown = given?.[operation];
    if (duration === undefined || duration === null || duration === "" || duration === UNKNOWN) return undefined;
    try {
      return Math.min(parseDuration(duration), LONGEST_WAIT_MS);
    } catch (error) {
      failures.push({ property: `customTimeouts.${operation}`, reason: messageOf(error) });
      return undefined;
    }
  };
  return { timeouts: { create: of("create"), update: of("update"), delete: of("delete") }, failures };
}

/** What is said of a property may quote what the program gave there. */
const fitFor = ({ property, reason }: Failure): Failure => ({ property: printable(property, 200), reason: printable(redact(reason), 1_000) });

/** Nothing of what a change may have made untrue is remembered, however it ends. */
async function changing<T>(work: () => Promise<T>): Promise<T> {
  forgetListings();
  return work().finally(forgetListings);
}

/** The thin side that knows Pulumi's dynamic providers, over cores that don't. */
export function dynamicProvider(cores: Record<string, AnyCore>): Required<dynamic.ResourceProvider> {
  let settings: Settings = settingsFrom(() => undefined);
  let engine: EngineLink | undefined;
  let underWay = 0;
  /** What `check` found and only `create` needs, by URN: both are asked in one process. In the state it would stand for ever, many times over. */
  const setAside = new Map<string, Props>();

  /**
   * Nobody hears of the results any more, and the next run is to find no other buyer: this process ends, as soon as what is under
   * way has ended. That is soon: waits and repeatable calls are given up at once, the others have their deadlines.
   */
  const leave = () => {
    if (underWay === 0) process.exit();
    setTimeout(() => process.exit(), LAST_MS).unref();
  };

  const connect = (): EngineLink => {
    const link = connectEngine(process.argv[2]);
    link.gone.addEventListener("abort", leave, { once: true });
    return link;
  };

  const contextOf = (...props: (Props | undefined)[]): { core: AnyCore; context: Context } => {
    const urn = urnOf(...props);
    if (!urn) throw new Error("this resource carries no URN: it was not made by the constructors of pulumi-telephony");
    const core = cores[typeOfUrn(urn)];
    if (!core) throw new Error(`this version of pulumi-telephony has no resource "${typeOfUrn(urn)}"`);
    const hidden = pick(Object.assign({}, ...[...props].reverse()) as Props, isHidden) as Partial<Hidden>;
    const link = (engine ??= connect());
    const context: Context = {
      urn,
      name: urn.split("::").pop()!,
      organization: hidden.__org ?? "organization",
      hidden,
      timeouts: timeoutsOf(hidden.__timeouts).timeouts,
      log: link.logFor(urn),
      settings,
      call: { signal: link.gone }, // Cancel never reaches a dynamic provider (pulumi-facts.md §4), hence every wait is bounded
      assertEngineAlive: async () => {
        if (!(await link.isAlive())) throw new Error("the Pulumi engine that asked for this number is gone; nothing was bought");
      },
      platform: (name) => settings.open(name),
    };
    return { core, context };
  };

  /** Pulumi prints `reasons` of a partial failure, and `message` of a plain one; neither may hold a key. */
  const failureOf = (error: unknown, inputs: Props): Error => {
    const message = printable(redact(messageOf(error)));
    if (!(error instanceof PartialFailure)) return new Error(message);
    // __provider must be among them, or the number can never be released (pulumi-facts.md §0, trap 3)
    return Object.assign(new Error(message), { id: error.id, properties: stateOf(inputs, error.outs), reasons: [message] });
  };

  /** Runs one operation of a resource. */
  const run = async <T>(props: [Props, ...Props[]], work: (core: AnyCore, context: Context) => T | Promise<T>): Promise<T> => {
    let context: Context | undefined;
    underWay++;
    try {
      const found = contextOf(...props);
      context = found.context;
      return await work(found.core, context);
    } catch (error) {
      throw failureOf(error, props[0]);
    } finally {
      await context?.log.flush();
      underWay--;
      if (engine?.gone.aborted) leave();
    }
  };

  return {
    // Kept free of await: a second resource may be asked before the promise of this one is (anchors.md §5.1, 7).
    configure: ({ config }) => {
      settings = settingsFrom((key) => config.get(`telephony:${key}`));
      return Promise.resolve();
    },
    check: (olds: Props, news: Props) =>
      run([news, olds], async (core, context) => {
        const before = pick(olds, (k) => !isHidden(k));
        const checked = core.check(context, before, pick(news, (k) => !isHidden(k)));
        const problems = [...checked.failures, ...timeoutsOf(context.hidden["__timeouts"] as Hidden["__timeouts"]).failures];
        const { inputs, failures } = core.plan && problems.length === 0 ? await core.plan(context, before, checked.inputs) : { ...checked, failures: problems };
        const { kept, spare } = splitInputs(core, { ...pick(news, isHidden), ...defined(inputs) });
        if (Object.keys(olds).length === 0 && Object.keys(spare).length > 0) setAside.set(context.urn, spare); // so it is for the new half of a replacement, too
        return { inputs: plain({ ...kept, __urn: shortUrn(kept["__urn"]) }), failures: failures.map(fitFor) };
      }),
    diff: (id, olds: Props, news: Props) => run([news, olds], (core, context) => core.diff(context, id, olds, news)),
    create: (inputs: Props) =>
      run([inputs], async (core, context) => {
        forgetSurveys();
        const { id, outs } = await core.create(context, { ...setAside.get(context.urn), ...inputs });
        setAside.delete(context.urn);
        return { id, outs: stateOf(inputs, outs) };
      }),
    read: (id, props: Props = {}) =>
      run([props], async (core, context) => {
        const found = await core.read(context, id, props);
        if (!found) return { id: "", props: {} };
        const outs = { ...pick(props, (key) => isRepeated(key) || key === "__v"), ...defined(found.outs) };
        if (same(outs, props)) return { id: found.id, props }; // and the engine keeps the inputs that it has
        return { id: found.id, props: plain(outs), ...(found.inputs && { inputs: plain({ ...pick(props, isRepeated), ...defined(found.inputs) }) }) };
      }),
    update: (id, olds: Props, news: Props) => run([news, olds], (core, context) => changing(async () => ({ outs: stateOf(news, await core.update(context, id, olds, news)) }))),
    delete: (id, props: Props) => run([props], (core, context) => changing(() => core.delete(context, id, props))),
  };
}
