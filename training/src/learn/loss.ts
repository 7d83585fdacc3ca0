import type { ResolvedArchitecture } from '@ddnn/model';
import type { NetworkOutput, Scalar, Tensor, Tensor2D, TensorFlow } from '@ddnn/tensor';

/** The exits of one kind: the devices' own, the local ones, the edges' or the cloud's. */
export interface ExitScores {
  /** [exits, batch, classes] */
  readonly scores: Tensor;
  /** [exits, batch]: 1 if a row counts for an exit. */
  readonly mask: Tensor;
  /** w_n of these exits in the joint loss. */
  readonly weight: number;
}

/**
 * The exits of a network from the devices upwards. A device's own exit counts only the rows in which its view is
 * present, an edge's exits only those in which one of its views is.
 */
export function exitsOf(
  tf: TensorFlow,
  { device, local, edge, cloud }: ResolvedArchitecture,
  output: NetworkOutput,
  present: Tensor2D,
): ExitScores[] {
  const exits: ExitScores[] = [];
  const add = (scores: Tensor, mask: Tensor, weight = 1) => exits.push({ scores, mask, weight });
  if (output.devices) add(output.devices, present, device.exitWeight);
  if (output.local.length > 0) add(tf.stack([...output.local]), output.edgePresent, local?.exitWeight);
  if (output.edges.length > 0) add(tf.stack([...output.edges]), output.edgePresent, edge?.exitWeight);
  add(tf.expandDims(output.cloud, 0), tf.ones([1, output.cloud.shape[0]]), cloud.exitWeight);
  return exits;
}

/**
 * L(ŷ, y) = -Σ_c y_c log ŷ_c with ŷ = softmax(scores) (DDNN, section III-C; its constant factor 1/|C| is left out): the
 * mean over the rows that count for an exit, summed over the exits.
 *
 * @param targets y [batch, classes]
 */
export function crossEntropy(tf: TensorFlow, { scores, mask }: ExitScores, targets: Tensor2D): Scalar {
  const losses = tf.neg(tf.sum(tf.mul(tf.logSoftmax(scores), targets), 2));
  const counts = tf.maximum(tf.sum(mask, 1), 1);
  return tf.sum(tf.div(tf.sum(tf.mul(losses, mask), 1), counts));
}

/**
 * Joint loss Σ_n w_n L(ŷ_n, y) over all exits n (DDNN, section III-C), each with its exit's weight w_n, 1 unless the
 * architecture says otherwise.
 *
 * @param targets [batch, classes], one-hot or as createTargets gives them
 */
export function jointLoss(tf: TensorFlow, exits: readonly ExitScores[], targets: Tensor2D): Scalar {
  return tf.addN(exits.map((exit) => tf.mul(crossEntropy(tf, exit, targets), exit.weight)));
}
