import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Architecture } from '@ddnn/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticData } from '../testing/synthetic-data.js';
import { removeCheckpoint } from './checkpoint.js';
import { type TrainOptions, trainNetwork } from './train.js';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-checkpoint-'));
  file = path.join(folder, 'b.ddnn.checkpoint');
});
afterAll(() => rm(folder, { recursive: true }));

const architecture: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'concat' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
/** All that has a state, or draws from the random stream. */
const everything: Architecture = {
  ...architecture,
  training: {
    viewDropout: 0.3,
    augment: { flip: true, shift: 1, brightness: 0.2, noise: 3 },
    mixup: 0.3,
    averaging: 0.9,
    earlyStopping: { patience: 3 },
    distillation: { from: 'cloud', weight: 0.5, temperature: 2 },
    classWeights: 'balanced',
  },
};
/** A gate and a guarantee, which draw rows of their own. */
const gated: Architecture = { ...everything, local: { aggregator: 'concat', confidence: 'gate' } };
const data = syntheticData({ rows: 90, views: 2, side: 8, seed: 1, absent: 0.2 });
const base = { architecture, data, epochs: 6, batchSize: 32, learningRate: 1e-2, seed: 1, backend: 'wasm' } as const;

/** Trains, and aborts `steps` progress reports on; returns the epochs that it found done. */
async function interrupt(options: TrainOptions, steps: number, resume?: boolean): Promise<number | undefined> {
  const controller = new AbortController();
  let [seen, resumed]: [number, number | undefined] = [0, undefined];
  const onProgress = () => {
    if (++seen === steps) controller.abort(new Error('power cut'));
  };
  const onResume = (epoch: number) => {
    resumed = epoch;
  };
  const training = trainNetwork({
    ...options,
    onProgress,
    signal: controller.signal,
    checkpoint: { file, resume, onResume },
  });
  await expect(training).rejects.toThrow('power cut');
  return resumed;
}

test.each([
  ['plain', { architecture }],
  ['with everything', { architecture: everything }],
  ['with a gate and a guarantee', { architecture: gated, holdOut: 0.4, goal: { accuracyLoss: 0.3 } }],
])('Training that is interrupted twice comes to the same bytes as training that is not (%s)', async (_, each) => {
  await removeCheckpoint(file);
  const options: TrainOptions = { ...base, ...each };
  const whole = await trainNetwork(options);
  expect(await interrupt(options, 2)).toBeUndefined();
  expect(await interrupt(options, 1, true)).toBe(2);
  const resumed = await trainNetwork({ ...options, checkpoint: { file, resume: true } });
  expect(resumed.bytes).toEqual(whole.bytes);
  expect(resumed.report.loss).toBe(whole.report.loss);
  // The last checkpoint is that of the end: nothing is trained twice.
  let epochs = 0;
  const again = await trainNetwork({ ...options, checkpoint: { file, resume: true }, onProgress: () => epochs++ });
  expect(epochs).toBe(0);
  expect(again.bytes).toEqual(whole.bytes);
  expect(await readdir(folder)).toEqual([path.basename(file)]);
});

test('A checkpoint that nobody asked for is not overwritten, unless training is to start anew', async () => {
  await removeCheckpoint(file);
  await interrupt(base, 1);
  const before = await readFile(file);
  await expect(trainNetwork({ ...base, checkpoint: { file } })).rejects.toMatchObject({
    code: 'DDNN_CHECKPOINT_EXISTS',
    userFault: true,
    message: expect.stringContaining('--resume'),
  });
  expect(await readFile(file)).toEqual(before);
  expect(await interrupt(base, 1, false)).toBeUndefined();
});

test('A checkpoint of another training is refused, and the message tells what differs', async () => {
  await removeCheckpoint(file);
  await interrupt(base, 1);
  const refuse = (change: Partial<TrainOptions>, words: string) =>
    expect(trainNetwork({ ...base, ...change, checkpoint: { file, resume: true } })).rejects.toMatchObject({
      code: 'DDNN_CHECKPOINT_OTHER',
      userFault: true,
      message: expect.stringContaining(words),
    });
  await refuse({ seed: 2 }, 'seed is 1 there and 2 here');
  await refuse(
    { epochs: 7, learningRate: 0.5 },
    'epochs is 6 there and 7 here, learningRate is 0.01 there and 0.5 here',
  );
  await refuse({ architecture: everything }, 'other architecture');
  await refuse({ goal: { bytesPerView: 20 } }, 'bytesPerView is not set there and 20 here');
  const images = data.images.map((row) => row.map((image) => image?.slice() ?? null));
  images[7].find((image) => image)![3] ^= 1;
  await refuse({ data: { ...data, images } }, 'other data');
  await refuse({ data: { ...data, rows: data.rows.map((row) => ({ ...row, group: row.sample })) } }, 'other data');
});

test('A damaged checkpoint is refused', async () => {
  await removeCheckpoint(file);
  await interrupt(base, 1);
  const bytes = await readFile(file);
  const refuse = async (content: Buffer) => {
    await writeFile(file, content);
    await expect(trainNetwork({ ...base, checkpoint: { file, resume: true } })).rejects.toMatchObject({
      code: 'DDNN_CHECKPOINT_DAMAGED',
      userFault: true,
    });
  };
  await refuse(bytes.subarray(0, bytes.length - 10));
  await refuse(Buffer.from(bytes).fill(7, 200, 201));
  await refuse(Buffer.from('something else'));
  await refuse(Buffer.alloc(0));
});

test('To resume without a checkpoint is to begin, and a folder that is not there is told at the first epoch', async () => {
  await removeCheckpoint(file);
  expect(await interrupt(base, 1, true)).toBeUndefined();
  const nowhere = path.join(folder, 'nowhere', 'b.checkpoint');
  await expect(trainNetwork({ ...base, checkpoint: { file: nowhere } })).rejects.toMatchObject({
    code: 'DDNN_CHECKPOINT_FILE',
    message: expect.stringContaining('nowhere'),
  });
});
