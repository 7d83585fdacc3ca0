import { type Architecture, resolveArchitecture } from '@ddnn/model';
import { loadBackend, type NetworkOutput, type Tensor } from '@ddnn/tensor';
import { expect, test } from 'vitest';
import { exitsOf, jointLoss } from './loss.js';

const { tf } = await loadBackend('wasm');
const architecture: Architecture = {
  name: 'loss',
  input: { height: 2, width: 2, channels: 1 },
  device: { section: [{ convp: { filters: 1 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [] },
};

/** Two views, two rows; view 1 is absent in row 1. */
function loss(weights: { device?: number; local?: number; cloud?: number }, absentScores: number[]): number {
  const resolved = resolveArchitecture(
    {
      ...architecture,
      device: { ...architecture.device, exitWeight: weights.device ?? 1 },
      local: { aggregator: 'max', exitWeight: weights.local ?? 1 },
      cloud: { ...architecture.cloud, exitWeight: weights.cloud ?? 1 },
    },
    { views: 2, classes: ['a', 'b'] },
  );
  const output = {
    devices: tf.tensor3d([
      [
        [1, 0],
        [0, 2],
      ],
      [[0, 0], absentScores],
    ] as [number, number][][]),
    local: [
      tf.tensor2d([
        [3, 0],
        [0, 1],
      ]),
    ],
    edges: [],
    cloud: tf.tensor2d([
      [0, 0],
      [0, 0],
    ]),
    edgePresent: tf.tensor2d([[1, 1]]),
  } as unknown as NetworkOutput;
  const present = tf.tensor2d([
    [1, 1],
    [1, 0],
  ]);
  return jointLoss(
    tf,
    exitsOf(tf, resolved, output, present),
    tf.tensor2d([
      [1, 0],
      [0, 1],
    ]),
  ).dataSync()[0];
}

const crossEntropy = (right: number, wrong: number) => Math.log(1 + Math.exp(wrong - right));

test('The joint loss is the sum of the exits’ mean cross-entropies, over the present views of each', () => {
  const devices = (crossEntropy(1, 0) + crossEntropy(2, 0)) / 2 + Math.log(2);
  const local = (crossEntropy(3, 0) + crossEntropy(1, 0)) / 2;
  expect(loss({}, [5, -5])).toBeCloseTo(devices + local + Math.log(2), 5);
  expect(loss({ device: 2, local: 0.5, cloud: 0 }, [5, -5])).toBeCloseTo(2 * devices + 0.5 * local, 5);
});

test('What an absent view would say counts nothing', () => {
  expect(loss({}, [9, -9])).toBe(loss({}, [-9, 9]));
});

test('The gradient of the joint loss is (softmax − label) over the rows that count, by the exit’s weight, and 0 where a view is absent', () => {
  const resolved = resolveArchitecture(
    {
      ...architecture,
      device: { ...architecture.device, exitWeight: 0.5 },
      cloud: { ...architecture.cloud, exitWeight: 3 },
    },
    { views: 2, classes: ['a', 'b'] },
  );
  const present = tf.tensor2d([
    [1, 1],
    [1, 0],
  ]);
  const labels = tf.tensor2d([
    [1, 0],
    [0, 1],
  ]);
  const total = (values: readonly Tensor[]) => {
    const [devices, local, edge, cloud] = values;
    const output = { devices, local: [local], edges: [edge], cloud, edgePresent: tf.tensor2d([[1, 0]]) };
    return jointLoss(tf, exitsOf(tf, resolved, output as unknown as NetworkOutput, present), labels);
  };
  const scores = [
    [0.3, -1, 2, 0.5, -0.2, 0.1, 1, -2],
    [1, 0, -1, 3],
    [0.4, 0.6, 2, -2],
    [-1, 1, 0.2, 0],
  ];
  const shapes = [
    [2, 2, 2],
    [2, 2],
    [2, 2],
    [2, 2],
  ];
  const tensors = (lists: readonly number[][]) => lists.map((list, i) => tf.tensor(list, shapes[i]));
  const gradients = tf.grads((...values) => total(values))(tensors(scores));
  /** The exit's weight over the rows that count for it, where the row does. */
  const counts = [
    [0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0, 0],
    [1, 1, 0, 0],
    [1, 1, 0, 0],
    [1.5, 1.5, 1.5, 1.5],
  ];
  for (const [exit, list] of scores.entries()) {
    const gradient = gradients[exit].dataSync();
    for (const [i] of list.entries()) {
      const row = i >> 1;
      const [a, b] = list.slice(2 * row, 2 * row + 2).map(Math.exp);
      const softmax = (i % 2 ? b : a) / (a + b);
      const label = row % 2 === i % 2 ? 1 : 0;
      expect(gradient[i], `exit ${exit}, value ${i}`).toBeCloseTo(counts[exit][i] * (softmax - label), 5);
    }
  }
});
