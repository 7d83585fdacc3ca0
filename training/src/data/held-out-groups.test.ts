import { expect, test } from 'vitest';
import { syntheticData } from '../testing/synthetic-data.js';
import { holdOut } from './held-out.js';
import { blocksOfFrames, groupRows, holdOutGroups } from './held-out-groups.js';
import { createRandom } from './random.js';

const seeds = [1, 2, 3, 4, 5];
const count = (labels: readonly number[], rows: readonly number[], label: number) =>
  rows.filter((row) => labels[row] === label).length;

/** 3 classes of 6 objects, each seen 10 times. */
const objects = Array.from({ length: 180 }, (_, row) => `object ${Math.floor(row / 10)}`);
const labels = Array.from({ length: 180 }, (_, row) => Math.floor(row / 60));
const rows = [...labels.keys()];

test.each(seeds)('No object is on both sides, and each class gives its share (seed %i)', (seed) => {
  const { training, heldOut } = holdOutGroups(labels, groupRows(objects, rows), 0.15, createRandom(seed));
  const trained = new Set(training.map((row) => objects[row]));
  expect(heldOut.filter((row) => trained.has(objects[row]))).toEqual([]);
  expect([0, 1, 2].map((label) => count(labels, heldOut, label))).toEqual([10, 10, 10]);
  expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual(rows);
});

test('The seed decides which groups', () => {
  const pick = (seed: number) => holdOutGroups(labels, groupRows(objects, rows), 0.15, createRandom(seed)).heldOut;
  expect(pick(1)).toEqual(pick(1));
  expect(new Set(seeds.map((seed) => pick(seed).join())).size).toBeGreaterThan(1);
});

test.each(seeds)('A rare class that shares its groups with a common one keeps one for training (seed %i)', (seed) => {
  // 20 groups of 10 rows of class 0; in two of them stands a row of class 1, in one a row of class 2.
  const groupOf = Array.from({ length: 203 }, (_, row) => String(row < 200 ? Math.floor(row / 10) : row - 200));
  const rare = groupOf.map((_, row) => (row < 200 ? 0 : row < 202 ? 1 : 2));
  for (const share of [0.15, 0.5, 0.9]) {
    const groups = groupRows(groupOf, [...rare.keys()]);
    const { training, heldOut } = holdOutGroups(rare, groups, share, createRandom(seed));
    expect(count(rare, training, 1)).toBeGreaterThanOrEqual(1);
    expect(count(rare, training, 2)).toBe(1);
    expect(Math.abs(count(rare, heldOut, 0) - 200 * share)).toBeLessThanOrEqual(10);
  }
});

test('Classes of few large groups give some of them all the same, up to the share of the whole', () => {
  // 8 classes of 3 objects: a whole object is a third of its class, more than twice the share.
  const groupOf = Array.from({ length: 240 }, (_, row) => String(Math.floor(row / 10)));
  const classes = groupOf.map((_, row) => Math.floor(row / 30));
  const { heldOut } = holdOutGroups(classes, groupRows(groupOf, [...classes.keys()]), 0.15, createRandom(1));
  expect(heldOut).toHaveLength(40);
  expect(new Set(heldOut.map((row) => classes[row])).size).toBe(4);
});

test('A row without a group is one of its own', () => {
  expect(groupRows(['a', undefined, 'a', undefined], [0, 1, 2, 3])).toEqual([[0, 2], [1], [3]]);
});

test('Frames become blocks of consecutive numbers', () => {
  const frames = Array.from({ length: 200 }, (_, row) => String(200 - Math.floor(row / 2)));
  const blocks = blocksOfFrames(frames, groupRows(frames, [...frames.keys()]));
  expect(blocks).toHaveLength(20);
  const numbers = blocks.map((block) => [...new Set(block.map((row) => Number(frames[row])))]);
  expect(numbers[0]).toEqual([101, 102, 103, 104, 105]);
  expect(numbers.flat()).toEqual(Array.from({ length: 100 }, (_, i) => 101 + i));
});

const plain = syntheticData({ rows: 120, views: 2, side: 4, seed: 1 });
const data = { ...plain, rows: plain.rows.map((row, i) => ({ ...row, group: String(Math.floor(i / 2)) })) };
const classOf = data.rows.map(({ label }) => data.classes.indexOf(label));
const all = [...classOf.keys()];

test('Groups are held out whole where the data have them, unless rows are asked for', () => {
  const torn = (by?: 'rows' | 'groups') => {
    const { heldOut } = holdOut(data, classOf, all, { share: 0.3, by }, createRandom(1));
    expect(heldOut.length).toBeGreaterThan(20);
    return heldOut.filter((row) => !heldOut.includes(row % 2 ? row - 1 : row + 1)).length;
  };
  expect(torn()).toBe(0);
  expect(torn('groups')).toBe(0);
  expect(torn('rows')).toBeGreaterThan(0);
});

test('Frames are held out in blocks: most held-out frames have their neighbours beside them', () => {
  const frames = { ...data, groupColumn: 'frame' as const };
  const { heldOut } = holdOut(frames, classOf, all, { share: 0.15 }, createRandom(2));
  const ends = heldOut.filter((row) => !heldOut.includes(row + 1));
  expect(heldOut.length).toBe(18);
  expect(ends.length).toBeLessThanOrEqual(3);
});

test('Groups that are not there can’t be held out', () => {
  const ask = () => holdOut(plain, classOf, all, { share: 0.15, by: 'groups' }, createRandom(1));
  expect(ask).toThrow(expect.objectContaining({ code: 'DDNN_TRAINING_OPTION', userFault: true }));
});
