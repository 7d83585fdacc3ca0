import type { Architecture } from '@ddnn/model';
import { loadBackend, Network } from '@ddnn/tensor';
import { expect, test } from 'vitest';
import { createRandom } from '../data/random.js';
import { syntheticData } from '../testing/synthetic-data.js';
import { type BestEpoch, isBetter, isOver, type Judgement } from './early-stopping.js';
import type { Progress } from './fit.js';
import { fit } from './fit.js';
import { judgeEpoch } from './judge-epoch.js';
import { trainNetwork } from './train.js';
import { copyWeights, type Weights } from './weights.js';

test('Accuracy decides, among equals the loss', () => {
  const judgement = (accuracy: number, loss: number): Judgement => ({ accuracy, loss });
  expect(isBetter(judgement(0.9, 2), judgement(0.8, 1))).toBe(true);
  expect(isBetter(judgement(0.8, 1), judgement(0.8, 2))).toBe(true);
  expect(isBetter(judgement(0.8, 1), judgement(0.8, 1))).toBe(false);
  expect(isBetter(judgement(0.8, 0), judgement(0.9, 5))).toBe(false);
});

test('Training is over when the best epoch is as far back as patience reaches, and never without any', () => {
  const best: BestEpoch = { accuracy: 1, loss: 0, epoch: 4, weights: [] };
  expect([5, 6, 7, 8].map((epoch) => isOver(epoch, best, 3))).toEqual([false, false, true, true]);
  expect(isOver(100, best, undefined)).toBe(false);
  expect(isOver(100, undefined, 3)).toBe(false);
});

const architecture: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [] },
};
const data = syntheticData({ rows: 90, views: 2, side: 8, seed: 1 });
const labels = data.rows.map(({ label }) => data.classes.indexOf(label));
const resolved = { ...architecture, views: 2, classes: [...data.classes] };
const set = { data, labels, rows: [...labels.keys()] };

test('The weights of the best epoch are kept, and training ends when patience does', async () => {
  const { tf } = await loadBackend('wasm');
  const random = createRandom(1);
  const network = new Network(resolved, random);
  const accuracies = [0.5, 0.9, 0.6, 0.7, 0.8, 0.95];
  const seen: Weights[] = [];
  const progress: Progress[] = [];
  const judge = async () => {
    seen.push(copyWeights(network.parameters.all));
    return { accuracy: accuracies[seen.length - 1], loss: 1 };
  };
  const common = { epochs: 20, batchSize: 32, learningRate: 1e-2, random };
  const onProgress = (step: Progress) => progress.push(step);
  const state = await fit(tf, network, set, { ...common, earlyStopping: { patience: 3, judge }, onProgress });
  expect(state).toMatchObject({ epoch: 5, best: { epoch: 2, accuracy: 0.9 } });
  expect(copyWeights(network.parameters.all)).toEqual(seen[1]);
  expect(seen[4]).not.toEqual(seen[1]);
  expect(progress.map(({ best }) => best?.epoch)).toEqual([1, 2, 2, 2, 2]);
});

test('With averaging, it is the averaged weights that are judged, and training goes on from the others', async () => {
  const { tf } = await loadBackend('wasm');
  const run = async (judged?: Weights[]) => {
    const random = createRandom(1);
    const network = new Network(resolved, random);
    const judge = async () => {
      judged?.push(copyWeights(network.parameters.all));
      return { accuracy: 1, loss: 1 };
    };
    const options = { epochs: 3, batchSize: 32, learningRate: 1e-2, averaging: 0.9, random, onProgress: () => {} };
    await fit(tf, network, set, { ...options, ...(judged && { earlyStopping: { patience: 9, judge } }) });
    return copyWeights(network.parameters.all);
  };
  const judged: Weights[] = [];
  expect(await run(judged)).toEqual(judged[0]);
  expect(judged[2]).toEqual(await run());
});

test('A judgement is better of a network that has learnt, and the same each time', async () => {
  const { tf } = await loadBackend('wasm');
  const random = createRandom(2);
  const network = new Network(resolved, random);
  const before = await judgeEpoch(tf, network, set);
  expect(await judgeEpoch(tf, network, set)).toEqual(before);
  await fit(tf, network, set, { epochs: 8, batchSize: 32, learningRate: 1e-2, random, onProgress: () => {} });
  const after = await judgeEpoch(tf, network, set);
  expect(after.accuracy).toBeGreaterThan(before.accuracy);
  expect(after.loss).toBeLessThan(before.loss);
});

test('A bundle tells its best epoch, and the same seed gives the same bytes', async () => {
  const patient: Architecture = { ...architecture, training: { earlyStopping: { patience: 2 } } };
  const options = { architecture: patient, data, epochs: 12, batchSize: 32, learningRate: 1e-2, seed: 1 };
  const [first, second] = [await trainNetwork(options), await trainNetwork(options)];
  expect(second.bytes).toEqual(first.bytes);
  expect(first.bundle.figures.bestEpoch).toBeGreaterThanOrEqual(1);
  await expect(trainNetwork({ ...options, holdOut: 0 })).rejects.toMatchObject({
    code: 'DDNN_TRAINING_OPTION',
    message: expect.stringContaining('earlyStopping'),
  });
});
