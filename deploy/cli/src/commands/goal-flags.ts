import type { ThresholdGoal } from '@ddnn/training';
import { UsageError } from '../terminal/failure.js';

/** Options that say what thresholds are chosen for. */
export interface GoalFlags {
  readonly accuracyLoss?: number;
  readonly confidence?: number;
  readonly bytesPerView?: number;
}

/**
 * The goal that these options name; undefined: the best accuracy. Throws {@link UsageError} where they don't go
 * together.
 */
export function goalOf({ accuracyLoss, confidence, bytesPerView }: GoalFlags): ThresholdGoal | undefined {
  if (confidence !== undefined && accuracyLoss === undefined) {
    throw new UsageError('--confidence goes with --accuracy-loss');
  }
  if (accuracyLoss !== undefined && bytesPerView !== undefined) {
    throw new UsageError('--accuracy-loss and --bytes-per-view are two goals: choose one');
  }
  if (accuracyLoss !== undefined) return { accuracyLoss, confidence };
  return bytesPerView === undefined ? undefined : { bytesPerView };
}
