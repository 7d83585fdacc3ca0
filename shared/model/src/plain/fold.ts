import { ModelError } from '../errors.js';

/**
 * Batch normalisation and sign folded into one integer comparison per channel: the bit is 1 where
 * `direction * x >= threshold`.
 */
export interface FoldedNorm {
  readonly thresholds: Int32Array;
  /** +1 or -1: batch normalisation with a negative scale inverts the comparison. */
  readonly directions: Int8Array;
}

/**
 * Folds `sign(scale * (x / divisor) + offset)` for integers x in [-limit, limit]. The threshold is exactly where the
 * float32 arithmetic of the training graph changes sign (each operation rounds monotonically). So packed section and
 * graph agree on every input, not only on most. Throws `DDNN_BUNDLE_CONTENT` for a scale or offset that is NaN or
 * infinite: such a channel never changes its sign, and a training run that ended in NaN must not become a bundle.
 */
export function foldNorm(scale: Float32Array, offset: Float32Array, limit: number, divisor = 1): FoldedNorm {
  const thresholds = new Int32Array(scale.length);
  const directions = new Int8Array(scale.length);
  for (let channel = 0; channel < scale.length; channel++) {
    if (!Number.isFinite(scale[channel]) || !Number.isFinite(offset[channel])) {
      throw new ModelError(
        'DDNN_BUNDLE_CONTENT',
        `channel ${channel}: batch normalisation with scale ${scale[channel]} and offset ${offset[channel]}`,
      );
    }
    const direction = scale[channel] < 0 ? -1 : 1;
    directions[channel] = direction;
    // In this direction the result changes from 0 to 1 once: find the first 1 by halving the range.
    let low = -limit;
    let high = limit + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (normalise(direction * middle, divisor, scale[channel], offset[channel]) >= 0) high = middle;
      else low = middle + 1;
    }
    thresholds[channel] = low;
  }
  return { thresholds, directions };
}

/** Batch normalisation as the training graph computes it: every step rounded to float32. */
export function normalise(value: number, divisor: number, scale: number, offset: number): number {
  return Math.fround(Math.fround(Math.fround(value / divisor) * scale) + offset);
}
