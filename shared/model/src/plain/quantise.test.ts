import { describe, expect, it } from 'vitest';
import { Seeded } from '../../test/seeded.js';
import { fitStep, LOCAL_SCORE_LIMIT, quantise, UPPER_SCORE_LIMIT } from './quantise.js';

describe('quantise', () => {
  it('takes the nearest step, halves upwards, and clamps', () => {
    const steps = [0, -0, 0.24, 0.25, -0.25, -0.26, 1, 1e9, -1e9, Infinity].map((score) => quantise(score, 0.5, 10));
    expect(steps).toEqual([0, 0, 0, 1, 0, -1, 2, 10, -10, 10]);
  });
});

describe('fitStep', () => {
  it.each([LOCAL_SCORE_LIMIT, UPPER_SCORE_LIMIT])('makes the largest score just fit into %i steps', (limit) => {
    const random = new Seeded(limit);
    for (let i = 0; i < 500; i++) {
      const scores = random.array(5, () => (random.next() - 0.5) * 10 ** random.integer(-20, 20));
      const step = fitStep(scores, limit);
      const quantised = scores.map((score) => quantise(score, step, limit));
      expect(Math.max(...quantised.map(Math.abs))).toBe(limit);
      for (const [j, score] of scores.entries()) {
        expect(Math.abs(quantised[j] * step - score)).toBeLessThanOrEqual(step * 0.5000001);
      }
    }
  });

  it('is never 0', () => {
    expect(fitStep([], 127)).toBe(1);
    expect(fitStep([0, -0], 127)).toBe(1);
    expect(fitStep([5e-324], 127)).toBeGreaterThan(0);
  });
});
