import { setImmediate } from 'node:timers/promises';
import { type Bundle, DeviceTier, scoreLevels, type Tensor } from '@ddnn/model';
import type { DataSet } from '../data-set.js';
import { learnFeatureCode } from './learn-feature-code.js';
import { learnScoreCode } from './learn-score-code.js';

/** Samples that a view's code is learnt from, at most: more make it hardly any better. */
const SAMPLES = 1000;

/**
 * Learns how the scores and features of each view are best written, where `device.coding` is arithmetic, and adds it to the bundle's
 * tensors. Names as in device-code.ts of @ddnn/model. Throws the signal's reason where it aborts.
 *
 * @param draft the bundle without codes
 * @param rows that the network was trained on
 */
export async function learnCodes(
  draft: Bundle,
  tensors: Map<string, Tensor>,
  { data, rows, signal }: { data: DataSet; rows: readonly number[]; signal: AbortSignal | undefined },
): Promise<void> {
  const { architecture, shapes } = draft;
  const levels = scoreLevels(architecture);
  for (let view = 0; view < architecture.views; view++) {
    signal?.throwIfAborted();
    const seen = rows.filter((row) => data.images[row][view]);
    const count = Math.min(SAMPLES, seen.length);
    const tier = new DeviceTier(draft, view);
    const samples = Array.from({ length: count }, (_, i) => {
      tier.run(data.images[seen[Math.floor((i * seen.length) / count)]][view]!);
      return { features: tier.features.slice(), scores: tier.scores.slice() };
    });
    const maps = samples.map(({ features }) => features);
    const { bias, neighbours } = learnFeatureCode(shapes.device.output, maps);
    tensors.set(`device.${view}.code.bias`, bias);
    tensors.set(`device.${view}.code.neighbours`, neighbours);
    if (levels !== undefined) {
      const scores = samples.map((sample) => sample.scores);
      tensors.set(`device.${view}.code.scores`, learnScoreCode(shapes.scoreBytes, levels, scores));
    }
    await setImmediate();
  }
}
