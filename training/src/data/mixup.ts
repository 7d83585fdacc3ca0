/** What is mixed into a row for one step of training. */
export interface Mixture {
  readonly partner: number;
  /** Of the partner, in pictures and target alike: 0 to 0.5. */
  readonly share: number;
}

/**
 * Draws for each row another one of the training rows and how much of it to mix in (H. Zhang et al. 2018, "mixup:
 * Beyond Empirical Risk Minimization", equation 1, with a share that is uniform between 0 and `most` instead of a beta
 * distribution; `most` of 0.5 is its alpha of 1). A network that must be as unsure as its picture is mixed learns less
 * by heart, which is worth most where few objects were seen.
 *
 * @returns undefined where `most` is 0: then nothing is drawn from `random`
 */
export function mixup(rows: readonly number[], most: number, random: () => number): (() => Mixture) | undefined {
  if (most === 0) return undefined;
  return () => ({ partner: rows[Math.floor(random() * rows.length)], share: most * random() });
}

/**
 * Mixes the views of two rows, in bytes as cameras give them. Which views are present stays as it is in the first row,
 * which is at least half of the result: a view that the partner lacks is not mixed.
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
