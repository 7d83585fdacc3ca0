import { expect, test } from 'vitest';
import type { LoadResult } from './load-task.js';
import { sectionOf, summaryOf } from './summary.js';

const slice = (samples: number, changes: Partial<LoadResult> = {}): LoadResult => ({
  samples,
  same: samples,
  seconds: 2,
  p50Ms: 1,
  p99Ms: 9,
  ...changes,
});
const slices = (own: number[], p99Ms = 9) => ({
  naive: [slice(100), slice(20), slice(120)],
  own: own.map((samples) => slice(samples)),
  several: [slice(4000, { same: 3000 })],
  paced: slice(10, { p99Ms }),
  pacedSeveral: slice(10),
});

test('rates are medians of the slices, and one wrong class shows', () => {
  const { samplesPerSecond, naiveSamplesPerSecond, ratio, agreement, naiveAgreement } = sectionOf(
    'a',
    slices([900, 1000, 5000]),
  );
  expect([samplesPerSecond, naiveSamplesPerSecond, ratio]).toEqual([500, 50, 10]);
  expect(agreement).toBeCloseTo(9920 / 10920, 10);
  expect(naiveAgreement).toBe(1);
});

test('the first section stands for all, and the lowest ratio beside it', () => {
  const sections = [sectionOf('fast', slices([2000], 30)), sectionOf('slow', slices([1000]))];
  expect(summaryOf(sections)).toMatchObject({ ratio: 20, samplesPerSecond: 1000, p99Ms: 30 });
  expect(summaryOf(sections).lowest).toEqual({ section: 'slow', ratio: 10 });
});
