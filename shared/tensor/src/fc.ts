import type { Tensor3D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

/**
 * The linear part of a binary fully connected block (DDNN, section III-C), of one or several groups:
 *
 *   y[g,n,k] = sum over i of  w[g,k,i] x[g,n,i]       i runs over height, width and channels
 *
 * Batch normalisation follows, then sign in a section, nothing in an exit. `weights` are signs; their gradient goes straight
 * through to the real weights, as in {@link convPSums}. dL/dx = w^T dL/dy, dL/dw = dL/dy x^T.
 *
 * @param map [groups, batch, height, width, channels]
 * @param weights [groups, units, inputs]: the order of a bundle's tensor
 * @returns [groups, batch, 1, 1, units]
 */
export function fcSums(tf: TensorFlow, map: Tensor5D, weights: Tensor3D): Tensor5D {
  const [groups, batch] = map.shape;
  const [, units, inputs] = weights.shape;
  const rows = tf.reshape(map, [groups, batch, inputs]);
  return tf.reshape(tf.matMul(rows, weights, false, true), [groups, batch, 1, 1, units]);
}
