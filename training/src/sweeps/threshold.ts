import type { Bundle } from '@ddnn/model';
import { ViewState } from '@ddnn/protocol';
import type { DataSet } from '../data/data-set.js';
import { labelsFor } from '../data/labels.js';
import { badOption } from '../errors.js';
import { answerSample } from '../evaluate/answer-sample.js';
import { type Batching, ByteCount } from '../evaluate/byte-count.js';
import { eachSample, type PassOptions } from '../evaluate/each-sample.js';
import { RememberedBodies } from '../evaluate/encoded-bodies.js';
import { type Thresholds, Tiers } from '../evaluate/tiers.js';
import { paperBytes } from './paper.js';
import { RememberedSample } from './remembered-sample.js';

/** One threshold of the local exit. Shares are 0 to 1, bytes averages per device and sample. */
export interface ThresholdRow {
  readonly threshold: number;
  /** Share of the samples answered at the local exit. */
  readonly localExits: number;
  /** Of the site, with this threshold. */
  readonly accuracy: number;
  /** As `payloadPerView` and `wirePerView` of an evaluation. */
  readonly payloadPerView: number;
  readonly wirePerView: number;
  /** By the paper's formula, with these exits and this device section. */
  readonly formulaPerView: number;
}

/** What else a sweep of the threshold takes. */
export interface SweepThresholdOptions extends PassOptions {
  readonly thresholds?: Thresholds | undefined;
  /** As in an evaluation. */
  readonly batching?: Batching | undefined;
}

/** 0 to 1 in steps of 0.05. */
export const sweptThresholds: readonly number[] = Array.from({ length: 21 }, (_, i) => i / 20);

/**
 * Moves the local exit's threshold over its range (DDNN, section IV-D), same bundle. One pass over the images: every
 * exit is asked once about a sample, and its bytes are counted for each threshold as an evaluation counts them. Throws
 * {@link TrainingError} where bundle and data do not fit, or the bundle has no local exit.
 */
export async function sweepThreshold(
  bundle: Bundle,
  data: DataSet,
  options: SweepThresholdOptions = {},
): Promise<ThresholdRow[]> {
  const { architecture, shapes } = bundle;
  if (!architecture.local) {
    throw badOption(`${architecture.name} has no local exit whose threshold could move`);
  }
  const labels = labelsFor(architecture, data);
  const tiers = new Tiers(bundle, options.thresholds);
  const bodies = new RememberedBodies(bundle);
  const counts = sweptThresholds.map((threshold) => ({
    threshold,
    bytes: new ByteCount(bundle, options.batching, bodies),
    local: 0,
    right: 0,
  }));
  const answer = (slot: number) => {
    const images = data.images[slot];
    const states = Uint8Array.from(images, (image) => (image ? ViewState.present : ViewState.absent));
    bodies.begin();
    const sample = new RememberedSample(tiers, tiers.present(images));
    for (const count of counts) {
      sample.threshold = count.threshold;
      const { exit, classIndex } = answerSample(sample, count.bytes, { slot, images, states });
      if (exit === 'local') count.local++;
      if (classIndex === labels[slot]) count.right++;
    }
  };
  await eachSample(data, answer, options);
  const samples = Math.max(1, data.rows.length);
  const cells = samples * data.views;
  return counts.map(({ threshold, bytes, local, right }) => {
    bytes.finish();
    const localExits = local / samples;
    return {
      threshold,
      localExits,
      accuracy: right / samples,
      payloadPerView: bytes.payload / cells,
      wirePerView: (bytes.wire + bytes.uplink) / cells,
      formulaPerView: paperBytes(architecture.classes.length, shapes.device.featureBytes, localExits),
    };
  });
}
