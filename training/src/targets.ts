import type { Tensor2D, TensorFlow } from '@ddnn/tensor';

/** What the exits of a network are taught about a row, beyond its class. */
export interface TargetOptions {
  /** What a row of each class counts; left out: 1. */
  readonly weights?: readonly number[] | undefined;
  /** Share of each label that is spread over all classes (Szegedy et al. 2016, section 7); left out: 0. */
  readonly smoothing?: number | undefined;
}

/**
 * The distribution over the classes that every exit should give for each row, times what the row counts: [rows, classes], one-hot where
 * nothing is smoothed and weighted.
 *
 * @param labels class index of each row
 */
export function createTargets(
  tf: TensorFlow,
  labels: readonly number[],
  classes: number,
  { weights, smoothing = 0 }: TargetOptions = {},
): Tensor2D {
  const values = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (const [i, label] of labels.entries()) {
    values[i * classes + label] += 1 - smoothing;
    if (!weights) continue;
    for (let c = 0; c < classes; c++) values[i * classes + c] *= weights[label];
  }
  return tf.tensor2d(values, [labels.length, classes]);
}
