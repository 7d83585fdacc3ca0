import type { Architecture, Bundle } from '@ddnn/model';
import { NO_CLASS } from '@ddnn/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DataSet } from '../data/data-set.js';
import { trainNetwork } from '../learn/train.js';
import { type SyntheticOptions, syntheticData } from '../testing/synthetic-data.js';
import { evaluate } from './evaluate.js';

/** Sizes that are known need no encoder, which is slow. */
function withJpegSizes(options: SyntheticOptions): DataSet {
  const data = syntheticData(options);
  return { ...data, jpegBytes: data.images.map((row) => row.map((image) => (image ? 400 : null))) };
}

const architecture: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  edge: { aggregator: 'concat', section: [{ convp: { filters: 4 } }] },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
const data = withJpegSizes({ rows: 60, views: 3, side: 8, seed: 4, absent: 0.3 });
let bundle: Bundle;
beforeAll(async () => {
  ({ bundle } = await trainNetwork({ architecture, data, seed: 1, epochs: 3, learningRate: 1e-2 }));
});
const run = (thresholds: { local?: number; edge?: number }, more: object = {}) =>
  evaluate({ bundle, data, thresholds, ...more });

describe('Every sample is answered once', () => {
  test('at the first exit that is sure enough: thresholds move all samples up', async () => {
    expect((await run({ local: 1 })).summary.exits).toEqual({ local: 60, edge: 0, cloud: 0, fallback: 0 });
    expect((await run({ local: -1, edge: 1 })).summary.exits).toEqual({ local: 0, edge: 60, cloud: 0, fallback: 0 });
    expect((await run({ local: -1, edge: -1 })).summary.exits).toEqual({ local: 0, edge: 0, cloud: 60, fallback: 0 });
  });

  test('with an outcome a row in slot order, and a summary that counts them', async () => {
    const { outcomes, summary } = await run({});
    expect(outcomes.map(({ slot }) => slot)).toEqual([...data.rows.keys()]);
    expect(outcomes[7]).toMatchObject({ sample: 's7', label: 'lying' });
    expect(summary.samples).toBe(60);
    expect(summary.lost).toBe(0);
    const { local, edge, cloud, fallback } = summary.exits;
    expect(local + edge + cloud + fallback).toBe(60);
    expect(summary.accuracy).toBe(outcomes.filter(({ correct }) => correct).length / 60);
    expect(summary.exitAccuracy).toBeUndefined();
  });

  test('as each exit alone would answer it, when that is asked for', async () => {
    const [{ summary }, all, none] = [
      await run({}, { perExit: true }),
      await run({ local: 1 }),
      await run({ local: -1, edge: -1 }),
    ];
    expect(summary.exitAccuracy!.local).toBe(all.summary.accuracy);
    expect(summary.exitAccuracy!.cloud).toBe(none.summary.accuracy);
    expect(summary.exitAccuracy!.edge).toBe((await run({ local: -1, edge: 1 })).summary.accuracy);
  });
});

test('Balanced accuracy is the mean recall, however unequal the classes', async () => {
  const rows = [...data.rows.keys()].filter((row) => row % 3 === 0 || row < 9);
  const part = { ...data, rows: rows.map((row) => data.rows[row]), images: rows.map((row) => data.images[row]) };
  const { outcomes, summary } = await evaluate({ bundle, data: part });
  const recall = (label: string) => {
    const ofClass = outcomes.filter((outcome) => outcome.label === label);
    return ofClass.filter(({ correct }) => correct).length / ofClass.length;
  };
  expect(summary.balancedAccuracy).toBeCloseTo((recall('standing') + recall('lying') + recall('none')) / 3, 12);
});

test('Local answers cost the scores of present views only; upper ones add features and uplink', async () => {
  const present = data.images.flat().filter((image) => image).length;
  const local = (await run({ local: 1 })).summary.bytes;
  expect(local.payloadPerView).toBeCloseTo((present * 3) / 180, 12);
  const cloud = (await run({ local: -1, edge: -1 })).summary.bytes;
  const features = bundle.shapes.device.featureBytes;
  expect(cloud.payloadPerView - local.payloadPerView).toBeCloseTo((present * features) / 180, 12);
  expect(cloud.wirePerView).toBeGreaterThan(local.wirePerView + features);
  expect(local.rawPerView).toBeCloseTo((present * 64) / 180, 12);
});

test('Pixels that go up from devices without a section are their features, and there are no scores', async () => {
  const { edge: _, local: __, ...rest } = architecture;
  const pixels = { ...rest, device: { section: [] } };
  const { bundle } = await trainNetwork({ architecture: pixels, data, seed: 1, epochs: 1 });
  const { bytes } = (await evaluate({ bundle, data })).summary;
  expect(bytes.payloadPerView).toBe(bytes.rawPerView);
  expect(bytes.wirePerView).toBeGreaterThan(2 * bytes.rawPerView);
});

test('A sample that no camera sees is class none, at the local exit, and nothing is asked for', async () => {
  const images = data.images.map((row, i) => (i === 5 ? row.map(() => null) : row));
  const { outcomes, summary } = await evaluate({
    bundle,
    data: { ...data, images },
    thresholds: { local: -1, edge: -1 },
    perExit: true,
  });
  expect(outcomes[5]).toMatchObject({ exit: 'local', classIndex: NO_CLASS, correct: false });
  expect(summary.exits).toEqual({ local: 1, edge: 0, cloud: 59, fallback: 0 });
});

test('A lost camera sends nothing, and every sample still has its answer', async () => {
  const all = (await run({ local: -1, edge: -1 })).summary;
  const { outcomes, summary } = await run({ local: -1, edge: -1 }, { lost: [1] });
  expect(outcomes).toHaveLength(60);
  expect(summary.bytes.payloadPerView).toBeLessThan(all.bytes.payloadPerView);
  expect(summary.bytes.rawPerView).toBeLessThan(all.bytes.rawPerView);
  const none = await run({}, { lost: [0, 1, 2] });
  expect(none.outcomes.every(({ classIndex }) => classIndex === NO_CLASS)).toBe(true);
  expect(none.summary.bytes.payloadPerView).toBe(0);
});

test('A bundle and data that do not fit are refused', async () => {
  await expect(run({}, { lost: [3] })).rejects.toMatchObject({ code: 'DDNN_TRAINING_VIEWS', userFault: true });
  const two = { ...data, views: 2 };
  await expect(evaluate({ bundle, data: two })).rejects.toMatchObject({ code: 'DDNN_TRAINING_VIEWS' });
  const other = { ...data, rows: data.rows.map((row) => ({ ...row, label: 'tram' })) };
  await expect(evaluate({ bundle, data: other })).rejects.toMatchObject({ code: 'DDNN_TRAINING_CLASSES' });
});

test('Progress reaches the last sample, and an abort ends it', async () => {
  const seen: number[] = [];
  await run({ local: 1 }, { onProgress: (done: number) => seen.push(done) });
  expect(seen[0]).toBe(0);
  expect(seen.at(-1)).toBe(60);
  await expect(run({}, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
});
