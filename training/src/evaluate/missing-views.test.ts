import type { Architecture, Bundle } from '@ddnn/model';
import { NO_CLASS } from '@ddnn/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import { trainNetwork } from '../learn/train.js';
import { syntheticData } from '../testing/synthetic-data.js';
import { evaluate } from './evaluate.js';
import { MissingViews } from './missing-views.js';
import { Tiers } from './tiers.js';

const paper: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
const twoEdges: Architecture = {
  ...paper,
  edge: {
    aggregator: 'concat',
    section: [{ convp: { filters: 4 } }],
    groups: [
      [2, 0],
      [1, 3],
    ],
  },
};
const drawn = syntheticData({ rows: 60, views: 4, side: 8, seed: 4, absent: 0.4 });
const data = { ...drawn, jpegBytes: drawn.images.map((row) => row.map((image) => (image ? 400 : null))) };

describe.each([paper, twoEdges])('The table of missing views, $edge.groups', (architecture) => {
  let bundle: Bundle;
  beforeAll(async () => {
    ({ bundle } = await trainNetwork({ architecture, data, seed: 1, epochs: 3, learningRate: 1e-2 }));
  });

  test('says of every subset what an evaluation with these cameras gone says', async () => {
    const thresholds = { local: 0.6, edge: 0.7 };
    const { missing } = (await evaluate({ bundle, data, thresholds, missing: true })).summary;
    expect([missing!.one, missing!.two, missing!.three].map((count) => count!.views.length)).toEqual([4, 6, 4]);
    for (const count of [missing!.one!, missing!.two!, missing!.three!]) {
      for (const { lost, samples, unseen, ...accuracy } of count.views) {
        const { outcomes, summary } = await evaluate({ bundle, data, thresholds, lost, perExit: true });
        const seen = outcomes.filter(({ classIndex }) => classIndex !== NO_CLASS);
        expect(samples).toBe(seen.length);
        expect(unseen).toBe((60 - samples) / 60);
        expect(accuracy.overall).toBe(seen.filter(({ correct }) => correct).length / samples);
        for (const exit of ['local', 'edge', 'cloud'] as const) {
          const all = summary.exitAccuracy![exit];
          if (all === undefined) expect(accuracy[exit]).toBeUndefined();
          else expect(accuracy[exit]).toBeCloseTo((all * 60) / samples, 12);
        }
      }
    }
    expect(missing!.unseen.three).toBeGreaterThan(missing!.unseen.one!);
  });

  test('takes means and worst over the subsets, each exit on its own', async () => {
    const { missing } = (await evaluate({ bundle, data, missing: true })).summary;
    const { mean, worst, views } = missing!.two!;
    const clouds = views.map(({ cloud }) => cloud!);
    expect(mean.cloud).toBeCloseTo(clouds.reduce((a, b) => a + b, 0) / 6, 12);
    expect(worst.cloud).toBe(Math.min(...clouds));
    expect(worst.local).toBe(Math.min(...views.map(({ local }) => local!)));
    expect(missing!.none).toMatchObject({ lost: [], samples: 60, unseen: 0 });
  });
});

test('Views that are often absent cost nothing twice: one answer for all subsets that leave the same', async () => {
  const { bundle } = await trainNetwork({ architecture: paper, data, seed: 1, epochs: 1 });
  const tiers = new Tiers(bundle);
  let asked = 0;
  const { answerInCloud } = tiers;
  tiers.answerInCloud = () => {
    asked++;
    return answerInCloud.call(tiers);
  };
  const table = new MissingViews(4);
  const image = data.images.flat().find((pixels) => pixels)!;
  table.add(tiers, [image, null, null, image], 0);
  // Left may be 0 and 3, 0 alone, 3 alone.
  expect(asked).toBe(3);
});

test('A network of one view has nothing to lose, one of 32 loses at most 128 combinations of each size', () => {
  expect(new MissingViews(1).result()).toMatchObject({ unseen: {} });
  expect(new MissingViews(1).result().one).toBeUndefined();
  const { one, two, three } = new MissingViews(32).result();
  expect([one, two, three].map((count) => count!.views.length)).toEqual([32, 128, 128]);
  expect(new Set(three!.views.map(({ lost }) => lost.join())).size).toBe(128);
});
