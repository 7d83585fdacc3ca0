import {
  type Architecture,
  type Bundle,
  type BundleHeader,
  encodeBundle,
  openBundle,
  resolveArchitecture,
} from '@ddnn/model';
import { type BackendName, calibrateNorms, loadBackend, Network } from '@ddnn/tensor';
import { batchRows, createBatch } from './batches.js';
import type { DataSet } from './data-set.js';
import { TrainingError } from './errors.js';
import { askEveryExit } from './every-exit.js';
import { exitSettings, exportTensors, fitSteps } from './export.js';
import { fit, type Progress } from './fit.js';
import { holdOutRows } from './held-out.js';
import { labelsFor } from './labels.js';
import { createRandom } from './random.js';
import { chooseThresholds, type JudgedSample } from './thresholds.js';
import { Tiers } from './tiers.js';

/** What to train, and how. */
export interface TrainOptions {
  readonly architecture: Architecture;
  readonly data: DataSet;
  /** Draws the initial weights, the held-out rows and the order of the samples. */
  readonly seed: number;
  /** Default 100. */
  readonly epochs?: number | undefined;
  /** Samples a step; default 64. */
  readonly batchSize?: number | undefined;
  /** At the start; default 0.001. */
  readonly learningRate?: number | undefined;
  /**
   * Share of each class that thresholds are chosen on instead of being trained on; default 0.15. Where it comes to no row at all, thresholds are
   * chosen on the training rows and are too bold.
   */
  readonly holdOut?: number | undefined;
  readonly backend?: BackendName | undefined;
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
  readonly exitAccuracy: { readonly local?: number; readonly edge?: number; readonly cloud: number };
  readonly accuracy: number;
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
 * Throws `ModelError` or {@link TrainingError} where data, architecture and options do not fit, and the signal's reason where it aborts.
 */
export async function trainNetwork(options: TrainOptions): Promise<TrainedBundle> {
  const { data, seed, signal, onProgress } = options;
  const { epochs = 100, batchSize = 64, learningRate = 1e-3, holdOut = 0.15 } = options;
  checkOptions({ epochs, batchSize, learningRate, holdOut });
  const architecture = resolveArchitecture(options.architecture, data);
  const labels = labelsFor(architecture, data);
  const random = createRandom(seed);
  const seen = [...data.rows.keys()].filter((row) => data.images[row].some((image) => image));
  const { training, heldOut } = holdOutRows(labels, seen, holdOut, random);
  if (training.length === 0)
    throw new TrainingError('DDNN_TRAINING_EMPTY', `${data.file}: no row has a view to train on`);

  const network = new Network(architecture, random);
  const backend = await loadBackend(options.backend);
  const started = performance.now();
  let loss = Number.NaN;
  const report = (progress: Progress) => {
    loss = progress.loss;
    onProgress?.(progress);
  };
  await fit(backend, network, {
    data,
    labels,
    rows: training,
    epochs,
    batchSize,
    learningRate,
    random,
    onProgress: report,
    signal,
  });
  const seconds = (performance.now() - started) / 1000;

  const norms = calibrateNorms(backend.tf, network, function* () {
    for (const rows of batchRows(training, batchSize)) yield createBatch(backend.tf, data, rows);
  });
  const steps = fitSteps(backend, network, norms, data, training);
  const tensors = exportTensors(network, norms, steps.local);
  const bundleWith = (thresholds: { local: number; edge: number }, figures: BundleHeader['figures']) =>
    encodeBundle({ architecture, exits: exitSettings(network, steps, thresholds), figures }, tensors);

  const draft = openBundle(bundleWith({ local: 1, edge: 1 }, {}));
  const judged = judge(draft, data, labels, heldOut.length > 0 ? heldOut : training);
  const thresholds = chooseThresholds(judged);
  const { exits } = openBundle(bundleWith(thresholds, {}));
  const { accuracy, exitAccuracy } = score(judged, { local: exits.local?.threshold, edge: exits.edge?.threshold });
  const counts = { rows: training.length, heldOutRows: heldOut.length };
  const bytes = bundleWith(thresholds, {
    seed,
    epochs,
    backend: backend.name,
    ...counts,
    accuracy,
    ...Object.fromEntries(Object.entries(exitAccuracy).map(([exit, value]) => [`${exit}Accuracy`, value])),
  });
  return {
    bytes,
    bundle: openBundle(bytes),
    report: {
      backend: backend.name,
      seconds,
      secondsPerEpoch: seconds / epochs,
      loss,
      ...counts,
      emptyRows: data.rows.length - seen.length,
      exitAccuracy,
      accuracy,
    },
  };
}

function checkOptions(options: { epochs: number; batchSize: number; learningRate: number; holdOut: number }): void {
  const { epochs, batchSize, learningRate, holdOut } = options;
  const bad = (name: string, value: number, rule: string) =>
    new TrainingError('DDNN_TRAINING_OPTION', `${name} is ${value}, it must be ${rule}`);
  if (!(Number.isInteger(epochs) && epochs >= 1)) throw bad('epochs', epochs, 'an integer from 1');
  if (!(Number.isInteger(batchSize) && batchSize >= 2)) throw bad('batchSize', batchSize, 'an integer from 2');
  if (!(learningRate > 0)) throw bad('learningRate', learningRate, 'above 0');
  if (!(holdOut >= 0 && holdOut < 1)) throw bad('holdOut', holdOut, 'from 0 to below 1');
}

function judge(bundle: Bundle, data: DataSet, labels: readonly number[], rows: readonly number[]): JudgedSample[] {
  const tiers = new Tiers(bundle);
  return rows.map((row) => ({ classIndex: labels[row], answers: askEveryExit(tiers, data.images[row])! }));
}

function score(
  judged: readonly JudgedSample[],
  thresholds: { local?: number | undefined; edge?: number | undefined },
): Pick<TrainingReport, 'accuracy' | 'exitAccuracy'> {
  const share = (right: (sample: JudgedSample) => boolean) => judged.filter(right).length / judged.length;
  const of = (exit: 'local' | 'edge') =>
    judged[0].answers[exit] && { [exit]: share((s) => s.answers[exit]?.classIndex === s.classIndex) };
  return {
    exitAccuracy: { ...of('local'), ...of('edge'), cloud: share((s) => s.answers.cloud.classIndex === s.classIndex) },
    accuracy: share(({ answers: { local, edge, cloud }, classIndex }) => {
      if (local && local.entropy <= (thresholds.local ?? -1)) return local.classIndex === classIndex;
      if (edge && edge.entropy <= (thresholds.edge ?? -1)) return edge.classIndex === classIndex;
      return cloud.classIndex === classIndex;
    }),
  };
}
