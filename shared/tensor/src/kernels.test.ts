import type { Scalar, Tensor, Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { loadBackend } from './backend.js';
import { apart, convPSums } from './convp.js';
import { fcSums } from './fc.js';
import { joinFeatures } from './join-features.js';
import { BatchNorms } from './norm.js';

const { tf } = await loadBackend('wasm');

function numbers(shape: number[], phase: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * phase)),
    shape,
  );
}

/** Largest difference of two tensors' values. */
function apartBy(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
}

describe('ConvP agrees with conv2d and maxPool of TensorFlow.js', () => {
  // Channels and filters that fill vectors, that don't, and both paths of the convolution at once; maps of every size.
  test.each([
    [32, 32, 3, 4],
    [16, 16, 24, 16],
    [14, 9, 1, 5],
    [5, 4, 7, 12],
    [8, 8, 16, 20],
    [2, 3, 3, 3],
    [1, 1, 4, 8],
  ])('%i x %i x %i to %i filters', (height, width, channels, filters) => {
    const maps = apart(tf, numbers([2, 3, height, width, channels], 1) as Tensor5D);
    const weights = numbers([2, filters, 3, 3, channels], 2) as Tensor5D;
    const expected = tf.stack(
      maps.map((map, g) => {
        const filter = tf.transpose(tf.squeeze(tf.slice(weights, g, 1), [0]), [1, 2, 3, 0]) as Tensor4D;
        return tf.maxPool(tf.conv2d(map, filter, 1, 1), 3, 2, 1);
      }),
    );
    expect(apartBy(convPSums(tf, maps, weights), expected)).toBeLessThan(1e-4);
  });
});

describe('A row that nobody needs', () => {
  const mask = tf.tensor2d([
    [1, 0, 1],
    [0, 1, 1],
  ]);
  const gone = tf.reshape(mask, [2, 3, 1, 1, 1]);
  const weigh = (out: Tensor) => tf.sum<Scalar>(tf.mul(out, numbers(out.shape, 9)));
  /** Values and gradients with a mask, and of all rows with the others taken out afterwards. */
  const compare = (run: (used: Tensor2D | undefined, x: Tensor, w: Tensor) => Tensor, inputs: Tensor[]) => {
    const both = [mask, undefined].map((used) =>
      tf.valueAndGrads((x, w) => {
        const out = run(used, x, w);
        return weigh(used ? out : tf.mul(out, gone));
      })(inputs),
    );
    expect(apartBy(both[0].value, both[1].value)).toBeLessThan(1e-4);
    for (const i of inputs.keys()) expect(apartBy(both[0].grads[i], both[1].grads[i])).toBeLessThan(1e-4);
  };

  test('has sums and gradients of 0, and changes no other row: ConvP', () => {
    const inputs = [numbers([2, 3, 6, 5, 4], 1), numbers([2, 6, 3, 3, 4], 2)];
    compare((used, x, w) => convPSums(tf, apart(tf, x as Tensor5D), w as Tensor5D, false, used), inputs);
    const maps = apart(tf, inputs[0] as Tensor5D);
    compare((used, _, w) => tf.add(convPSums(tf, maps, w as Tensor5D, true, used), tf.mul(0, tf.sum(_))), inputs);
  });

  test('has sums and gradients of 0, and changes no other row: FC', () => {
    const inputs = [numbers([2, 3, 2, 3, 2], 1), numbers([2, 3, 12], 2)];
    compare((used, x, w) => fcSums(tf, x as Tensor5D, w as Parameters<typeof fcSums>[2], used), inputs);
  });
});

test('Sign and max(0, x) behind a norm in one operation do what they do on their own', () => {
  const mask = tf.tensor2d([[1, 1, 0, 1]]);
  for (const channels of [3, 8]) {
    const inputs = [[1, 4, 3, 2, channels], [channels], [channels]].map((shape, i) => numbers(shape, i + 1));
    const run = (fused: boolean, name: 'sign' | 'relu') =>
      tf.grads((x, gamma, beta) => {
        const leaves = new Map([
          ['n.gamma', gamma],
          ['n.beta', beta],
        ]);
        const norms = new BatchNorms(tf, leaves);
        const plain = () => {
          const y = norms.apply('n', x as Tensor5D, mask);
          if (name === 'relu') return tf.relu(y);
          // sign by its definition: the gradient of clip
          return tf.clipByValue(y, -1, 1);
        };
        const out = fused ? norms.activate('n', x as Tensor5D, mask, name) : plain();
        return tf.sum<Scalar>(tf.mul(out, numbers(out.shape, 7)));
      })(inputs);
    for (const name of ['sign', 'relu'] as const) {
      const [fused, plain] = [run(true, name), run(false, name)];
      for (const i of inputs.keys()) expect(apartBy(fused[i], plain[i]), `${name} ${i}`).toBeLessThan(1e-4);
    }
  }
});

test('Where a maximum stands twice in a window, the first cell gets the whole gradient', () => {
  const weights = tf.tensor5d([0, 0, 0, 0, 1, 0, 0, 0, 0], [1, 1, 3, 3, 1]);
  const gradient = tf.grad((x) => convPSums(tf, [x as Tensor4D], weights))(tf.ones([1, 2, 2, 1]));
  expect([...gradient.dataSync()]).toEqual([1, 0, 0, 0]);
});

test('A step of training leaves no tensor behind', () => {
  const leaves = new Map([
    ['n.gamma', tf.ones([4])],
    ['n.beta', tf.zeros([4])],
  ]);
  const mask = tf.ones([2, 2]) as Tensor2D;
  const x = tf.ones([2, 2, 5, 5, 3]) as Tensor5D;
  const w = tf.ones([2, 2, 3, 3, 3]) as Tensor5D;
  const step = () =>
    tf.tidy(
      () =>
        void tf.grads((a, b) => {
          const sums = convPSums(tf, apart(tf, a as Tensor5D), b as Tensor5D, false, mask);
          const { maps } = joinFeatures(
            tf,
            'concat',
            new BatchNorms(tf, leaves).activate('n', sums, mask, 'sign'),
            mask,
          );
          return tf.sum<Scalar>(maps[0]);
        })([x, w]),
    );
  step();
  const before = tf.memory();
  for (let i = 0; i < 5; i++) step();
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
});
