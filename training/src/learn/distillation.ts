import type { Scalar, Tensor2D, TensorFlow } from '@ddnn/tensor';
import { crossEntropy, type ExitScores } from './loss.js';

/** How exits learn from a better one. */
export interface DistillationOptions {
  /** Weight of the teacher in the loss, beside the true class; above 0. */
  readonly weight: number;
  /** T: above 1, small probabilities become larger and are learned too. */
  readonly temperature: number;
}

/**
 * The loss by which exits learn from a teacher: Σ_n w_n λ T² L(softmax(teacher / T), softmax(scores_n / T)), with the
 * exits' own weights w_n, to be added to the joint loss (Hinton, Vinyals and Dean 2015, section 2; T² keeps the
 * gradients' size). If the cloud's exit teaches those below it, this is self-distillation (Zhang et al. 2019, "Be Your
 * Own Teacher", section 3.2).
 *
 * @param teacher scores [batch, classes]; no gradient flows back into them
 * @param targets [batch, classes]: their sum is the weight of a row
 */
export function distillationLoss(
  tf: TensorFlow,
  students: readonly ExitScores[],
  teacher: Tensor2D,
  targets: Tensor2D,
  { weight, temperature }: DistillationOptions,
): Scalar {
  // Copied through plain memory, so that the gradient ends here: a teacher must not learn to be easier to follow.
  const scores = tf.tensor2d(teacher.dataSync<'float32'>(), teacher.shape);
  const soft = tf.mul<Tensor2D>(tf.softmax(tf.div(scores, temperature)), tf.sum(targets, 1, true));
  const terms = students.map((exit) => {
    const softened = { ...exit, scores: tf.div(exit.scores, temperature) };
    return tf.mul<Scalar>(crossEntropy(tf, softened, soft), exit.weight);
  });
  return tf.mul(tf.addN(terms), weight * temperature ** 2);
}
