import { type Architecture, NEVER_EXITS } from '@ddnn/model';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../evaluate/evaluate.js';
import { trainNetwork } from '../learn/train.js';
import type { TrainedBundle } from '../learn/training-report.js';
import { syntheticData } from '../testing/synthetic-data.js';
import { fitBudget } from './budget.js';
import { calibrateThresholds } from './calibrate-thresholds.js';
import { judgeSamples } from './judge-samples.js';
import { payloadAt, payloadSizes } from './payload.js';
import { rightAt } from './site-answer.js';
import type { JudgedSample } from './thresholds.js';

const sizes = { views: 2, scores: 3, features: 100 };
const answer = (right: boolean, uncertainty: number) => ({ classIndex: right ? 0 : 1, uncertainty, confident: false });

/** Sure samples that the local exit gets right, unsure ones that it gets wrong; the cloud is always right. */
const samples = Array.from({ length: 100 }, (_, i): JudgedSample => {
  const top = answer(true, 0.5);
  const answers = { local: answer(i < 60, (i + 1) / 100), edge: undefined, cloud: top, overall: top };
  return { classIndex: 0, present: [2], answers };
});

describe('A budget of payload bytes', () => {
  test('is spent on the samples that gain by it, the rest answered locally', () => {
    const { thresholds, accuracy, payloadPerView } = fitBudget(samples, sizes, 3 + 20);
    expect(accuracy).toBe(0.8);
    expect(thresholds).toEqual({ local: 0.8, edge: NEVER_EXITS });
    expect(payloadPerView).toBe(3 + 20);
  });

  test('goes where the weights of the samples are, and accuracy is told without them', () => {
    // The cloud is wrong about the sure ones of class 0, and right about the others, which count more.
    const sides = samples.map((sample, i): JudgedSample => {
      const cloud = { ...sample.answers.cloud, classIndex: i < 60 ? 1 : 0 };
      const local = { ...sample.answers.local!, classIndex: i < 60 ? 0 : 1, uncertainty: 0.5 };
      return { ...sample, answers: { ...sample.answers, local, cloud }, weight: i < 60 ? 1 : 2 };
    });
    expect(fitBudget(sides, sizes, 1000)).toMatchObject({ accuracy: 0.4, thresholds: { local: NEVER_EXITS } });
    const equal = sides.map((sample) => ({ ...sample, weight: undefined }));
    expect(fitBudget(equal, sizes, 1000)).toMatchObject({ accuracy: 0.6, thresholds: { local: 0.5 } });
  });

  test('is not spent where more bytes give nothing', () => {
    expect(fitBudget(samples, sizes, 1000)).toMatchObject({
      accuracy: 1,
      payloadPerView: 3 + 40,
      thresholds: { local: 0.6 },
    });
  });

  test('that scores alone exceed is refused, with the least that it takes', () => {
    expect(() => fitBudget(samples, sizes, 2)).toThrow(
      '2 payload bytes a view are too few: these samples take at least 3.00',
    );
    // Samples that no camera sees cost nothing, and lower the average: features of one sample fit beside the scores of
    // all.
    const choice = fitBudget(samples, sizes, 2, 100);
    expect(choice).toMatchObject({ accuracy: 0.61, payloadPerView: (200 * 3 + 2 * 100) / 400 });
  });
});

const base: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
const withEdges: Architecture = {
  ...base,
  local: { aggregator: 'max', confidence: 'margin' },
  edge: { aggregator: 'concat', confidence: 'gate', section: [{ convp: { filters: 4 } }], groups: [[0, 2], [1]] },
};
const plain = syntheticData({ rows: 150, views: 3, side: 8, seed: 4, absent: 0.3 });
const jpegBytes = plain.images.map((row) => row.map((image) => (image ? 400 : null)));
const data = { ...plain, jpegBytes, images: plain.images.map((row, i) => (i < 5 ? row.map(() => null) : row)) };

describe.each([
  { name: 'a local exit', architecture: base },
  { name: 'two edges, margin below and a gate above', architecture: withEdges },
])('With $name', ({ architecture }) => {
  let trained: TrainedBundle;
  beforeAll(async () => {
    trained = await trainNetwork({ architecture, data, seed: 1, epochs: 4, learningRate: 1e-2, holdOut: 0.4 });
  });

  test.each([NEVER_EXITS, 0.2, 0.5, 0.8, 1])(
    'answers and payload at threshold %f are those of the evaluation',
    async (t) => {
      const { bundle } = trained;
      const labels = data.rows.map(({ label }) => bundle.architecture.classes.indexOf(label));
      const seen = [...data.rows.keys()].slice(5);
      const judged = await judgeSamples(bundle, data, labels, seen);
      const measured = payloadSizes(bundle);
      for (const edge of architecture.edge ? [NEVER_EXITS, 0.3, 1] : [NEVER_EXITS]) {
        const { outcomes, summary } = await evaluate({ bundle, data, thresholds: { local: t, edge } });
        const at = { local: t, edge };
        expect(judged.map((sample) => rightAt(sample, at))).toEqual(outcomes.slice(5).map(({ correct }) => correct));
        const payload = judged.reduce((sum, sample) => sum + payloadAt(sample, measured, at), 0);
        expect(payload / (data.rows.length * 3)).toBeCloseTo(summary.bytes.payloadPerView, 9);
      }
    },
  );

  test('calibrating for bytes gives a bundle that keeps to them, without touching a weight', async () => {
    const { bundle, report } = await calibrateThresholds({ bundle: trained.bundle, data, goal: { bytesPerView: 5 } });
    const { summary } = await evaluate({ bundle, data });
    expect(summary.bytes.payloadPerView).toBeCloseTo(report.budget!.payloadPerView, 9);
    expect(summary.bytes.payloadPerView).toBeLessThanOrEqual(5);
    expect(bundle.tensors).toEqual(trained.bundle.tensors);
    expect(bundle.figures).toMatchObject({ seed: 1, calibratedRows: 145, accuracy: report.accuracy });
    expect(bundle.figures.payloadPerView).toBe(report.budget!.payloadPerView);
  });

  test('too few rows certify nothing: then everything goes to the cloud, and no figure says certified', async () => {
    const goal = { accuracyLoss: 0.01 };
    const { bundle, report } = await calibrateThresholds({ bundle: trained.bundle, data, goal });
    expect(report.certificate).toMatchObject({ certified: false, rows: 145, rowsNeeded: 299, confidence: 0.95 });
    const { summary } = await evaluate({ bundle, data });
    // Rows that no camera sees have nothing to send up.
    expect(summary.exits).toMatchObject({ local: 5, edge: 0, cloud: 145 });
    expect(Object.keys(bundle.figures).filter((name) => name.startsWith('certified'))).toEqual([]);
  });

  test('a bound that they can certify is among the figures, and kept on the rows themselves', async () => {
    const goal = { accuracyLoss: 0.1, confidence: 0.9 };
    const { bundle, report } = await calibrateThresholds({ bundle: trained.bundle, data, goal });
    const { certificate } = report;
    expect(certificate!.rowsNeeded).toBe(22);
    expect(certificate!.certified).toBe(true);
    expect(bundle.figures).toMatchObject({ certifiedLoss: 0.1, certifiedConfidence: 0.9, certifiedRows: 145 });
    const { summary } = await evaluate({ bundle, data, perExit: true });
    expect(summary.accuracy).toBeGreaterThanOrEqual(summary.exitAccuracy!.cloud - 0.1);
  });
});

test('A gate is fitted on half of the held-out rows and judged on the other, with AUROCs among the figures', async () => {
  const gated: Architecture = { ...base, local: { aggregator: 'max', confidence: 'gate' } };
  const options = { architecture: gated, data, seed: 2, epochs: 4, learningRate: 1e-2, holdOut: 0.4 };
  const [{ bundle, report, bytes }, again] = [await trainNetwork(options), await trainNetwork(options)];
  expect(again.bytes).toEqual(bytes);
  expect(report.gateRows).toBeGreaterThan(report.heldOutRows * 0.4);
  expect(report.gateRows).toBeLessThan(report.heldOutRows * 0.6);
  expect(bundle.figures.gateRows).toBe(report.gateRows);
  expect(bundle.figures.localGateAuroc).toBe(report.confidence.local!.gate!.auroc);
  expect(bundle.tensors.get('local.gate')).toHaveLength(7);
  const { summary } = await evaluate({ bundle, data, perExit: true });
  expect(Object.keys(summary.confidence!.local!)).toEqual(['entropy', 'probability', 'margin', 'gate']);
});

test('A goal that is none, contradicts the architecture or has no rows is refused before training', async () => {
  const refuse = (options: object, words: string, code = 'DDNN_TRAINING_OPTION') =>
    expect(trainNetwork({ architecture: base, data, seed: 1, epochs: 1000, ...options })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  await refuse({ goal: { accuracyLoss: 0 } }, 'accuracyLoss is 0');
  await refuse({ goal: { accuracyLoss: 0.01, confidence: 1 } }, 'confidence is 1');
  await refuse({ goal: { bytesPerView: 0 } }, 'bytesPerView is 0');
  await refuse({ goal: { bytesPerView: 1 } }, '1 payload bytes a view are too few', 'DDNN_TRAINING_BUDGET');
  await refuse({ goal: { accuracyLoss: 0.01 }, holdOut: 0 }, 'holds no row out to certify on');
  const fixed: Architecture = { ...base, local: { aggregator: 'max', threshold: 0.5 } };
  await refuse({ goal: { accuracyLoss: 0.01 }, architecture: fixed }, 'local.threshold is 0.5');
});
