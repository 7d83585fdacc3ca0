import { afterEach, describe, expect, it, vi } from 'vitest';
import { type InputKind, inputKinds, randomSection } from '../../test/random-section.js';
import { Seeded } from '../../test/seeded.js';
import type { Block } from '../architecture/architecture.js';
import { type Shape, volume } from '../architecture/shapes.js';
import { PlainBinary, PlainFloat } from '../plain/plain-scored.js';
import type { SectionPlace } from '../plain/scored-section.js';
import { createScoredSection } from '../tiers/create-scored-section.js';
import { KernelBinary } from './kernel-binary.js';
import { KernelFloat } from './kernel-float.js';
import { bestKernels } from './kernels.js';

const convp = (filters: number): Block => ({ convp: { filters } });
const fc = (units: number): Block => ({ fc: { units } });
const kinds = Object.keys(inputKinds) as InputKind[];

/** Runs both on the same inputs: at random, and where sums are largest. Gives the bytes of the features. */
function compare(random: Seeded, kind: InputKind, place: SectionPlace, runs: number, arithmetic?: 'float'): number[] {
  const seen: number[] = [];
  const fast = createScoredSection(arithmetic, place, 'simd');
  const plain = createScoredSection(arithmetic, place, 'plain');
  const { draw, largest } = inputKinds[kind];
  const size = volume(place.input);
  for (let run = 0; run < runs; run++) {
    const one = run === 1 ? () => largest : () => draw(random);
    const map = kind === 'pixels' ? Uint8Array.from({ length: size }, one) : Int32Array.from({ length: size }, one);
    const divisor = random.integer(1, place.divisors);
    const before = map.slice();
    fast.run(map, divisor);
    plain.run(map, divisor);
    const what = `${kind}, ${JSON.stringify(place.input)}, ${JSON.stringify(place.section)}, run ${run}`;
    if (place.section.length > 0) expect(fast.features, what).toEqual(plain.features);
    expect(fast.scores, what).toEqual(plain.scores);
    expect(map).toEqual(before);
    seen.push(...plain.features);
  }
  return seen;
}

/** A section at random: up to three ConvP blocks, then up to two FC blocks, now and then none at all. */
function drawSection(random: Seeded, kind: InputKind): Block[] {
  const blocks = [
    ...random.array(random.integer(0, 3), () => convp(random.pick([1, 2, 3, 4, 5, 8, 9, 16, 24, 32]))),
    ...random.array(random.integer(0, 2), () => fc(random.pick([1, 3, 7, 8, 9, 64, 130]))),
  ];
  return blocks.length === 0 && kind === 'pixels' ? [fc(5)] : blocks;
}

function drawShape(random: Seeded, kind: InputKind): Shape {
  const channels = kind === 'pixels' ? random.pick([1, 3]) : random.pick([1, 2, 3, 4, 5, 7, 24]);
  return { height: random.integer(1, 33), width: random.integer(1, 33), channels };
}

describe('a binary section on WebAssembly SIMD is the plain one bit for bit', () => {
  it('is chosen where the engine has SIMD, and the plain one where it is asked for', () => {
    expect(bestKernels()).toBe('simd');
    const random = new Seeded(1);
    const place = randomSection(random, 'bits', { height: 3, width: 3, channels: 1 }, [convp(2)], 3);
    expect(createScoredSection('binary', place)).toBeInstanceOf(KernelBinary);
    expect(createScoredSection('binary', place, 'plain')).toBeInstanceOf(PlainBinary);
  });

  it.each(kinds)('for sections and maps at random: %s', (kind) => {
    const random = new Seeded(kinds.indexOf(kind) + 10);
    const seen = new Set<number>();
    for (let i = 0; i < 30; i++) {
      const place = randomSection(
        random,
        kind,
        drawShape(random, kind),
        drawSection(random, kind),
        random.integer(1, 9),
      );
      for (const byte of compare(random, kind, place, 3)) seen.add(byte);
    }
    // Or the sections would answer nothing but extremes.
    expect(seen.size).toBeGreaterThan(50);
  });

  // Widths on both sides of whole vectors, and whole steps of four.
  it.each([15, 16, 17, 31, 32, 33, 63, 64, 65])('for maps %i wide, of one row and more', (width) => {
    const random = new Seeded(width);
    for (const kind of kinds) {
      for (const height of [1, 2, 3, 4]) {
        for (const channels of kind === 'pixels' ? [1, 3] : [1, 3, 6]) {
          compare(random, kind, randomSection(random, kind, { height, width, channels }, [convp(3)], 2), 2);
        }
      }
    }
  });

  it.each([
    ['pixels', { height: 224, width: 224, channels: 3 }, [convp(3), convp(4)]],
    ['pixels', { height: 223, width: 97, channels: 1 }, [convp(8), convp(3), fc(6)]],
    ['bits with absent sources', { height: 75, width: 112, channels: 12 }, [convp(2)]],
  ] as const)('for large maps: %s, %o', (kind, shape, section) => {
    const random = new Seeded(shape.height);
    compare(random, kind, randomSection(random, kind, shape, section, 3), 2);
  });

  it('for so many channels that bytes overflow, and sums no longer fit 16 bits', () => {
    const random = new Seeded(5);
    const shape = (channels: number) => ({ height: 5, width: 4, channels });
    for (const channels of [13, 14, 40, 41, 120]) {
      compare(random, 'bits', randomSection(random, 'bits', shape(channels), [convp(3)], 2), 3);
    }
    // 9 * 4,000 > 32,767 > 9 * 113 * 32
    compare(random, 'bits', randomSection(random, 'bits', shape(4000), [convp(2)], 2), 3);
    compare(random, 'summed bits', randomSection(random, 'summed bits', shape(113), [convp(2)], 2), 3);
    compare(random, 'summed bits', randomSection(random, 'summed bits', shape(114), [convp(2)], 2), 3);
  });

  it('where a direction is neither +1 nor -1, as no training writes it', () => {
    const random = new Seeded(6);
    const place = randomSection(random, 'bits', { height: 9, width: 9, channels: 4 }, [convp(32), fc(64)], 2);
    for (const name of ['s.0.directions', 's.1.directions']) {
      const directions = place.bundle.tensors.get(name) as Int8Array;
      for (let i = 0; i < directions.length; i++) directions[i] = random.integer(-4, 4);
    }
    compare(random, 'bits', place, 5);
  });

  it('without an exit', () => {
    const random = new Seeded(7);
    const place = randomSection(random, 'pixels', { height: 9, width: 9, channels: 3 }, [convp(4)], 2);
    compare(random, 'pixels', { ...place, exit: undefined }, 3);
  });
});

describe('a float section on WebAssembly SIMD is the plain one bit for bit', () => {
  it('is chosen where the engine has SIMD, and the plain one where it is asked for', () => {
    const shape = { height: 3, width: 3, channels: 1 };
    const place = randomSection(new Seeded(2), 'bits', shape, [convp(2)], 3, 'float');
    expect(createScoredSection('float', place)).toBeInstanceOf(KernelFloat);
    expect(createScoredSection('float', place, 'plain')).toBeInstanceOf(PlainFloat);
  });

  // Its weights differ by many orders: added up in another order, or in doubles, sums would not be the same.
  it.each(kinds.slice(1))('for sections and maps at random: %s', (kind) => {
    const random = new Seeded(kinds.indexOf(kind) + 20);
    const seen = new Set<number>();
    for (let i = 0; i < 30; i++) {
      const section = drawSection(random, kind);
      const place = randomSection(random, kind, drawShape(random, kind), section, random.integer(1, 33), 'float');
      for (const byte of compare(random, kind, place, 3, 'float')) seen.add(byte);
    }
    expect(seen.size).toBeGreaterThan(50);
  });

  it('for a large map of many filters', () => {
    const random = new Seeded(8);
    const shape = { height: 56, width: 49, channels: 6 };
    const place = randomSection(random, 'bits', shape, [convp(18), fc(70)], 8, 'float');
    compare(random, 'bits', place, 2, 'float');
  });

  it.each([
    ['whole groups present or absent', 4],
    ['groups of two sources', 3],
    ['groups of two sources and of less than four inputs', 5],
  ])('for sources of which some are absent: %s', (_, each) => {
    const random = new Seeded(30 + each);
    for (const section of [[], [convp(32)], [convp(45), convp(64)], [fc(43)]]) {
      const shape = { height: 6, width: 5, channels: 5 * each };
      const place = randomSection(random, 'bits with absent sources', shape, section, 11, 'float');
      const [fast, plain] = (['simd', 'plain'] as const).map((kernels) => createScoredSection('float', place, kernels));
      for (let mask = 0; mask < 32; mask++) {
        const map = Int32Array.from({ length: volume(shape) }, (_, i) =>
          (mask >> Math.floor((i % shape.channels) / each)) & 1 ? random.pick([-1, 1]) : 0,
        );
        for (const which of [fast, plain]) which.run(map, 1);
        expect(fast.features, `mask ${mask}`).toEqual(plain.features);
        expect(fast.scores, `mask ${mask}`).toEqual(plain.scores);
      }
    }
  });

  it('where a table of sums would be too large', () => {
    const random = new Seeded(34);
    const shape = { height: 16, width: 16, channels: 24 };
    compare(random, 'bits', randomSection(random, 'bits', shape, [fc(96)], 3, 'float'), 2, 'float');
  });

  it('where products and sums cancel to 0 of either sign', () => {
    const random = new Seeded(35);
    const shape = { height: 4, width: 4, channels: 8 };
    const place = randomSection(random, 'bits with absent sources', shape, [convp(9), fc(40)], 5, 'float');
    for (const name of ['s.0', 's.1', 's.exit']) {
      const tensor = (part: string) => place.bundle.tensors.get(`${name}.${part}`) as Float32Array;
      tensor('weights').forEach((_, i, weights) => {
        weights[i] = random.pick([-0, 0, -1, 1]);
      });
      tensor('scale').forEach((_, i, scale) => {
        scale[i] = random.pick([-1, 1]);
      });
      tensor('offset').forEach((_, i, offset) => {
        offset[i] = random.pick([-0, 0]);
      });
    }
    const seen = compare(random, 'bits with absent sources', place, 40, 'float');
    expect(new Set(seen).size).toBeGreaterThan(5);
  });

  it('where sums overflow to infinity', () => {
    const random = new Seeded(9);
    const place = randomSection(random, 'bits', { height: 4, width: 4, channels: 3 }, [convp(5), fc(6)], 3, 'float');
    (place.bundle.tensors.get('s.0.scale') as Float32Array).fill(3e38);
    (place.bundle.tensors.get('s.0.weights') as Float32Array).fill(3e38, 0, 60);
    compare(random, 'bits', place, 4, 'float');
  });
});

describe('an engine without WebAssembly SIMD', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each([
    ['no WebAssembly', undefined],
    ['no SIMD', { validate: () => false }],
  ])('runs the plain sections: %s', async (_, engine) => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', engine);
    const { createScoredSection } = await import('../tiers/create-scored-section.js');
    const random = new Seeded(11);
    const shape = { height: 8, width: 8, channels: 3 };
    const place = randomSection(random, 'pixels', shape, [convp(4), fc(9)], 3);
    const section = createScoredSection('binary', place);
    expect(section.constructor.name).toBe('PlainBinary');
    const pixels = Uint8Array.from({ length: 192 }, () => random.integer(0, 255));
    section.run(pixels, 1);
    vi.unstubAllGlobals();
    const fast = new KernelBinary(place);
    fast.run(pixels, 1);
    expect(section.features).toEqual(fast.features);
    expect(section.scores).toEqual(fast.scores);
    const float = randomSection(random, 'bits', shape, [convp(4)], 3, 'float');
    vi.stubGlobal('WebAssembly', engine);
    expect(createScoredSection('float', float).constructor.name).toBe('PlainFloat');
  });
});
