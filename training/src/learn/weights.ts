import type { Parameter } from '@ddnn/tensor';

/** Every value of a network, in the order of its parameters. */
export type Weights = readonly Float32Array[];

/** A copy of the parameters' values. */
export function copyWeights(parameters: readonly Parameter[]): Weights {
  return parameters.map(({ values }) => values.slice());
}

/** Gives the parameters other values. */
export function setWeights(parameters: readonly Parameter[], weights: Weights): void {
  for (const [p, { values }] of parameters.entries()) values.set(weights[p]);
}
