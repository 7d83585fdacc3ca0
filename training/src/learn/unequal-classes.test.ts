import type { Architecture } from '@ddnn/model';
import { expect, test } from 'vitest';
import { syntheticData } from '../testing/synthetic-data.js';
import { trainNetwork } from './train.js';

const architecture: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [] },
};
const bars = syntheticData({ rows: 600, views: 2, side: 8, seed: 1 });
/**
 * Two of ten lying bars are rare, and nobody can tell which: whoever counts samples says common, whoever counts classes
 * says rare.
 */
const data = {
  ...bars,
  classes: ['common', 'rare'],
  rows: bars.rows.map(({ sample, label }, row) => ({
    sample,
    label: label === 'lying' && Math.floor(row / 3) % 10 < 2 ? 'rare' : 'common',
  })),
};

test('Balanced weights decide for the rare class where it can’t be told from a common one', async () => {
  const options = {
    data,
    epochs: 8,
    batchSize: 32,
    learningRate: 1e-2,
    holdOut: 0.3,
    seed: 1,
    backend: 'wasm' as const,
  };
  const train = (training: Architecture['training']) =>
    trainNetwork({ ...options, architecture: { ...architecture, training } });
  const [plain, balanced] = [await train({}), await train({ classWeights: 'balanced', selection: 'balanced' })];
  expect(plain.report.balancedAccuracy).toBeLessThan(0.6);
  expect(balanced.report.balancedAccuracy).toBeGreaterThan(0.7);
  expect(balanced.report.accuracy).toBeLessThan(plain.report.accuracy);
});

test('Settings of the architecture that say what holds anyway change nothing', async () => {
  const options = { data, epochs: 1, seed: 1, backend: 'wasm' as const };
  const settings = { epochs: 9, selection: 'accuracy', classWeights: 'equal', labelSmoothing: 0 } as const;
  const plain = await trainNetwork({ ...options, architecture });
  const same = await trainNetwork({ ...options, architecture: { ...architecture, training: settings } });
  expect(same.bundle.tensors).toEqual(plain.bundle.tensors);
  expect(same.bundle.exits).toEqual(plain.bundle.exits);
  const smooth = { ...architecture, training: { labelSmoothing: 0.1 } };
  expect((await trainNetwork({ ...options, architecture: smooth })).bundle.tensors).not.toEqual(plain.bundle.tensors);
});
