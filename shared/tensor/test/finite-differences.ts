import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { TensorFlow } from '../src/backend.js';

/** Irregular numbers in [-1, 1], none equal. */
export function numbers(count: number, phase: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * phase) * 0.95);
}

/**
 * Compares tf's gradient of a weighted sum of outputs with finite differences, at every entry of every input. `inputs`:
 * where, else {@link numbers}.
 */
export function checkGradients(
  tf: TensorFlow,
  shapes: number[][],
  run: (...inputs: Tensor[]) => Tensor,
  { tolerance = 2e-2, inputs = numbersFor(shapes) }: { tolerance?: number; inputs?: number[][] } = {},
): void {
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

function numbersFor(shapes: number[][]): number[][] {
  return shapes.map((shape, i) =>
    numbers(
      shape.reduce((a, b) => a * b, 1),
      i + 1,
    ),
  );
}
