/** The middle one; of an even count, the lower of the two. @throws when there is none */
export function median(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}
