import { describe, expect, it } from 'vitest';
import { Random } from './random.js';

describe('the random generator', () => {
  it('gives the same numbers for the same name and others for any other', () => {
    const five = (...name: number[]) => {
      const random = new Random(...name);
      return Array.from({ length: 5 }, () => random.next()).join();
    };
    expect(five(1, 2, 3)).toBe(five(1, 2, 3));
    const names = [
      [1, 2, 3],
      [1, 3, 2],
      [2, 1, 3],
      [1, 2],
      [1, 2, 3 + 2 ** 32],
      [0, 0, 0],
    ];
    expect(new Set(names.map((name) => five(...name))).size).toBe(names.length);
  });

  it('spreads evenly, and its bell has mean 0 and deviation 1', () => {
    const random = new Random(4);
    let sum = 0;
    let bell = 0;
    let square = 0;
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      sum += random.next();
      const value = random.bell();
      bell += value;
      square += value * value;
    }
    expect(sum / count).toBeCloseTo(0.5, 1);
    expect(Math.abs(bell / count)).toBeLessThan(0.03);
    expect(Math.abs(square / count - 1)).toBeLessThan(0.05);
  });
});
