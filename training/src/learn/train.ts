import { badOption } from '../errors.js';
import { refitCheckpoint } from './checkpoint.js';
import type { Progress } from './fit.js';
import { type TrainOnceOptions, trainOnce } from './train-once.js';
import type { TrainedBundle } from './training-report.js';

/** What to train, and how. */
export type TrainOptions = Omit<TrainOnceOptions, 'judged'>;

/**
 * Trains a network as a whole and exports it as a bundle (DDNN, section III-C). Everything random comes from the seed:
 * the same options on the same backend give the same bytes.
 *
 * With `training.refit` it is trained twice: first without the held-out rows, which then give accuracies and
 * thresholds; then on all rows, because with few data every row helps. Thresholds, gates and accuracies are those of
 * the first training. A guarantee is only for the network that was tested, so with `accuracyLoss` there is no second
 * training.
 *
 * Throws `ModelError`, `TensorError` or `TrainingError` where data, architecture, backend, options and checkpoint do
 * not fit, and the signal's reason where it aborts.
 */
export async function trainNetwork(options: TrainOptions): Promise<TrainedBundle> {
  const { architecture, goal, checkpoint, onProgress } = options;
  const { refit = false, earlyStopping } = architecture.training ?? {};
  if (!refit || (goal && 'accuracyLoss' in goal)) return trainOnce(options);
  if (earlyStopping) {
    throw badOption('training.refit leaves no held-out rows for training.earlyStopping: leave one of them out');
  }
  const judged = await trainOnce({ ...options, goal });
  if (judged.report.heldOutRows === 0) return judged;
  return trainOnce({
    ...options,
    goal: undefined,
    holdOut: 0,
    judged,
    // Without --resume, the first training did not go on from a file, and what the second one left is of no use.
    checkpoint: checkpoint && {
      ...checkpoint,
      file: refitCheckpoint(checkpoint.file),
      resume: checkpoint.resume ?? false,
    },
    onProgress: onProgress && ((progress: Progress) => onProgress({ ...progress, refit: true })),
  });
}
