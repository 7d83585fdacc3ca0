import { describe, expect, it } from 'vitest';
import { Seeded } from '../../test/seeded.js';
import { Exit } from './exit-rule.js';

/** Normalised entropy as the paper writes it. */
function paperEntropy(scores: readonly number[]): number {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  const total = powers.reduce((a, b) => a + b);
  const softmax = powers.map((power) => power / total);
  return softmax.reduce((sum, x) => sum - (x > 0 ? x * Math.log(x) : 0), 0) / Math.log(scores.length);
}

describe('an exit', () => {
  it('finds the normalised entropy of the softmax', () => {
    const random = new Seeded(1);
    for (let i = 0; i < 2000; i++) {
      const scores = random.array(random.integer(2, 32), () => random.integer(-127, 127));
      const exit = new Exit(scores.length, 0.07, 0.5);
      const confident = exit.decide(scores);
      expect(exit.uncertainty).toBeCloseTo(paperEntropy(scores.map((score) => score * 0.07)), 12);
      expect(exit.classIndex).toBe(scores.indexOf(Math.max(...scores)));
      expect(confident).toBe(exit.uncertainty <= 0.5);
    }
  });

  it.each([2, 3, 5, 7, 32])('is not sure at all where %i scores are alike: exactly 1', (classes) => {
    const exit = new Exit(classes, 0.1, 0.99);
    expect(exit.decide(new Array(classes).fill(-7))).toBe(false);
    expect(exit.uncertainty).toBe(1);
  });

  it('is as sure as can be where one score is far above: exactly 0, even for the threshold 0', () => {
    const exit = new Exit(3, 1, 0);
    expect(exit.decide([-20_000, 20_000, -20_000])).toBe(true);
    expect([exit.classIndex, exit.uncertainty]).toEqual([1, 0]);
    expect(exit.decide([0, 20, 0])).toBe(false);
    expect(exit.uncertainty).toBeGreaterThan(0);
  });

  it('never leaves the range from 0 to 1', () => {
    const random = new Seeded(2);
    for (let i = 0; i < 5000; i++) {
      const exit = new Exit(4, 10 ** random.integer(-12, 3), 1);
      expect(exit.decide(random.array(4, () => random.integer(-32_767, 32_767)))).toBe(true);
      expect(exit.uncertainty).toBeGreaterThanOrEqual(0);
      expect(exit.uncertainty).toBeLessThanOrEqual(1);
    }
  });

  it('is sure of its only class', () => {
    const exit = new Exit(1, 0.1, 0);
    expect(exit.decide([-3])).toBe(true);
    expect([exit.classIndex, exit.uncertainty]).toEqual([0, 0]);
  });

  it('gives a tie to the lower index', () => {
    const exit = new Exit(4, 0.1, 0.5);
    exit.decide([1, 9, 9, 2]);
    expect(exit.classIndex).toBe(1);
    exit.decide([3, 3, 3, 3]);
    expect(exit.classIndex).toBe(0);
  });

  it('counts the threshold itself as confident, and one step of a double below it not', () => {
    const probe = new Exit(3, 0.05, 0);
    probe.decide([40, 3, -20]);
    const { uncertainty } = probe;
    expect(new Exit(3, 0.05, uncertainty).decide([40, 3, -20])).toBe(true);
    expect(new Exit(3, 0.05, uncertainty * (1 - Number.EPSILON)).decide([40, 3, -20])).toBe(false);
  });

  it('lets everything out at threshold 1', () => {
    expect(new Exit(3, 0.1, 1).decide([5, 5, 5])).toBe(true);
  });

  it('divides by the divisor before anything else', () => {
    const [sum, mean] = [new Exit(3, 0.1, 0.5), new Exit(3, 0.1, 0.5)];
    sum.decide([120, 30, -60], 3);
    mean.decide([40, 10, -20]);
    expect(sum.uncertainty).toBeCloseTo(mean.uncertainty, 14);
    sum.decide([120, 30, -60], 1);
    expect(sum.uncertainty).toBeLessThan(mean.uncertainty);
  });
});
