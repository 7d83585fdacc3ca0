import type { AggregatorName } from '../architecture/architecture.js';

/** One unit of the concat aggregator's integer weights is 1/256. */
export const MIX_UNIT = 256;

/**
 * Joins the quantised scores of the present views of a sample into one score for each class (DDNN, section III-B).
 * `scores` holds `views * classes` values from `offset` on, view after view. Bit v of `mask` is set: view v is present;
 * other views do not vote. Without any present view, all scores are equal for max and average (uncertainty 1); for
 * concat they are the bias with all stand-ins.
 */
export interface ScoreAggregator {
  /** Scores of the last join, one a class; divide by {@link divisor}. */
  readonly out: Int32Array;
  /** The factor in `out`: for average the number of present views, for concat {@link MIX_UNIT}, else 1. */
  readonly divisor: number;
  join(scores: Int8Array, offset: number, mask: number): void;
}

/** What the concat aggregator holds. */
export interface MixWeights {
  /** `classes` rows of `views * classes`, in 1/256 of a step. */
  readonly weights: Int32Array;
  /** One a class, in the same unit. */
  readonly bias: Int32Array;
  /**
   * Learned stand-ins: the scores (`views * classes`, in steps) that count for a view that is not present; left out:
   * zeros.
   */
  readonly missing?: Int8Array | undefined;
}

/** The aggregator of that name. `mix` is needed for concat only. */
export function createScoreAggregator(
  name: AggregatorName,
  views: number,
  classes: number,
  mix?: MixWeights,
): ScoreAggregator {
  if (name === 'max') return new MaxScores(views, classes);
  if (name === 'average') return new AverageScores(views, classes);
  if (!mix) throw new Error('the concat aggregator needs its weights');
  return new ConcatScores(views, classes, mix);
}

abstract class Scores {
  readonly out: Int32Array;
  protected readonly views: number;

  constructor(views: number, classes: number) {
    this.out = new Int32Array(classes);
    this.views = views;
  }
}

/** MP: out_c = max over present views. */
class MaxScores extends Scores implements ScoreAggregator {
  readonly divisor = 1;

  join(scores: Int8Array, offset: number, mask: number): void {
    const { out } = this;
    out.fill(-128);
    for (let view = 0; view < this.views; view++) {
      if (((mask >>> view) & 1) === 0) continue;
      const at = offset + view * out.length;
      for (let c = 0; c < out.length; c++) if (scores[at + c] > out[c]) out[c] = scores[at + c];
    }
  }
}

/** AP: out_c = mean over present views, kept as sum and divisor. */
class AverageScores extends Scores implements ScoreAggregator {
  divisor = 1;

  join(scores: Int8Array, offset: number, mask: number): void {
    const { out } = this;
    out.fill(0);
    let present = 0;
    for (let view = 0; view < this.views; view++) {
      if (((mask >>> view) & 1) === 0) continue;
      present++;
      const at = offset + view * out.length;
      for (let c = 0; c < out.length; c++) out[c] += scores[at + c];
    }
    this.divisor = Math.max(1, present);
  }
}

/** CC: out = W [scores of every view] + b, with zeros or learned stand-ins for views that are not present. */
class ConcatScores extends Scores implements ScoreAggregator {
  readonly divisor = MIX_UNIT;
  readonly #mix: MixWeights;

  constructor(views: number, classes: number, mix: MixWeights) {
    super(views, classes);
    this.#mix = mix;
  }

  join(scores: Int8Array, offset: number, mask: number): void {
    const { out } = this;
    const { weights, bias, missing } = this.#mix;
    const classes = out.length;
    for (let c = 0; c < classes; c++) {
      let sum = bias[c];
      for (let view = 0; view < this.views; view++) {
        const present = ((mask >>> view) & 1) === 1;
        const said = present ? scores : missing;
        if (!said) continue;
        const at = view * classes + (present ? offset : 0);
        const row = (c * this.views + view) * classes;
        for (let k = 0; k < classes; k++) sum += weights[row + k] * said[at + k];
      }
      out[c] = sum;
    }
  }
}
