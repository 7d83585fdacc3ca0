import { expect, test } from 'vitest';
import { holdOutRows } from './held-out.js';
import { createRandom, shuffled } from './random.js';

const labels = [...Array(40).fill(0), ...Array(20).fill(1), 2];
const rows = [...labels.keys()];

test('Each class gives its share, and a class of one stays in training', () => {
  const { training, heldOut } = holdOutRows(labels, rows, 0.15, createRandom(1));
  const count = (label: number) => heldOut.filter((row) => labels[row] === label).length;
  expect([count(0), count(1), count(2)]).toEqual([6, 3, 0]);
  expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual(rows);
});

test('The seed decides which rows', () => {
  const pick = (seed: number) => holdOutRows(labels, rows, 0.15, createRandom(seed)).heldOut;
  expect(pick(1)).toEqual(pick(1));
  expect(pick(1)).not.toEqual(pick(2));
});

test('Without a share nothing is held out', () => {
  expect(holdOutRows(labels, rows, 0, createRandom(1)).heldOut).toEqual([]);
});

test('Random numbers spread over [0, 1), and a shuffle keeps every item', () => {
  const random = createRandom(7);
  const mean = Array.from({ length: 10_000 }, random).reduce((sum, value) => sum + value, 0) / 10_000;
  expect(mean).toBeCloseTo(0.5, 1);
  const items = shuffled(rows, random);
  expect(items).not.toEqual(rows);
  expect([...items].sort((a, b) => a - b)).toEqual(rows);
});
