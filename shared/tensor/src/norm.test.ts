import { expect, test } from 'vitest';
import { loadBackend } from './backend.js';
import { BatchNorms, FrozenNorms } from './norm.js';

const { tf } = await loadBackend('wasm');
const leaves = new Map([
  ['n.gamma', tf.tensor1d([1, 2])],
  ['n.beta', tf.tensor1d([0, 5])],
]);

test('Rows whose view is absent change neither mean nor variance', () => {
  const norms = new BatchNorms(tf, leaves);
  const mask = tf.tensor2d([
    [1, 1, 1],
    [1, 0, 1],
  ]);
  const run = (absent: number) =>
    norms.apply('n', tf.tensor5d([1, 2, 6, 10, absent, 30], [2, 3, 1, 1, 1]), mask).dataSync();
  const [one, another] = [run(0), run(1e4)];
  expect([one[3], one[5]]).toEqual([another[3], another[5]]);
  expect(one[3]).toBeCloseTo(5 - 2);
  expect(one[5]).toBeCloseTo(5 + 2);
});

test('A view that nobody has in a batch gives finite numbers', () => {
  const mask = tf.tensor2d([[1], [0]]);
  const out = new BatchNorms(tf, leaves).apply('n', tf.tensor5d([3, 4], [2, 1, 1, 1, 1]), mask);
  expect([...out.dataSync()].every(Number.isFinite)).toBe(true);
});

test('Frozen norms multiply, round, add and round, as foldNorm of @ddnn/model does', () => {
  const scale = Float32Array.of(1 / 3, -0.1);
  const offset = Float32Array.of(1e-3, 7.77);
  const norms = new FrozenNorms(tf, new Map([['n', { scale, offset }]]));
  const values = Array.from({ length: 2000 }, (_, i) => i - 1000);
  const out = norms.apply('n', tf.tensor5d(values, [1, 10, 10, 10, 2])).dataSync();
  const expected = values.map((x, i) => Math.fround(Math.fround(x * scale[i % 2]) + offset[i % 2]));
  expect([...out]).toEqual(expected);
});
