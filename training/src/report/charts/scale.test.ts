import { describe, expect, test } from 'vitest';
import { linearScale, logScale } from './scale.js';

describe('A linear scale', () => {
  test('grows to round numbers and maps its ends to the frame', () => {
    const { at, ticks } = linearScale([0.913, 1], [200, 0]);
    expect(ticks).toEqual([0.9, 0.92, 0.94, 0.96, 0.98, 1]);
    expect([at(0.9), at(1)]).toEqual([200, 0]);
    expect(at(0.95)).toBeCloseTo(100, 9);
  });

  test('has room even where all values are one', () => {
    const { at, ticks } = linearScale([1, 1], [0, 100]);
    expect(ticks.length).toBeGreaterThan(1);
    expect(Number.isFinite(at(1))).toBe(true);
  });

  test('never puts 100 % outside', () => {
    for (let low = 0; low < 1; low += 0.013) {
      const { ticks } = linearScale([low, 1], [0, 1]);
      expect(ticks.at(-1)).toBe(1);
      expect(ticks[0]).toBeLessThanOrEqual(low + 1e-9);
    }
  });
});

test('A logarithmic scale puts equal ratios at equal distances, with ticks inside only', () => {
  const { at, ticks } = logScale([4, 2000], [0, 100]);
  expect(at(40) - at(4)).toBeCloseTo(at(400) - at(40), 9);
  expect([at(4), at(2000)]).toEqual([0, 100]);
  expect(ticks.every((tick) => tick >= 4 && tick <= 2000)).toBe(true);
  expect(ticks).toContain(100);
  expect(logScale([20, 90], [0, 1]).ticks).toEqual([20, 50]);
});
