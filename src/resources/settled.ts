import type * as pulumi from "@pulumi/pulumi";

/** What an output has beside its public face. */
interface Told<T> {
  isKnown: Promise<boolean>;
  promise(): Promise<T>;
}

/** Whether a preview can tell what this comes to. */
export const isKnown = (output: pulumi.Output<unknown>): Promise<boolean> => (output as unknown as Told<unknown>).isKnown;

/** What an output comes to; undefined when that isn't known in this preview. */
export async function settled<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return (await isKnown(output)) ? (output as unknown as Told<T>).promise() : undefined;
}
