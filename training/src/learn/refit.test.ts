import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArchitecture } from '@ddnn/model';
import { expect, test } from 'vitest';
import { syntheticData } from '../testing/synthetic-data.js';
import { removeCheckpoint } from './checkpoint.js';
import { type TrainOptions, trainNetwork } from './train.js';

const text = (training: string) => `
name: refit
input: { height: 8, width: 8, channels: 1 }
device: { section: [{ convp: { filters: 2 } }] }
local: { aggregator: average }
cloud: { aggregator: concat, arithmetic: float, section: [] }
training: { epochs: 3, viewDropout: 0.2, ${training} }
`;
const architecture = (training: string) => parseArchitecture(text(training), 'refit.yaml');
const data = syntheticData({ rows: 60, views: 3, side: 8, seed: 1 });
const options = (training: string): TrainOptions => ({
  architecture: architecture(training),
  data,
  seed: 3,
  holdOut: 0.3,
  backend: 'wasm',
});

test('a second training takes all rows, and the thresholds and accuracies of the first', async () => {
  const once = await trainNetwork(options('refit: false'));
  const twice = await trainNetwork(options('refit: true'));
  expect(once.report.heldOutRows).toBeGreaterThan(0);
  expect(twice.report.rows).toBe(once.report.rows + once.report.heldOutRows);
  expect(twice.bundle.exits.local?.threshold).toBe(once.bundle.exits.local?.threshold);
  expect(twice.report.accuracy).toBe(once.report.accuracy);
  expect(twice.bundle.figures).toMatchObject({ judgedRows: once.report.heldOutRows, heldOutRows: 0 });
  expect(twice.bundle.tensors).not.toEqual(once.bundle.tensors);
});

test('a guarantee is for the network that was tested, so nothing is trained again', async () => {
  const goal = { accuracyLoss: 0.5, confidence: 0.5 };
  const { report } = await trainNetwork({ ...options('refit: true'), goal });
  expect(report.heldOutRows).toBeGreaterThan(0);
});

test('refit and early stopping exclude each other', async () => {
  const both = trainNetwork(options('refit: true, earlyStopping: { patience: 2 }'));
  await expect(both).rejects.toMatchObject({ code: 'DDNN_TRAINING_OPTION' });
});

test('interrupted in the second training, it resumes to the same bytes', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'ddnn-refit-'));
  const file = path.join(folder, 'x.checkpoint');
  const whole = await trainNetwork(options('refit: true'));
  const controller = new AbortController();
  const stopped = trainNetwork({
    ...options('refit: true'),
    checkpoint: { file },
    signal: controller.signal,
    onProgress: ({ refit, epoch }) => {
      if (refit && epoch === 2) controller.abort('enough');
    },
  });
  await expect(stopped).rejects.toBe('enough');
  const resumed = await trainNetwork({ ...options('refit: true'), checkpoint: { file, resume: true } });
  expect(Buffer.compare(resumed.bytes, whole.bytes)).toBe(0);
  await removeCheckpoint(file);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
