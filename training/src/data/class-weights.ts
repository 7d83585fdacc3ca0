import type { TrainingSettings } from '@ddnn/model';

/**
 * What a row of each class counts: the inverse of the class's frequency, to a power, with a mean of 1 over the rows, so
 * that the loss keeps its size. With power 1 every class counts the same in all, with 0 every row. A class without a
 * row counts 0.
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

/** What a held-out row of each class counts in choosing thresholds and the best epoch; undefined: 1. */
export function selectionWeights(
  { selection }: Pick<TrainingSettings, 'selection'>,
  { labels, rows }: { readonly labels: readonly number[]; readonly rows: readonly number[] },
  classes: number,
): number[] | undefined {
  return selection === 'balanced' ? classWeights(labels, rows, classes) : undefined;
}
