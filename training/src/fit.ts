import { setImmediate } from 'node:timers/promises';
import { type Backend, BatchNorms, disposeBatch, type Network, type NetworkOutput } from '@ddnn/tensor';
import { Adam, cosineDecay } from './adam.js';
import { batchRows, createBatch, createLabels } from './batches.js';
import type { DataSet } from './data-set.js';
import { TrainingError } from './errors.js';
import { jointLoss } from './loss.js';
import { shuffled } from './random.js';

/** What training tells after each epoch. */
export interface Progress {
  /** Epochs done, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Joint loss, mean of the epoch's batches. */
  readonly loss: number;
  /** Share of training rows that each exit gets right on its own, while it learns. */
  readonly accuracy: { readonly local?: number; readonly edge?: number; readonly cloud: number };
  readonly secondsLeft: number;
}

/** How to train. */
export interface FitOptions {
  readonly data: DataSet;
  /** Class index of each row of the data. */
  readonly labels: readonly number[];
  /** Rows to train on. */
  readonly rows: readonly number[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly random: () => number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Trains the network's parameters in place. Throws `DDNN_TRAINING_DIVERGED`, or the signal's reason. */
export async function fit({ tf }: Backend, network: Network, options: FitOptions): Promise<void> {
  const { data, labels, rows, epochs, batchSize, learningRate, random, onProgress, signal } = options;
  const { parameters, architecture } = network;
  const adam = new Adam(parameters.all);
  const started = performance.now();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const batches = batchRows(shuffled(rows, random), batchSize);
    const tally = new Tally();
    let loss = 0;
    for (const [b, batch] of batches.entries()) {
      signal?.throwIfAborted();
      const { value, gradients } = step(batch);
      if (!Number.isFinite(value)) {
        throw new TrainingError('DDNN_TRAINING_DIVERGED', `the loss is ${value} in epoch ${epoch + 1}`);
      }
      loss += value / batches.length;
      adam.step(gradients, cosineDecay(learningRate, (epoch + b / batches.length) / epochs));
      // Lets the caller draw, and abort.
      await setImmediate();
    }
    const secondsLeft = ((performance.now() - started) / 1000 / (epoch + 1)) * (epochs - epoch - 1);
    onProgress?.({ epoch: epoch + 1, epochs, loss, accuracy: tally.accuracy(), secondsLeft });

    function step(batch: readonly number[]): { value: number; gradients: Float32Array[] } {
      return tf.tidy(() => {
        const input = createBatch(tf, data, batch);
        const truth = createLabels(tf, labels, batch, architecture.classes.length);
        const gradient = tf.valueAndGrads((...tensors) => {
          const leaves = parameters.leaves(tensors);
          const output = network.run({ tf, leaves, norms: new BatchNorms(tf, leaves) }, input);
          tally.add(
            output,
            batch.map((row) => labels[row]),
          );
          return jointLoss(tf, architecture, output, input.present, truth);
        });
        const { value, grads } = gradient(parameters.tensors(tf));
        disposeBatch(tf, input);
        return { value: value.dataSync()[0], gradients: grads.map((tensor) => tensor.dataSync() as Float32Array) };
      });
    }
  }
}

/** Counts, per exit, the samples whose highest score is that of their class. */
class Tally {
  readonly #right = { local: 0, edge: 0, cloud: 0 };
  readonly #seen = { local: 0, edge: 0, cloud: 0 };

  add(output: NetworkOutput, truth: readonly number[]): void {
    const present = output.edgePresent.dataSync();
    const count = (exit: 'local' | 'edge' | 'cloud', scores: ArrayLike<number>, edge: number | undefined) => {
      const classes = scores.length / truth.length;
      for (const [i, label] of truth.entries()) {
        if (edge !== undefined && present[edge * truth.length + i] === 0) continue;
        let best = 0;
        for (let c = 1; c < classes; c++) if (scores[i * classes + c] > scores[i * classes + best]) best = c;
        this.#seen[exit]++;
        if (best === label) this.#right[exit]++;
      }
    };
    for (const [e, scores] of output.local.entries()) count('local', scores.dataSync(), e);
    for (const [e, scores] of output.edges.entries()) count('edge', scores.dataSync(), e);
    count('cloud', output.cloud.dataSync(), undefined);
  }

  accuracy(): Progress['accuracy'] {
    const share = (exit: 'local' | 'edge' | 'cloud') => this.#right[exit] / this.#seen[exit];
    return {
      ...(this.#seen.local > 0 && { local: share('local') }),
      ...(this.#seen.edge > 0 && { edge: share('edge') }),
      cloud: share('cloud'),
    };
  }
}
