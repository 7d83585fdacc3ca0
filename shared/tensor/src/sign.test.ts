import type { Tensor1D } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { loadBackend } from './backend.js';
import { sign } from './sign.js';

const { tf } = await loadBackend('wasm');

test('Zero of either sign becomes +1, and everything below becomes -1', () => {
  const out = sign(tf, tf.tensor1d([-3, -1e-30, -0, 0, 1e-30, 5]));
  expect([...out.dataSync()]).toEqual([-1, -1, 1, 1, 1, 1]);
});

test('The gradient of sign is that of clip(x, -1, 1), by finite differences away from the corners', () => {
  const at = [-2.5, -1.2, -0.9, -0.3, 0.2, 0.7, 1.1, 4];
  const weights = at.map((_, i) => i + 1);
  const loss = (x: Tensor1D) => tf.sum<Tensor1D>(tf.mul(sign(tf, x), tf.tensor1d(weights)));
  const gradient = tf
    .grad((x) => loss(x as Tensor1D))(tf.tensor1d(at))
    .dataSync();
  const clip = (x: number) => Math.max(-1, Math.min(1, x));
  const h = 1e-3;
  for (const [i, x] of at.entries()) {
    expect(gradient[i]).toBeCloseTo((weights[i] * (clip(x + h) - clip(x - h))) / (2 * h), 5);
  }
});

test('At exactly -1 and +1 the gradient still passes', () => {
  const gradient = tf
    .grad((x) => sign(tf, x))(tf.tensor1d([-1, 1]))
    .dataSync();
  expect([...gradient]).toEqual([1, 1]);
});
