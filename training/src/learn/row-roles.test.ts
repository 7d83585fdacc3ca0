import { type Architecture, resolveArchitecture } from '@ddnn/model';
import { describe, expect, test } from 'vitest';
import type { DataSet } from '../data/data-set.js';
import { createRandom } from '../data/random.js';
import { syntheticData } from '../testing/synthetic-data.js';
import type { ThresholdGoal } from '../thresholds/threshold-goal.js';
import { createRecipe } from './recipe.js';
import { assignRows } from './row-roles.js';

const plain: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
const gated: Architecture = { ...plain, local: { aggregator: 'max', confidence: 'gate' } };
const early = { earlyStopping: { patience: 3 } };
const rows = syntheticData({ rows: 240, views: 2, side: 8, seed: 1 });
/** The same pictures, `size` neighbours of one group or frame; objects in turn of each class. */
const grouped = (size: number, groupColumn: DataSet['groupColumn']): DataSet => ({
  ...rows,
  groupColumn,
  rows: rows.rows.map((row, i) => {
    const group = Math.floor(i / size);
    const label = groupColumn === 'object' ? rows.classes[group % rows.classes.length] : row.label;
    return { ...row, label, group: String(group) };
  }),
});

function assign(description: Architecture, data: DataSet, goal?: ThresholdGoal, share = 0.3) {
  const architecture = resolveArchitecture(description, data);
  const recipe = createRecipe({ holdOut: share }, architecture.training);
  const labels = data.rows.map(({ label }) => data.classes.indexOf(label));
  return assignRows(architecture, data, labels, recipe, goal, createRandom(1));
}

test('Without a gate and a guarantee, held-out rows choose epoch and thresholds, and nothing is drawn for halves', () => {
  const { training, heldOut, ...roles } = assign({ ...plain, training: early }, rows);
  expect(roles).toMatchObject({ epochs: heldOut, gate: [], thresholds: heldOut });
  expect(training.length + heldOut.length).toBe(240);
});

test('A gate is fitted on one half of the held-out rows, and thresholds are chosen on the other', () => {
  const { heldOut, epochs, gate, thresholds } = assign(gated, rows);
  expect([...gate, ...thresholds].sort((a, b) => a - b)).toEqual(heldOut);
  expect(Math.abs(gate.length - thresholds.length)).toBeLessThanOrEqual(4);
  expect(epochs).toEqual(heldOut);
});

test('A guarantee is not tested on the rows that the best epoch was chosen on', () => {
  const { heldOut, epochs, gate, thresholds } = assign({ ...plain, training: early }, rows, { accuracyLoss: 0.05 });
  expect([...epochs, ...thresholds].sort((a, b) => a - b)).toEqual(heldOut);
  expect(epochs.length).toBeGreaterThan(heldOut.length / 3);
  expect(gate).toEqual([]);
  expect(assign(plain, rows, { accuracyLoss: 0.05 })).toMatchObject({ thresholds: heldOut });
});

describe.each([
  { what: 'objects', data: grouped(6, 'object') },
  // One of each class is held out: no class can be halved by itself.
  { what: 'few large objects', data: grouped(20, 'object') },
])('With $what', ({ data }) => {
  test('no near copy of a row that a gate was fitted on judges it', () => {
    const { gate, thresholds } = assign(gated, data);
    const fitted = new Set(gate.map((row) => data.rows[row].group));
    expect(thresholds.filter((row) => fitted.has(data.rows[row].group))).toEqual([]);
    expect(gate.length).toBeGreaterThan((gate.length + thresholds.length) / 4);
  });
});

test('Blocks of frames are not cut anew where held-out ones are halved', () => {
  const data = grouped(2, 'frame');
  // 120 frames in 20 blocks of 6.
  const blockOf = (row: number) => Math.floor(row / 12);
  const { gate, thresholds } = assign(gated, data);
  const fitted = new Set(gate.map(blockOf));
  expect(fitted.size).toBeGreaterThan(0);
  expect(thresholds.filter((row) => fitted.has(blockOf(row)))).toEqual([]);
});

test('A single group of held-out rows cannot be halved, and is refused', () => {
  expect(() => assign(gated, grouped(40, 'object'), undefined, 0.1)).toThrow(
    expect.objectContaining({ code: 'DDNN_TRAINING_OPTION', message: expect.stringContaining('hold out more') }),
  );
});
