import type { Bundle } from '@ddnn/model';
import type { BackendName } from '@ddnn/tensor';
import type { ConfidenceTable } from '../evaluate/confidence-table.js';
import type { ExitAccuracy } from '../evaluate/tally.js';
import type { GoalChoice } from '../thresholds/threshold-goal.js';

/** How training went. Accuracies are those of the packed sections on the held-out rows, 0 to 1. */
export interface TrainingReport {
  readonly backend: BackendName;
  readonly seconds: number;
  readonly secondsPerEpoch: number;
  /** Joint loss of the last epoch. */
  readonly loss: number;
  readonly rows: number;
  readonly heldOutRows: number;
  /** Rows without any present view: left out. */
  readonly emptyRows: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly exitAccuracy: ExitAccuracy;
  /** Held-out rows that gates were fitted on; they are in no accuracy. */
  readonly gateRows: number;
  /** How well each measure tells wrong answers from right ones. */
  readonly confidence: ConfidenceTable;
  /** The result of a goal. */
  readonly certificate?: GoalChoice['certificate'];
  readonly budget?: GoalChoice['budget'];
}

/** A bundle fresh from training: its file, the same opened, and how it came about. */
export interface TrainedBundle {
  readonly bytes: Uint8Array;
  readonly bundle: Bundle;
  readonly report: TrainingReport;
}
