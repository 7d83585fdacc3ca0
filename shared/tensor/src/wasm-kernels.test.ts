import type { Tensor4D } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { loadBackend } from './backend.js';

const { tf } = await loadBackend('wasm');

test('Where a maximum stands twice in a window, the first cell gets the whole gradient', () => {
  const x = tf.ones([1, 2, 2, 1]) as Tensor4D;
  const gradient = tf.grad((value) => tf.maxPool(value as Tensor4D, 3, 2, 1))(x);
  expect([...gradient.dataSync()]).toEqual([1, 0, 0, 0]);
});

test('A convolution with another stride still has its gradient from the backend itself', () => {
  const x = tf.ones([1, 4, 4, 1]) as Tensor4D;
  const w = tf.ones([2, 2, 1, 1]) as Tensor4D;
  const gradient = tf.grad((value) => tf.conv2d(value as Tensor4D, w, 2, 'valid'))(x);
  expect([...gradient.dataSync()]).toEqual(Array(16).fill(1));
});

test('A step of training leaves no tensor behind', () => {
  const x = tf.ones([2, 5, 5, 3]) as Tensor4D;
  const w = tf.ones([3, 3, 3, 4]) as Tensor4D;
  const step = () =>
    tf.tidy(() => void tf.grads((a, b) => tf.maxPool(tf.conv2d(a as Tensor4D, b as Tensor4D, 1, 1), 3, 2, 1))([x, w]));
  step();
  const before = tf.memory();
  for (let i = 0; i < 5; i++) step();
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
});
