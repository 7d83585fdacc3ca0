import { bitBytes, FeatureCode, packSigns, ScoreCode, volume } from '@ddnn/model';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../data/random.js';
import { learnFeatureCode } from './learn-feature-code.js';
import { learnScoreCode } from './learn-score-code.js';

const shape = { height: 8, width: 8, channels: 2 };
const bare = bitBytes(volume(shape));

/** Maps of one blob each; the second channel says the contrary of the first nine times out of ten. */
function blobs(count: number, seed: number): Uint8Array[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const [top, left, size] = [random() * 8, random() * 8, 2 + random() * 3];
    const signs = new Int8Array(volume(shape));
    for (let i = 0; i < 64; i++) {
      const inside = Math.abs((i >> 3) - top) < size && Math.abs((i & 7) - left) < size;
      signs[2 * i] = inside ? 1 : -1;
      signs[2 * i + 1] = inside === random() < 0.1 ? 1 : -1;
    }
    return packSigns(signs);
  });
}

const meanBytes = (code: FeatureCode, maps: readonly Uint8Array[]) =>
  maps.reduce((sum, map) => sum + code.encode(map).length, 0) / maps.length;

describe('learning codes', () => {
  it('makes features of the same kind shorter, also those it never saw', () => {
    const code = new FeatureCode(shape, learnFeatureCode(shape, blobs(200, 1)));
    expect(meanBytes(code, blobs(100, 2))).toBeLessThan(0.75 * bare);
  });

  it('learns the same weights from the same maps', () => {
    expect(learnFeatureCode(shape, blobs(20, 1))).toEqual(learnFeatureCode(shape, blobs(20, 1)));
  });

  it('makes nothing of a view that saw nothing', () => {
    const { bias, neighbours } = learnFeatureCode(shape, []);
    expect(new Set([...bias, ...neighbours])).toEqual(new Set([0]));
    const shares = learnScoreCode(3, 3, []);
    expect(new Set(shares)).toEqual(new Set([32_768]));
  });

  it('makes the scores that a view mostly gives cheap, and leaves the others possible', () => {
    const usual = Int8Array.of(0, -3, -3);
    const shares = learnScoreCode(3, 3, [...Array(99).fill(usual), Int8Array.of(-3, 0, -1)]);
    const code = new ScoreCode(3, 3, shares);
    const bytes = (scores: Int8Array, times: number) => {
      code.begin();
      for (let i = 0; i < times; i++) code.add(scores);
      return code.finish().length;
    };
    expect(bytes(usual, 100)).toBeLessThan(10);
    expect(bytes(Int8Array.of(-1, -2, 0), 1)).toBeGreaterThan(1);
  });
});
