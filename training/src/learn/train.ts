import { TrainingError } from '../errors.js';
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
 * With `training.refit` it is trained twice: first without the held-out rows, which then say what it is worth and where
 * it exits, and once more on all rows, for where data are few each row is missed. Thresholds, gates and accuracies are
 * those of the first. A guarantee holds for the very network that was tested, so with `accuracyLoss` the first is also
 * the last.
 *
 * Throws `ModelError`, `TensorError` or `TrainingError` where data, architecture, backend, options and checkpoint do
 * not fit, and the signal's reason where it aborts.
 */
export async function trainNetwork(options: TrainOptions): Promise<TrainedBundle> {
  const { architecture, goal, checkpoint, onProgress } = options;
  const { refit = false, earlyStopping } = architecture.training ?? {};
  if (!refit || (goal && 'accuracyLoss' in goal)) return trainOnce(options);
  if (earlyStopping) {
    throw new TrainingError(
      'DDNN_TRAINING_OPTION',
      'training.refit leaves no held-out rows for training.earlyStopping: leave one of them out',
    );
  }
  const judged = await trainOnce({ ...options, goal });
  if (judged.report.heldOutRows === 0) return judged;
  return trainOnce({
    ...options,
    goal: undefined,
    holdOut: 0,
    judged,
    // Without --resume the first training found nothing to go on from, and what the second left is of no use.
    checkpoint: checkpoint && {
      ...checkpoint,
      file: refitCheckpoint(checkpoint.file),
      resume: checkpoint.resume ?? false,
    },
    onProgress: onProgress && ((progress: Progress) => onProgress({ ...progress, refit: true })),
  });
}
