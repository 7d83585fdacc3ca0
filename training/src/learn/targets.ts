import type { Tensor2D, TensorFlow } from '@ddnn/tensor';

/** What the exits of a network learn about a row, besides its class. */
export interface TargetOptions {
  /** Weight of a row of each class; left out: 1. */
  readonly weights?: readonly number[] | undefined;
  /** Share of each label that is spread over all classes (Szegedy et al. 2016, section 7); left out: 0. */
  readonly smoothing?: number | undefined;
  /** Class and share of what is mixed into each row; left out: nothing. */
  readonly mixed?: readonly { readonly label: number; readonly share: number }[] | undefined;
}

/**
 * The distribution over the classes that every exit should give for each row, times the weight of the row: [rows,
 * classes], one-hot if nothing is smoothed and weighted.
 *
 * @param labels class index of each row
 */
export function createTargets(
  tf: TensorFlow,
  labels: readonly number[],
  classes: number,
  { weights, smoothing = 0, mixed }: TargetOptions = {},
): Tensor2D {
  const values = new Float32Array(labels.length * classes);
  const add = (row: number, label: number, share: number) => {
    const weight = share * (weights?.[label] ?? 1);
    for (let c = 0; c < classes; c++) values[row * classes + c] += (weight * smoothing) / classes;
    values[row * classes + label] += weight * (1 - smoothing);
  };
  for (const [row, label] of labels.entries()) {
    const other = mixed?.[row];
    add(row, label, 1 - (other?.share ?? 0));
    if (other) add(row, other.label, other.share);
  }
  return tf.tensor2d(values, [labels.length, classes]);
}
