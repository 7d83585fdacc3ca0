import { describe, expect, it } from 'vitest';
import { flatten, naiveConvP, naiveFloatScores, naiveFloatSum, naiveScores, toPlanes } from '../../test/naive.js';
import { Seeded } from '../../test/seeded.js';
import type { Block, ResolvedArchitecture } from '../architecture/architecture.js';
import { blockShape, type Shape, volume } from '../architecture/shapes.js';
import { encodeBundle, openBundle } from '../bundle/bundle.js';
import { packSigns } from '../numbers/bits.js';
import { randomBundle } from '../testing/random-bundle.js';
import { UpperTier } from '../tiers/upper-tier.js';
import { createFloatBlock, FloatLayer, floatWeightCount } from './float-block.js';
import { FloatSection } from './float-section.js';

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
      const naive = naiveConvP(toPlanes(map, input), [...weights.weights], weights, divisor, (value) => value);
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
    expect([...made.out]).toEqual(naive);
  });

  it('adds up in float32, in groups of four', () => {
    const weights = {
      weights: Float32Array.of(1, 2 ** -24, 2 ** -24, 2 ** -24, 2 ** -24, 2 ** -24),
      scale: Float32Array.of(1),
      offset: Float32Array.of(0),
    };
    const layer = new FloatLayer(weights);
    layer.run(new Int32Array(6).fill(1), 1);
    // In the first group 1 swallows three of them; the last two come together.
    expect(layer.out[0]).toBe(1 + 2 ** -23);
    layer.run(Int32Array.of(0, 1, 1, 1, 1, 1), 1);
    expect(layer.out[0]).toBe(5 * 2 ** -24);
  });

  it('of kind fc adds up real numbers in their order', () => {
    const random = new Seeded(31);
    for (const inputs of [1, 3, 4, 5, 90]) {
      const real = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
      const weights = { weights: real(inputs * 3), scale: real(3), offset: real(3) };
      const map = real(inputs).map(relu);
      const layer = new FloatLayer(weights);
      layer.run(map, 1);
      expect([...layer.out]).toEqual(naiveFloatScores([...map], [...weights.weights], weights));
    }
  });

  it.each([1, 4, 6, 9])('of kind convp adds up real numbers tap after tap, %i channels', (channels) => {
    const random = new Seeded(40 + channels);
    const real = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
    const weights = { weights: real(9 * channels), scale: Float32Array.of(1), offset: Float32Array.of(0) };
    const map = real(4 * channels).map(relu);
    const made = createFloatBlock({ height: 2, width: 2, channels }, { convp: { filters: 1 } }, weights);
    made.run(map, 1);
    const part = (values: Float32Array, i: number) => [...values.subarray(i * channels, (i + 1) * channels)];
    const sums = [0, 1, 2, 3].map((pixel) => {
      // Which tap the pixels of the map are to this one.
      const taps = [0, 1, 2, 3].map((other) => {
        const [dy, dx] = [(other >> 1) - (pixel >> 1), (other & 1) - (pixel & 1)];
        return part(weights.weights, (dy + 1) * 3 + dx + 1);
      });
      return naiveFloatSum(
        [0, 1, 2, 3].map((other) => part(map, other)),
        taps,
      );
    });
    expect(made.out[0]).toBe(Math.max(...sums));
  });
});

describe('a float section', () => {
  const input = { height: 7, width: 5, channels: 2 };
  const blocks: Block[] = [{ convp: { filters: 3 } }, { fc: { units: 21 } }];
  const random = new Seeded(12);
  const weights = [
    weightsFor(random, input, blocks[0]),
    weightsFor(random, { height: 4, width: 3, channels: 3 }, blocks[1]),
  ];

  it('has max(0, x) behind each block, and sends the signs of the last x', () => {
    const section = new FloatSection(input, blocks, weights);
    expect(section.output).toEqual({ height: 1, width: 1, channels: 21 });
    const map = Int32Array.from(random.array(volume(input), () => random.integer(-2, 2)));
    const first = flatten(naiveConvP(toPlanes(map, input), [...weights[0].weights], weights[0], 2, relu));
    const last = naiveFloatScores(first, [...weights[1].weights], weights[1]);
    expect([...section.run(map, 2)]).toEqual(last.map(relu));
    expect(section.bits).toEqual(packSigns(last));
    expect(new Set(last.map((value) => value >= 0)).size).toBe(2);
  });

  it('sends a 0 as +1, as a binary section does', () => {
    const none = { weights: new Float32Array(2), scale: Float32Array.of(1, 1), offset: Float32Array.of(0, -1) };
    const section = new FloatSection({ height: 1, width: 1, channels: 1 }, [{ fc: { units: 2 } }], [none]);
    section.run(Int32Array.of(1));
    expect([...section.bits]).toEqual([0b01]);
  });

  it('without blocks gives its input as it is', () => {
    const section = new FloatSection(input, [], []);
    const map = new Int32Array(volume(input)).fill(-1);
    expect(section.run(map, 3)).toBe(map);
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

describe('an edge tier of float arithmetic', () => {
  const edge = { aggregator: 'average', arithmetic: 'float', section: [{ convp: { filters: 3 } }] } as const;
  const bundle = openBundle(randomBundle({ ...architecture, edge: { ...edge, section: [...edge.section] } }, 6));
  const maps = [Uint8Array.of(0b1010_0110, 3, 200, 17), Uint8Array.of(99, 0b1111_0000, 5, 254)];

  it('sends up as many bytes as a binary one, and its exit reads real values', () => {
    const tier = new UpperTier(bundle, 'edge');
    tier.decide(maps, 3);
    const features = [...tier.features];
    const scores = [...tier.scores];
    expect(features).toHaveLength(bundle.shapes.edges[0].featureBytes);
    expect(new Set(features).size).toBeGreaterThan(1);
    tier.decide(maps, 1);
    expect([...tier.features]).not.toEqual(features);
    tier.decide(maps, 3);
    expect([...tier.features]).toEqual(features);
    expect([...tier.scores]).toEqual(scores);
  });

  it('is refused where its weights are bits', () => {
    const tensors = new Map(bundle.tensors).set('edge.0.0.weights', new Uint8Array(54));
    const broken = openBundle(encodeBundle(bundle, tensors));
    expect(() => new UpperTier(broken, 'edge')).toThrow('tensor edge.0.0.weights: Uint8Array of 54, expected Float32');
  });
});
