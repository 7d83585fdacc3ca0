import type { Architecture, Bundle } from '@ddnn/model';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../evaluate/evaluate.js';
import { trainNetwork } from '../learn/train.js';
import { syntheticData } from '../testing/synthetic-data.js';
import { paperBytes } from './paper.js';
import { sweepThreshold, type ThresholdRow } from './threshold.js';

const paper: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
const twoEdges: Architecture = {
  ...paper,
  edge: { aggregator: 'concat', section: [{ convp: { filters: 4 } }], groups: [[2, 0], [1]] },
};
const drawn = syntheticData({ rows: 60, views: 3, side: 8, seed: 4, absent: 0.3 });
const data = {
  ...drawn,
  // One sample that no camera sees.
  images: drawn.images.map((row, i) => (i === 5 ? row.map(() => null) : row)),
  jpegBytes: drawn.images.map((row) => row.map((image) => (image ? 400 : null))),
};

describe.each([paper, twoEdges])('The threshold sweep, $edge.groups', (architecture) => {
  let bundle: Bundle;
  let rows: ThresholdRow[];
  beforeAll(async () => {
    ({ bundle } = await trainNetwork({ architecture, data, seed: 1, epochs: 3, learningRate: 1e-2 }));
    rows = await sweepThreshold(bundle, data);
  });

  test('says of every threshold what an evaluation with it says, from one pass over the images', async () => {
    expect(rows.map(({ threshold }) => threshold)).toEqual(Array.from({ length: 21 }, (_, i) => i / 20));
    for (const { threshold, localExits, accuracy, payloadPerView, wirePerView } of rows) {
      const { summary } = await evaluate({ bundle, data, thresholds: { local: threshold } });
      expect({ localExits, accuracy, payloadPerView, wirePerView }).toEqual({
        localExits: summary.exits.local / 60,
        accuracy: summary.accuracy,
        payloadPerView: summary.bytes.payloadPerView,
        wirePerView: summary.bytes.wirePerView,
      });
    }
  });

  test('moves samples from the cloud to the local exit, and bytes off the wire', () => {
    const shares = rows.map(({ localExits }) => localExits);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(new Set(shares).size).toBeGreaterThan(3);
    expect(rows[0].wirePerView).toBeGreaterThan(rows[20].wirePerView);
    expect(rows[20].localExits).toBe(1);
  });
});

test('With every camera seeing, payload is the formula with one byte a score in place of four', async () => {
  const seen = syntheticData({ rows: 60, views: 3, side: 8, seed: 4 });
  const jpegBytes = seen.images.map((row) => row.map(() => 400));
  const { bundle } = await trainNetwork({ architecture: paper, data: seen, seed: 1, epochs: 3, learningRate: 1e-2 });
  const rows = await sweepThreshold(bundle, { ...seen, jpegBytes });
  expect(new Set(rows.map(({ localExits }) => localExits)).size).toBeGreaterThan(2);
  for (const { payloadPerView, formulaPerView } of rows) expect(payloadPerView).toBeCloseTo(formulaPerView - 3 * 3, 9);
});

test('A network without a local exit has no such threshold', async () => {
  const { local: _, ...cloudOnly } = paper;
  const { bundle } = await trainNetwork({ architecture: cloudOnly, data, seed: 1, epochs: 1 });
  await expect(sweepThreshold(bundle, data)).rejects.toMatchObject({ code: 'DDNN_TRAINING_OPTION', userFault: true });
});

test('The formula gives the bytes that the paper prints', () => {
  // Three classes, 4 filters of 16 x 16 bits.
  expect(paperBytes(3, 128, 0)).toBe(140);
  expect(Math.round(paperBytes(3, 128, 0.6082))).toBe(62);
  expect(paperBytes(3, 128, 1)).toBe(12);
});
