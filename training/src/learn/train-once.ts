import {
  type Architecture,
  type BundleHeader,
  encodeBundle,
  inferShapes,
  openBundle,
  type ResolvedArchitecture,
  resolveArchitecture,
} from '@ddnn/model';
import { type BackendName, calibrateNorms, loadBackend, Network } from '@ddnn/tensor';
import { learnCodes } from '../code/learn-codes.js';
import { batchRows, createBatch } from '../data/batches.js';
import type { DataSet } from '../data/data-set.js';
import { labelsFor } from '../data/labels.js';
import { createRandom } from '../data/random.js';
import { TrainingError } from '../errors.js';
import { exportTensors } from '../export/export.js';
import { fitSteps, type ScoreSteps } from '../export/score-steps.js';
import { refuseSmallBudget } from '../thresholds/budget.js';
import { checkGoal, type ThresholdGoal } from '../thresholds/threshold-goal.js';
import { Checkpoint, type CheckpointOptions } from './checkpoint.js';
import { fit, type Progress } from './fit.js';
import { judgeNetwork, takeOver } from './judge-network.js';
import { optionsFromRecipe } from './options-from-recipe.js';
import { createRecipe, type RecipeOptions } from './recipe.js';
import { assignRows } from './row-roles.js';
import { trainTeacher } from './teacher.js';
import { identify } from './training-identity.js';
import type { TrainedBundle } from './training-report.js';

/** What to train, and how. */
export interface TrainOnceOptions extends RecipeOptions {
  readonly architecture: Architecture;
  readonly data: DataSet;
  /** Draws the initial weights, the held-out rows, the order of the samples and the views that drop out. */
  readonly seed: number;
  /** What thresholds are chosen for; default: the best accuracy on the held-out rows. */
  readonly goal?: ThresholdGoal | undefined;
  /**
   * The same network trained without some of the rows: its thresholds, gates and accuracies are taken over, and nothing
   * is judged.
   */
  readonly judged?: TrainedBundle | undefined;
  readonly backend?: BackendName | undefined;
  /**
   * Keeps the state of training in a file, from which it can go on; the file stays when training is done. Left out: no
   * file.
   */
  readonly checkpoint?: CheckpointOptions | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Trains a network once, on the rows that are not held out, and exports it. */
export async function trainOnce(options: TrainOnceOptions): Promise<TrainedBundle> {
  const { data, seed, goal, judged, signal } = options;
  const architecture = resolveArchitecture(options.architecture, data);
  checkGoal(goal, architecture);
  const recipe = createRecipe(options, architecture.training);
  const { epochs, batchSize } = recipe;
  const labels = labelsFor(architecture, data);
  if (new Set(labels).size < 2) {
    const rows = data.rows.length === 1 ? 'there is 1 row' : `all ${data.rows.length} rows are of one class`;
    throw new TrainingError(
      'DDNN_TRAINING_CLASSES',
      `${data.file}: ${rows}: a network needs two classes to tell apart`,
    );
  }
  const random = createRandom(seed);
  const rows = assignRows(architecture, data, labels, recipe, goal, random);
  const planned = { architecture, shapes: inferShapes(architecture) };
  if (goal && 'bytesPerView' in goal) refuseSmallBudget(goal.bytesPerView, planned, data, rows.thresholds);
  const { tf, name: backend } = await loadBackend(options.backend);
  const network = new Network(architecture, random);
  const set = { data, labels, rows: rows.training };
  const judging = { data, labels, rows: rows.epochs };
  const parts = { recipe, set, judging, seed, random };
  const lessons = optionsFromRecipe(tf, network, parts);
  const checkpoint =
    options.checkpoint && (await Checkpoint.open(options.checkpoint, identify(architecture, parts, backend, goal)));
  const started = performance.now();
  const isTaught = recipe.distillation?.from === 'teacher';
  const teacher = isTaught
    ? await trainTeacher(tf, architecture, parts, {
        checkpoint: checkpoint?.stage('teacher'),
        onProgress: (progress) => options.onProgress?.({ ...progress, teacher: true }),
        signal,
      })
    : undefined;
  const stage = checkpoint?.stage('network');
  const { epoch, loss, best } = await fit(tf, network, set, {
    ...lessons,
    teacher: teacher?.scores,
    checkpoint: stage,
    onProgress: (progress) => options.onProgress?.(progress),
    signal,
  });
  teacher?.dispose();
  const seconds = (performance.now() - started) / 1000;

  // The statistics must be of what the sections were trained on, so every pass over the rows must see the same.
  const { hide } = lessons;
  const hidden = hide && new Map(rows.training.map((row) => [row, hide(row)]));
  const batches = function* () {
    for (const part of batchRows(rows.training, batchSize)) {
      yield createBatch(tf, data, part, hidden && part.map((row) => hidden.get(row)!));
    }
  };
  const norms = await calibrateNorms(tf, network, batches);
  const steps = await fitSteps(tf, network, norms, batches());
  const tensors = exportTensors(network, norms, steps.local);
  const encode = (thresholds: { local: number; edge: number }, figures: BundleHeader['figures']) =>
    encodeBundle({ architecture, exits: exitSettings(architecture, steps, thresholds), figures }, tensors);

  const draft = () => openBundle(encode({ local: 1, edge: 1 }, {}));
  const coded =
    architecture.device.coding === 'arithmetic'
      ? await learnCodes(draft(), tensors, { data, rows: rows.training, signal })
      : undefined;
  const verdict = judged
    ? takeOver(judged, tensors)
    : await judgeNetwork({ architecture, recipe, data, labels, rows, goal, coded, signal }, tensors, draft);
  const counts = { rows: rows.training.length, heldOutRows: rows.heldOut.length };
  const bytes = encode(verdict.thresholds, {
    seed,
    epochs,
    ...(best && { bestEpoch: best.epoch }),
    ...(teacher && { teacherAccuracy: teacher.accuracy }),
    backend,
    ...counts,
    ...verdict.figures,
    ...coded,
  });
  return {
    bytes,
    bundle: openBundle(bytes),
    report: {
      backend,
      seconds,
      secondsPerEpoch: seconds / Math.max(1, epoch - (stage?.start?.epoch ?? 0)),
      loss,
      ...counts,
      emptyRows: data.rows.length - rows.seen.length,
      ...verdict.report,
    },
  };
}

function exitSettings(
  { local, edge }: ResolvedArchitecture,
  steps: ScoreSteps,
  thresholds: { local: number; edge: number },
): BundleHeader['exits'] {
  return {
    ...(local && { local: { threshold: thresholds.local, step: steps.local } }),
    ...(edge && { edge: { threshold: thresholds.edge, step: steps.edge } }),
    cloud: { threshold: 1, step: steps.cloud },
  };
}
