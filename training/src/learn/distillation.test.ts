import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Architecture, resolveArchitecture } from '@ddnn/model';
import { loadBackend, type Tensor2D } from '@ddnn/tensor';
import { expect, test } from 'vitest';
import { syntheticData } from '../testing/synthetic-data.js';
import { distillationLoss } from './distillation.js';
import { teacherOf } from './teacher.js';
import { trainNetwork } from './train.js';

const { tf } = await loadBackend('wasm');
const targets = tf.tensor2d([
  [1, 0],
  [0, 1],
]);
const options = { weight: 0.5, temperature: 2 };

/** One exit, two rows. */
function lossOf(student: Tensor2D, teacher: Tensor2D, mask = [1, 1], wanted = targets) {
  const exit = { scores: tf.expandDims(student, 0), mask: tf.tensor2d([mask]), weight: 3 };
  return distillationLoss(tf, [exit], teacher, wanted, options);
}

test('The lesson is the cross-entropy with the softened teacher, times exit weight, weight and T²', () => {
  const soft = 1 / (1 + Math.exp(-2));
  const [right, wrong] = [1 / (1 + Math.exp(-0.5)), 1 / (1 + Math.exp(0.5))];
  const crossEntropy = -(soft * Math.log(right) + (1 - soft) * Math.log(wrong));
  const [student, teacher] = [tf.tensor2d([1, 0, 0, 9], [2, 2]), tf.tensor2d([4, 0, 7, 7], [2, 2])];
  expect(lossOf(student, teacher, [1, 0]).dataSync()[0]).toBeCloseTo(3 * 0.5 * 4 * crossEntropy, 5);
});

test('It is least where a student says what its teacher says, and a row counts what its class does', () => {
  const teacher = tf.tensor2d([3, 1, -2, 0.5], [2, 2]);
  const gradient = tf.grad((x) => lossOf(x as Tensor2D, teacher));
  expect([...gradient(teacher).dataSync()].map((value) => Math.abs(value)).every((value) => value < 1e-6)).toBe(true);
  const heavy = tf.mul<Tensor2D>(targets, 2);
  const student = tf.tensor2d([0, 1, 2, 3], [2, 2]);
  const [once, twice] = [lossOf(student, teacher), lossOf(student, teacher, [1, 1], heavy)];
  expect(twice.dataSync()[0]).toBeCloseTo(2 * once.dataSync()[0], 4);
});

test('The teacher learns nothing from its students', () => {
  const student = tf.tensor2d([0, 1, 2, 3], [2, 2]);
  const gradient = tf.grad((x) => tf.add(lossOf(student, tf.mul(x, 2)), tf.sum(x)));
  expect([...gradient(tf.tensor2d([5, 0, 0, 5], [2, 2])).dataSync()]).toEqual([1, 1, 1, 1]);
});

const architecture: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  edge: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
  cloud: { aggregator: 'concat', arithmetic: 'float', section: [{ fc: { units: 12 } }] },
};
const data = syntheticData({ rows: 90, views: 2, side: 8, seed: 1 });

test('A network distils from its own cloud, the same seed to the same bytes', async () => {
  const train = (each: Architecture) =>
    trainNetwork({ architecture: each, data, epochs: 3, batchSize: 32, seed: 1, backend: 'wasm' });
  const taught = { ...architecture, training: { distillation: { from: 'cloud', weight: 1 } } } as const;
  const [first, second, plain] = [await train(taught), await train(taught), await train(architecture)];
  expect(second.bytes).toEqual(first.bytes);
  expect(first.bundle.tensors).not.toEqual(plain.bundle.tensors);
  expect(first.report.loss).toBeGreaterThan(plain.report.loss);
});

test('A teacher has the same tiers in float, wider, and within what an architecture may have', () => {
  const resolved = resolveArchitecture(architecture, data);
  expect(teacherOf(resolved, 3)).toMatchObject({
    device: { section: [{ convp: { filters: 12 } }] },
    edge: { section: [{ fc: { units: 24 } }] },
    cloud: { arithmetic: 'float', section: [{ fc: { units: 36 } }] },
  });
  const wide = { ...resolved, device: { section: [{ convp: { filters: 200 } }] } };
  expect(teacherOf(wide, 8).device.section).toEqual([{ convp: { filters: 256 } }]);
});

test('A network distils from a teacher that is trained first, the same seed to the same bytes, interrupted or not', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'ddnn-teacher-'));
  const file = path.join(folder, 'checkpoint');
  const distillation = { from: 'teacher', weight: 1, temperature: 2, width: 2 } as const;
  const taught = { ...architecture, training: { distillation, viewDropout: 0.3 } };
  const options = { architecture: taught, data, epochs: 3, batchSize: 32, seed: 1, backend: 'wasm' as const };
  const { tf } = await loadBackend('wasm');
  const before = tf.memory().numTensors;
  const seen: string[] = [];
  const whole = await trainNetwork({
    ...options,
    onProgress: ({ teacher, epoch }) => seen.push(`${teacher ? 'teacher' : 'network'} ${epoch}`),
  });
  expect(seen).toEqual(['teacher 1', 'teacher 2', 'teacher 3', 'network 1', 'network 2', 'network 3']);
  expect(tf.memory().numTensors).toBe(before);
  expect(whole.bundle.figures.teacherAccuracy).toBeGreaterThan(0);
  expect(whole.bundle.architecture.device.section).toEqual(architecture.device.section);
  const stopAfter = (stop: string) => {
    const controller = new AbortController();
    const resumed: string[] = [];
    const training = trainNetwork({
      ...options,
      checkpoint: { file, resume: true, onResume: (epoch, stage) => resumed.push(`${stage} ${epoch}`) },
      onProgress: ({ teacher, epoch }) => {
        if (`${teacher ? 'teacher' : 'network'} ${epoch}` === stop) controller.abort(new Error('power cut'));
      },
      signal: controller.signal,
    });
    return expect(training)
      .rejects.toThrow('power cut')
      .then(() => resumed);
  };
  expect(await stopAfter('teacher 2')).toEqual([]);
  expect(await stopAfter('network 1')).toEqual(['teacher 2']);
  const resumed = await trainNetwork({ ...options, checkpoint: { file, resume: true } });
  expect(resumed.bytes).toEqual(whole.bytes);
  await rm(folder, { recursive: true });
});
