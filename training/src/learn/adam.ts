import type { Parameter } from '@ddnn/tensor';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** The state of the optimiser: steps done, and the running first and second moments of every gradient. */
export interface AdamState {
  steps: number;
  readonly first: readonly Float32Array[];
  readonly second: readonly Float32Array[];
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1) on plain arrays: a network has some ten thousand parameters, for which a round
 * trip through tensors would cost more than it saves. Binary weights are clipped to [-1, 1] after each step, where the
 * straight-through estimator holds (Courbariaux et al. 2016, algorithm 1).
 */
export class Adam {
  readonly #parameters: readonly Parameter[];
  readonly state: AdamState;

  /** @param state the state of an earlier optimiser; left out: no step is done */
  constructor(parameters: readonly Parameter[], state?: AdamState) {
    const zeros = () => parameters.map(({ values }) => new Float32Array(values.length));
    this.#parameters = parameters;
    this.state = state ?? { steps: 0, first: zeros(), second: zeros() };
  }

  /** Moves every parameter against its gradient; `gradients` in the order of the parameters. */
  step(gradients: readonly ArrayLike<number>[], learningRate: number): void {
    const steps = ++this.state.steps;
    const size = (learningRate * Math.sqrt(1 - BETA2 ** steps)) / (1 - BETA1 ** steps);
    for (const [p, { values, binary }] of this.#parameters.entries()) {
      const gradient = gradients[p];
      const first = this.state.first[p];
      const second = this.state.second[p];
      for (let i = 0; i < values.length; i++) {
        first[i] = BETA1 * first[i] + (1 - BETA1) * gradient[i];
        second[i] = BETA2 * second[i] + (1 - BETA2) * gradient[i] * gradient[i];
        const value = values[i] - (size * first[i]) / (Math.sqrt(second[i]) + EPSILON);
        values[i] = binary ? Math.max(-1, Math.min(1, value)) : value;
      }
    }
  }
}

/** Learning rate that falls along a half cosine from `start` to 0 (Loshchilov and Hutter 2017); `done` from 0 to 1. */
export function cosineDecay(start: number, done: number): number {
  return (start * (1 + Math.cos(Math.PI * done))) / 2;
}
