/**
 * Views by how sure their own scores are, the surest first: by how far the second class is below the first, then by how
 * far all are, then by number.
 *
 * @param scores a view's quantised scores; null where the view is not present
 * @returns the present views
 */
export function surestFirst(scores: readonly (Int8Array | null)[]): number[] {
  const sure = scores.flatMap((own, view) => (own ? [{ view, ...sureness(own) }] : []));
  sure.sort((a, b) => b.gap - a.gap || b.sum - a.sum || a.view - b.view);
  return sure.map(({ view }) => view);
}

function sureness(scores: Int8Array): { readonly gap: number; readonly sum: number } {
  const [best, second = best] = [...scores].sort((a, b) => b - a);
  return { gap: best - second, sum: scores.reduce((sum, score) => sum + best - score, 0) };
}
