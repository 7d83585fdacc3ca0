import type { Architecture } from '@ddnn/model';
import { badOption } from '../errors.js';
import { balancedAccuracy } from '../evaluate/balanced-accuracy.js';
import type { Thresholds } from '../evaluate/tiers.js';
import { type BudgetChoice, fitBudget } from './budget.js';
import { type PlannedBundle, payloadSizes } from './payload.js';
import { type Certificate, controlRisk } from './risk-control.js';
import { rightAt, type ThresholdPair } from './site-answer.js';
import { chooseThresholds, type JudgedSample, thresholdsBelow } from './thresholds.js';

/** What thresholds are chosen for; without any of these: the best accuracy. */
export type ThresholdGoal =
  /** At most so much less accuracy than the cloud's (0.01: one point), with that confidence (default 0.95). */
  | { readonly accuracyLoss: number; readonly confidence?: number | undefined }
  /** At most so many payload bytes, device → edge, on average over devices and samples. */
  | { readonly bytesPerView: number };

/** Chosen thresholds and what they come to on the rows they were chosen on. */
export interface GoalChoice {
  readonly thresholds: ThresholdPair;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly certificate?: Certificate;
  readonly budget?: BudgetChoice;
}

/** The rows to choose on. */
export interface GoalRows {
  readonly samples: readonly JudgedSample[];
  /** The same rows with views taken out, each with its weight; only without a goal. */
  readonly survivors?: readonly JudgedSample[];
  readonly bundle: PlannedBundle;
  /** Further rows that no camera sees. */
  readonly unseen?: number;
  /** Thresholds taken as they are; only without a goal. */
  readonly fixed?: Thresholds;
  /** Share of the samples that go up at least; only without a goal. Default 0. */
  readonly leastUp?: number | undefined;
  /** Accuracy that each threshold may give up to be larger; only without a goal. Default 0. */
  readonly slack?: number | undefined;
}

/** Chooses thresholds for a goal. Throws `DDNN_TRAINING_BUDGET` where no thresholds keep it. */
export function chooseFor(goal: ThresholdGoal | undefined, rows: GoalRows): GoalChoice {
  const { samples, survivors = [], bundle, unseen, fixed, leastUp = 0, slack } = rows;
  if (!goal) {
    const most = thresholdsBelow(samples, leastUp);
    const thresholds = chooseThresholds([...samples, ...survivors], fixed, { most, slack });
    return { thresholds, ...accuraciesAt(samples, thresholds) };
  }
  if ('bytesPerView' in goal) {
    const budget = fitBudget(samples, payloadSizes(bundle), goal.bytesPerView, unseen);
    return { thresholds: budget.thresholds, ...accuraciesAt(samples, budget.thresholds), budget };
  }
  const { accuracyLoss, confidence = 0.95 } = goal;
  const certificate = controlRisk(samples, { accuracyLoss, confidence });
  return { thresholds: certificate.thresholds, ...accuraciesAt(samples, certificate.thresholds), certificate };
}

function accuraciesAt(samples: readonly JudgedSample[], thresholds: ThresholdPair) {
  const right = samples.map((sample) => rightAt(sample, thresholds));
  const labels = samples.map(({ classIndex }) => classIndex);
  return {
    accuracy: right.filter(Boolean).length / samples.length,
    balancedAccuracy: balancedAccuracy(labels, right),
  };
}

/** The part of a choice that goes into the figures of its bundle. */
export function goalFigures({ certificate, budget }: GoalChoice): Record<string, number> {
  return {
    ...(certificate?.certified && {
      certifiedLoss: certificate.accuracyLoss,
      certifiedConfidence: certificate.confidence,
      certifiedRows: certificate.rows,
    }),
    ...(budget && { payloadPerView: budget.payloadPerView }),
  };
}

/** Refuses an invalid goal, or one for an architecture that sets the thresholds itself: `DDNN_TRAINING_OPTION`. */
export function checkGoal(goal: ThresholdGoal | undefined, architecture?: Architecture): void {
  if (!goal) return;
  const check = (name: string, value: number, good: boolean, rule: string) => {
    if (!good) throw badOption(`${name} is ${value}, it must be ${rule}`);
  };
  if ('bytesPerView' in goal) {
    check('bytesPerView', goal.bytesPerView, goal.bytesPerView > 0, 'above 0');
  } else {
    const { accuracyLoss, confidence = 0.95 } = goal;
    check('accuracyLoss', accuracyLoss, accuracyLoss > 0 && accuracyLoss < 1, 'above 0 and below 1: 0.01 is one point');
    check('confidence', confidence, confidence > 0 && confidence < 1, 'above 0 and below 1');
  }
  for (const exit of ['local', 'edge'] as const) {
    const threshold = architecture?.[exit]?.threshold;
    const reason = 'leave it out of the architecture, or no goal can choose it';
    if (threshold !== undefined) {
      throw badOption(`${exit}.threshold is ${threshold}: ${reason}`);
    }
  }
}
