import { expect, it } from 'vitest';
import { ddnnJson } from '../ddnn.js';

interface Result {
  readonly kernels: string;
  readonly rounds: number;
  readonly vectorAddsPerSecond: number;
  readonly cases: readonly {
    readonly size: string;
    readonly filters: number;
    readonly blocks: readonly number[];
    readonly us: number;
    readonly plainUs: number;
    readonly tfjsUs: number;
    readonly ratio: number;
    readonly plainRatio: number;
    readonly fastestUs: number;
    readonly fastestTfjsUs: number;
    readonly fastestRatio: number;
    readonly operations: number;
    readonly floorUs: number;
    readonly overFloor: number;
  }[];
}

it('bench section times every way on every case, and its ratios are of those times', async () => {
  const result = await ddnnJson<Result>(['bench', 'section', '--rounds', '3']);
  expect(result.kernels).toBe('simd');
  expect(result.rounds).toBe(3);
  expect(result.vectorAddsPerSecond).toBeGreaterThan(1e8);
  const named = result.cases.map(({ size, blocks }) => `${size} ${blocks.join(', ')}`);
  expect(named).toEqual(['32x32 4', '96x96 16', '224x224 16', '28x28x1 4', '64x64 8, 16']);
  for (const one of result.cases) {
    expect(one.filters).toBe(one.blocks.at(-1));
    for (const time of [one.us, one.plainUs, one.tfjsUs, one.floorUs]) expect(time).toBeGreaterThan(0);
    expect(one.ratio).toBeCloseTo(one.tfjsUs / one.us);
    expect(one.fastestRatio).toBeCloseTo(one.fastestTfjsUs / one.fastestUs);
    expect(one.fastestUs).toBeLessThanOrEqual(one.us);
    expect(one.plainRatio).toBeCloseTo(one.plainUs / one.us);
    expect(one.overFloor).toBeCloseTo(one.us / one.floorUs);
    // Loose, for machines that are busy with other tests.
    expect(one.ratio, one.size).toBeGreaterThan(3);
    expect(one.overFloor, one.size).toBeGreaterThan(0.9);
  }
  // Nine additions for each of the filters and of eight 16-bit values, and the eight partial sums.
  const [{ operations }] = result.cases;
  expect(operations).toBe((32 * 32 * 2 * (8 + 4 * 9 + 4 * 2.5)) / 16);
});
