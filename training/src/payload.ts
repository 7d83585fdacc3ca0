import type { Bundle } from '@ddnn/model';
import { ByteCount } from './byte-count.js';
import { edgesOf, type ThresholdPair } from './site-answer.js';
import type { JudgedSample } from './thresholds.js';

/** Payload bytes of a device's frames for one sample, as the protocol's own encoders make them. */
export interface PayloadSizes {
  readonly views: number;
  /** Summary of a present view. */
  readonly present: number;
  /** Summary of an absent view. */
  readonly absent: number;
  readonly features: number;
}

/** What of a bundle its frames follow from; known before training. */
export type PlannedBundle = Pick<Bundle, 'architecture' | 'shapes'>;

/** Measures the frames of a bundle. */
export function payloadSizes(bundle: PlannedBundle): PayloadSizes {
  const measure = (send: (bytes: ByteCount) => void) => {
    const bytes = new ByteCount(bundle);
    send(bytes);
    return bytes.payload;
  };
  const { shapes, architecture } = bundle;
  return {
    views: architecture.views,
    present: measure((bytes) => bytes.summary(0, 0, new Int8Array(shapes.scoreBytes))),
    absent: measure((bytes) => bytes.summary(0, 0, null)),
    features: measure((bytes) => bytes.features(0, 0, new Uint8Array(shapes.device.featureBytes))),
  };
}

/** Payload bytes, device → edge, that a sample costs its whole site with these thresholds. */
export function payloadAt(sample: JudgedSample, sizes: PayloadSizes, thresholds: ThresholdPair): number {
  const edges = edgesOf(sample);
  let present = 0;
  let asked = 0;
  let unsure = false;
  for (const [i, { local, edge }] of edges.entries()) {
    const views = sample.present[i];
    present += views;
    if (local && local.entropy <= thresholds.local) continue;
    asked += views;
    if (!(edge && edge.entropy <= thresholds.edge)) unsure = true;
  }
  // Where one edge is unsure, the cloud needs the features of all.
  if (unsure) asked = present;
  return present * sizes.present + (sizes.views - present) * sizes.absent + asked * sizes.features;
}
