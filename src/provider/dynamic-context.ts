import { parseDuration } from "../duration.js";
import type { Call, Platform } from "../platforms/platform.js";
import { type Context, type Failure, messageOf } from "./context.js";
import type { EngineLink, Log } from "./log.js";
import type { Settings } from "./settings.js";
import { nameOf, wholeUrn } from "./short-urn.js";
import { UNKNOWN } from "./unknown.js";

/** What the constructor of a resource passes on beside its arguments; Pulumi hides such keys in its display. */
export interface Hidden {
  __provider: string;
  __urn: string;
  __org?: string;
  __derived?: true;
  __timeouts?: { create?: string; update?: string; delete?: string };
}

export type Props = Record<string, unknown>;

export const isHidden = (key: string) => key.startsWith("__");

export const pick = (props: Props, test: (key: string) => boolean): Props => Object.fromEntries(Object.entries(props).filter(([key]) => test(key)));

/**
 * The URN of the resource whose operation it is, as the engine has passed it on: the newest first.
 *
 * @throws where there is none
 */
export function urnIn(props: readonly Props[]): string {
  const kept = firstKnown("__urn", props);
  if (typeof kept === "string" && kept !== "") return kept;
  throw new Error("this resource carries no URN: it was not made by the constructors of pulumi-telephony");
}

/** The first that is known: in a preview that deletes first, a URN is not. */
function firstKnown(key: keyof Hidden, props: readonly Props[]): unknown {
  for (const each of props) if (each[key] !== undefined && each[key] !== UNKNOWN) return each[key];
  return undefined;
}

/** A timer can't be set further ahead: it would go off at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The time-outs of the program, and what is wrong with them. What is no duration counts as not given: by then it may have been paid for. */
export function timeoutsOf(given: Hidden["__timeouts"]): { timeouts: Context["timeouts"]; failures: Failure[] } {
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

/** What one operation of a dynamic provider knows. There are thousands in a run, and most of them need little of it: the rest is made when it is asked for. */
export class DynamicContext implements Context {
  /** Cancel never reaches a dynamic provider (pulumi-facts.md §4), hence every wait is bounded. */
  readonly call: Call;
  #log: Log | undefined;
  #urn: string | undefined;

  /** @param keptUrn as the state has it: short, or whole */
  constructor(
    private readonly keptUrn: string,
    private readonly props: readonly Props[],
    private readonly link: EngineLink,
    readonly settings: Settings,
  ) {
    this.call = { signal: link.gone };
  }

  get urn(): string {
    return (this.#urn ??= wholeUrn(this.keptUrn));
  }

  get name(): string {
    return nameOf(this.keptUrn);
  }

  get organization(): string {
    return (firstKnown("__org", this.props) as Hidden["__org"]) ?? "organization";
  }

  get hidden(): Readonly<Props> {
    return pick(Object.assign({}, ...[...this.props].reverse()) as Props, isHidden);
  }

  get timeouts(): Context["timeouts"] {
    return timeoutsOf(firstKnown("__timeouts", this.props) as Hidden["__timeouts"]).timeouts;
  }

  get log(): Log {
    return (this.#log ??= this.link.logFor(this.urn));
  }

  async assertEngineAlive(): Promise<void> {
    if (!(await this.link.isAlive())) throw new Error("the Pulumi engine that asked for this number is gone; nothing was bought");
  }

  platform(name: string): Platform {
    return this.settings.open(name);
  }

  /** Settles when what was said has reached the engine; undefined where nothing was. */
  flush(): Promise<void> | undefined {
    return this.#log?.flush();
  }
}
