import { loadBackend } from '@ddnn/tensor';
import { expect, test } from 'vitest';
import { createTargets, type TargetOptions } from '../learn/targets.js';
import { blend, mixup } from './mixup.js';
import { createRandom } from './random.js';

test('a partner comes from the training rows, and is at most the share asked for', () => {
  const draw = mixup([3, 5, 9], 0.5, createRandom(1))!;
  const drawn = Array.from({ length: 300 }, draw);
  expect(new Set(drawn.map(({ partner }) => partner))).toEqual(new Set([3, 5, 9]));
  const shares = drawn.map(({ share }) => share);
  expect(Math.max(...shares)).toBeLessThanOrEqual(0.5);
  expect(Math.max(...shares)).toBeGreaterThan(0.45);
  expect(Math.min(...shares)).toBeLessThan(0.05);
});

test('without mixup nothing is drawn', () => {
  const random = createRandom(1);
  const before = random.state;
  expect(mixup([1, 2], 0, random)).toBeUndefined();
  expect(random.state).toBe(before);
});

test('pictures are mixed pixel by pixel and rounded', () => {
  expect(blend([Uint8Array.of(0, 100, 255)], [Uint8Array.of(10, 0, 255)], 0.25)).toEqual([Uint8Array.of(3, 75, 255)]);
});

test('a view that one of the two lacks stays what it is', () => {
  const image = Uint8Array.of(8);
  expect(blend([image, null, null], [null, image, null], 0.5)).toEqual([image, null, null]);
});

test('targets are mixed as the pictures are, each label with its own weight', async () => {
  const { tf } = await loadBackend('wasm');
  const mixed = [{ label: 1, share: 0.25 }];
  const values = (options: TargetOptions) => [...createTargets(tf, [0], 2, options).dataSync()];
  expect(values({ mixed })).toEqual([0.75, 0.25]);
  expect(values({ mixed, weights: [1, 2] })).toEqual([0.75, 0.5]);
});
