import type { Architecture } from '@ddnn/model';
import { describe, expect, test } from 'vitest';
import { trainNetwork } from '../learn/train.js';
import { syntheticData } from '../testing/synthetic-data.js';
import { augmentation } from './augment.js';
import { createRandom } from './random.js';

const size = { width: 4, height: 3, channels: 1 } as const;
const picture = Uint8Array.from({ length: 12 }, (_, i) => 10 + 10 * i);
const mirrored = Uint8Array.from([40, 30, 20, 10, 80, 70, 60, 50, 120, 110, 100, 90]);
const data = { size, images: [[picture, null, picture.slice()]] };
const draws = 200;
const times = <T>(draw: () => T) => Array.from({ length: draws }, draw);

describe('An augmented sample', () => {
  test('is mirrored half of the time, in all its views at once; an absent view stays absent', () => {
    const augment = augmentation(data, { flip: true }, createRandom(1))!;
    const samples = times(() => augment(0));
    for (const [first, absent, third] of samples) {
      expect(absent).toBeNull();
      expect(third).toEqual(first);
      expect([picture, mirrored]).toContainEqual(first);
    }
    const share = samples.filter(([first]) => first![0] === 40).length / draws;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.1);
  });

  test('moves by whole pixels up to the bound, alike in all views, and repeats the border', () => {
    const augment = augmentation(data, { shift: 1 }, createRandom(2))!;
    const samples = times(() => augment(0));
    expect(new Set(samples.map(([first]) => first!.join())).size).toBe(9);
    for (const [first, , third] of samples) expect(third).toEqual(first);
    const downRight = Uint8Array.from([10, 10, 20, 30, 10, 10, 20, 30, 50, 50, 60, 70]);
    expect(samples.map(([first]) => first)).toContainEqual(downRight);
    expect(samples.map(([first]) => first)).toContainEqual(picture);
  });

  test('is darker or brighter as a whole, within the bound and within a byte', () => {
    const augment = augmentation(data, { brightness: 0.5 }, createRandom(3))!;
    const factors = times(() => augment(0)[2]!).map((image) => image[11] / 120);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.5);
    expect(Math.max(...factors) - Math.min(...factors)).toBeGreaterThan(0.9);
    const white = { size, images: [[new Uint8Array(12).fill(250)]] };
    expect(Math.max(...times(() => augmentation(white, { brightness: 0.9 }, createRandom(4))!(0)[0]![0]))).toBe(255);
  });

  test('has noise of the given deviation in every pixel, another one in each view', () => {
    const gray = { size, images: [[new Uint8Array(12).fill(100), new Uint8Array(12).fill(100)]] };
    const augment = augmentation(gray, { noise: 8 }, createRandom(5))!;
    const samples = times(() => augment(0));
    const errors = samples.flatMap(([first]) => [...first!].map((value) => value - 100));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const variance = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
    expect(Math.abs(mean)).toBeLessThan(0.5);
    expect(Math.sqrt(variance)).toBeGreaterThan(7.5);
    expect(Math.sqrt(variance)).toBeLessThan(8.5);
    expect(samples[0][0]).not.toEqual(samples[0][1]);
  });

  test('leaves the data set as it is, and comes again with the seed', () => {
    const before = picture.slice();
    const all = { flip: true, shift: 2, brightness: 0.3, noise: 5 };
    const draw = (seed: number) => times(() => augmentation(data, all, createRandom(seed))!(0));
    expect(draw(6)).toEqual(draw(6));
    expect(draw(6)).not.toEqual(draw(7));
    expect(picture).toEqual(before);
  });

  test('is none at all where nothing is asked for, and takes nothing from the random stream', () => {
    const nothing = { flip: false, shift: 0, brightness: 0, noise: 0 };
    expect(augmentation(data, nothing, () => expect.unreachable())).toBeUndefined();
    expect(augmentation(data, undefined, () => expect.unreachable())).toBeUndefined();
  });
});

test('Training sees augmented pictures, and the same seed gives the same bytes', async () => {
  const architecture: Architecture = {
    name: 'bars',
    input: { height: 8, width: 8, channels: 1 },
    device: { section: [{ convp: { filters: 4 } }] },
    local: { aggregator: 'max' },
    cloud: { aggregator: 'concat', section: [] },
  };
  const bars = syntheticData({ rows: 90, views: 2, side: 8, seed: 1, absent: 0.2 });
  const train = (each: Architecture) =>
    trainNetwork({ architecture: each, data: bars, epochs: 2, batchSize: 32, seed: 1, backend: 'wasm' });
  const augment = { flip: true, shift: 1, brightness: 0.3, noise: 4 };
  const [first, second, plain] = [
    await train({ ...architecture, training: { augment } }),
    await train({ ...architecture, training: { augment } }),
    await train(architecture),
  ];
  expect(second.bytes).toEqual(first.bytes);
  expect(first.bundle.tensors).not.toEqual(plain.bundle.tensors);
});
