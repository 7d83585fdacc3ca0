import { unpackSigns } from '../numbers/bits.js';
import { normalise } from './fold.js';
import { dot } from './packed-block.js';
import { quantiseScores, type ScoreScale } from './quantise.js';

/** Weights of an exit: binary fully connected → batch normalisation → scores. */
export interface ExitWeights {
  /** `classes` rows of bits, one a value of the section's output. */
  readonly weights: Uint8Array;
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/** Computes the quantised scores of an exit from its section's output (-1 and +1, or integers). */
export class PackedExit {
  /** The last scores, one a class, in steps. */
  readonly scores: Int32Array;
  readonly #signs: Int8Array;
  readonly #weights: ExitWeights;
  readonly #scale: ScoreScale;
  readonly #raw: Float64Array;

  constructor(inputs: number, weights: ExitWeights, scale: ScoreScale) {
    const classes = weights.scale.length;
    this.scores = new Int32Array(classes);
    this.#signs = unpackSigns(weights.weights, new Int8Array(inputs * classes));
    this.#weights = weights;
    this.#scale = scale;
    this.#raw = new Float64Array(classes);
  }

  run(input: Int32Array, divisor: number): void {
    for (let c = 0; c < this.scores.length; c++) {
      this.#raw[c] = this.score(input, divisor, c);
    }
    quantiseScores(this.#raw, this.#scale, this.scores);
  }

  /** The score of class `c` before it is quantised. */
  score(input: Int32Array, divisor: number, c: number): number {
    const sum = dot(input, this.#signs, c * input.length);
    return normalise(sum, divisor, this.#weights.scale[c], this.#weights.offset[c]);
  }
}
