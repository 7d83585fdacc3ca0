import { unpackSigns } from './bits.js';
import { normalise } from './fold.js';
import { dot } from './packed-block.js';
import { quantise } from './quantise.js';

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
  readonly #step: number;
  readonly #limit: number;

  constructor(inputs: number, weights: ExitWeights, step: number, limit: number) {
    const classes = weights.scale.length;
    this.scores = new Int32Array(classes);
    this.#signs = unpackSigns(weights.weights, new Int8Array(inputs * classes));
    this.#weights = weights;
    this.#step = step;
    this.#limit = limit;
  }

  run(input: Int32Array, divisor: number): void {
    for (let c = 0; c < this.scores.length; c++) {
      this.scores[c] = quantise(this.score(input, divisor, c), this.#step, this.#limit);
    }
  }

  /** The score of class `c` before it is quantised. */
  score(input: Int32Array, divisor: number, c: number): number {
    const sum = dot(input, this.#signs, c * input.length);
    return normalise(sum, divisor, this.#weights.scale[c], this.#weights.offset[c]);
  }
}
