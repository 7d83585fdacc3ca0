import { type Architecture, resolveArchitecture } from '@ddnn/model';
import { loadBackend, type NetworkOutput } from '@ddnn/tensor';
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
