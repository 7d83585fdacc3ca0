import type { ResolvedArchitecture } from '@ddnn/model';
import type { NetworkOutput, Scalar, Tensor, Tensor2D, TensorFlow } from '@ddnn/tensor';

/**
 * Joint loss (DDNN, section III-C): the sum over all exits of the mean cross-entropy, each with its exit's weight, 1 unless
 * the architecture says otherwise. A device's own exit counts only the rows in which its view is present, an edge's exits only
 * those in which one of its views is.
 *
 * @param labels [batch, classes], one-hot
 */
export function jointLoss(
  tf: TensorFlow,
  architecture: ResolvedArchitecture,
  output: NetworkOutput,
  present: Tensor2D,
  labels: Tensor2D,
): Scalar {
  const { device, local, edge, cloud } = architecture;
  const terms: Scalar[] = [];
  /** `scores` [exits, batch, classes], `mask` [exits, batch] */
  const add = (scores: Tensor, mask: Tensor, weight: number) => {
    const losses = tf.neg(tf.sum(tf.mul(tf.logSoftmax(scores), labels), 2));
    const counts = tf.maximum(tf.sum(mask, 1), 1);
    terms.push(tf.mul(tf.sum(tf.div(tf.sum(tf.mul(losses, mask), 1), counts)), weight));
  };
  if (output.devices) add(output.devices, present, device.exitWeight ?? 1);
  if (output.local.length > 0) add(tf.stack([...output.local]), output.edgePresent, local?.exitWeight ?? 1);
  if (output.edges.length > 0) add(tf.stack([...output.edges]), output.edgePresent, edge?.exitWeight ?? 1);
  add(tf.expandDims(output.cloud, 0), tf.ones([1, labels.shape[0]]), cloud.exitWeight ?? 1);
  return tf.addN(terms);
}
