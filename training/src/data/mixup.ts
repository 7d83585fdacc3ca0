/** What is mixed into a row for one step of training. */
export interface Mixture {
  readonly partner: number;
  /** The partner's share in pictures and target: 0 to 0.5. */
  readonly share: number;
}

/**
 * Draws for each row another training row, and how much of it to mix in (H. Zhang et al. 2018, "mixup: Beyond Empirical
 * Risk Minimization", equation 1; but the share is uniform between 0 and `most` instead of a beta distribution; `most`
 * of 0.5 is its alpha of 1). The network must be as unsure as its picture is mixed, so it learns less by heart. This
 * helps most if it has seen few objects.
 *
 * @returns undefined: `most` is 0, and nothing is drawn from `random`
 */
export function mixup(rows: readonly number[], most: number, random: () => number): (() => Mixture) | undefined {
  if (most === 0) return undefined;
  return () => ({ partner: rows[Math.floor(random() * rows.length)], share: most * random() });
}

/**
 * Mixes the views of two rows, in bytes as cameras give them. The present views are those of the first row, which is at
 * least half of the result; a view that is absent in the partner is not mixed.
 */
export function blend(
  views: readonly (Uint8Array | null)[],
  partner: readonly (Uint8Array | null)[],
  share: number,
): (Uint8Array | null)[] {
  return views.map((image, view) => {
    const other = partner[view];
    return image && other ? image.map((value, i) => Math.round(value + share * (other[i] - value))) : image;
  });
}
