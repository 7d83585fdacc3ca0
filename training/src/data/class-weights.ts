import type { TrainingSettings } from '@ddnn/model';

/**
 * The weight of a row of each class: the inverse of the class's frequency, to a power, with a mean of 1 over the rows,
 * so that the size of the loss does not change. With power 1 all classes have the same total weight, with power 0 all
 * rows have the same weight. A class without a row has weight 0.
 *
 * @param labels class of each row
 * @param rows which of them take part
 * @param classes how many classes there are
 */
export function classWeights(labels: readonly number[], rows: readonly number[], classes: number, power = 1): number[] {
  const counts: number[] = new Array(classes).fill(0);
  for (const row of rows) counts[labels[row]]++;
  const raw = counts.map((count) => (count === 0 ? 0 : count ** -power));
  const mean = raw.reduce((sum, weight, label) => sum + weight * counts[label], 0) / rows.length;
  return raw.map((weight) => weight / mean);
}

/** The weight of a held-out row of each class when thresholds and the best epoch are chosen; undefined: 1. */
export function selectionWeights(
  { selection }: Pick<TrainingSettings, 'selection'>,
  { labels, rows }: { readonly labels: readonly number[]; readonly rows: readonly number[] },
  classes: number,
): number[] | undefined {
  return selection === 'balanced' ? classWeights(labels, rows, classes) : undefined;
}
