import { setImmediate } from 'node:timers/promises';
import { BatchNorms, type Network, type TensorFlow } from '@ddnn/tensor';
import { batchRows, createBatch } from '../data/batches.js';
import { Tally } from '../evaluate/tally.js';
import type { Judgement } from './early-stopping.js';
import type { TrainingRows } from './fit.js';
import { exitsOf, jointLoss } from './loss.js';
import { createTargets } from './targets.js';

/**
 * Rows that are judged together. Batch normalisation uses the statistics of these rows, because calibrated norms would
 * take one pass each.
 */
const ROWS_AT_ONCE = 256;

/**
 * How good the network is on rows that it is not trained on, with its present weights: every view is heard, nothing is
 * augmented, and batch normalisation uses the statistics of these rows.
 *
 * @param set in random order, because otherwise a batch might have only one class
 * @param weights weight of a row of each class; left out: 1
 */
export async function judgeEpoch(
  tf: TensorFlow,
  network: Network,
  { data, labels, rows }: TrainingRows,
  weights?: readonly number[],
): Promise<Judgement> {
  const { architecture, parameters } = network;
  const tally = new Tally(weights);
  let loss = 0;
  for (const part of batchRows(rows, ROWS_AT_ONCE)) {
    tf.tidy(() => {
      const batch = createBatch(tf, data, part);
      const truth = part.map((row) => labels[row]);
      const leaves = parameters.leaves(parameters.tensors(tf));
      const output = network.run({ tf, leaves, norms: new BatchNorms(tf, leaves) }, batch);
      tally.add(output, truth);
      const targets = createTargets(tf, truth, architecture.classes.length, { weights });
      const value = jointLoss(tf, exitsOf(tf, architecture, output, batch.present), targets);
      loss += (value.dataSync()[0] * part.length) / rows.length;
    });
    await setImmediate();
  }
  const shares = Object.values(tally.accuracy()) as number[];
  return { accuracy: shares.reduce((sum, share) => sum + share, 0) / shares.length, loss };
}
