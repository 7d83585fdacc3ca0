import type { Weights } from './weights.js';

/** How good a network is on the held-out rows after an epoch. */
export interface Judgement {
  /** Mean over the exits, 0 to 1. */
  readonly accuracy: number;
  readonly loss: number;
}

/** The best epoch so far, from 1, and the weights at its end. */
export interface BestEpoch extends Judgement {
  readonly epoch: number;
  readonly weights: Weights;
}

/**
 * Whether one judgement is better: by accuracy, and among equals by loss, because few held-out rows give many equals.
 */
export function isBetter(a: Judgement, b: Judgement): boolean {
  return a.accuracy > b.accuracy || (a.accuracy === b.accuracy && a.loss < b.loss);
}

/** Whether training is over: no epoch was better than the best for as many as `patience` (Prechelt 1998, class UP). */
export function isOver(epoch: number, best: BestEpoch | undefined, patience: number | undefined): boolean {
  return patience !== undefined && best !== undefined && epoch - best.epoch >= patience;
}
