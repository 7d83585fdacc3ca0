import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor5D } from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { loadBackend } from './backend.js';
import { apart, convPSums } from './convp.js';
import { fcSums } from './fc.js';
import { joinFeatures } from './join-features.js';
import { joinScores } from './join-scores.js';
import { BatchNorms, type Norms } from './norm.js';
import { Parameters } from './parameters.js';
import { Section } from './section.js';

/*
 * Gradients against central finite differences. Where a block holds a sign, finite differences of it are useless; the straight-through
 * gradient is by definition that of clip(x, -1, 1), so the forward pass of these tests computes clip in place of sign, and weights are real
 * numbers in place of signs. Values are drawn so that no maximum and no corner of clip lies within the step.
 */

const { tf } = await loadBackend('wasm');
const clip = (_: unknown, x: Tensor5D) => tf.clipByValue(x, -1, 1);

/** Irregular numbers in [-1, 1], none equal. */
function numbers(count: number, phase: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * phase) * 0.95);
}

/** Compares tf's gradient of a weighted sum of outputs with finite differences, at every entry of every input. */
function checkGradients(shapes: number[][], run: (...inputs: Tensor[]) => Tensor, tolerance = 2e-2): void {
  const inputs = shapes.map((shape, i) =>
    numbers(
      shape.reduce((a, b) => a * b, 1),
      i + 1,
    ),
  );
  const loss = (...tensors: Tensor[]): Scalar => {
    const out = run(...tensors);
    return tf.sum(tf.mul(out, tf.tensor(numbers(out.size, 9), out.shape)));
  };
  const tensors = (values: number[][]) => values.map((list, i) => tf.tensor(list, shapes[i]));
  const gradients = tf
    .grads(loss)(tensors(inputs))
    .map((gradient) => gradient.dataSync());
  const h = 2e-3;
  for (const [i, list] of inputs.entries()) {
    for (const [j, value] of list.entries()) {
      const at = (moved: number) =>
        tf.tidy(() => {
          const values = inputs.map((other, k) => (k === i ? other.map((v, n) => (n === j ? moved : v)) : other));
          return loss(...tensors(values)).dataSync()[0];
        });
      const expected = (at(value + h) - at(value - h)) / (2 * h);
      expect(
        Math.abs(gradients[i][j] - expected),
        `input ${i}, entry ${j}: ${gradients[i][j]} or ${expected}`,
      ).toBeLessThan(tolerance * Math.max(1, Math.abs(expected)));
    }
  }
}

describe('Gradients agree with finite differences', () => {
  test('of ConvP, linear part, one group, odd sides', () => {
    checkGradients(
      [
        [1, 2, 5, 4, 2],
        [1, 3, 3, 3, 2],
      ],
      (x, w) => convPSums(tf, apart(tf, x as Tensor5D), w as Tensor5D),
    );
  });

  test('of ConvP, linear part, two groups with weights of their own', () => {
    checkGradients(
      [
        [2, 1, 4, 3, 1],
        [2, 2, 3, 3, 1],
      ],
      (x, w) => convPSums(tf, apart(tf, x as Tensor5D), w as Tensor5D),
    );
  });

  test('of ConvP on pixels, whose weights have a faster gradient', () => {
    const pixels = [1, 2].map((phase) => tf.tensor4d(numbers(2 * 5 * 4 * 3, 3 * phase), [2, 5, 4, 3]));
    checkGradients([[2, 2, 3, 3, 3]], (w) => convPSums(tf, pixels, w as Tensor5D, true));
  });

  test('of FC, linear part, one and two groups', () => {
    checkGradients(
      [
        [1, 2, 2, 3, 2],
        [1, 3, 12],
      ],
      (x, w) => fcSums(tf, x as Tensor5D, w as Tensor3D),
    );
    checkGradients(
      [
        [2, 2, 2, 3, 2],
        [2, 3, 12],
      ],
      (x, w) => fcSums(tf, x as Tensor5D, w as Tensor3D),
    );
  });

  test('of batch normalisation, with and without a mask', () => {
    const mask = tf.tensor2d([
      [1, 0, 1],
      [1, 1, 0],
    ]);
    for (const used of [undefined, mask]) {
      checkGradients([[2, 3, 2, 1, 2], [4], [4]], (x, gamma, beta) => {
        const leaves = new Map([
          ['n.gamma', gamma],
          ['n.beta', beta],
        ]);
        const out = new BatchNorms(tf, leaves).apply('n', x as Tensor5D, used);
        return used ? tf.mul(out, tf.reshape(used, [2, 3, 1, 1, 1])) : out;
      });
    }
  });

  test('of whole blocks: ConvP and FC with clip in place of sign', () => {
    for (const block of [{ convp: { filters: 2 } }, { fc: { units: 3 } }]) {
      const parameters = new Parameters(() => 0.5);
      const section = new Section('s', { height: 4, width: 3, channels: 2 }, [block], 1, parameters);
      const shapes = parameters.all.map(({ shape }) => [...shape]);
      checkGradients([[1, 3, 4, 3, 2], ...shapes], (x, ...tensors) => {
        const leaves = parameters.leaves(tensors);
        return section.run(
          { tf, leaves, norms: new BatchNorms(tf, leaves), activation: clip },
          { maps: apart(tf, x as Tensor5D) },
        );
      });
    }
  });

  test('of whole float blocks, with their own max(0, x)', () => {
    for (const block of [{ convp: { filters: 2 } }, { fc: { units: 3 } }]) {
      const parameters = new Parameters(() => 0.5);
      const section = new Section('s', { height: 4, width: 3, channels: 2 }, [block], 1, parameters, 'float');
      expect(parameters.all.some(({ binary }) => binary)).toBe(false);
      const shapes = parameters.all.map(({ shape }) => [...shape]);
      checkGradients([[1, 3, 4, 3, 2], ...shapes], (x, ...tensors) => {
        const leaves = parameters.leaves(tensors);
        return section.run({ tf, leaves, norms: new BatchNorms(tf, leaves) }, { maps: apart(tf, x as Tensor5D) });
      });
    }
  });

  test('of an averaged input: divided behind the linear operation', () => {
    const parameters = new Parameters(() => 0.5);
    const section = new Section('s', { height: 3, width: 3, channels: 1 }, [{ convp: { filters: 2 } }], 1, parameters);
    const mask = tf.tensor2d([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    const norms: Norms = { apply: (_, sums) => sums };
    checkGradients(
      [
        [3, 2, 3, 3, 1],
        [1, 2, 3, 3, 1],
      ],
      (x, w) => {
        const leaves = new Map([['s.0.weights', w]]);
        const pass = { tf, leaves, norms, activation: (_: unknown, y: Tensor5D) => y };
        return section.run(pass, joinFeatures(tf, 'average', x as Tensor5D, mask));
      },
    );
  });

  test('of every aggregator, with an absent source', () => {
    const mask = tf.tensor2d([
      [1, 1],
      [0, 1],
      [1, 1],
    ]);
    for (const name of ['max', 'average', 'concat'] as const) {
      checkGradients([[3, 2, 1, 2, 2]], (x) => joinFeatures(tf, name, x as Tensor5D, mask).maps[0]);
    }
    for (const name of ['max', 'average'] as const) {
      checkGradients([[3, 2, 2]], (x) => joinScores(tf, name, x as Tensor3D, mask));
    }
    checkGradients([[3, 2, 2], [2, 6], [2]], (x, weights, bias) =>
      joinScores(tf, 'concat', x as Tensor3D, mask, { weights: weights as Tensor2D, bias: bias as Tensor1D }),
    );
  });
});
