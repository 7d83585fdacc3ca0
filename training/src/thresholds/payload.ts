import { type Bundle, siteAnswer } from '@ddnn/model';
import { reportsAt, type ThresholdPair } from './site-answer.js';
import type { JudgedSample } from './thresholds.js';

/** Payload bytes that a present view costs, as `ByteCount` counts them. An absent view costs none. */
export interface PayloadSizes {
  readonly views: number;
  readonly scores: number;
  readonly features: number;
}

/**
 * The facts of a bundle from which its payload follows; before training, without figures, the largest possible payload.
 */
export type PlannedBundle = Pick<Bundle, 'architecture' | 'shapes'> & Partial<Pick<Bundle, 'figures'>>;

/** The sizes of a bundle; where it codes them, their mean over the samples that the codes were learnt from. */
export function payloadSizes({ architecture, shapes, figures = {} }: PlannedBundle): PayloadSizes {
  const bareScores = (shapes.scoreBytes * (architecture.local?.scoreBits ?? 8)) / 8;
  const { codedScoreBytes = bareScores, codedFeatureBytes = shapes.device.featureBytes } = figures;
  return { views: architecture.views, scores: Number(codedScoreBytes), features: Number(codedFeatureBytes) };
}

/** Payload bytes, device → edge, that a sample costs its whole site with these thresholds. */
export function payloadAt(sample: JudgedSample, sizes: PayloadSizes, thresholds: ThresholdPair): number {
  const reports = reportsAt(sample, thresholds);
  // If one edge is not sure, the cloud needs the features of all.
  const all = siteAnswer(reports).exit === 'cloud';
  let present = 0;
  let asked = 0;
  for (const { edge, exit } of reports) {
    const views = sample.present[edge];
    present += views;
    if (all || exit !== 'local') asked += views;
  }
  return present * sizes.scores + asked * sizes.features;
}
