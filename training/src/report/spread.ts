/** One figure over several bundles: their mean, the lowest and the highest. */
export interface Spread {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The spread of the values that are there; undefined where none is. */
export function spread(values: readonly (number | undefined)[]): Spread | undefined {
  const there = values.filter((value) => value !== undefined);
  if (there.length === 0) return undefined;
  const mean = there.reduce((sum, value) => sum + value, 0) / there.length;
  return { mean, low: Math.min(...there), high: Math.max(...there) };
}

/** A figure that is known as it is, such as a published one. */
export function exactly(value: number | undefined): Spread | undefined {
  return value === undefined ? undefined : { mean: value, low: value, high: value };
}
