import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

/** The result of an operation, and how to go back from it. */
export interface Operation {
  readonly value: Tensor;
  /** Tensors that {@link gradients} needs. */
  readonly keep: readonly Tensor[];
  /** dL/dx of every input, in order, from dL/dy and the tensors kept. */
  gradients(dy: Tensor, kept: readonly Tensor[]): Tensor[];
}

/** Runs an operation whose gradients are written by hand. */
export function operate<T extends Tensor>(
  tf: TensorFlow,
  inputs: readonly Tensor[],
  forward: (...inputs: Tensor[]) => Operation,
): T {
  const differentiable = tf.customGrad((...given) => {
    const { value, keep, gradients } = forward(...(given.slice(0, -1) as Tensor[]));
    (given.at(-1) as unknown as (tensors: readonly Tensor[]) => void)(keep);
    return { value, gradFunc: gradients as never };
  });
  return differentiable(...inputs) as T;
}
