import { describe, expect, it } from 'vitest';
import { naiveNorm, naiveSign } from '../../test/naive.js';
import { Seeded } from '../../test/seeded.js';
import { ModelError } from '../errors.js';
import { foldNorm, normalise } from './fold.js';

const LIMIT = 300;
const DENORMAL = 1.401298464324817e-45;
const LARGEST = 3.4028234663852886e38;

/** Every integer, every channel: the folded comparison says what the float arithmetic says. */
function disagreements(scale: Float32Array, offset: Float32Array, divisor: number): string[] {
  const { thresholds, directions } = foldNorm(scale, offset, LIMIT, divisor);
  const wrong: string[] = [];
  for (let c = 0; c < scale.length; c++) {
    for (let x = -LIMIT; x <= LIMIT; x++) {
      const folded = directions[c] * x >= thresholds[c] ? 1 : -1;
      if (folded !== naiveSign(naiveNorm(x, divisor, scale[c], offset[c]))) {
        wrong.push(`x ${x}, scale ${scale[c]}, offset ${offset[c]}, divisor ${divisor}`);
      }
    }
  }
  return wrong;
}

describe('a folded norm', () => {
  it.each([1, 2, 3, 6, 7, 32])(
    'agrees with float32 arithmetic on every integer, random channels, divisor %i',
    (divisor) => {
      const random = new Seeded(divisor);
      const scale = Float32Array.from({ length: 200 }, () => (random.next() - 0.5) * 10 ** random.integer(-3, 1));
      const offset = scale.map((value) => -value * random.integer(-LIMIT, LIMIT) * random.next());
      expect(disagreements(scale, offset, divisor)).toEqual([]);
    },
  );

  it.each([1, 2, 3, 5, 6, 7, 31])('agrees where the offset is exactly at a tie, divisor %i', (divisor) => {
    const random = new Seeded(100 + divisor);
    const scale = Float32Array.from({ length: 400 }, () => (random.next() - 0.5) * 10 ** random.integer(-6, 6));
    // The value that cancels an integer's own product, and its two neighbours in float32.
    const bits = new Int32Array(1);
    const float = new Float32Array(bits.buffer);
    const offset = scale.map((value, i) => {
      float[0] = -naiveNorm(random.integer(-LIMIT, LIMIT), divisor, value, 0);
      if (float[0] !== 0) bits[0] += (i % 3) - 1;
      return float[0];
    });
    expect(disagreements(scale, offset, divisor)).toEqual([]);
  });

  it('agrees for zeros, denormals and the largest numbers of either sign', () => {
    const values = [0, DENORMAL, 3 * DENORMAL, 1.1754943508222875e-38, 1e-30, 1, 16777217, 1e30, LARGEST].flatMap(
      (v) => [v, -v],
    );
    const scale = Float32Array.from(values.flatMap((value) => values.map(() => value)));
    const offset = Float32Array.from(values.flatMap(() => values));
    for (const divisor of [1, 3, 8]) expect(disagreements(scale, offset, divisor)).toEqual([]);
  });

  it('has a threshold beyond the limit where no integer reaches 0, and the lowest where every one does', () => {
    const { thresholds } = foldNorm(Float32Array.of(0, 0, -0, 1, -1), Float32Array.of(-1, 1, -0, -1e9, 1e9), 10);
    expect([...thresholds]).toEqual([11, -10, -10, 11, -10]);
  });

  it('turns the comparison round for a negative scale', () => {
    const { thresholds, directions } = foldNorm(Float32Array.of(2, -2), Float32Array.of(-6, -6), 10);
    expect([...directions]).toEqual([1, -1]);
    expect([...thresholds]).toEqual([3, 3]);
  });

  it.each([
    [Number.NaN, 0],
    [0, Number.NaN],
    [Infinity, 0],
    [1, -Infinity],
  ])('refuses scale %d with offset %d and names the channel', (scale, offset) => {
    const fold = () => foldNorm(Float32Array.of(1, scale), Float32Array.of(1, offset), 10);
    expect(fold).toThrow(ModelError);
    expect(fold).toThrow(
      expect.objectContaining({ code: 'DDNN_BUNDLE_CONTENT', message: expect.stringContaining('channel 1') }),
    );
  });

  it('normalises in float32, each step rounded', () => {
    const random = new Seeded(5);
    for (let i = 0; i < 2000; i++) {
      const [sum, divisor] = [random.integer(-9999, 9999), random.integer(1, 32)];
      const [scale, offset] = [Math.fround(random.next() - 0.5), Math.fround(random.next() - 0.5)];
      expect(normalise(sum, divisor, scale, offset)).toBe(naiveNorm(sum, divisor, scale, offset));
    }
  });
});
