import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

/**
 * Binary activation: sign(x) = +1 where x >= 0, else -1. Gradient, straight-through (DDNN, section III-C, after
 * Courbariaux et al. 2016, "Binarized Neural Networks", section 1.3): dL/dx = dL/dy where |x| <= 1, else 0; that is the
 * gradient of clip(x, -1, 1). Behind a trained norm both run in one kernel, `assembly/norm.ts`.
 */
export function sign<T extends Tensor>(tf: TensorFlow, x: T): T {
  const straightThrough = tf.customGrad((value, save) => {
    (save as (tensors: Tensor[]) => void)([value as Tensor]);
    // step(-x) is 1 where x < 0: comparisons give booleans, which the wasm backend handles slowly.
    const negative = tf.step(tf.neg(value as Tensor));
    return {
      value: tf.sub(1, tf.mul(negative, 2)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const outside = tf.step(tf.sub(tf.abs(saved[0]), 1));
        return tf.sub(dy, tf.mul(dy, outside));
      },
    };
  });
  return straightThrough(x) as T;
}
