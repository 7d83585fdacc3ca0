import type { Shape } from '../src/architecture/shapes.js';

/*
 * The network in floating point, written as in the paper and not like the packed sections: planes of rows, maps padded
 * in memory, batch normalisation step by step in float32. It is slow; its purpose is to find errors in the packed
 * sections.
 */

/** One map: planes of rows of values. */
export type Planes = number[][][];

/** Batch normalisation of one block: a pair a channel. */
export interface Norm {
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

export function toPlanes(values: ArrayLike<number>, { height, width, channels }: Shape): Planes {
  return range(channels).map((c) =>
    range(height).map((y) => range(width).map((x) => values[(y * width + x) * channels + c])),
  );
}

/** Back to height x width x channels. */
export function flatten(planes: Planes): number[] {
  return range(planes[0].length).flatMap((y) =>
    range(planes[0][0].length).flatMap((x) => planes.map((rows) => rows[y][x])),
  );
}

/** @param weights -1 and +1 where `activate` is sign, filters x 3 x 3 x channels */
export function naiveConvP(
  input: Planes,
  weights: readonly number[],
  norm: Norm,
  divisor: number,
  activate: (value: number) => number = naiveSign,
): Planes {
  const padded = input.map((plane) => pad(plane, 0));
  const [height, width] = [input[0].length, input[0][0].length];
  return range(norm.scale.length).map((f) => {
    const sums = range(height).map(() => new Array<number>(width).fill(0));
    for (let c = 0; c < padded.length; c++) {
      for (let tap = 0; tap < 9; tap++) {
        const [ky, kx] = [Math.trunc(tap / 3), tap % 3];
        const weight = weights[f * 9 * padded.length + tap * padded.length + c];
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) sums[y][x] += weight * padded[c][y + ky][x + kx];
        }
      }
    }
    const edged = pad(sums, -Infinity);
    const rows: number[][] = [];
    for (let y = 0; y < height; y += 2) {
      const row: number[] = [];
      for (let x = 0; x < width; x += 2) {
        const window = [0, 1, 2].flatMap((dy) => edged[y + dy].slice(x, x + 3));
        row.push(activate(naiveNorm(Math.max(...window), divisor, norm.scale[f], norm.offset[f])));
      }
      rows.push(row);
    }
    return rows;
  });
}

/** @param weights -1 and +1, units x inputs */
export function naiveFc(input: readonly number[], weights: readonly number[], norm: Norm, divisor: number): number[] {
  return naiveSums(input, weights, norm.scale.length).map((sum, unit) =>
    naiveSign(naiveNorm(sum, divisor, norm.scale[unit], norm.offset[unit])),
  );
}

/** The scores of an exit before they are quantised. */
export function naiveScores(
  input: readonly number[],
  weights: readonly number[],
  norm: Norm,
  divisor: number,
): number[] {
  return naiveSums(input, weights, norm.scale.length).map((sum, c) =>
    naiveNorm(sum, divisor, norm.scale[c], norm.offset[c]),
  );
}

/** The scores of a float exit before they are quantised: every number a float32, inputs in groups of four. */
export function naiveFloatScores(input: readonly number[], weights: readonly number[], norm: Norm): number[] {
  return range(norm.scale.length).map((unit) => {
    const row = weights.slice(unit * input.length, (unit + 1) * input.length);
    return naiveNorm(naiveFloatSum([input], [row]), 1, norm.scale[unit], norm.offset[unit]);
  });
}

/** An output's sum over taps, each with its inputs and weights, as `float-block.ts` defines it. */
export function naiveFloatSum(taps: readonly (readonly number[])[], weights: readonly (readonly number[])[]): number {
  const add = (a: number, b: number) => Float32Array.of(a + b)[0];
  const groups = taps.flatMap((inputs, tap) => {
    const products = inputs.map((value, i) => Float32Array.of(value * weights[tap][i])[0]);
    return range(Math.ceil(products.length / 4)).map((group) => products.slice(4 * group, 4 * group + 4).reduce(add));
  });
  return groups.reduce(add, 0);
}

/** Batch normalisation, every intermediate result stored as a float32. */
export function naiveNorm(sum: number, divisor: number, scale: number, offset: number): number {
  const cell = new Float32Array(1);
  cell[0] = sum / divisor;
  cell[0] *= scale;
  cell[0] += offset;
  return cell[0];
}

export function naiveSign(value: number): number {
  return value >= 0 ? 1 : -1;
}

/** Lowest bit first, eight to a byte. */
export function toBytes(signs: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < signs.length; at += 8) {
    const digits = signs.slice(at, at + 8).map((sign) => (sign === 1 ? '1' : '0'));
    bytes.push(Number.parseInt(digits.reverse().join(''), 2));
  }
  return Uint8Array.from(bytes);
}

function naiveSums(input: readonly number[], weights: readonly number[], rows: number): number[] {
  return range(rows).map((row) =>
    weights.slice(row * input.length, (row + 1) * input.length).reduce((sum, weight, i) => sum + weight * input[i], 0),
  );
}

function pad(rows: number[][], value: number): number[][] {
  const edge = () => new Array<number>(rows[0].length + 2).fill(value);
  return [edge(), ...rows.map((row) => [value, ...row, value]), edge()];
}

function range(count: number): number[] {
  return [...new Array(count).keys()];
}
