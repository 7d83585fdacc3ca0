import { codedSummaries, NEVER_EXITS } from '@ddnn/model';
import type { DataSet } from '../data/data-set.js';
import { TrainingError } from '../errors.js';
import { type PayloadSizes, type PlannedBundle, payloadAt, payloadSizes } from './payload.js';
import { edgesOf, rightAt, type ThresholdPair } from './site-answer.js';
import type { JudgedSample } from './thresholds.js';

/** Thresholds tried: this many where one exit decides, and this many of each where two do. */
const MOST = { one: 1024, two: 48 } as const;

/** Thresholds within a budget, and what they give on the samples they were chosen on. */
export interface BudgetChoice {
  readonly thresholds: ThresholdPair;
  readonly accuracy: number;
  /** Average per device and sample. */
  readonly payloadPerView: number;
}

/**
 * Chooses the thresholds with the best overall accuracy (each sample by its weight) among those that cost at most
 * `bytesPerView` payload bytes, device → edge, on average. Among equals the fewest bytes, then the largest thresholds.
 * Thresholds are tried at the uncertainties that the samples have, at most 1,024 of them, or 48 for each of two exits.
 *
 * @param unseen further samples that no camera sees: they cost nothing, and lower the average
 * @throws TrainingError `DDNN_TRAINING_BUDGET` where even the fewest bytes are more
 */
export function fitBudget(
  samples: readonly JudgedSample[],
  sizes: PayloadSizes,
  bytesPerView: number,
  unseen = 0,
): BudgetChoice {
  const seenBy = (exit: 'local' | 'edge') =>
    samples.flatMap((sample) => edgesOf(sample).flatMap((edge) => edge[exit]?.uncertainty ?? []));
  const uncertainties = { local: seenBy('local'), edge: seenBy('edge') };
  const most = uncertainties.local.length > 0 && uncertainties.edge.length > 0 ? MOST.two : MOST.one;
  const views = (samples.length + unseen) * sizes.views;
  let best: (Candidate & { readonly choice: BudgetChoice }) | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const edge of spread(uncertainties.edge, most)) {
    for (const local of spread(uncertainties.local, most)) {
      const thresholds = { local, edge };
      let payload = 0;
      let right = 0;
      let score = 0;
      for (const sample of samples) {
        payload += payloadAt(sample, sizes, thresholds);
        if (!rightAt(sample, thresholds)) continue;
        right++;
        score += sample.weight ?? 1;
      }
      const payloadPerView = payload / views;
      fewest = Math.min(fewest, payloadPerView);
      if (payloadPerView > bytesPerView) continue;
      const choice = { thresholds, accuracy: right / samples.length, payloadPerView };
      if (best && !atLeastAsGood({ score, payloadPerView }, best)) continue;
      best = { score, payloadPerView, choice };
    }
  }
  if (!best) throw tooFew(bytesPerView, fewest);
  return best.choice;
}

/**
 * Refuses a budget that the scores alone already exceed, or also the features if no local exit can save them: better
 * before training than after it. The length of codes is not known yet, so with codes nothing is refused. Throws
 * `DDNN_TRAINING_BUDGET`.
 */
export function refuseSmallBudget(
  bytesPerView: number,
  bundle: PlannedBundle,
  data: DataSet,
  rows: readonly number[],
): void {
  if (codedSummaries(bundle.architecture)) return;
  const sizes = payloadSizes(bundle);
  const present = rows.reduce((sum, row) => sum + data.images[row].filter((image) => image).length, 0);
  const each = sizes.scores + (bundle.architecture.local ? 0 : sizes.features);
  const fewest = (present * each) / (rows.length * sizes.views);
  if (fewest > bytesPerView) throw tooFew(bytesPerView, fewest);
}

function tooFew(bytesPerView: number, fewest: number): TrainingError {
  return new TrainingError(
    'DDNN_TRAINING_BUDGET',
    `${bytesPerView} payload bytes a view are too few: these samples take at least ${fewest.toFixed(2)}`,
  );
}

interface Candidate {
  /** Weights of the samples that are answered right. */
  readonly score: number;
  readonly payloadPerView: number;
}

/** Thresholds come in rising order, so one with an equal result is a larger one. */
function atLeastAsGood(a: Candidate, b: Candidate): boolean {
  // Weights are not whole numbers, so equal sums may differ by rounding.
  if (Math.abs(a.score - b.score) > 1e-9) return a.score > b.score;
  return a.payloadPerView <= b.payloadPerView;
}

/**
 * `NEVER_EXITS`, then the different values in rising order: the first and the last, and as many between them as fit.
 */
function spread(values: readonly number[], most: number): number[] {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  if (distinct.length <= most) return [NEVER_EXITS, ...distinct];
  const picked = Array.from({ length: most }, (_, i) => distinct[Math.round((i * (distinct.length - 1)) / (most - 1))]);
  return [NEVER_EXITS, ...picked];
}
