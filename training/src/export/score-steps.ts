import { setImmediate } from 'node:timers/promises';
import { fitStep, LOCAL_SCORE_LIMIT, scoreLevels, UPPER_SCORE_LIMIT } from '@ddnn/model';
import { type Batch, disposeBatch, type FrozenNorm, FrozenNorms, type Network, type TensorFlow } from '@ddnn/tensor';

/** What one unit of a quantised score is worth at each exit. */
export interface ScoreSteps {
  readonly local: number;
  readonly edge: number;
  readonly cloud: number;
}

/**
 * Chooses the steps with which the largest score in the batches just fits; the batches are disposed of here. If scores
 * count from the view's best, the lowest level is at their mean distance from it: how much further a class is behind
 * changes almost no answer.
 */
export async function fitSteps(
  tf: TensorFlow,
  network: Network,
  norms: ReadonlyMap<string, FrozenNorm>,
  batches: Iterable<Batch>,
): Promise<ScoreSteps> {
  const largest = { local: 0, edge: 0, cloud: 0 };
  const levels = scoreLevels(network.architecture);
  const behind = { sum: 0, scores: 0 };
  const tensors = network.parameters.tensors(tf);
  const pass = { tf, leaves: network.parameters.leaves(tensors), norms: new FrozenNorms(tf, norms) };
  for (const batch of batches) {
    tf.tidy(() => {
      const output = network.run(pass, batch);
      const { local, edge, cloud } = largest;
      // Scores of absent views come from pictures that do not exist.
      const devices = output.devices ? [tf.mul(output.devices, tf.expandDims(batch.present, 2))] : [];
      const edges =
        output.edges.length > 0 ? [tf.mul(tf.stack([...output.edges]), tf.expandDims(output.edgePresent, 2))] : [];
      const widest = (soFar: number, scores: Parameters<typeof tf.abs>[0][]) =>
        Math.max(soFar, ...scores.map((tensor) => tf.max(tf.abs(tensor)).dataSync()[0]));
      largest.local = widest(local, devices);
      if (levels !== undefined && output.devices) {
        const distances = tf.sub(tf.max(output.devices, 2, true), output.devices);
        behind.sum += tf.sum(tf.mul(distances, tf.expandDims(batch.present, 2))).dataSync()[0];
        behind.scores += tf.sum(batch.present).dataSync()[0] * (output.devices.shape[2] - 1);
      }
      largest.edge = widest(edge, edges);
      largest.cloud = widest(cloud, [output.cloud]);
    });
    disposeBatch(tf, batch);
    await setImmediate();
  }
  tf.dispose(tensors);
  return {
    local:
      levels === undefined
        ? fitStep([largest.local], LOCAL_SCORE_LIMIT)
        : fitStep([behind.sum / Math.max(1, behind.scores)], levels),
    edge: fitStep([largest.edge], UPPER_SCORE_LIMIT),
    cloud: fitStep([largest.cloud], UPPER_SCORE_LIMIT),
  };
}
