import type { Scalar, Tensor2D, TensorFlow } from '@ddnn/tensor';
import { crossEntropy, type ExitScores } from './loss.js';

/** How exits learn from a better one. */
export interface DistillationOptions {
  /** Of the lesson beside the true class; above 0. */
  readonly weight: number;
  /** T: above 1, small probabilities come out too. */
  readonly temperature: number;
}

/**
 * What exits learn from a teacher: Σ_n w_n λ T² L(softmax(teacher / T), softmax(scores_n / T)) with the exits' own
 * weights w_n, to be added to the joint loss (Hinton, Vinyals and Dean 2015, section 2; T² keeps the gradients' size).
 * Where the cloud's exit teaches those below it, this is self-distillation (Zhang et al. 2019, "Be Your Own Teacher",
 * section 3.2).
 *
 * @param teacher scores [batch, classes]; nothing flows back into them
 * @param targets [batch, classes]: their sum is what a row counts
 */
export function distillationLoss(
  tf: TensorFlow,
  students: readonly ExitScores[],
  teacher: Tensor2D,
  targets: Tensor2D,
  { weight, temperature }: DistillationOptions,
): Scalar {
  // By way of plain memory, so that the gradient ends here: a teacher does not learn to be easier to follow.
  const scores = tf.tensor2d(teacher.dataSync<'float32'>(), teacher.shape);
  const soft = tf.mul<Tensor2D>(tf.softmax(tf.div(scores, temperature)), tf.sum(targets, 1, true));
  const terms = students.map((exit) => {
    const softened = { ...exit, scores: tf.div(exit.scores, temperature) };
    return tf.mul<Scalar>(crossEntropy(tf, softened, soft), exit.weight);
  });
  return tf.mul(tf.addN(terms), weight * temperature ** 2);
}
