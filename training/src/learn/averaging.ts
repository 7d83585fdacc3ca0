import type { Parameter } from '@ddnn/tensor';
import { copyWeights, type Weights } from './weights.js';

/** The state of an average. */
export interface AverageState {
  steps: number;
  readonly weights: Weights;
}

/**
 * Exponential moving average of the real weights over the steps (Polyak and Juditsky 1992 with a fading memory). It
 * smooths the noise of the last steps, also in the sign of a binary weight. During the first steps it forgets faster,
 * so that the initial weights disappear.
 */
export class WeightAverage {
  readonly #parameters: readonly Parameter[];
  readonly #decay: number;
  readonly state: AverageState;

  /** @param decay share of the average that a step leaves, once many are done */
  constructor(parameters: readonly Parameter[], decay: number, state?: AverageState) {
    this.#parameters = parameters;
    this.#decay = decay;
    this.state = state ?? { steps: 0, weights: copyWeights(parameters) };
  }

  /** Takes in the weights after a step. */
  step(): void {
    const steps = ++this.state.steps;
    const share = 1 - Math.min(this.#decay, steps / (steps + 9));
    for (const [p, { values }] of this.#parameters.entries()) {
      const average = this.state.weights[p];
      for (let i = 0; i < values.length; i++) average[i] += share * (values[i] - average[i]);
    }
  }
}
