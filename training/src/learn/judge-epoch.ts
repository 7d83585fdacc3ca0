import { setImmediate } from 'node:timers/promises';
import { BatchNorms, type Network, type TensorFlow } from '@ddnn/tensor';
import { batchRows, createBatch } from '../data/batches.js';
import { Tally } from '../evaluate/tally.js';
import type { Judgement } from './early-stopping.js';
import type { TrainingRows } from './fit.js';
import { exitsOf, jointLoss } from './loss.js';
import { createTargets } from './targets.js';

/**
 * Of the rows that are judged together: their own statistics stand in for calibrated norms, which would take a pass
 * each.
 */
const ROWS_AT_ONCE = 256;

/**
 * How the network does on rows that it is not trained on, as its weights are: every view heard, nothing augmented,
 * batch normalisation with the statistics of these rows.
 *
 * @param set in random order, or a batch might hold but one class
 * @param weights what a row of each class counts; left out: 1
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
