import { exactExp, exactLog } from './exact-math.js';

/**
 * One exit: turns quantised scores into a class and a normalised entropy (DDNN, section III-D:
 * eta(x) = -sum x_i log x_i / log |C|, with x the softmax of the scores). Deterministic to the bit on every engine.
 */
export class Exit {
  /** Class of the last decision. Ties go to the lower index. */
  classIndex = 0;
  /** Normalised entropy of the last decision, 0 (sure) to 1. */
  entropy = 1;
  readonly threshold: number;
  readonly #step: number;
  readonly #logClasses: number;

  /**
   * @param classes number of classes
   * @param step what one unit of a quantised score is worth
   * @param threshold the sample exits where entropy <= threshold
   */
  constructor(classes: number, step: number, threshold: number) {
    this.#step = step;
    this.#logClasses = exactLog(classes);
    this.threshold = threshold;
  }

  /** Decides `scores` (integers, divided by `divisor`); true: confident, the sample exits here. */
  decide(scores: ArrayLike<number>, divisor = 1): boolean {
    let best = 0;
    for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
    this.classIndex = best;
    // With d_i the distance to the best score, x_i = e^-d_i / S and eta = (log S + sum e^-d_i d_i / S) / log |C|.
    let sum = 0;
    let weighted = 0;
    for (let i = 0; i < scores.length; i++) {
      const distance = ((scores[best] - scores[i]) * this.#step) / divisor;
      const weight = exactExp(-distance);
      sum += weight;
      weighted += weight * distance;
    }
    this.entropy = scores.length > 1 ? Math.min(1, (exactLog(sum) + weighted / sum) / this.#logClasses) : 0;
    return this.entropy <= this.threshold;
  }
}
