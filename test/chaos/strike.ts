/** Kills at a moment that the platform tells: when a request has come in, was done, or was answered. */
import type { Answer } from "./runner.js";
import { processTree, signal } from "./processes.js";
import type { World } from "./world.js";

export const POINTS = ["before", "committed", "answered"] as const;
export const VICTIMS = ["cli", "provider", "tree"] as const;
export type Point = (typeof POINTS)[number];
export type Victim = (typeof VICTIMS)[number];

/** Which request it is: the nth of those that match. */
export interface Which {
  platform?: string;
  method?: string;
  path?: string;
  nth: number;
}

/** Who is killed, among the processes below a runner. */
function victimsOf(world: World, runner: number, victim: Victim): number[] {
  const tree = processTree(runner);
  const providers = tree.filter(({ command }) => command.some((part) => part.includes("dynamic-provider") || part.includes("pulumi-resource-"))).map(({ pid }) => pid);
  const cli = world.engine === "embedded" ? [runner] : tree.filter(({ command: [name = ""] }) => /(^|\/)pulumi$/.test(name)).map(({ pid }) => pid);
  const found = { cli, provider: providers, tree: tree.map(({ pid }) => pid) }[victim];
  if (found.length === 0) throw new Error(`there is no ${victim} below process ${runner}`);
  return found;
}

/**
 * Starts an operation and kills at one of its requests.
 *
 * @returns "killed", or what the operation came to when it ended without that request
 */
export async function killAt(
  world: World, which: Which, point: Point, victim: Victim, operate: () => Promise<Answer | undefined>,
): Promise<Answer | "killed" | undefined> {
  const fault = await world.control<{ id: number }>("faults", { kind: point === "committed" ? "hang-after-commit" : "hang", ...which });
  const lift = () => world.control(`faults/${fault.id}`, undefined, "DELETE");
  const runner = await world.runner();
  const running = operate();
  const hit = world.control(`faults/${fault.id}?until=hits`).then(() => "hit" as const, () => "lifted" as const);
  const first = await Promise.race([hit, running]);
  if (first !== "hit") {
    await lift();
    return running;
  }
  const victims = victimsOf(world, runner.pid, victim);
  const engine = victimsOf(world, runner.pid, "cli");
  if (point === "answered") {
    for (const pid of engine) signal(pid, "SIGSTOP"); // it can't save what the provider is told now
    const answered = world.control(`faults/${fault.id}?until=answered`);
    await lift();
    await answered;
  }
  for (const pid of victims) signal(pid, "SIGKILL");
  for (const pid of engine) signal(pid, "SIGCONT");
  // A provider that is left alone is answered in the end, while the next run is under way already.
  if (point !== "answered") await lift();
  await running;
  return "killed";
}
