import type { EveryExit } from '../evaluate/every-exit.js';
import type { Thresholds } from '../evaluate/tiers.js';
import type { ThresholdPair } from './site-answer.js';

/** A sample of known class that every exit was asked about. */
export interface JudgedSample {
  readonly classIndex: number;
  readonly answers: EveryExit;
  /** Present views of each edge that has one. */
  readonly present: readonly number[];
  /** Its weight in the choice; left out: 1. */
  readonly weight?: number | undefined;
}

/** How far chosen thresholds may go. */
export interface ThresholdBounds {
  /** Upper limits of the thresholds. */
  readonly most?: Thresholds | undefined;
  /** Accuracy that each may give up to be larger: 0.01 is one point. Default 0. */
  readonly slack?: number | undefined;
}

/**
 * Chooses the thresholds with the best overall accuracy on samples that training never saw, from the top down: first
 * the edge's (against the cloud), then the local exit's (against what is above it). Among equals it takes the largest,
 * which sends the fewest bytes; but never above the largest uncertainty seen, so that a sample that is less sure than
 * all of these goes up.
 *
 * @param fixed thresholds that the architecture sets: taken as they are
 */
export function chooseThresholds(
  samples: readonly JudgedSample[],
  fixed: Thresholds = {},
  { most = {}, slack = 0 }: ThresholdBounds = {},
): ThresholdPair {
  const right = samples.map(({ classIndex, answers }) => answers.cloud.classIndex === classIndex);
  const edge = settle(samples, 'edge', { fixed: fixed.edge, most: most.edge, slack }, right);
  const local = settle(samples, 'local', { fixed: fixed.local, most: most.local, slack }, right);
  return { local, edge };
}

/** Chooses the threshold of one exit. `right` tells which samples the exits above answer right; it is updated here. */
function settle(
  samples: readonly JudgedSample[],
  exit: 'local' | 'edge',
  { fixed, most = 1, slack }: { fixed: number | undefined; most: number | undefined; slack: number },
  right: boolean[],
): number {
  const asked = samples
    .flatMap(({ classIndex, answers: { [exit]: answer }, weight = 1 }, i) =>
      answer ? [{ i, uncertainty: answer.uncertainty, right: answer.classIndex === classIndex, weight }] : [],
    )
    .sort((a, b) => a.uncertainty - b.uncertainty);
  const threshold = fixed ?? Math.min(best(asked, right, slack), most);
  for (const sample of asked) if (sample.uncertainty <= threshold) right[sample.i] = sample.right;
  return threshold;
}

/**
 * Lets the samples leave one by one, the surest first, and keeps the last uncertainty with the most right answers, or
 * nearly as many.
 */
function best(
  asked: readonly { i: number; uncertainty: number; right: boolean; weight: number }[],
  above: readonly boolean[],
  slack: number,
): number {
  const steps: { threshold: number; gain: number }[] = [{ threshold: 0, gain: 0 }];
  let gain = 0;
  let total = 0;
  for (const [place, { i, uncertainty, right, weight }] of asked.entries()) {
    gain += (Number(right) - Number(above[i])) * weight;
    total += weight;
    // Equally sure ones leave together.
    if (asked[place + 1]?.uncertainty === uncertainty) continue;
    steps.push({ threshold: uncertainty, gain });
  }
  const most = Math.max(...steps.map((step) => step.gain));
  // Weights are not whole numbers, so equal sums may differ by rounding.
  return steps.findLast((step) => step.gain >= most - slack * total - 1e-9)!.threshold;
}

/**
 * The thresholds above which this share of the samples (the least sure ones) lies, at each exit. Few held-out rows
 * can't show where an exit's rare errors begin, and most of them are among these samples.
 */
export function thresholdsBelow(samples: readonly JudgedSample[], share: number): Thresholds {
  const below = (exit: 'local' | 'edge') => {
    const sorted = samples.flatMap(({ answers }) => answers[exit]?.uncertainty ?? []).sort((a, b) => a - b);
    return sorted.length > 0 ? sorted[Math.max(0, Math.ceil(sorted.length * (1 - share)) - 1)] : undefined;
  };
  return { local: below('local'), edge: below('edge') };
}
