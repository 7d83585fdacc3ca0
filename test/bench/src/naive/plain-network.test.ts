import { type Architecture, resolveArchitecture } from '@ddnn/model';
import { syntheticData } from '@ddnn/training/testing';
import { expect, test } from 'vitest';
import { measureEpochs } from '../train/measure-epochs.js';

const base: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ convp: { filters: 8 } }] },
};
const data = syntheticData({ rows: 120, views: 3, side: 8, seed: 1, absent: 0.2 });

test.each([
  ['binary, maximum and concatenation', base],
  [
    'float, averages, with an FC block',
    {
      ...base,
      local: { aggregator: 'average' },
      cloud: { aggregator: 'average', arithmetic: 'float', section: [{ fc: { units: 8 } }] },
    },
  ],
  [
    'concatenated scores, no block above',
    { ...base, local: { aggregator: 'concat' }, cloud: { aggregator: 'max', section: [] } },
  ],
] as [string, Architecture][])(
  'The plain network learns, or it would be no comparison: %s',
  async (_, architecture) => {
    expect(resolveArchitecture(architecture, data).views).toBe(3);
    const epoch = await measureEpochs('plain', architecture, data, 20);
    const first = await epoch();
    let last = first;
    for (let i = 0; i < 12; i++) last = await epoch();
    expect(last.loss).toBeLessThan(0.9 * first.loss);
  },
);
