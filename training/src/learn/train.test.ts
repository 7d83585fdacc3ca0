import { type Architecture, unpackSigns } from '@ddnn/model';
import { expect, test } from 'vitest';
import type { DataSet } from '../data/data-set.js';
import { evaluate } from '../evaluate/evaluate.js';
import { type SyntheticOptions, syntheticData } from '../testing/synthetic-data.js';
import type { Progress } from './fit.js';
import { trainNetwork } from './train.js';

/** Sizes that are known need no encoder, which is slow. */
function withJpegSizes(options: SyntheticOptions): DataSet {
  const data = syntheticData(options);
  return { ...data, jpegBytes: data.images.map((row) => row.map((image) => (image ? 400 : null))) };
}

const architecture: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 6 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ convp: { filters: 8 } }] },
};
const data = withJpegSizes({ rows: 240, views: 3, side: 8, seed: 1, absent: 0.2 });

test('A small network learns bars to more than 90 %, and the packed tiers answer as well on pictures never seen', async () => {
  const progress: Progress[] = [];
  const options = { architecture, data, seed: 3, epochs: 25, learningRate: 1e-2, batchSize: 32 };
  const { bundle, report } = await trainNetwork({ ...options, onProgress: (step) => progress.push(step) });
  expect(report).toMatchObject({ backend: expect.any(String), rows: 204, heldOutRows: 36, emptyRows: 0 });
  expect(progress.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  expect(progress.at(-1)!.loss).toBeLessThan(progress[0].loss / 2);
  expect(progress.at(-1)!.secondsLeft).toBe(0);
  expect(progress.at(-1)!.accuracy.cloud).toBeGreaterThan(0.9);
  expect(bundle.figures).toMatchObject({ seed: 3, epochs: 25, rows: 204, heldOutRows: 36, accuracy: report.accuracy });
  const fresh = withJpegSizes({ rows: 120, views: 3, side: 8, seed: 2, absent: 0.2 });
  const { summary } = await evaluate({ bundle, data: fresh, perExit: true });
  expect(summary.accuracy).toBeGreaterThan(0.9);
  expect(summary.exitAccuracy!.cloud).toBeGreaterThan(0.9);
  expect(summary.exitAccuracy!.local).toBeGreaterThan(0.8);
});

const quick = { architecture, data, epochs: 2, batchSize: 64 };

test('The same seed gives the same bytes, another seed others', async () => {
  const [first, second, other] = [
    await trainNetwork({ ...quick, seed: 5 }),
    await trainNetwork({ ...quick, seed: 5 }),
    await trainNetwork({ ...quick, seed: 6 }),
  ];
  expect(second.bundle.id).toBe(first.bundle.id);
  expect(second.bytes).toEqual(first.bytes);
  expect(other.bundle.id).not.toBe(first.bundle.id);
});

test('A coded network answers as it would bare, in fewer bytes, and keeps a budget that bare scores alone would exceed', async () => {
  const coded: Architecture = {
    ...architecture,
    device: { ...architecture.device, coding: 'arithmetic' },
    local: { aggregator: 'average', scoreBits: 2 },
  };
  const bare: Architecture = { ...coded, device: architecture.device };
  const first = await trainNetwork({ ...quick, architecture: coded, seed: 1 });
  const second = await trainNetwork({ ...quick, architecture: bare, seed: 1 });
  const [small, large] = [
    await evaluate({ bundle: first.bundle, data, batching: { samples: 5 } }),
    await evaluate({ bundle: second.bundle, data, batching: { samples: 5 } }),
  ];
  expect(small.outcomes).toEqual(large.outcomes);
  expect(small.summary.bytes.payloadPerView).toBeLessThan(0.9 * large.summary.bytes.payloadPerView);
  expect(small.summary.bytes.wirePerView).toBeLessThan(large.summary.bytes.wirePerView);
  const { codedScoreBytes, codedFeatureBytes } = first.bundle.figures;
  expect(codedScoreBytes).toBeLessThan(1);
  expect(codedFeatureBytes).toBeLessThan(first.bundle.shapes.device.featureBytes);
  const goal = { bytesPerView: 2 };
  const { report } = await trainNetwork({ ...quick, architecture: coded, seed: 1, goal });
  expect(report.budget!.payloadPerView).toBeLessThanOrEqual(2);
});

test('The thresholds of the architecture win over those that training would choose', async () => {
  const fixed: Architecture = { ...architecture, local: { aggregator: 'max', threshold: 0.123 } };
  const { bundle } = await trainNetwork({ ...quick, architecture: fixed, seed: 1 });
  expect(bundle.exits.local!.threshold).toBe(0.123);
});

test('Every tier and aggregator trains: two edges, averages and concatenation, absent views', async () => {
  const wide: Architecture = {
    ...architecture,
    local: { aggregator: 'concat' },
    edge: { aggregator: 'average', section: [{ convp: { filters: 4 } }], groups: [[0, 2], [1]] },
    cloud: { aggregator: 'max', section: [{ fc: { units: 12 } }] },
  };
  const { bundle, report } = await trainNetwork({ ...quick, architecture: wide, seed: 1 });
  expect(Object.keys(report.exitAccuracy)).toEqual(['local', 'edge', 'cloud']);
  const { summary } = await evaluate({ bundle, data });
  expect(summary.exits.local + summary.exits.edge + summary.exits.cloud).toBe(data.rows.length);
});

test('A float cloud section trains beside binary device sections, the same seed to the same bytes', async () => {
  const float: Architecture = { ...architecture, cloud: { ...architecture.cloud, arithmetic: 'float' } };
  const options = { ...quick, architecture: float, epochs: 12, learningRate: 1e-2, batchSize: 32, seed: 4 };
  const [first, second] = [await trainNetwork(options), await trainNetwork(options)];
  expect(second.bytes).toEqual(first.bytes);
  expect(first.bundle.tensors.get('cloud.0.weights')).toBeInstanceOf(Float32Array);
  expect(first.bundle.tensors.get('device.0.0.weights')).toBeInstanceOf(Uint8Array);
  const { summary } = await evaluate({ bundle: first.bundle, data, perExit: true });
  expect(summary.exitAccuracy!.cloud).toBeGreaterThan(0.9);
});

test('A float edge and learned stand-ins train, the same seed to the same bytes, and stand-ins take either sign', async () => {
  const learned: Architecture = {
    ...architecture,
    local: { aggregator: 'concat', missing: 'learned' },
    edge: { aggregator: 'concat', missing: 'learned', arithmetic: 'float', section: [{ convp: { filters: 6 } }] },
    cloud: { aggregator: 'concat', arithmetic: 'float', section: [{ fc: { units: 12 } }] },
    training: { viewDropout: 0.25 },
  };
  const options = { ...quick, architecture: learned, epochs: 12, learningRate: 1e-2, batchSize: 32, seed: 4 };
  const [first, second] = [await trainNetwork(options), await trainNetwork(options)];
  expect(second.bytes).toEqual(first.bytes);
  const { tensors } = first.bundle;
  expect(tensors.get('edge.0.0.weights')).toBeInstanceOf(Float32Array);
  // Three views of 4x4 cells and six channels each.
  const signs = unpackSigns(tensors.get('edge.0.missing') as Uint8Array, new Int8Array(3 * 96));
  expect(new Set(signs)).toEqual(new Set([-1, 1]));
  const scores = tensors.get('local.0.missing')!;
  expect(scores).toHaveLength(9);
  expect(scores.some((score) => score !== 0)).toBe(true);
  const { summary } = await evaluate({ bundle: first.bundle, data, perExit: true, missing: true });
  expect(summary.exitAccuracy!.edge).toBeGreaterThan(0.9);
  expect(summary.exitAccuracy!.cloud).toBeGreaterThan(0.9);
  expect(summary.missing!.one!.mean.edge).toBeGreaterThan(0.75);
});

test('missing: mask is what is done where it is left out', async () => {
  const masked: Architecture = { ...architecture, cloud: { ...architecture.cloud, missing: 'mask' } };
  const [plain, same] = [
    await trainNetwork({ ...quick, seed: 5 }),
    await trainNetwork({ ...quick, architecture: masked, seed: 5 }),
  ];
  expect(same.bundle.tensors).toEqual(plain.bundle.tensors);
});

test('Rows that no camera sees are left out of training', async () => {
  const blind = { ...data, images: data.images.map((row, i) => (i < 10 ? row.map(() => null) : row)) };
  const { report } = await trainNetwork({ ...quick, data: blind, seed: 1 });
  expect(report.emptyRows).toBe(10);
  expect(report.rows + report.heldOutRows).toBe(data.rows.length - 10);
});

test('An abort ends training with the signal’s reason', async () => {
  const controller = new AbortController();
  const training = trainNetwork({
    ...quick,
    epochs: 1000,
    seed: 1,
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  });
  await expect(training).rejects.toThrow('enough');
});

test('What does not fit is refused with a stable code and its reason', async () => {
  const refuse = (options: object, code: string, text: string) =>
    expect(trainNetwork({ ...quick, seed: 1, ...options })).rejects.toMatchObject({
      code,
      userFault: true,
      message: expect.stringContaining(text),
    });
  await refuse({ epochs: 0 }, 'DDNN_TRAINING_OPTION', 'epochs is 0');
  await refuse({ batchSize: 1 }, 'DDNN_TRAINING_OPTION', 'batchSize is 1');
  await refuse({ holdOut: 1 }, 'DDNN_TRAINING_OPTION', 'holdOut is 1');
  await refuse({ learningRate: -1 }, 'DDNN_TRAINING_OPTION', 'learningRate is -1');
  await refuse({ architecture: { ...architecture, views: 2 } }, 'DDNN_ARCHITECTURE_VALUE', 'views is 2');
  const wide: Architecture = { ...architecture, input: { height: 16, width: 8, channels: 1 } };
  await refuse({ architecture: wide }, 'DDNN_TRAINING_INPUT', 'loaded as 8x8x1, but bars takes 8x16x1');
  const empty = { ...data, images: data.images.map((row) => row.map(() => null)) };
  await refuse({ data: empty }, 'DDNN_TRAINING_EMPTY', 'synthetic');
});

test('With averaging the bundle holds the averaged weights, the same seed the same bytes', async () => {
  const averaged: Architecture = { ...architecture, training: { averaging: 0.9 } };
  const train = (each: Architecture) => trainNetwork({ ...quick, architecture: each, seed: 2 });
  const [first, second, plain] = [await train(averaged), await train(averaged), await train(architecture)];
  expect(second.bytes).toEqual(first.bytes);
  expect(first.bundle.tensors).not.toEqual(plain.bundle.tensors);
});
