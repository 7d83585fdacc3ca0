import { describe, expect, it } from 'vitest';
import { flatten, naiveConvP, naiveScores, toPlanes } from '../test/naive.js';
import { Seeded } from '../test/seeded.js';
import type { Block, ResolvedArchitecture } from './architecture.js';
import { encodeBundle, openBundle } from './bundle.js';
import { createFloatBlock, FloatLayer, floatWeightCount } from './float-block.js';
import { randomBundle } from './random-bundle.js';
import { blockShape, type Shape, volume } from './shapes.js';
import { UpperTier } from './upper-tier.js';

/** Multiples of 1/64: their sums and products with small integers are exact, in whatever order they are added. */
const draw = (random: Seeded) => random.integer(-100, 100) / 64;

function weightsFor(random: Seeded, input: Shape, block: Block) {
  const { channels } = blockShape(input, block);
  return {
    weights: Float32Array.from(random.array(floatWeightCount(input, block), () => draw(random))),
    scale: Float32Array.from(random.array(channels, () => random.next() - 0.5)),
    offset: Float32Array.from(random.array(channels, () => random.next() - 0.5)),
  };
}

const relu = (value: number) => Math.max(0, value);
const sizes = [
  { height: 1, width: 1, channels: 2 },
  { height: 2, width: 3, channels: 1 },
  { height: 7, width: 5, channels: 4 },
  { height: 16, width: 16, channels: 3 },
];

describe('a float block', () => {
  it.each(sizes)('of kind convp is the naive one to the bit, $height x $width x $channels', (input) => {
    for (const divisor of [1, 3]) {
      const random = new Seeded(volume(input) + divisor);
      const block = { convp: { filters: 5 } };
      const weights = weightsFor(random, input, block);
      const map = Int32Array.from(random.array(volume(input), () => random.integer(-divisor, divisor)));
      const made = createFloatBlock(input, block, weights);
      made.run(map, divisor);
      const naive = naiveConvP(toPlanes(map, input), [...weights.weights], weights, divisor, relu);
      expect([...made.out]).toEqual(flatten(naive));
      expect(made.out.some((value) => value > 0) || volume(input) < 10).toBe(true);
    }
  });

  it.each(sizes)('of kind fc is the naive one to the bit, $height x $width x $channels', (input) => {
    const random = new Seeded(volume(input));
    const block = { fc: { units: 9 } };
    const weights = weightsFor(random, input, block);
    const map = Float32Array.from(random.array(volume(input), () => relu(draw(random))));
    const made = createFloatBlock(input, block, weights);
    made.run(map, 1);
    const naive = naiveScores([...map], [...weights.weights], weights, 1);
    expect([...made.out]).toEqual(naive.map(relu));
    const layer = new FloatLayer(weights);
    layer.run(map, 1);
    expect([...layer.out]).toEqual(naive);
  });

  it('takes real weights, whose sums it rounds to float32 once', () => {
    const weights = { weights: Float32Array.of(0.1, 1e-9, 0.3), scale: Float32Array.of(1), offset: Float32Array.of(0) };
    const layer = new FloatLayer(weights);
    layer.run(Int32Array.of(1, 1, -1), 1);
    const [a, b, c] = weights.weights;
    expect(layer.out[0]).toBe(Math.fround(a + b - c));
  });
});

const architecture: ResolvedArchitecture = {
  name: 'float',
  input: { height: 8, width: 8, channels: 1 },
  views: 2,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 2 } }] },
  cloud: { aggregator: 'concat', arithmetic: 'float', section: [{ convp: { filters: 3 } }, { fc: { units: 4 } }] },
};

describe('a cloud tier of float arithmetic', () => {
  const bundle = openBundle(randomBundle(architecture, 5));

  it('answers different maps differently, and the same one alike whatever ran before', () => {
    const tier = new UpperTier(bundle, 'cloud');
    const run = (first: number, mask: number) => {
      const map = new Uint8Array(4).fill(first);
      tier.decide([map, mask & 2 ? map : null], mask);
      return [...tier.scores];
    };
    const before = run(0b1010_0110, 3);
    expect(run(0b0011_0001, 3)).not.toEqual(before);
    expect(run(0b1010_0110, 1)).not.toEqual(before);
    expect(run(0b1010_0110, 3)).toEqual(before);
    expect(tier.features).toHaveLength(0);
  });

  it.each(['cloud.0.weights', 'cloud.1.scale', 'cloud.exit.offset'])('is refused where %s is not finite', (name) => {
    const tensors = new Map(bundle.tensors);
    const values = Float32Array.from(tensors.get(name)!);
    values[1] = Number.NaN;
    const broken = openBundle(encodeBundle(bundle, tensors.set(name, values)));
    const error = expect.objectContaining({
      code: 'DDNN_BUNDLE_CONTENT',
      message: `tensor ${name}: value 1 is NaN`,
    });
    expect(() => new UpperTier(broken, 'cloud')).toThrow(error);
  });
});
