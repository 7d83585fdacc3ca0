import { describe, expect, it } from 'vitest';
import { Seeded } from '../../test/seeded.js';
import type { ResolvedArchitecture } from '../architecture/architecture.js';
import { type Shape, volume } from '../architecture/shapes.js';
import { openBundle } from '../bundle/bundle.js';
import { bitBytes, packSigns } from '../numbers/bits.js';
import { randomBundle } from '../testing/random-bundle.js';
import { createFeatureCode } from './device-code.js';
import { FeatureBodies } from './feature-bodies.js';
import { FeatureCode, type FeatureCodeWeights } from './feature-code.js';
import { CodeMemory, KernelFeatureCode } from './kernel-feature-code.js';
import { MapContext } from './map-context.js';

/** Weights at random: small, large, and as large as 16 bits hold. */
function drawWeights(random: Seeded, shape: Shape): FeatureCodeWeights {
  const size = random.pick([0, 30, 300, 300, 3000, 32_768]);
  const draw = () => Math.min(32_767, random.integer(-size, size));
  const ends = () => random.pick([-32_768, 32_767]);
  const values = (count: number) => Int16Array.from({ length: count }, random.next() < 0.1 ? ends : draw);
  return { bias: values(volume(shape)), neighbours: values(new MapContext(shape).weights) };
}

function drawShape(random: Seeded): Shape {
  const side = () => random.pick([1, 1, 2, 3, 5, 7, 8, 13, 16, 17]);
  return { height: side(), width: side(), channels: random.integer(1, 33) };
}

const drawBytes = (random: Seeded, length: number) => {
  const draw = random.pick([() => 0, () => 255, () => random.integer(0, 255), () => random.integer(0, 255)]);
  return Uint8Array.from(random.array(length, draw));
};

/** A map whose bits are mostly alike, or at random. */
function drawFeatures(random: Seeded, shape: Shape): Uint8Array {
  const share = random.pick([0, 0.02, 0.3, 0.5, 1]);
  return packSigns(random.array(volume(shape), () => (random.next() < share ? 1 : -1)));
}

/** Both decode that body to the same features. */
function expectAlike(plain: FeatureCode, fast: KernelFeatureCode, body: Uint8Array, size: number, what: string): void {
  const framed = Uint8Array.of(201, 202, ...body, 203);
  const [expected, out] = [new Uint8Array(size).fill(7), new Uint8Array(size).fill(99)];
  plain.decode(framed, 2, body.length, expected);
  fast.decode(framed, 2, body.length, out);
  expect(out, what).toEqual(expected);
}

describe('a feature code on WebAssembly SIMD is the plain one bit for bit', () => {
  it.each([1, 2, 3, 4])('for maps, weights and bodies at random, round %i', (seed) => {
    const random = new Seeded(seed);
    let shorter = 0;
    for (let i = 0; i < 60; i++) {
      const shape = drawShape(random);
      const weights = drawWeights(random, shape);
      const [plain, fast] = [new FeatureCode(shape, weights), new KernelFeatureCode(shape, weights)];
      const size = bitBytes(volume(shape));
      const what = `${JSON.stringify(shape)}, map ${i}`;
      for (let n = 0; n < 4; n++) {
        const features = drawFeatures(random, shape);
        // Of every other one it is certain that some short body says it.
        if (n % 2 === 1) plain.decode(drawBytes(random, size >> 1), 0, size >> 1, features);
        const before = features.slice();
        const body = plain.encode(features).slice();
        expect(fast.encode(features), what).toEqual(body);
        expect(features).toEqual(before);
        if (body.length < size) shorter++;
        expectAlike(plain, fast, body, size, what);
        // Cut off, empty, at random, and far longer than any map can need.
        expectAlike(plain, fast, body.subarray(0, random.integer(0, body.length)), size, what);
        expectAlike(plain, fast, new Uint8Array(0), size, what);
        expectAlike(plain, fast, drawBytes(random, random.integer(0, size - 1)), size, what);
        expectAlike(plain, fast, drawBytes(random, 20 * size + random.integer(0, 40)), size, what);
      }
    }
    expect(shorter).toBeGreaterThan(50);
  });

  it('for bits as unlikely as they can be, whose messages are the longest', () => {
    const random = new Seeded(9);
    const shape = { height: 9, width: 7, channels: 5 };
    const size = bitBytes(volume(shape));
    const neighbours = new Int16Array(new MapContext(shape).weights);
    for (const bias of [-32_768, 32_767, -2048, 2048, -2047]) {
      const weights = { bias: new Int16Array(volume(shape)).fill(bias), neighbours };
      const [plain, fast] = [new FeatureCode(shape, weights), new KernelFeatureCode(shape, weights)];
      for (const one of [-1, 1]) {
        const features = packSigns(new Array(volume(shape)).fill(one));
        expect(fast.encode(features)).toEqual(plain.encode(features));
      }
      for (let n = 0; n < 20; n++) expectAlike(plain, fast, drawBytes(random, 12 * size), size, `bias ${bias}`);
    }
  });

  it('leaves a map as it is that would not get shorter', () => {
    const shape = { height: 16, width: 16, channels: 4 };
    const neighbours = new Int16Array(new MapContext(shape).weights);
    const code = new KernelFeatureCode(shape, { bias: new Int16Array(1024).fill(3000), neighbours });
    const features = new Uint8Array(128);
    expect(code.encode(features)).toBe(features);
  });

  it('for codes that share a memory, whatever order they run in', () => {
    const random = new Seeded(12);
    const memory = new CodeMemory();
    const codes = random.array(5, () => {
      const shape = drawShape(random);
      const weights = drawWeights(random, shape);
      return { shape, plain: new FeatureCode(shape, weights), fast: new KernelFeatureCode(shape, weights, memory) };
    });
    for (let n = 0; n < 50; n++) {
      const { shape, plain, fast } = random.pick(codes);
      const features = drawFeatures(random, shape);
      expect(fast.encode(features)).toEqual(plain.encode(features));
      expectAlike(plain, fast, drawBytes(random, random.integer(0, 30)), bitBytes(volume(shape)), `run ${n}`);
    }
  });
});

describe('the features of a bundle whose devices code', () => {
  const architecture: ResolvedArchitecture = {
    name: 'coded',
    input: { height: 9, width: 11, channels: 1 },
    views: 3,
    classes: ['car', 'bus'],
    device: { section: [{ convp: { filters: 3 } }], coding: 'arithmetic' },
    cloud: { aggregator: 'concat', section: [] },
  };
  const bundle = openBundle(randomBundle(architecture, 3));

  it('run on SIMD unless plain TypeScript is asked for', () => {
    expect(createFeatureCode(bundle, 0)).toBeInstanceOf(KernelFeatureCode);
    expect(createFeatureCode(bundle, 0, 'plain')).toBeInstanceOf(FeatureCode);
  });

  it('are opened alike by both', () => {
    const random = new Seeded(4);
    const [plain, fast] = [new FeatureBodies(bundle, 'plain'), new FeatureBodies(bundle)];
    for (let n = 0; n < 30; n++) {
      for (let view = 0; view < 3; view++) {
        const body = drawBytes(random, random.integer(0, bundle.shapes.device.featureBytes));
        expect(fast.open(view, body)).toEqual(plain.open(view, body));
      }
    }
  });
});
