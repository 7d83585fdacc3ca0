import { setImmediate } from 'node:timers/promises';
import {
  type Architecture,
  type Bundle,
  type BundleHeader,
  encodeBundle,
  openBundle,
  type ResolvedArchitecture,
  resolveArchitecture,
} from '@ddnn/model';
import { type BackendName, calibrateNorms, loadBackend, Network } from '@ddnn/tensor';
import { batchRows, createBatch } from './batches.js';
import { Checkpoint, type CheckpointOptions } from './checkpoint.js';
import type { DataSet } from './data-set.js';
import { TrainingError } from './errors.js';
import { accuracyOfExits, askEveryExit } from './every-exit.js';
import { exportTensors } from './export.js';
import { fit, type Progress } from './fit.js';
import { type FitParts, fitOptions, selectionWeights } from './fit-options.js';
import { holdOut } from './held-out.js';
import { labelsFor } from './labels.js';
import { createRandom } from './random.js';
import { createRecipe, type RecipeOptions } from './recipe.js';
import { fitSteps, type ScoreSteps } from './score-steps.js';
import type { ExitAccuracy } from './tally.js';
import { trainTeacher } from './teacher.js';
import { chooseThresholds, type JudgedSample } from './thresholds.js';
import { Tiers } from './tiers.js';
import { hashData, type TrainingIdentity } from './training-identity.js';

/** What to train, and how. */
export interface TrainOptions extends RecipeOptions {
  readonly architecture: Architecture;
  readonly data: DataSet;
  /** Draws the initial weights, the held-out rows, the order of the samples and the views that drop out. */
  readonly seed: number;
  readonly backend?: BackendName | undefined;
  /** Keeps the state of training in a file, to go on from; it stays when training is done. Left out: it is not kept. */
  readonly checkpoint?: CheckpointOptions | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

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
}

/** A bundle fresh from training: its file, the same opened, and how it came about. */
export interface TrainedBundle {
  readonly bytes: Uint8Array;
  readonly bundle: Bundle;
  readonly report: TrainingReport;
}

/**
 * Trains a network as a whole and exports it as a bundle (DDNN, section III-C). Everything random comes from the seed:
 * the same options on the same backend give the same bytes.
 *
 * Throws `ModelError`, `TensorError` or {@link TrainingError} where data, architecture, backend, options and checkpoint do not
 * fit, and the signal's reason where it aborts.
 */
export async function trainNetwork(options: TrainOptions): Promise<TrainedBundle> {
  const { data, seed, signal } = options;
  const architecture = resolveArchitecture(options.architecture, data);
  const recipe = createRecipe(options, architecture.training);
  const { epochs, batchSize } = recipe;
  const labels = labelsFor(architecture, data);
  const random = createRandom(seed);
  const seen = [...data.rows.keys()].filter((row) => data.images[row].some((image) => image));
  const share = { share: recipe.holdOut, by: recipe.holdOutBy };
  const { training, heldOut } = holdOut(data, labels, seen, share, random);
  if (training.length === 0) {
    throw new TrainingError('DDNN_TRAINING_EMPTY', `${data.file}: no row has a view to train on`);
  }
  if (heldOut.length === 0 && recipe.earlyStopping) {
    throw new TrainingError('DDNN_TRAINING_OPTION', 'training.earlyStopping needs held-out rows, and there are none');
  }
  const { tf, name: backend } = await loadBackend(options.backend);
  const network = new Network(architecture, random);
  const set = { data, labels, rows: training };
  const judging = { data, labels, rows: heldOut.length > 0 ? heldOut : training };
  const parts = { recipe, set, judging, seed, random };
  const lessons = fitOptions(tf, network, parts);
  const checkpoint =
    options.checkpoint && (await Checkpoint.open(options.checkpoint, identify(architecture, parts, backend)));
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

  // Statistics of what the sections were trained on; every pass over the rows must see the same.
  const { hide } = lessons;
  const hidden = hide && new Map(training.map((row) => [row, hide(row)]));
  const batches = function* () {
    for (const rows of batchRows(training, batchSize)) {
      yield createBatch(tf, data, rows, hidden && rows.map((row) => hidden.get(row)!));
    }
  };
  const norms = await calibrateNorms(tf, network, batches);
  const steps = await fitSteps(tf, network, norms, batches());
  const tensors = exportTensors(network, norms, steps.local);
  const { local, edge } = architecture;
  const encode = (thresholds: { local: number; edge: number }, figures: BundleHeader['figures']) =>
    encodeBundle({ architecture, exits: exitSettings(architecture, steps, thresholds), figures }, tensors);

  const draft = openBundle(encode({ local: 1, edge: 1 }, {}));
  const judged = await judge(draft, data, labels, judging.rows, signal);
  const weights = selectionWeights(recipe, judging, architecture.classes.length);
  const weighted = judged.map((sample) => ({ ...sample, weight: weights?.[sample.classIndex] }));
  const chosen = chooseThresholds(weighted, { local: local?.threshold, edge: edge?.threshold });
  const exitAccuracy = accuracyOfExits(
    judged.map(({ answers }) => answers),
    judged.map(({ classIndex }) => classIndex),
  );
  const counts = { rows: training.length, heldOutRows: heldOut.length };
  const { accuracy, balancedAccuracy } = chosen;
  const bytes = encode(chosen, {
    seed,
    epochs,
    ...(best && { bestEpoch: best.epoch }),
    ...(teacher && { teacherAccuracy: teacher.accuracy }),
    backend,
    ...counts,
    accuracy,
    ...named(exitAccuracy),
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
      emptyRows: data.rows.length - seen.length,
      accuracy,
      balancedAccuracy,
      exitAccuracy,
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

/** All that decides the bundle. */
function identify(
  architecture: ResolvedArchitecture,
  { recipe, set, seed }: FitParts,
  backend: BackendName,
): TrainingIdentity {
  const { epochs, batchSize, learningRate, holdOut } = recipe;
  const options = { seed, epochs, batchSize, learningRate, holdOut, backend };
  return { ...options, architecture: JSON.stringify(architecture), data: hashData(set.data) };
}

/** Asks every packed exit about some rows. */
async function judge(
  bundle: Bundle,
  data: DataSet,
  labels: readonly number[],
  rows: readonly number[],
  signal: AbortSignal | undefined,
): Promise<JudgedSample[]> {
  const tiers = new Tiers(bundle);
  const judged: JudgedSample[] = [];
  for (const row of rows) {
    signal?.throwIfAborted();
    judged.push({ classIndex: labels[row], answers: askEveryExit(tiers, data.images[row])! });
    await setImmediate();
  }
  return judged;
}

/** Figures of a bundle have flat names: `localAccuracy` and so on. */
function named(accuracy: ExitAccuracy): Record<string, number> {
  return Object.fromEntries(Object.entries(accuracy).map(([exit, share]) => [`${exit}Accuracy`, share]));
}
