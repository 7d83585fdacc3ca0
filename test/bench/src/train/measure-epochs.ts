import { type Architecture, resolveArchitecture } from '@ddnn/model';
import { disposeBatch, loadBackend, Network } from '@ddnn/tensor';
import type { DataSet } from '@ddnn/training';
import { batchRows, createBatch, createRandom, createTargets, fit, labelsFor, shuffled } from '@ddnn/training/steps';
import { PlainNetwork } from '../naive/plain-network.js';
import { loadPlainWasm } from '../naive/plain-wasm.js';

/**
 * *own*: as `trainNetwork` does it. *plain*: the same network with operations, gradients and Adam of TensorFlow.js on
 * WebAssembly.
 */
export type TrainingWay = 'own' | 'plain';

/** One epoch of training. */
export interface MeasuredEpoch {
  readonly seconds: number;
  /** Joint loss, mean of the batches. */
  readonly loss: number;
}

/**
 * Trains epoch after epoch on WebAssembly, to be timed; one way a process, for they want different kernels. Throws as
 * `trainNetwork` does.
 *
 * @returns runs one epoch
 */
export async function measureEpochs(
  way: TrainingWay,
  description: Architecture,
  data: DataSet,
  batchSize: number,
): Promise<() => Promise<MeasuredEpoch>> {
  const architecture = resolveArchitecture(description, data);
  const labels = labelsFor(architecture, data);
  const random = createRandom(1);
  const rows = [...data.rows.keys()].filter((row) => data.images[row].some((image) => image));
  const timed = async (epoch: () => Promise<number>): Promise<MeasuredEpoch> => {
    const started = performance.now();
    const loss = await epoch();
    return { seconds: (performance.now() - started) / 1000, loss };
  };
  if (way === 'own') {
    const { tf } = await loadBackend('wasm');
    const network = new Network(architecture, random);
    let loss = Number.NaN;
    const onProgress = (progress: { loss: number }) => {
      loss = progress.loss;
    };
    const options = { epochs: 1, batchSize, learningRate: 1e-3, random, onProgress };
    return () => timed(() => fit(tf, network, { data, labels, rows }, options).then(() => loss));
  }
  const tf = await loadPlainWasm();
  const network = new PlainNetwork(tf, architecture);
  return () =>
    timed(async () => {
      const batches = batchRows(shuffled(rows, random), batchSize);
      let loss = 0;
      for (const part of batches) {
        const batch = createBatch(tf, data, part);
        const truth = part.map((row) => labels[row]);
        const oneHot = createTargets(tf, truth, architecture.classes.length);
        loss += network.step(batch, oneHot) / batches.length;
        disposeBatch(tf, batch);
        oneHot.dispose();
      }
      return loss;
    });
}
