import { type ConfidenceName, Evidence, evidenceNames, gateUncertainty } from '../architecture/confidence.js';
import { exactExp, exactLog } from '../numbers/exact-math.js';

/**
 * One exit: turns quantised scores into a class and an uncertainty; unless told otherwise the normalised entropy (DDNN,
 * section III-D: eta(x) = -sum x_i log x_i / log |C|, with x the softmax of the scores). Deterministic to the bit on
 * every engine.
 */
export class Exit {
  /** Class of the last decision. Ties go to the lower index. */
  classIndex = 0;
  /** Uncertainty of the last decision by this exit's measure, 0 (sure) to 1. */
  uncertainty = 1;
  readonly threshold: number;
  /** The evidence of the last decision, in the order of `evidenceNames`. */
  readonly evidence = new Float64Array(evidenceNames.length);
  readonly #step: number;
  readonly #logClasses: number;
  readonly #confidence: ConfidenceName;
  readonly #gate: Int32Array | undefined;

  /**
   * @param classes number of classes
   * @param step what one unit of a quantised score is worth
   * @param threshold the sample exits where uncertainty <= threshold
   * @param gate the coefficients, `GATE_LENGTH` of them, that the measure `gate` needs
   */
  constructor(
    classes: number,
    step: number,
    threshold: number,
    confidence: ConfidenceName = 'entropy',
    gate?: Int32Array,
  ) {
    this.#step = step;
    this.#logClasses = exactLog(classes);
    this.threshold = threshold;
    this.#confidence = confidence;
    this.#gate = gate;
  }

  /**
   * Decides `scores` (integers, divided by `divisor`); true: confident, the sample exits here.
   *
   * @param present how many sources took part; only a gate asks
   */
  decide(scores: ArrayLike<number>, divisor = 1, present = 0): boolean {
    let best = 0;
    for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
    this.classIndex = best;
    // With d_i the distance to the best score, x_i = e^-d_i / S and eta = (log S + sum e^-d_i d_i / S) / log |C|.
    let sum = 0;
    let weighted = 0;
    // The 1 of the best score is left out, so that no precision is lost where the exit is nearly sure.
    let others = 0;
    let gap = Number.POSITIVE_INFINITY;
    let second = 0;
    for (let i = 0; i < scores.length; i++) {
      const distance = ((scores[best] - scores[i]) * this.#step) / divisor;
      const weight = exactExp(-distance);
      sum += weight;
      weighted += weight * distance;
      if (i === best) continue;
      others += weight;
      if (distance < gap) {
        gap = distance;
        second = weight;
      }
    }
    const { evidence } = this;
    evidence[Evidence.entropy] =
      scores.length > 1 ? Math.min(1, (exactLog(sum) + weighted / sum) / this.#logClasses) : 0;
    evidence[Evidence.probability] = others / sum;
    evidence[Evidence.margin] = Math.min(1, (others + second) / sum);
    evidence[Evidence.gap] = scores.length > 1 ? gap : 0;
    evidence[Evidence.height] = (scores[best] * this.#step) / divisor;
    evidence[Evidence.present] = present;
    this.uncertainty = this.measure(this.#confidence)!;
    return this.uncertainty <= this.threshold;
  }

  /** Uncertainty of the last decision by another measure; undefined for `gate` where the exit has none. */
  measure(confidence: ConfidenceName): number | undefined {
    if (confidence === 'gate') return this.#gate && gateUncertainty(this.#gate, this.evidence);
    return this.evidence[Evidence[confidence]];
  }
}
