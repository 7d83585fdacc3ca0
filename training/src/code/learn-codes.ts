import { setImmediate } from 'node:timers/promises';
import { type Bundle, DeviceTier, FeatureCode, ScoreCode, scoreLevels, type Tensor } from '@ddnn/model';
import type { DataSet } from '../data/data-set.js';
import { learnFeatureCode } from './learn-feature-code.js';
import { learnScoreCode } from './learn-score-code.js';

/** Mean bytes of a present view, as in the figures of a bundle. */
export interface CodeFigures extends Record<string, number> {
  readonly codedFeatureBytes: number;
  readonly codedScoreBytes: number;
}

/** Most samples from which a view's code is learned: more of them hardly improve it. */
const SAMPLES = 1000;

/**
 * Learns how the scores and features of each view are coded best, if `device.coding` is arithmetic, and adds it to the
 * bundle's tensors (names as in device-code.ts of @ddnn/model). Returns the mean bytes of those samples. Throws the
 * signal's reason when aborted.
 *
 * @param draft the bundle without codes
 * @param rows that the network was trained on
 */
export async function learnCodes(
  draft: Bundle,
  tensors: Map<string, Tensor>,
  { data, rows, signal }: { data: DataSet; rows: readonly number[]; signal: AbortSignal | undefined },
): Promise<CodeFigures> {
  const { architecture, shapes } = draft;
  const levels = scoreLevels(architecture);
  const sums = { samples: 0, features: 0, scores: 0 };
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
    const weights = learnFeatureCode(shapes.device.output, maps);
    tensors.set(`device.${view}.code.bias`, weights.bias);
    tensors.set(`device.${view}.code.neighbours`, weights.neighbours);
    const featureCode = new FeatureCode(shapes.device.output, weights);
    for (const map of maps) sums.features += featureCode.encode(map).length;
    sums.samples += count;
    const scores = samples.map((sample) => sample.scores);
    if (levels === undefined) sums.scores += count * shapes.scoreBytes;
    else {
      const shares = learnScoreCode(shapes.scoreBytes, levels, scores);
      tensors.set(`device.${view}.code.scores`, shares);
      sums.scores += messageBytes(new ScoreCode(shapes.scoreBytes, levels, shares), scores);
    }
    await setImmediate();
  }
  const mean = (sum: number) => Math.round((100 * sum) / Math.max(1, sums.samples)) / 100;
  return { codedFeatureBytes: mean(sums.features), codedScoreBytes: mean(sums.scores) };
}

/** One message for all samples: the same length as in batches, except that each batch is rounded up to whole bytes. */
function messageBytes(code: ScoreCode, samples: readonly Int8Array[]): number {
  code.begin();
  for (const scores of samples) code.add(scores);
  return code.finish().length;
}
