/**
 * Mean recall over the classes that have a sample, 0 to 1.
 *
 * @param labels class of each sample
 * @param right whether the sample was answered right
 */
export function balancedAccuracy(labels: readonly number[], right: readonly boolean[]): number {
  const recalls = [...new Set(labels)].map((label) => {
    const ofClass = right.filter((_, i) => labels[i] === label);
    return ofClass.filter(Boolean).length / ofClass.length;
  });
  return recalls.reduce((total, recall) => total + recall, 0) / Math.max(1, recalls.length);
}
