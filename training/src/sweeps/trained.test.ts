import type { Architecture } from '@ddnn/model';
import { describe, expect, test } from 'vitest';
import { pickViews } from '../data/data-set.js';
import { evaluate } from '../evaluate/evaluate.js';
import { trainNetwork } from '../learn/train.js';
import { syntheticData } from '../testing/synthetic-data.js';
import { type SweepProgress, sweepRetrained, sweepTrained, type TrainedRow } from './trained.js';
import { aggregatorVariants, filterVariants, survivors } from './variants.js';

const architecture: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max', threshold: 0.5 },
  edge: { aggregator: 'concat', section: [{ convp: { filters: 2 } }], groups: [[2, 0], [1]] },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
const set = (seed: number) => {
  const drawn = syntheticData({ rows: 36, views: 3, side: 8, seed, absent: 0.2 });
  return { ...drawn, jpegBytes: drawn.images.map((row) => row.map((image) => (image ? 400 : null))) };
};
const data = { train: set(1), test: set(2) };
const training = { seed: 1, epochs: 2, learningRate: 1e-2, backend: 'wasm' as const };

describe('The variants', () => {
  test('are the nine pairs of aggregators, everything else as it was', () => {
    const variants = aggregatorVariants(architecture);
    expect(variants.map(({ name }) => name)).toEqual(
      ['MP', 'AP', 'CC'].flatMap((a) => ['MP', 'AP', 'CC'].map((b) => `${a}-${b}`)),
    );
    const { architecture: pair } = variants[2];
    expect(pair).toEqual({
      ...architecture,
      local: { aggregator: 'max', threshold: 0.5 },
      cloud: { ...architecture.cloud, aggregator: 'concat' },
    });
  });

  test('are the paper’s five numbers of filters', () => {
    const sections = filterVariants(architecture).map((variant) => variant.architecture.device.section);
    expect(sections).toEqual([1, 2, 4, 8, 16].map((filters) => [{ convp: { filters } }]));
  });

  test('are refused where there is nothing to vary', () => {
    const { local: _, ...cloudOnly } = architecture;
    expect(() => aggregatorVariants(cloudOnly)).toThrow('no local exit');
    expect(() => filterVariants({ ...architecture, device: { section: [] } })).toThrow('convp');
  });

  test('for the cameras that are left number the views anew, and drop an edge without any', () => {
    expect(survivors(architecture, [0, 2]).architecture).toMatchObject({ views: 2, edge: { groups: [[1, 0]] } });
    expect(survivors(architecture, [1, 2]).architecture.edge!.groups).toEqual([[1], [0]]);
  });
});

test('A trained sweep measures on the test rows what training and evaluating each network gives', async () => {
  const variants = filterVariants(architecture).slice(0, 2);
  const progress: SweepProgress[] = [];
  const rows: TrainedRow[] = [];
  for await (const row of sweepTrained(variants, data, { ...training, onProgress: (p) => progress.push(p) })) {
    rows.push(row);
  }
  const { bundle } = await trainNetwork({ ...training, architecture: variants[1].architecture, data: data.train });
  const { summary } = await evaluate({ bundle, data: data.test, perExit: true });
  expect(rows[1]).toMatchObject({ name: '2', accuracy: summary.accuracy, exitAccuracy: summary.exitAccuracy });
  expect(rows[1].deviceBytes).toBeGreaterThan(rows[0].deviceBytes);
  expect(progress.map(({ network, epoch, share }) => [network, epoch, share])).toEqual([
    [1, 1, 0.25],
    [1, 2, 0.5],
    [2, 1, 0.75],
    [2, 2, 1],
  ]);
});

test('What is retrained for the survivors is a network of these views only', async () => {
  const { bundle } = await trainNetwork({ ...training, architecture, data: data.train });
  const rows = [];
  for await (const row of sweepRetrained(bundle, [[1], [0, 1]], data, training)) rows.push(row);
  expect(rows.map(({ lost }) => lost)).toEqual([[1], [0, 1]]);
  const again = await trainNetwork({
    ...training,
    architecture: survivors(bundle.architecture, [0, 2]).architecture,
    data: pickViews(data.train, [0, 2]),
  });
  const { summary } = await evaluate({ bundle: again.bundle, data: pickViews(data.test, [0, 2]), missing: true });
  expect(rows[0]).toMatchObject({ ...summary.missing!.none, lost: [1] });
});

test('An abort keeps the networks that are measured', async () => {
  const stop = new AbortController();
  const rows: TrainedRow[] = [];
  const onProgress = ({ network }: SweepProgress) => network === 2 && stop.abort(new Error('enough'));
  const sweep = async () => {
    const options = { ...training, signal: stop.signal, onProgress };
    for await (const row of sweepTrained(filterVariants(architecture), data, options)) rows.push(row);
  };
  await expect(sweep()).rejects.toThrow('enough');
  expect(rows.map(({ name }) => name)).toEqual(['1']);
});
