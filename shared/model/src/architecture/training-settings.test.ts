import { expect, test } from 'vitest';
import { parseArchitecture } from './architecture.js';

const NETWORK = `name: small
input: { height: 8, width: 8, channels: 1 }
device: { section: [] }
cloud: { aggregator: concat, section: [] }
training:
`;
const parse = (settings: string) => parseArchitecture(NETWORK + settings, 'small.yaml').training;

test('An architecture says how to train', () => {
  const settings = {
    epochs: 60,
    batch: 32,
    rate: 0.002,
    holdOutBy: 'groups',
    selection: 'balanced',
    classWeights: 'balanced',
    classWeightPower: 0.5,
    labelSmoothing: 0.1,
    viewDropout: 0.25,
    augment: { flip: true, shift: 2, brightness: 0.2, noise: 3 },
    averaging: 0.99,
    earlyStopping: { patience: 20 },
    distillation: { from: 'teacher', weight: 0.5, temperature: 2, width: 2 },
  };
  const lines = Object.entries(settings).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  expect(parse(lines.join(''))).toEqual(settings);
});

test.each([
  ['epochs: 0', 'DDNN_ARCHITECTURE_VALUE', 'training.epochs'],
  ['rate: 0', 'DDNN_ARCHITECTURE_VALUE', 'training.rate'],
  ['selection: best', 'DDNN_ARCHITECTURE_VALUE', 'must be one of accuracy, balanced'],
  ['averaging: 1', 'DDNN_ARCHITECTURE_VALUE', 'training.averaging'],
  ['augment: { flip: 1 }', 'DDNN_ARCHITECTURE_VALUE', 'training.augment.flip'],
  ['augment: { rotate: 1 }', 'DDNN_ARCHITECTURE_KEY', 'unknown key training.augment.rotate'],
  ['earlyStopping: {}', 'DDNN_ARCHITECTURE_VALUE', 'patience'],
  ['distillation: { from: edge, weight: 1 }', 'DDNN_ARCHITECTURE_VALUE', 'training.distillation.from'],
  ['distillation: { from: cloud, weight: 0 }', 'DDNN_ARCHITECTURE_VALUE', 'training.distillation.weight'],
])('%s is refused, with line and key', (setting, code, words) => {
  const ask = () => parse(`  ${setting}\n`);
  expect(ask).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
  expect(ask).toThrow(/^small\.yaml:6/);
});
