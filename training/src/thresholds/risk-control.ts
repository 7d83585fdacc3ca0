import { ALL_TO_CLOUD, rightAt, type ThresholdPair } from './site-answer.js';
import type { JudgedSample } from './thresholds.js';

/**
 * The goal: with `confidence`, the site answers at most a share `accuracyLoss` fewer samples right than the cloud
 * alone.
 */
export interface RiskBound {
  /** Above 0, below 1: 0.01 is one point. */
  readonly accuracyLoss: number;
  /** Above 0, below 1. */
  readonly confidence: number;
}

/** Which thresholds have been certified, and on what. */
export interface Certificate extends RiskBound {
  readonly thresholds: ThresholdPair;
  /** False: not even the lowest thresholds could be, so everything goes to the cloud. */
  readonly certified: boolean;
  readonly rows: number;
  /**
   * Rows that the cloud gets right and the site gets wrong: at the certified thresholds, or at the lowest ones that
   * failed.
   */
  readonly excessErrors: number;
  /** How many rows without any excess error are needed at least. */
  readonly rowsNeeded: number;
}

/**
 * The thresholds that are tried, in this order: squares, because most samples that exit are very sure. There is one
 * sequence for both exits, and it does not depend on the data, as the method requires.
 */
const LADDER: readonly number[] = Array.from({ length: 101 }, (_, i) => (i / 100) ** 2);

/**
 * Chooses the largest thresholds whose loss of accuracy is under control: Learn then Test with fixed-sequence testing
 * (Angelopoulos, Bates, Candès, Jordan and Lei, 2021). Each step up the ladder is a hypothesis "the loss is above the
 * bound", tested at level 1 - confidence; the first that can't be rejected ends the climb. So the chance that the
 * thresholds returned lose more is at most 1 - confidence, for rows drawn like those to come, whatever the network.
 *
 * The loss is the share of samples that the cloud gets right and the site wrong, minus the opposite share. The test
 * counts only the first share, which is never smaller than the difference: its p-value is exact, and the error is on
 * the safe side.
 */
export function controlRisk(samples: readonly JudgedSample[], bound: RiskBound): Certificate {
  const { accuracyLoss, confidence } = bound;
  const level = 1 - confidence;
  const rows = samples.length;
  const contested = samples.filter(({ answers, classIndex }) => answers.cloud.classIndex === classIndex);
  const rowsNeeded = Math.ceil(Math.log(level) / Math.log1p(-accuracyLoss));
  let found: Pick<Certificate, 'thresholds' | 'excessErrors' | 'certified'> | undefined;
  for (const step of LADDER) {
    const thresholds = { local: step, edge: step };
    const excessErrors = contested.filter((sample) => !rightAt(sample, thresholds)).length;
    const certified = binomialTail(excessErrors, rows, accuracyLoss) <= level;
    if (certified || !found) found = { thresholds: certified ? thresholds : ALL_TO_CLOUD, excessErrors, certified };
    if (!certified) break;
  }
  return { accuracyLoss, confidence, rows, rowsNeeded, ...found! };
}

/**
 * Chance of at most `count` successes in `trials` of probability `share`: the p-value of "the share is above", exact
 * (Clopper and Pearson). 1 without a trial.
 */
export function binomialTail(count: number, trials: number, share: number): number {
  if (count >= trials) return 1;
  // In logarithms, because with many trials the first terms are too small for a double.
  const odds = Math.log(share) - Math.log1p(-share);
  let term = trials * Math.log1p(-share);
  let sum = Math.exp(term);
  for (let i = 0; i < count; i++) {
    term += Math.log((trials - i) / (i + 1)) + odds;
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}
