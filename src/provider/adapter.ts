import type { dynamic } from "@pulumi/pulumi";
import { redact } from "../http/index.js";
import { printable } from "../shown.js";
import { type Context, type Failure, messageOf, PartialFailure, type ResourceCore } from "./context.js";
import { DynamicContext, type Hidden, isHidden, pick, type Props, timeoutsOf, urnIn } from "./dynamic-context.js";
import { forgetListings, forgetSurveys } from "./listings.js";
import { connectEngine, type EngineLink } from "./log.js";
import { defined, plain, same } from "./plain.js";
import { settingsFrom, type Settings } from "./settings.js";
import { kindOf, shortUrn } from "./short-urn.js";

/** Version of the shape of what is kept in the state; a later library reads older ones. A state that says none is of version 1. */
export const STATE_VERSION: number = 1;

/** Longer than any call's deadline. */
const LAST_MS = 120_000;

type AnyCore = ResourceCore<Props, Props>;

/** What `read` and `delete` need of what the constructors pass on: they are told the outputs and nothing else. */
const REPEATED = new Set(["__provider", "__urn", "__org", "__timeouts"]);
/** With what the first states repeated as well. A refresh leaves it there: it is no drift. */
const EVER_REPEATED = new Set([...REPEATED, "__search", "__derived", "__number"]);
const isRepeated = (key: string) => EVER_REPEATED.has(key);
/** What is in the state beside what the core says of the resource. */
const isBeside = (key: string) => isRepeated(key) || key === "__v";

/** What is kept in the state: the outputs, the hidden inputs that are needed, and all of it plain. Each byte is written again with every step. */
export const stateOf = (inputs: Props, outs: object): Props =>
  plain({ ...pick(inputs, (key) => REPEATED.has(key)), ...defined(outs), ...("__urn" in inputs && { __urn: shortUrn(inputs["__urn"]) }), ...(STATE_VERSION > 1 && { __v: STATE_VERSION }) });

/** The inputs that the state keeps, and those that only a creation needs. */
export function splitInputs(core: Pick<AnyCore, "onlyToCreate">, inputs: Props): { kept: Props; spare: Props } {
  const spare = core.onlyToCreate?.(inputs) ?? [];
  return { kept: pick(inputs, (key) => !spare.includes(key)), spare: pick(inputs, (key) => spare.includes(key)) };
}

/** Whether a read found what the state says: all of it, and nothing beside. */
function isAsKept(props: Props, outs: Props): boolean {
  if (outs === props) return true;
  for (const key in outs) if (!same(outs[key], props[key])) return false;
  for (const key in props) if (!(key in outs) && !isBeside(key)) return false;
  return true;
}

/** What is said of a property may quote what the program gave there. */
const fitFor = ({ property, reason }: Failure): Failure => ({ property: printable(property, 200), reason: printable(redact(reason), 1_000) });

/** Nothing of what a change may have made untrue is remembered, however it ends. */
async function changing<T>(work: () => Promise<T>): Promise<T> {
  forgetListings();
  return work().finally(forgetListings);
}

/** The thin side that knows Pulumi's dynamic providers, over cores that don't. */
export function dynamicProvider(cores: Record<string, () => AnyCore>): Required<dynamic.ResourceProvider> {
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

  const loaded = new Map<string, AnyCore>();
  const coreOf = (type: string): AnyCore => {
    const core = loaded.get(type) ?? cores[type]?.();
    if (!core) throw new Error(`this version of pulumi-telephony has no resource "${type}"`);
    loaded.set(type, core);
    return core;
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
    let context: DynamicContext | undefined;
    underWay++;
    try {
      const urn = urnIn(props);
      const core = coreOf(kindOf(urn));
      context = new DynamicContext(urn, props, (engine ??= connect()), settings);
      return await work(core, context);
    } catch (error) {
      throw failureOf(error, props[0]);
    } finally {
      const said = context?.flush();
      if (said) await said;
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
        if (isAsKept(props, found.outs)) return { id: found.id, props }; // and the engine keeps the inputs that it has
        const { inputs } = found;
        return {
          id: found.id,
          props: plain({ ...pick(props, isBeside), ...defined(found.outs) }),
          ...(inputs && { inputs: plain({ ...pick(props, isRepeated), ...defined(inputs) }) }),
        };
      }),
    update: (id, olds: Props, news: Props) => run([news, olds], (core, context) => changing(async () => ({ outs: stateOf(news, await core.update(context, id, olds, news)) }))),
    delete: (id, props: Props) => run([props], (core, context) => changing(() => core.delete(context, id, props))),
  };
}
