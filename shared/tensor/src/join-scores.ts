import type { AggregatorName } from '@ddnn/model';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

/** Below every score, so that an absent view never wins a maximum. */
const NOTHING = -1e6;

/**
 * Weights of the concat aggregator: [classes, views * classes] and [classes], and [views, classes] of learned
 * stand-ins.
 */
export interface MixTensors {
  readonly weights: Tensor2D;
  readonly bias: Tensor1D;
  readonly missing?: Tensor2D | undefined;
}

/**
 * Score aggregator of the graph (DDNN, section III-B), as `createScoreAggregator` of @ddnn/model: *max* and *average*
 * over the present views, *concat* as a linear mix with zeros, or a learned stand-in, for an absent view.
 *
 * @param scores [views, batch, classes]
 * @param mask [views, batch], 1 where a view is present
 * @returns [batch, classes]
 */
export function joinScores(
  tf: TensorFlow,
  name: AggregatorName,
  scores: Tensor3D,
  mask: Tensor2D,
  mix?: MixTensors,
): Tensor2D {
  const [views, batch, classes] = scores.shape;
  const weight = tf.expandDims(mask, 2);
  const present = tf.mul<Tensor3D>(scores, weight);
  if (name === 'max') return tf.max(tf.add(present, tf.mul(tf.sub(1, weight), NOTHING)), 0);
  if (name === 'average') {
    return tf.div(tf.sum(present, 0), tf.reshape(tf.maximum(tf.sum(mask, 0), 1), [batch, 1]));
  }
  if (!mix) throw new Error('the concat aggregator needs its weights');
  const standIns = mix.missing && tf.mul(tf.sub(1, weight), tf.expandDims(mix.missing, 1));
  const filled = standIns ? tf.add<Tensor3D>(present, standIns) : present;
  const rows = tf.reshape(tf.transpose(filled, [1, 0, 2]), [batch, views * classes]);
  return tf.add(tf.matMul(rows, mix.weights, false, true), mix.bias);
}
