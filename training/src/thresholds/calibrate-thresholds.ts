import { type Bundle, encodeBundle, openBundle } from '@ddnn/model';
import { selectionWeights } from '../data/class-weights.js';
import type { DataSet } from '../data/data-set.js';
import { labelsFor } from '../data/labels.js';
import { badOption, TrainingError } from '../errors.js';
import { type ConfidenceTable, confidenceTable } from '../evaluate/confidence-table.js';
import { accuracyOfExits, exitFigures } from '../evaluate/every-exit.js';
import type { ExitAccuracy } from '../evaluate/tally.js';
import { judgeSamples } from './judge-samples.js';
import { checkGoal, chooseFor, type GoalChoice, goalFigures, type ThresholdGoal } from './threshold-goal.js';

/** Whose thresholds to choose again, and on what. */
export interface CalibrateOptions {
  readonly bundle: Bundle;
  /** Rows that training never saw; all of them are used. */
  readonly data: DataSet;
  readonly goal?: ThresholdGoal | undefined;
  readonly onProgress?: ((done: number, rows: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A bundle with other thresholds: its file, the same opened, and their figures on the rows that a camera sees. */
export interface CalibratedBundle {
  readonly bytes: Uint8Array;
  readonly bundle: Bundle;
  readonly report: GoalChoice & {
    readonly rows: number;
    readonly exitAccuracy: ExitAccuracy;
    readonly confidence: ConfidenceTable;
  };
}

/**
 * Chooses the thresholds of a bundle again, without training: sections, gates and classes stay the same. Thresholds set
 * by the architecture are not kept. The figures of accuracy become those of these rows.
 *
 * Throws {@link TrainingError} where bundle, data and goal do not fit, and the signal's reason where it aborts.
 */
export async function calibrateThresholds(options: CalibrateOptions): Promise<CalibratedBundle> {
  const { bundle, data, goal, onProgress, signal } = options;
  checkGoal(goal);
  const { architecture, exits, figures, tensors } = bundle;
  if (!exits.local && !exits.edge) {
    throw badOption(`${architecture.name} has the cloud exit only: nothing to choose`);
  }
  const labels = labelsFor(architecture, data);
  const rows = [...data.rows.keys()].filter((row) => data.images[row].some((image) => image));
  if (rows.length === 0) throw new TrainingError('DDNN_TRAINING_EMPTY', `${data.file}: no row has a view`);
  const samples = await judgeSamples(bundle, data, labels, rows, signal, onProgress);
  const weights = selectionWeights(architecture.training ?? {}, { labels, rows }, architecture.classes.length);
  const weighted = samples.map((sample) => ({ ...sample, weight: weights?.[sample.classIndex] }));
  const choice = chooseFor(goal, { samples: weighted, bundle, unseen: data.rows.length - rows.length });
  const { local, edge } = choice.thresholds;
  const asked = samples.map(({ answers }) => answers);
  const truth = samples.map(({ classIndex }) => classIndex);
  const exitAccuracy = accuracyOfExits(asked, truth);
  const bytes = encodeBundle(
    {
      architecture,
      exits: {
        ...(exits.local && { local: { ...exits.local, threshold: local } }),
        ...(exits.edge && { edge: { ...exits.edge, threshold: edge } }),
        cloud: exits.cloud,
      },
      figures: {
        ...Object.fromEntries(Object.entries(figures).filter(([name]) => !OF_OTHER_ROWS.test(name))),
        calibratedRows: rows.length,
        accuracy: choice.accuracy,
        ...exitFigures(exitAccuracy),
        ...goalFigures(choice),
      },
    },
    tensors,
  );
  const report = { rows: rows.length, ...choice, exitAccuracy, confidence: confidenceTable(asked, truth) };
  return { bytes, bundle: openBundle(bytes), report };
}

/** Figures that hold for the rows that the last thresholds were chosen on. */
const OF_OTHER_ROWS = /^certified|^payloadPerView$|^calibratedRows$|Auroc$/;
