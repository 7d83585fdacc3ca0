/** Maps values to pixels. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

type Range = readonly [number, number];

/** A linear scale whose domain grows to round numbers. */
export function linearScale([low, high]: Range, [from, to]: Range, count = 5): Scale {
  const step = roundStep((high - low || 1) / count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  const [a, b] = [ticks[0], ticks[ticks.length - 1]];
  return { at: (value) => from + ((value - a) / (b - a)) * (to - from), ticks };
}

/** A logarithmic scale with ticks at 1, 2 and 5 times the powers of ten inside its domain. Values are above 0. */
export function logScale([low, high]: Range, [from, to]: Range): Scale {
  const [a, b] = [Math.log10(low), Math.log10(Math.max(high, low * 1.01))];
  const powers = Array.from({ length: Math.ceil(b) - Math.floor(a) + 1 }, (_, i) => 10 ** (Math.floor(a) + i));
  const fine = powers.flatMap((power) => [1, 2, 5].map((times) => times * power));
  const inside = (ticks: readonly number[]) => ticks.filter((tick) => tick >= low && tick <= high);
  const ticks = inside(fine).length > 8 ? inside(powers) : inside(fine);
  return { at: (value) => from + ((Math.log10(value) - a) / (b - a)) * (to - from), ticks };
}

/** The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * ([1, 2, 2.5, 5].find((times) => times * power >= step * 0.999) ?? 10);
}
