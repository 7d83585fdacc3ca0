import { setImmediate } from 'node:timers/promises';
import { type Batch, BatchNorms, type Network, type Tensor2D, type TensorFlow } from '@ddnn/tensor';
import type { Augment } from '../data/augment.js';
import { batchRows, createBatch } from '../data/batches.js';
import type { DataSet } from '../data/data-set.js';
import { blend, type Mixture } from '../data/mixup.js';
import { type Random, shuffled } from '../data/random.js';
import { TrainingError } from '../errors.js';
import { type ExitAccuracy, Tally } from '../evaluate/tally.js';
import { Adam, type AdamState, cosineDecay } from './adam.js';
import { type AverageState, WeightAverage } from './averaging.js';
import { type DistillationOptions, distillationLoss } from './distillation.js';
import { type BestEpoch, isBetter, isOver, type Judgement } from './early-stopping.js';
import { exitsOf, jointLoss } from './loss.js';
import { createTargets, type TargetOptions } from './targets.js';
import { copyWeights, setWeights, type Weights } from './weights.js';

/** What training reports after each epoch. */
export interface Progress {
  /** Whether it is the teacher that is trained, which comes first. */
  readonly teacher?: boolean;
  /** Whether it is the second training, on all rows. */
  readonly refit?: boolean;
  /** Epochs done, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Joint loss, mean of the epoch's batches. */
  readonly loss: number;
  /** On the training rows, while they are learnt. */
  readonly accuracy: ExitAccuracy;
  /** On the held-out rows, mean over the exits; only where training may stop early. */
  readonly best?: { readonly epoch: number; readonly accuracy: number } | undefined;
  /** If no epoch is left out. */
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
  /**
   * What exits learn besides the true class: with a teacher, all exits learn from it; without one, the exits below the
   * cloud learn from the cloud's exit. Left out: nothing.
   */
  readonly distillation?: DistillationOptions | undefined;
  /** Scores of a teacher [batch, classes]. */
  readonly teacher?: ((batch: Batch) => Tensor2D) | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Decay of the weights' moving average; training then ends with the average. Left out or 0: the last weights. */
  readonly averaging?: number | undefined;
  readonly random: Random;
  /** Draws the views of a row that the aggregators must not hear; left out: none. */
  readonly hide?: ((row: number) => number) | undefined;
  /** Draws the pictures of a row; left out: those of the data set. */
  readonly augment?: Augment | undefined;
  /** Draws what is mixed into a row; left out: nothing. */
  readonly mix?: (() => Mixture) | undefined;
  /** Ends training after `patience` epochs without a better one, which `judge` decides; left out: after all epochs. */
  readonly earlyStopping?: { readonly patience: number; readonly judge: () => Promise<Judgement> } | undefined;
  readonly checkpoint?: FitCheckpoint | undefined;
  readonly onProgress: (progress: Progress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The state of training after an epoch: all that is needed to go on from there to the same weights. */
export interface FitState {
  /** Epochs done. */
  epoch: number;
  /** Joint loss of the last one. */
  loss: number;
  random: number;
  readonly weights: Weights;
  readonly adam: AdamState;
  readonly average?: AverageState | undefined;
  best?: BestEpoch | undefined;
}

/** Keeps the state of training. */
export interface FitCheckpoint {
  /** The state of an earlier call that was interrupted; undefined: begin. */
  readonly start: FitState | undefined;
  /** Takes the state after an epoch, and may write it; training goes on in the same arrays. */
  readonly keep: (state: FitState) => Promise<void>;
  /** Writes what was taken last. */
  readonly flush: () => Promise<void>;
}

/**
 * Trains the network's parameters in place, to the weights of the last epoch, or of the best one if training may stop
 * early.
 *
 * Throws `DDNN_TRAINING_DIVERGED`, or the signal's reason.
 *
 * @returns where it ended
 */
export function fit(tf: TensorFlow, network: Network, set: TrainingRows, options: FitOptions): Promise<FitState> {
  return trainEpochs(tf, network, set, options).finally(() => options.checkpoint?.flush());
}

async function trainEpochs(
  tf: TensorFlow,
  network: Network,
  set: TrainingRows,
  options: FitOptions,
): Promise<FitState> {
  const { epochs, batchSize, learningRate, averaging, random, earlyStopping, checkpoint, onProgress, signal } = options;
  const start = checkpoint?.start;
  const parameters = network.parameters.all;
  if (start) setWeights(parameters, start.weights);
  random.state = start?.random ?? random.state;
  const adam = new Adam(parameters, start?.adam);
  const average = averaging ? new WeightAverage(parameters, averaging, start?.average) : undefined;
  const state: FitState = {
    epoch: start?.epoch ?? 0,
    loss: start?.loss ?? Number.NaN,
    random: random.state,
    weights: parameters.map(({ values }) => values),
    adam: adam.state,
    average: average?.state,
    best: start?.best,
  };
  const started = performance.now();
  while (state.epoch < epochs && !isOver(state.epoch, state.best, earlyStopping?.patience)) {
    const { epoch } = state;
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
    state.epoch++;
    state.loss = loss;
    state.random = random.state;
    if (earlyStopping) {
      const last = copyWeights(parameters);
      if (average) setWeights(parameters, average.state.weights);
      const judgement = await earlyStopping.judge();
      if (!state.best || isBetter(judgement, state.best)) {
        state.best = { ...judgement, epoch: state.epoch, weights: copyWeights(parameters) };
      }
      setWeights(parameters, last);
    }
    await checkpoint?.keep(state);
    const secondsAnEpoch = (performance.now() - started) / 1000 / (state.epoch - (start?.epoch ?? 0));
    const secondsLeft = secondsAnEpoch * (epochs - state.epoch);
    const best = state.best && { epoch: state.best.epoch, accuracy: state.best.accuracy };
    onProgress({ epoch: state.epoch, epochs, loss, accuracy: tally.accuracy(), best, secondsLeft });
  }
  setWeights(parameters, state.best?.weights ?? state.average?.weights ?? state.weights);
  return state;
}

/** Loss of one batch, and its gradient for every parameter. */
function differentiate(
  tf: TensorFlow,
  network: Network,
  { data, labels, rows }: TrainingRows,
  { targets, distillation, teacher, hide, augment, mix }: FitOptions,
  tally: Tally,
): { value: number; gradients: Float32Array[] } {
  const { parameters, architecture } = network;
  let result: { value: number; gradients: Float32Array[] } | undefined;
  tf.tidy(() => {
    const hidden = hide && rows.map(hide);
    const picture = augment ?? ((row) => data.images[row]);
    const mixtures = mix && rows.map(mix);
    const pictures = rows.map((row, i) => {
      const mixture = mixtures?.[i];
      return mixture ? blend(picture(row), picture(mixture.partner), mixture.share) : picture(row);
    });
    const batch = createBatch(tf, data, rows, hidden, pictures);
    const truth = rows.map((row) => labels[row]);
    const mixed = mixtures?.map(({ partner, share }) => ({ label: labels[partner], share }));
    const wanted = createTargets(tf, truth, architecture.classes.length, { ...targets, mixed });
    const lesson = teacher?.(batch);
    const lossAndGradients = tf.valueAndGrads((...tensors) => {
      const leaves = parameters.leaves(tensors);
      const output = network.run({ tf, leaves, norms: new BatchNorms(tf, leaves) }, batch);
      tally.add(output, truth);
      const exits = exitsOf(tf, architecture, output, batch.present);
      const loss = jointLoss(tf, exits, wanted);
      const students = lesson ? exits : exits.slice(0, -1);
      if (!distillation || students.length === 0) return loss;
      return tf.add(loss, distillationLoss(tf, students, lesson ?? output.cloud, wanted, distillation));
    });
    const { value, grads } = lossAndGradients(parameters.tensors(tf));
    result = { value: value.dataSync()[0], gradients: grads.map((gradient) => gradient.dataSync<'float32'>()) };
  });
  // Not returned through tidy, which would search these arrays for tensors, number by number.
  return result!;
}
