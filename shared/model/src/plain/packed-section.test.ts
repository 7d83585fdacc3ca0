import { describe, expect, it } from 'vitest';
import {
  flatten,
  type Norm,
  naiveConvP,
  naiveFc,
  naiveScores,
  type Planes,
  toBytes,
  toPlanes,
} from '../../test/naive.js';
import { Seeded } from '../../test/seeded.js';
import type { Block } from '../architecture/architecture.js';
import { blockShape, type Shape, volume } from '../architecture/shapes.js';
import { foldNorm } from './fold.js';
import { createPackedBlock, type PackedWeights, weightBytes } from './packed-block.js';
import { PackedExit } from './packed-exit.js';
import { PackedSection } from './packed-section.js';
import { quantise } from './quantise.js';

/** What a map may hold: its values, and the largest of them. */
const inputs = {
  pixels: { draw: (random: Seeded) => random.integer(0, 255), largest: 255 },
  bits: { draw: (random: Seeded) => random.pick([-1, 1]), largest: 1 },
  'bits with absent sources': { draw: (random: Seeded) => random.pick([-1, 0, 1]), largest: 1 },
};
type InputKind = keyof typeof inputs;
const kinds = Object.keys(inputs) as InputKind[];

/** A block in both worlds: signs and norms for the naive network, bits and thresholds for the packed one. */
interface Twin {
  readonly block: Block;
  readonly signs: number[];
  /** One norm, whatever the divisor. */
  readonly norm: Norm;
  readonly packed: PackedWeights;
}

function twin(random: Seeded, input: Shape, block: Block, largest: number, divisors = 1): Twin {
  const { channels } = blockShape(input, block);
  const taps = 'fc' in block ? volume(input) : 9 * input.channels;
  const signs = random.array(taps * channels, () => random.pick([-1, 1]));
  const scale = Float32Array.from({ length: channels }, () => {
    const size = random.pick([0, 1e-30, 1e-3, 0.02, 1, 1e30]);
    return (random.next() < 0.5 ? -1 : 1) * size * (0.5 + random.next());
  });
  const spread = Math.sqrt(taps) * largest;
  const offset = scale.map((value) =>
    random.next() < 0.2 ? random.next() - 0.5 : -value * spread * (2 * random.next() - 0.5),
  );
  const thresholds = new Int32Array(channels * divisors);
  const directions = new Int8Array(channels * divisors);
  for (let divisor = 1; divisor <= divisors; divisor++) {
    const folded = foldNorm(scale, offset, taps * largest * divisors, divisor);
    thresholds.set(folded.thresholds, (divisor - 1) * channels);
    directions.set(folded.directions, (divisor - 1) * channels);
  }
  return { block, signs, norm: { scale, offset }, packed: { weights: toBytes(signs), thresholds, directions } };
}

function naiveBlock({ block, signs, norm }: Twin, map: Planes, divisor: number): Planes {
  if ('convp' in block) return naiveConvP(map, signs, norm, divisor);
  return naiveFc(flatten(map), signs, norm, divisor).map((value) => [[value]]);
}

const sides = [1, 2, 3, 5, 7, 31, 32, 33, 63, 64, 65];
const sizes = [
  ...sides.map((side) => [side, side]),
  ...[[1, 2], [2, 1], [2, 3], [1, 65], [7, 5], [31, 33], [33, 32], [63, 2], [3, 64], [65, 31]], // biome-ignore format: a list
] as [number, number][];

describe('a packed ConvP block', () => {
  it.each(sizes)('is the naive one bit for bit at %i x %i', (height, width) => {
    const random = new Seeded(height * 100 + width);
    for (const channels of [1, 3, 5]) {
      for (const filters of [1, 3, 8, 9]) {
        for (const kind of kinds) {
          const input = { height, width, channels };
          const { draw, largest } = inputs[kind];
          const block = twin(random, input, { convp: { filters } }, largest);
          const map = random.array(volume(input), () => draw(random));
          const packed = createPackedBlock(input, block.block, block.packed);
          packed.run(Int32Array.from(map), 1);
          const naive = naiveBlock(block, toPlanes(map, input), 1);
          const expected = flatten(naive);
          const differing = expected.filter((value, i) => value !== packed.out[i]).length;
          expect(differing, `${channels} channels, ${filters} filters, ${kind}`).toBe(0);
          expect(packed.out.length).toBe(expected.length);
          expect(packed.output).toEqual({ height: naive[0].length, width: naive[0][0].length, channels: filters });
        }
      }
    }
  });
});

describe('a packed FC block', () => {
  it.each([1, 2, 7, 8, 9, 63, 64, 65, 513])('is the naive one bit for bit on %i inputs', (channels) => {
    const random = new Seeded(channels);
    for (const units of [1, 3, 8, 9]) {
      for (const kind of kinds) {
        const input = { height: 1, width: 1, channels };
        const { draw, largest } = inputs[kind];
        const block = twin(random, input, { fc: { units } }, largest);
        const map = random.array(channels, () => draw(random));
        const packed = createPackedBlock(input, block.block, block.packed);
        packed.run(Int32Array.from(map), 1);
        expect(packed.out).toEqual(Int32Array.from(flatten(naiveBlock(block, toPlanes(map, input), 1))));
      }
    }
  });
});

describe('a packed block behind an average', () => {
  it.each<Block>([{ convp: { filters: 5 } }, { fc: { units: 7 } }])('divides as the naive one does: %o', (block) => {
    const random = new Seeded(77);
    const input = { height: 5, width: 6, channels: 3 };
    const divisors = 6;
    for (const kind of ['pixels', 'bits'] as const) {
      for (let run = 0; run < 10; run++) {
        const { draw, largest } = inputs[kind];
        const pair = twin(random, input, block, largest, divisors);
        const packed = createPackedBlock(input, block, pair.packed);
        for (let divisor = 1; divisor <= divisors; divisor++) {
          const sum = () => random.array(divisor, () => draw(random)).reduce((a, b) => a + b);
          const map = random.array(volume(input), sum);
          packed.run(Int32Array.from(map), divisor);
          expect(packed.out).toEqual(Int32Array.from(flatten(naiveBlock(pair, toPlanes(map, input), divisor))));
        }
      }
    }
  });
});

describe('a packed section', () => {
  const chain: Block[] = [
    { convp: { filters: 4 } },
    { convp: { filters: 9 } },
    { fc: { units: 11 } },
    { fc: { units: 3 } },
  ];

  it.each([1, 2, 3, 4])('is the naive chain of its first %i blocks, and its bits are packed', (length) => {
    const random = new Seeded(length);
    const input = { height: 13, width: 10, channels: 3 };
    for (const divisor of [1, 2, 3]) {
      let shape: Shape = input;
      const twins = chain.slice(0, length).map((block, i) => {
        const pair = twin(random, shape, block, i === 0 ? 255 : 1, i === 0 ? 3 : 1);
        shape = blockShape(shape, block);
        return pair;
      });
      const section = new PackedSection(
        input,
        chain.slice(0, length),
        twins.map(({ packed }) => packed),
      );
      for (let run = 0; run < 5; run++) {
        const map = random.array(volume(input), () => random.integer(0, 255 * divisor));
        const naive = flatten(
          twins.reduce((planes, pair, i) => naiveBlock(pair, planes, i === 0 ? divisor : 1), toPlanes(map, input)),
        );
        expect([...section.run(Int32Array.from(map), divisor)]).toEqual(naive);
        expect(section.bits).toEqual(toBytes(naive));
        expect(section.output).toEqual(shape);
      }
    }
  });

  it('gives its input back where it has no blocks', () => {
    const input = { height: 2, width: 2, channels: 1 };
    const map = Int32Array.of(1, 2, 3, 4);
    const section = new PackedSection(input, [], []);
    expect(section.run(map, 2)).toBe(map);
    expect(section.output).toEqual(input);
  });

  it('leaves its input alone', () => {
    const random = new Seeded(3);
    const input = { height: 4, width: 4, channels: 1 };
    const { packed, block } = twin(random, input, { convp: { filters: 2 } }, 255);
    const map = Int32Array.from({ length: 16 }, () => random.integer(0, 255));
    const before = map.slice();
    new PackedSection(input, [block], [packed]).run(map);
    expect(map).toEqual(before);
  });
});

describe('a packed exit', () => {
  it.each([1, 3, 6])('quantises the naive scores, divisor %i', (divisor) => {
    const random = new Seeded(divisor);
    for (const [count, classes] of [
      [1, 1],
      [9, 3],
      [65, 5],
      [256, 32],
    ] as const) {
      // biome-ignore format: a list
      const signs = random.array(count * classes, () => random.pick([-1, 1]));
      const scale = Float32Array.from({ length: classes }, () => random.next() - 0.5);
      const offset = Float32Array.from({ length: classes }, () => random.next() * 4 - 2);
      const exit = new PackedExit(count, { weights: toBytes(signs), scale, offset }, { step: 0.013, limit: 127 });
      const map = random.array(count, () => random.integer(-divisor, divisor));
      exit.run(Int32Array.from(map), divisor);
      const naive = naiveScores(map, signs, { scale, offset }, divisor);
      expect(naive.map((_, c) => exit.score(Int32Array.from(map), divisor, c))).toEqual(naive);
      expect([...exit.scores]).toEqual(naive.map((score) => quantise(score, 0.013, 127)));
    }
  });
});

it('Weights take as many bytes as their bits need', () => {
  const input = { height: 3, width: 2, channels: 5 };
  expect(weightBytes(input, { convp: { filters: 1 } })).toBe(6);
  expect(weightBytes(input, { convp: { filters: 8 } })).toBe(45);
  expect(weightBytes(input, { fc: { units: 3 } })).toBe(12);
});
