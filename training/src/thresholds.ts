import { balancedAccuracy } from './balanced-accuracy.js';
import type { EveryExit } from './every-exit.js';
import type { Thresholds } from './tiers.js';

/** A sample of known class that every exit was asked about. */
export interface JudgedSample {
  readonly classIndex: number;
  readonly answers: EveryExit;
  /** Present views of each edge that has one. */
  readonly present: readonly number[];
  /** What it counts in the choice; left out: 1. */
  readonly weight?: number | undefined;
}

/** Thresholds, and the overall accuracy that they give on the samples they were chosen on. */
export interface ChosenThresholds {
  readonly local: number;
  readonly edge: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
}

/**
 * Chooses the thresholds with the best overall accuracy on samples that training never saw, from the top down: first the
 * edge's (against the cloud), then the local exit's (against what is above it). Among equals the largest, which sends the fewest bytes; but
 * never above the largest entropy seen, so that a sample less sure than all of these goes up.
 *
 * @param fixed thresholds that the architecture sets: taken as they are
 */
export function chooseThresholds(samples: readonly JudgedSample[], fixed: Thresholds = {}): ChosenThresholds {
  const right = samples.map(({ classIndex, answers }) => answers.cloud.classIndex === classIndex);
  const edge = settle(samples, 'edge', fixed.edge, right);
  const local = settle(samples, 'local', fixed.local, right);
  const labels = samples.map(({ classIndex }) => classIndex);
  const accuracy = right.filter(Boolean).length / samples.length;
  return { local, edge, accuracy, balancedAccuracy: balancedAccuracy(labels, right) };
}

/** Chooses the threshold of one exit. `right` tells which samples the exits above get right, and is brought up to date. */
function settle(
  samples: readonly JudgedSample[],
  exit: 'local' | 'edge',
  fixed: number | undefined,
  right: boolean[],
): number {
  const asked = samples
    .flatMap(({ classIndex, answers: { [exit]: answer }, weight = 1 }, i) =>
      answer ? [{ i, entropy: answer.entropy, right: answer.classIndex === classIndex, weight }] : [],
    )
    .sort((a, b) => a.entropy - b.entropy);
  const threshold = fixed ?? best(asked, right);
  for (const sample of asked) if (sample.entropy <= threshold) right[sample.i] = sample.right;
  return threshold;
}

/** Lets the samples leave one by one, the surest first, and keeps the last entropy with the most right answers. */
function best(
  asked: readonly { i: number; entropy: number; right: boolean; weight: number }[],
  above: readonly boolean[],
): number {
  let threshold = 0;
  let gain = 0;
  let most = 0;
  for (const [place, { i, entropy, right, weight }] of asked.entries()) {
    gain += (Number(right) - Number(above[i])) * weight;
    // Equal entropies leave together.
    if (asked[place + 1]?.entropy === entropy) continue;
    // Weights are no whole numbers: sums of them may miss each other by a rounding.
    if (gain >= most - 1e-9) {
      most = gain;
      threshold = entropy;
    }
  }
  return threshold;
}
