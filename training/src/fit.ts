import { setImmediate } from 'node:timers/promises';
import { BatchNorms, type Network, type TensorFlow } from '@ddnn/tensor';
import { Adam, cosineDecay } from './adam.js';
import type { Augment } from './augment.js';
import { WeightAverage } from './averaging.js';
import { batchRows, createBatch } from './batches.js';
import type { DataSet } from './data-set.js';
import { type DistillationOptions, distillationLoss } from './distillation.js';
import { TrainingError } from './errors.js';
import { exitsOf, jointLoss } from './loss.js';
import { shuffled } from './random.js';
import { type ExitAccuracy, Tally } from './tally.js';
import { createTargets, type TargetOptions } from './targets.js';
import { setWeights } from './weights.js';

/** What training tells after each epoch. */
export interface Progress {
  /** Epochs done, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Joint loss, mean of the epoch's batches. */
  readonly loss: number;
  /** On the training rows, while they are learnt. */
  readonly accuracy: ExitAccuracy;
  readonly secondsLeft: number;
}

/** The rows of a data set to train on; `labels` holds the class index of each row of the data. */
export interface TrainingRows {
  readonly data: DataSet;
  readonly labels: readonly number[];
  readonly rows: readonly number[];
}

/** How to train. */
export interface FitOptions {
  readonly targets?: TargetOptions | undefined;
  /** What the exits below the cloud's learn from it; left out: nothing. */
  readonly distillation?: DistillationOptions | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Decay of the weights' moving average, which is what training ends with; left out or 0: the last weights. */
  readonly averaging?: number | undefined;
  readonly random: () => number;
  /** Draws the views of a row that the aggregators must not hear; left out: none. */
  readonly hide?: ((row: number) => number) | undefined;
  /** Draws the pictures of a row; left out: those of the data set. */
  readonly augment?: Augment | undefined;
  readonly onProgress: (progress: Progress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Trains the network's parameters in place. Throws `DDNN_TRAINING_DIVERGED`, or the signal's reason. */
export async function fit(tf: TensorFlow, network: Network, set: TrainingRows, options: FitOptions): Promise<void> {
  const { epochs, batchSize, learningRate, averaging, random, onProgress, signal } = options;
  const parameters = network.parameters.all;
  const adam = new Adam(parameters);
  const average = averaging ? new WeightAverage(parameters, averaging) : undefined;
  const started = performance.now();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const batches = batchRows(shuffled(set.rows, random), batchSize);
    const tally = new Tally();
    let loss = 0;
    for (const [i, rows] of batches.entries()) {
      signal?.throwIfAborted();
      const { value, gradients } = differentiate(tf, network, { ...set, rows }, options, tally);
      if (!Number.isFinite(value)) {
        throw new TrainingError('DDNN_TRAINING_DIVERGED', `the loss is ${value} in epoch ${epoch + 1}`);
      }
      loss += value / batches.length;
      adam.step(gradients, cosineDecay(learningRate, (epoch + i / batches.length) / epochs));
      average?.step();
      // Lets the caller draw, and abort.
      await setImmediate();
    }
    const secondsLeft = ((performance.now() - started) / 1000 / (epoch + 1)) * (epochs - epoch - 1);
    onProgress({ epoch: epoch + 1, epochs, loss, accuracy: tally.accuracy(), secondsLeft });
  }
  if (average) setWeights(parameters, average.state.weights);
}

/** Loss of one batch, and its gradient for every parameter. */
function differentiate(
  tf: TensorFlow,
  network: Network,
  { data, labels, rows }: TrainingRows,
  { targets, distillation, hide, augment }: FitOptions,
  tally: Tally,
): { value: number; gradients: Float32Array[] } {
  const { parameters, architecture } = network;
  return tf.tidy(() => {
    const batch = createBatch(tf, data, rows, hide && rows.map(hide), augment && rows.map(augment));
    const truth = rows.map((row) => labels[row]);
    const wanted = createTargets(tf, truth, architecture.classes.length, targets);
    const lossAndGradients = tf.valueAndGrads((...tensors) => {
      const leaves = parameters.leaves(tensors);
      const output = network.run({ tf, leaves, norms: new BatchNorms(tf, leaves) }, batch);
      tally.add(output, truth);
      const exits = exitsOf(tf, architecture, output, batch.present);
      const loss = jointLoss(tf, exits, wanted);
      const students = exits.slice(0, -1);
      if (!distillation || students.length === 0) return loss;
      return tf.add(loss, distillationLoss(tf, students, output.cloud, wanted, distillation));
    });
    const { value, grads } = lossAndGradients(parameters.tensors(tf));
    return { value: value.dataSync()[0], gradients: grads.map((gradient) => gradient.dataSync<'float32'>()) };
  });
}
