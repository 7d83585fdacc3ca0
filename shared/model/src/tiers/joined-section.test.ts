import { describe, expect, it } from 'vitest';
import { Seeded } from '../../test/seeded.js';
import type { AggregatorName, Arithmetic, Block, ResolvedArchitecture } from '../architecture/architecture.js';
import { openBundle } from '../bundle/bundle.js';
import { randomBundle } from '../testing/random-bundle.js';
import { UpperTier } from './upper-tier.js';

const convp = (filters: number): Block => ({ convp: { filters } });
const views = 5;

interface Above {
  readonly aggregator: AggregatorName;
  readonly arithmetic?: Arithmetic;
  readonly missing?: 'learned';
  readonly section: Block[];
}

function open(device: Block[], cloud: Above, height = 9, width = 7) {
  const architecture: ResolvedArchitecture = {
    name: 'joined',
    input: { height, width, channels: 3 },
    views,
    classes: ['car', 'bus', 'person'],
    device: { section: device },
    cloud,
  };
  return openBundle(randomBundle(architecture, 3));
}

const aggregators: Above[] = [
  { aggregator: 'max', section: [] },
  { aggregator: 'average', section: [] },
  { aggregator: 'concat', section: [] },
  { aggregator: 'concat', missing: 'learned', section: [] },
];
const sections: Block[][] = [[], [convp(5)], [convp(8), convp(3)], [{ fc: { units: 20 } }]];

describe('an upper tier on WebAssembly SIMD is the plain one bit for bit, whichever views are present', () => {
  it.each(aggregators)('behind $aggregator, missing $missing', ({ aggregator, missing }) => {
    const random = new Seeded(aggregator.length + (missing ? 1 : 0));
    for (const arithmetic of ['binary', 'float'] as const) {
      for (const section of sections) {
        // Filters that fill bytes, half bytes, and neither; then pixels, which learned stand-ins can't stand for.
        for (const device of [[convp(8)], [convp(4)], [convp(3)], ...(missing ? [] : [[]])]) {
          const bundle = open(device, { aggregator, arithmetic, section, ...(missing && { missing }) });
          const fast = new UpperTier(bundle, 'cloud', 0, undefined, 'simd');
          const plain = new UpperTier(bundle, 'cloud', 0, undefined, 'plain');
          const bytes = bundle.shapes.device.featureBytes;
          for (const mask of [0, 0b11111, 0b00100, 0b10010, 0b11111]) {
            const maps = random.array(views, () => Uint8Array.from({ length: bytes }, () => random.integer(0, 255)));
            const confident = plain.decide(maps, mask);
            const what = JSON.stringify({ arithmetic, section, device, mask });
            expect(fast.decide(maps, mask), what).toBe(confident);
            expect(fast.scores, what).toEqual(plain.scores);
            if (section.length > 0) expect(fast.features, what).toEqual(plain.features);
            expect(fast.exit.uncertainty).toBe(plain.exit.uncertainty);
          }
        }
      }
    }
  });

  it('refuses a map that is missing or of another size in the same words', () => {
    const bundle = open([convp(4)], { aggregator: 'concat', section: [convp(2)] });
    const maps = Array.from({ length: views }, () => new Uint8Array(10));
    for (const kernels of ['simd', 'plain'] as const) {
      const tier = new UpperTier(bundle, 'cloud', 0, undefined, kernels);
      expect(() => tier.decide([null], 1)).toThrow('source 0 is present, but its features are not there');
      tier.decide(maps, 0b11111);
      const said = () => tier.decide([maps[0], new Uint8Array(9)], 0b11);
      expect(said).toThrow('source 1 has features of 9 bytes, expected 10');
    }
  });
});
