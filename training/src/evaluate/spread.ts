/** Several results of the same shape, for example of several seeds, combined number by number. */
export interface Spread<T> {
  readonly mean: T;
  /** Standard deviation of the sample (n - 1); 0 of a single one. */
  readonly sd: T;
  readonly min: T;
  readonly max: T;
}

/**
 * Combines results. A value that is not a number is kept if it is the same in all results, and left out otherwise. What
 * not all results have is left out too.
 */
export function spreadOf<T extends object>(results: readonly T[]): Spread<T> {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const sd = (numbers: readonly number[]) => {
    const middle = mean(numbers);
    const squares = numbers.reduce((sum, number) => sum + (number - middle) ** 2, 0);
    return Math.sqrt(squares / Math.max(1, numbers.length - 1));
  };
  return {
    mean: join(results, mean) as T,
    sd: join(results, sd) as T,
    min: join(results, (numbers) => Math.min(...numbers)) as T,
    max: join(results, (numbers) => Math.max(...numbers)) as T,
  };
}

function join(values: readonly unknown[], by: (numbers: readonly number[]) => number): unknown {
  const first = values[0];
  if (values.every((value) => typeof value === 'number')) return by(values);
  const parts = values as readonly Record<string, unknown>[];
  const joined = (key: string | number) => {
    const own = parts.map((part) => part[key]);
    return join(own, by);
  };
  if (values.every(Array.isArray)) {
    const alike = values.every(({ length }) => length === values[0].length);
    return alike ? values[0].map((_, i) => joined(i)) : undefined;
  }
  if (values.every((value) => typeof value === 'object' && value !== null)) {
    const keys = Object.keys(parts[0]).filter((key) => parts.every((part) => key in part));
    return Object.fromEntries(keys.map((key) => [key, joined(key)]).filter(([, value]) => value !== undefined));
  }
  return values.every((value) => value === first) ? first : undefined;
}
