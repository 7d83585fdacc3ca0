import type { Architecture, Bundle } from '@ddnn/model';
import { NO_CLASS } from '@ddnn/protocol';
import { beforeAll, expect, test } from 'vitest';
import { evaluate } from '../evaluate/evaluate.js';
import { trainNetwork } from '../learn/train.js';
import { syntheticData } from '../testing/synthetic-data.js';
import { overAll, sweepCameras, sweepSingle } from './cameras.js';

const architecture: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'concat' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
const drawn = syntheticData({ rows: 60, views: 3, side: 8, seed: 4 });
const data = {
  ...drawn,
  // Camera 1 sees every third sample only.
  images: drawn.images.map((row, i) => row.map((image, view) => (view === 1 && i % 3 !== 0 ? null : image))),
  jpegBytes: drawn.images.map((row) => row.map(() => 400)),
};
let bundle: Bundle;
beforeAll(async () => {
  ({ bundle } = await trainNetwork({ architecture, data, seed: 1, epochs: 4, learningRate: 1e-2 }));
});

test('A camera alone is what an evaluation without the others says', async () => {
  for (const { view, lost, samples, unseen, ...accuracy } of await sweepSingle(bundle, data)) {
    expect(lost).toEqual([0, 1, 2].filter((other) => other !== view));
    expect([samples, unseen]).toEqual(view === 1 ? [20, 40 / 60] : [60, 0]);
    const { outcomes, summary } = await evaluate({ bundle, data, lost, perExit: true });
    const right = outcomes.filter(({ correct }) => correct).length;
    expect(outcomes.filter(({ classIndex }) => classIndex !== NO_CLASS)).toHaveLength(samples);
    expect(accuracy.overall).toBe(right / samples);
    expect(accuracy.cloud).toBeCloseTo((summary.exitAccuracy!.cloud * 60) / samples, 12);
    expect(accuracy.device).toBeGreaterThan(1 / 6);
  }
});

test('With the max aggregator a camera’s own exit is the local exit with nothing but its view', async () => {
  const max: Architecture = { ...architecture, local: { aggregator: 'max' } };
  const trained = await trainNetwork({ architecture: max, data, seed: 1, epochs: 4, learningRate: 1e-2 });
  const single = await sweepSingle(trained.bundle, data);
  expect(single.map(({ device }) => device)).toEqual(single.map(({ local }) => local));
});

test('Cameras are added worst first, where a sample that a camera does not see counts as wrong', async () => {
  const single = await sweepSingle(bundle, data);
  const counts = await sweepCameras(bundle, data, single);
  expect(counts.map(({ views }) => views.length)).toEqual([1, 2, 3]);
  expect(counts[0].views).toEqual([1]);
  const alone = counts.map(({ added }) => overAll(added.device, added)!);
  expect(alone).toEqual([...alone].sort((a, b) => a - b));
  expect(counts[0]).toMatchObject({ lost: [0, 2], cloud: single[1].cloud, unseen: 40 / 60 });
  expect(counts[2]).toMatchObject({ lost: [], samples: 60 });
  expect(overAll(0.9, { unseen: 0.5 })).toBe(0.45);
});

test('An abort ends a sweep', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(sweepSingle(bundle, data, { signal })).rejects.toThrow('enough');
});
