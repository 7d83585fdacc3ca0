import { loadBackend } from '@ddnn/tensor';
import { expect, test } from 'vitest';
import { balancedAccuracy } from '../evaluate/balanced-accuracy.js';
import { createTargets } from '../learn/targets.js';
import { classWeights } from './class-weights.js';

const labels = [...Array(755).fill(0), ...Array(294).fill(1), ...Array(7).fill(2)];
const rows = [...labels.keys()];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test.each([0, 0.5, 1])('Weights have a mean of 1 over the rows (power %f)', (power) => {
  const weights = classWeights(labels, rows, 3, power);
  expect(sum(labels.map((label) => weights[label])) / labels.length).toBeCloseTo(1, 12);
  expect(weights[2] / weights[0]).toBeCloseTo((755 / 7) ** power, 9);
});

test('Balanced, every class counts the same in all; with power 0 every row', () => {
  const weights = classWeights(labels, rows, 3);
  expect([755 * weights[0], 294 * weights[1], 7 * weights[2]].map((total) => total.toFixed(6))).toEqual(
    Array(3).fill((1056 / 3).toFixed(6)),
  );
  expect(classWeights(labels, rows, 3, 0)).toEqual([1, 1, 1]);
});

test('Only the rows that take part count, and a class without one counts nothing', () => {
  expect(classWeights([0, 0, 0, 1, 2], [0, 3], 3)).toEqual([1, 1, 0]);
});

test('Weighted by classWeights, the share of right answers is the balanced accuracy', () => {
  const right = rows.map((row) => row % 3 > 0);
  const weights = classWeights(labels, rows, 3);
  const weighted = sum(rows.map((row) => (right[row] ? weights[labels[row]] : 0))) / rows.length;
  expect(balancedAccuracy(labels, right)).toBeCloseTo(weighted, 12);
  expect(balancedAccuracy([0, 0, 0, 1], [true, true, false, false])).toBeCloseTo(1 / 3, 12);
});

test('Targets are one-hot; smoothed, a share goes to every class; weighted, a row counts what its class does', async () => {
  const { tf } = await loadBackend('wasm');
  const targets = (...options: Parameters<typeof createTargets> extends [unknown, ...infer Rest] ? Rest : never) =>
    [...createTargets(tf, ...options).dataSync()].map((value) => Number(value.toFixed(6)));
  expect(targets([1, 0], 2)).toEqual([0, 1, 1, 0]);
  expect(targets([1], 4, { smoothing: 0.2 })).toEqual([0.05, 0.85, 0.05, 0.05]);
  expect(targets([1, 0], 2, { smoothing: 0.2, weights: [3, 0.5] })).toEqual([0.05, 0.45, 2.7, 0.3]);
});
