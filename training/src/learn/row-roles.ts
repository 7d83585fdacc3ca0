import type { ResolvedArchitecture } from '@ddnn/model';
import type { DataSet } from '../data/data-set.js';
import { type HoldOutOptions, holdOut } from '../data/held-out.js';
import { badOption, TrainingError } from '../errors.js';
import { gatedExits } from '../thresholds/gate-fit.js';
import type { ThresholdGoal } from '../thresholds/threshold-goal.js';
import type { Recipe } from './recipe.js';

/** What each row of a data set is for, as indices in rising order. */
export interface RowRoles {
  /** Rows with a present view; the others are left out. */
  readonly seen: readonly number[];
  readonly training: readonly number[];
  readonly heldOut: readonly number[];
  /** The best epoch is chosen on these. */
  readonly epochs: readonly number[];
  /** Gates are fitted on these. */
  readonly gate: readonly number[];
  /** Thresholds are chosen and accuracies are measured on these. */
  readonly thresholds: readonly number[];
}

/**
 * Gives every row its role. If there are gates, or a guarantee together with a best epoch, one half of the held-out
 * rows is used to fit or choose these, and only the other half judges: what was fitted or chosen on a row looks too
 * good on that row.
 *
 * Throws `DDNN_TRAINING_EMPTY`, and `DDNN_TRAINING_OPTION` where a role that is asked for gets no row.
 */
export function assignRows(
  architecture: ResolvedArchitecture,
  data: DataSet,
  labels: readonly number[],
  recipe: Recipe,
  goal: ThresholdGoal | undefined,
  random: () => number,
): RowRoles {
  const seen = [...data.rows.keys()].filter((row) => data.images[row].some((image) => image));
  const { training, heldOut } = holdOut(data, labels, seen, { share: recipe.holdOut, by: recipe.holdOutBy }, random);
  if (training.length === 0) {
    throw new TrainingError('DDNN_TRAINING_EMPTY', `${data.file}: no row has a view to train on`);
  }
  const certifies = goal !== undefined && 'accuracyLoss' in goal;
  if (heldOut.length === 0 && recipe.earlyStopping) {
    throw badOption('training.earlyStopping needs held-out rows, and there are none');
  }
  if (heldOut.length === 0 && certifies) {
    const reason = `a share of ${recipe.holdOut} holds no row out to certify on`;
    throw badOption(`${data.file}: ${reason}`);
  }
  const judging = heldOut.length > 0 ? heldOut : training;
  const gated = gatedExits(architecture).length > 0;
  const certifiesBest = certifies && recipe.earlyStopping !== undefined;
  const { learning, thresholds } =
    gated || certifiesBest
      ? halve(data, labels, judging, { by: recipe.holdOutBy, among: seen }, random)
      : { learning: [], thresholds: judging };
  return {
    seen,
    training,
    heldOut,
    epochs: certifiesBest ? learning : judging,
    gate: gated ? learning : [],
    thresholds,
  };
}

/**
 * Divides rows into halves, by whole groups if these are held out whole: each class by itself; if classes have too few
 * groups for that, all together.
 */
function halve(
  data: DataSet,
  labels: readonly number[],
  rows: readonly number[],
  groups: Pick<HoldOutOptions, 'by' | 'among'>,
  random: () => number,
): { learning: readonly number[]; thresholds: readonly number[] } {
  const divide = (classes: readonly number[]) => holdOut(data, classes, rows, { share: 0.5, ...groups }, random);
  const byClass = divide(labels);
  const half = byClass.heldOut.length * 3 >= rows.length ? byClass : divide(labels.map(() => 0));
  if (half.heldOut.length === 0) {
    const reason = 'too few to fit on one half of them and to judge on the other: hold out more';
    throw badOption(`${data.file}: held-out rows are ${rows.length}, ${reason}`);
  }
  return { learning: half.heldOut, thresholds: half.training };
}
