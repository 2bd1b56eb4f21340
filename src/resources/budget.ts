import * as pulumi from "../sdk.js";
import type { Money } from "../types.js";
import { ledger } from "./monthly-cost.js";
import { TelephonyResource, typeToken } from "./resource.js";

/** Registered where `telephony:monthlyBudget` is set: what the numbers are going to cost, looked at before any of them is bought. */
class Budget extends TelephonyResource {
  declare readonly planned: pulumi.Output<Money[]>;

  constructor(name: string, args: object, opts: pulumi.CustomResourceOptions) {
    super("Budget", name, args, ["planned"], opts);
  }
}

/** What is known of a number when it is declared. */
export interface Declared {
  name: string;
  args: { platform: pulumi.Input<unknown>; number?: pulumi.Input<unknown>; carrier?: pulumi.Input<unknown>; type?: pulumi.Input<unknown>; carrierAccount?: unknown };
  /** The criteria of the search. */
  criteria: pulumi.Input<unknown>;
  parent: pulumi.Resource | undefined;
  /** Known when the resource is made. */
  resource?: pulumi.CustomResource;
}

/** A provider, and the numbers that are declared in one turn of the program. */
interface Batch {
  declared: Declared[];
  done: Promise<unknown>;
}

interface Budgets {
  batches: Map<unknown, Batch>;
  /** Of each provider, in the order of registration. */
  made: { provider: unknown; budget: Budget }[];
}

const budgets = new WeakMap<object, Budgets>();

/** The budget as configured; the environment comes first, as with all settings. */
function configured(): string | undefined {
  return process.env["MONTHLY_BUDGET"] || new pulumi.Config("telephony").get("monthlyBudget") || undefined;
}

const isPool = (parent: pulumi.Resource | undefined) => (parent as { __pulumiType?: string } | undefined)?.__pulumiType === "telephony:index:NumberPool";

/**
 * What a number must wait for before it is registered: that all that the program declares in the same turn, or the same pool, is within the
 * budget. Undefined where there is no budget.
 *
 * A turn, and not the whole program: what depends on a number could be declared only when that one is bought. The provider counts such
 * numbers one by one, and buys none beyond the budget.
 */
export function withinBudget(number: Declared): Promise<unknown> | undefined {
  const budget = configured();
  if (budget === undefined) return undefined;
  const of = ledger();
  const all = budgets.get(of) ?? { batches: new Map<unknown, Batch>(), made: [] };
  budgets.set(of, all);
  const scope = isPool(number.parent) ? number.parent : "program";
  let batch = all.batches.get(scope);
  if (!batch) {
    const declared: Declared[] = [];
    batch = { declared, done: turn().then(() => register(budget, all, scope, declared)) };
    batch.done.catch(() => {}); // said where the numbers wait
    all.batches.set(scope, batch);
  }
  batch.declared.push(number);
  return batch.done;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function register(budget: string, all: Budgets, scope: unknown, declared: readonly Declared[]): Promise<unknown> {
  const numbers = (await Promise.all([...declared].map(described))).filter((n) => n !== undefined);
  const providers = [...new Set(numbers.map(({ provider }) => provider))];
  for (const provider of providers) {
    const prefix = scope === "program" ? "monthly-budget" : `${nameOf(scope)}-budget`;
    const elsewhere = all.made.filter((b) => b.provider !== provider).map((b) => b.budget.planned);
    const made = new Budget(
      provider ? `${prefix}-${nameOf(provider)}` : prefix,
      { budget, numbers: numbers.filter((n) => n.provider === provider).map((n) => n.number), ...(elsewhere.length > 0 && { elsewhere: pulumi.all(elsewhere).apply((lists) => lists.flat()) }) },
      { ...(scope !== "program" && { parent: scope as pulumi.Resource }), ...(provider !== undefined && { provider: provider as pulumi.ProviderResource }) },
    );
    all.made.push({ provider, budget: made });
  }
  // In a preview too: what the budget refuses is then refused before anything else is said of it.
  return Promise.all(all.made.map(({ budget: made }) => promiseOf(made.urn)));
}

const nameOf = (resource: unknown) => (resource as { __name?: string }).__name ?? "account";

const promiseOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => void output.apply(resolve));

/** A number as far as the program knows it by now; undefined when nothing can be said of it, or nothing is bought. */
async function described({ name, args, criteria, parent, resource }: Declared) {
  if (args.carrierAccount !== undefined) return undefined;
  const [platform, number, carrier, type, search] = await Promise.all([args.platform, args.number, args.carrier, args.type, criteria].map(soon));
  if (typeof platform !== "string") return undefined;
  const { country, type: searched } = (search ?? {}) as { country?: unknown; type?: unknown };
  const urn = await promiseOf(pulumi.createUrn(name, typeToken("PhoneNumber"), parent));
  const entry = { urn, name, platform, number, country, type: type ?? searched, carrier };
  return { provider: (resource as { __prov?: unknown } | undefined)?.__prov, number: Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) };
}

/** What an input comes to without waiting for any resource; undefined when it can't be told yet, or is a secret. */
async function soon(input: unknown): Promise<unknown> {
  const output = pulumi.output(input) as unknown as { isKnown: Promise<boolean>; isSecret: Promise<boolean>; promise(): Promise<unknown> };
  const value = async () => ((await output.isKnown) && !(await output.isSecret) ? output.promise() : undefined);
  return Promise.race([value(), turn().then(turn)]);
}
